"""The schedules of a stage's jobs: the chains that they start, and the checks of every `schedule`.

Glue starts a job behind others only if a trigger has started those, and one trigger all of them:
https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from aws_glue_cdk_baseline.config.chains import in_order
from aws_glue_cdk_baseline.config.cron import past_warning, undocumented
from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.config.records import Job, StageConfig
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

# The default quotas: https://docs.aws.amazon.com/general/latest/gr/glue.html
MOST_STARTED = 50  # jobs by one trigger
MOST_TRIGGERS = 1000  # in one account and Region


@dataclass(frozen=True)
class Chain:
    """Jobs that run by one schedule: `first` at its times, then `further`, each behind those that it comes after."""

    schedule: str
    first: tuple[Job, ...]
    further: tuple[Job, ...]

    @property
    def jobs(self) -> tuple[Job, ...]:
        return (*self.first, *self.further)


def chains(jobs: Iterable[Job]) -> tuple[Chain, ...]:
    """Return the chains of jobs that a schedule starts, in the order given. No job is in two of them."""
    given = list(jobs)
    by_name = {job.name: job for job in given}
    beside: dict[str, set[str]] = {name: set() for name in by_name}
    for job in given:
        for name in set(job.settings.after) & by_name.keys():
            beside[job.name].add(name)
            beside[name].add(job.name)
    found, seen = [], set[str]()
    for job in given:
        if job.name in seen or not job.settings.schedule:
            continue
        linked, left = set[str](), [job.name]
        while left:
            if (name := left.pop()) not in linked:
                linked.add(name)
                left += beside[name]
        seen |= linked
        members = in_order(other for other in given if other.name in linked)
        first = tuple(other for other in members if other.settings.schedule)
        further = tuple(other for other in members if not other.settings.schedule)
        found.append(Chain(job.settings.schedule, first, further))
    return tuple(found)


def trigger_jobs(stage: StageConfig) -> tuple[str, ...]:
    """Return the job of each trigger of a stage: the first of each chain with a schedule, and each job with `after`."""
    if not stage.schedules:
        return ()
    behind = (job.name for job in stage.jobs if job.settings.after)
    return (*(chain.first[0].name for chain in chains(stage.jobs)), *behind)


def schedule_errors(stages: Sequence[StageConfig], file: YamlFile) -> Iterator[ErrorLine]:
    """Yield an error for each schedule that Glue would refuse, or with which a job would never start."""
    for stage in stages:
        yield from _with_after(stage, file)
        yield from _behind_several(stage, file)
        yield from _too_many_started(stage, file)
    yield from _too_many_triggers(stages, file)


def schedule_warnings(stages: Sequence[StageConfig], file: YamlFile, now: datetime) -> Iterator[ErrorLine]:
    """Yield a warning for each schedule that starts nothing in any stage, or is over, or has what Glue may refuse."""
    places: dict[tuple[KeyPath, str], list[StageConfig]] = {}
    for stage in stages:
        for job in stage.jobs:
            if job.settings.schedule:
                typed = _place(file, stage, job, "schedule"), job.settings.schedule
                places.setdefault(typed, []).append(stage)
    for (place, schedule), holding in places.items():
        if sign := undocumented(schedule):
            yield file.error(place, f"Glue's documentation does not list `{sign}`: Glue may refuse the deployment")
        if over := past_warning(schedule, now):
            yield file.error(place, over)
        if not any(stage.schedules for stage in holding):
            names = " and ".join(stage.name for stage in holding)
            yield file.error(place, f"starts nothing: schedules are off in {names}; write `schedules: true` there")


def _place(file: YamlFile, stage: StageConfig, job: Job, key: str) -> KeyPath:
    """Return where a setting of a job is typed: in the stage, or once for all stages."""
    own = (stage.name, "jobs", job.name, key)
    return own if own in file.lines else ("jobs", job.name, key)


def _with_after(stage: StageConfig, file: YamlFile) -> Iterator[ErrorLine]:
    for job in stage.jobs:
        if job.settings.schedule and job.settings.after and not job.settings.is_streaming:  # told where it is typed
            after = _place(file, stage, job, "after")
            only = "" if len(after) == 3 else f" in {stage.name}"
            yield file.error(
                _place(file, stage, job, "schedule"),
                f"{job.name} comes after {', '.join(job.settings.after)}{only} (line {file.line(after)}), and starts"
                " when that has succeeded; a schedule is for the first job of a chain: remove one of the two",
            )


def _behind_several(stage: StageConfig, file: YamlFile) -> Iterator[ErrorLine]:
    """Yield an error for each job behind jobs that no common trigger starts. Those behind it have none of their own."""
    starts: dict[str, dict[str, Job]] = {}  # by job, the first jobs of its chain by their schedules
    for job in in_order(stage.jobs):
        before = [starts[name] for name in job.settings.after if name in starts]
        own = {job.settings.schedule or "": job}
        starts[job.name] = {key: first for found in before for key, first in found.items()} if before else own
        if len(starts[job.name]) > 1 and not any(len(found) > 1 for found in before):
            by = ", ".join(
                f"{first.name} by {schedule} (line {file.line(_place(file, stage, first, 'schedule'))})"
                if schedule
                else f"{first.name} by no schedule"
                for schedule, first in starts[job.name].items()
            )
            yield file.error(
                _place(file, stage, job, "after"),
                f"{job.name} would never start: {by}; Glue starts a job behind several only if one trigger has started"
                " them all: give them the same schedule",
            )


def _too_many_started(stage: StageConfig, file: YamlFile) -> Iterator[ErrorLine]:
    for chain in chains(stage.jobs):
        if len(chain.first) > MOST_STARTED:
            yield file.error(
                _place(file, stage, chain.first[MOST_STARTED], "schedule"),
                f"is that of {len(chain.first)} jobs of one chain in {stage.name}; a trigger of Glue starts at most"
                f" {MOST_STARTED} jobs: let some of them come after others",
            )


def _too_many_triggers(stages: Sequence[StageConfig], file: YamlFile) -> Iterator[ErrorLine]:
    counts: dict[tuple[str, str], list[tuple[StageConfig, int]]] = {}
    for stage in stages:
        if stage.schedules:
            place = (stage.account.aws_account_id, stage.account.aws_region)
            number = len(trigger_jobs(stage))
            counts.setdefault(place, []).append((stage, number))
    for (account, region), found in counts.items():
        if (number := sum(count for _, count in found)) > MOST_TRIGGERS:
            stage = max(found, key=lambda entry: entry[1])[0]
            yield file.error(
                (stage.name, "jobs"),
                f"needs {number} triggers in {account} in {region}, one for each chain with a schedule and each job"
                f" with `after`; Glue takes {MOST_TRIGGERS}: set `schedules: false`, or deploy to several accounts or"
                " Regions",
            )
