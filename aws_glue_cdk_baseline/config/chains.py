"""The order of a stage's jobs, as `after` says it: the order itself, and the checks of every `after`.

A job of a stage has its own `after`. Without one it has that of `jobs.<Job>`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from aws_glue_cdk_baseline.config.errors import ErrorLine, did_you_mean
from aws_glue_cdk_baseline.config.job_settings import JobSettings
from aws_glue_cdk_baseline.config.messages import ACCOUNT
from aws_glue_cdk_baseline.config.model import ConfigFile
from aws_glue_cdk_baseline.config.records import Job
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

MOST_NAMES = 10  # that a message lists
MOST_ERRORS = 1000  # ten times what is shown: to find the name that was meant takes time


def in_order(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Return the jobs, each behind those that it comes after, and otherwise in the order given.

    A name in `after` that is none of the jobs does not count. Raise graphlib.CycleError if jobs wait for each other,
    which those of a Config never do.
    """
    given = list(jobs)
    positions = {job.name: position for position, job in enumerate(given)}
    sorter = TopologicalSorter(
        {
            position: [positions[name] for name in job.settings.after if name in positions]
            for position, job in enumerate(given)
        }
    )
    sorter.prepare()
    ready: list[int] = []
    ordered: list[Job] = []
    while len(ordered) < len(given):
        for position in sorter.get_ready():
            heapq.heappush(ready, position)
        first = heapq.heappop(ready)
        sorter.done(first)
        ordered.append(given[first])
    return tuple(ordered)


def upstream(job: Job, jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Return those of `jobs` that come before `job`, directly or through others, in the order in which they run."""
    by_name = {other.name: other for other in jobs}
    found: set[str] = set()
    left = list(job.settings.after)
    while left:
        name = left.pop()
        if name in by_name and name not in found:
            found.add(name)
            left += by_name[name].settings.after
    return in_order(other for name, other in by_name.items() if name in found)


def downstream(job: Job, jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Return those of `jobs` that come after `job`, directly or through others, in the order in which they run."""
    found = {job.name}
    behind: list[Job] = []
    for other in in_order(jobs):
        if other.name != job.name and found.intersection(other.settings.after):
            found.add(other.name)
            behind.append(other)
    return tuple(behind)


def all_upstream(jobs: Iterable[Job]) -> dict[str, tuple[Job, ...]]:
    """Return what `upstream` returns for each of the jobs, by their names, in a fraction of the time for many jobs."""
    ordered = in_order(jobs)
    before: dict[str, set[str]] = {}
    for job in ordered:
        found = [name for name in job.settings.after if name in before]
        before[job.name] = set(found).union(*(before[name] for name in found))
    positions = {job.name: position for position, job in enumerate(ordered)}
    return {name: tuple(ordered[at] for at in sorted(positions[n] for n in names)) for name, names in before.items()}


@dataclass(frozen=True)
class _Name:
    """A job's name in an `after`: the job `of` comes after the job `name`, in the `stages` where this `after` holds."""

    of: str
    name: str
    path: KeyPath
    line: int
    stages: tuple[str, ...]

    def error(self, file: YamlFile, message: str) -> ErrorLine:
        return ErrorLine(file.name, self.line, ".".join(map(str, self.path)), message)


def after_errors(content: ConfigFile, file: YamlFile) -> list[ErrorLine]:
    """Return an error for each name in an `after` that cannot be, and for jobs that wait for each other."""
    # Jobs as they are typed: `content` lacks those with an error, and one error is enough.
    listed = {stage: _section(_section(file.data, stage), "jobs") for stage in content.stages}
    if _lacks_a_stage(content, file):
        return []
    errors: list[ErrorLine] = []
    waits: dict[str, dict[str, dict[str, _Name]]] = {stage: {} for stage in content.stages}
    for names in _afters(content, file, listed):
        if len(errors) > MOST_ERRORS:
            return errors
        for index, name in enumerate(names):
            errors += [name.error(file, message) for message in _messages(index, names, listed, file)]
            for stage in name.stages:
                if name.name != name.of and name.name in listed[stage]:
                    waits[stage].setdefault(name.of, {})[name.name] = name
    for waits_of_stage in waits.values():
        errors += [_cycle_error(cycle, file) for cycle in _cycles(waits_of_stage)]
    return errors


def _lacks_a_stage(content: ConfigFile, file: YamlFile) -> bool:
    """Return true if `content` lacks a stage, such as one with too many jobs: nobody knows what it lists."""
    data = file.data if isinstance(file.data, dict) else {}
    return any(
        f"{key}{ACCOUNT}" in data and "jobs" in _section(data, key) for key in data.keys() - content.stages.keys()
    )


def _section(data: object, key: str) -> dict[str, object]:
    section = data.get(key) if isinstance(data, dict) else None
    return section if isinstance(section, dict) else {}


def _afters(content: ConfigFile, file: YamlFile, listed: dict[str, dict[str, object]]) -> Iterator[list[_Name]]:
    """Yield the names of each `after` of the file."""

    def names(path: KeyPath, typed: object, of: str, settings: JobSettings, stages: tuple[str, ...]) -> list[_Name]:
        lines = [file.line((*path, index) if isinstance(typed, list) else path) for index in range(len(settings.after))]
        return [_Name(of, name, path, line, stages) for name, line in zip(settings.after, lines, strict=True)]

    for job, shared in content.jobs.items():
        if "after" in shared.model_fields_set:
            holds = tuple(stage for stage, jobs in listed.items() if job in jobs and "after" not in _section(jobs, job))
            typed = _section(_section(file.data, "jobs"), job).get("after")
            yield names(("jobs", job, "after"), typed, job, shared, holds)
    for stage, found in content.stages.items():
        for job, own in found.section.jobs.items():
            if "after" in own.model_fields_set:
                typed = _section(listed[stage], job).get("after")
                yield names((stage, "jobs", job, "after"), typed, job, own, (stage,))


def _messages(index: int, names: list[_Name], listed: dict[str, dict[str, object]], file: YamlFile) -> Iterator[str]:
    """Yield what is wrong with the name at `index` of one `after`."""
    name, job = names[index], names[index].of
    having = [stage for stage, jobs in listed.items() if name.name in jobs]
    if name.name in [other.name for other in names[:index]]:
        yield f"{name.name} is there twice; remove one"
    elif name.name == job:
        yield f"{job} cannot come after itself; remove it here"
    elif not having:
        known = list(dict.fromkeys(other for stage in name.stages for other in listed[stage] if other != job))
        allowed = f"allowed: {', '.join(known[:MOST_NAMES])}{', ...' if len(known) > MOST_NAMES else ''}"
        hint = did_you_mean(name.name, known) or f"; {allowed if known else 'remove it here'}"
        yield f"no stage lists {name.name}{hint}"
    else:
        line = file.line((having[0], "jobs", name.name))
        for stage in (stage for stage in name.stages if stage not in having):
            others = ", ".join(other.name for other in names if other.name in listed[stage])
            own = f"give {stage}.jobs.{job} an `after: [{others}]` of its own"
            yield (
                f"{stage} does not list {name.name}, {having[0]} does on line {line}; list it in {stage} too, or"
                f" {own if name.path[0] == 'jobs' else 'remove it here'}"
            )


def _cycles(waits: dict[str, dict[str, _Name]]) -> Iterator[list[_Name]]:
    """Yield circles of jobs that wait for each other. No job is in two of them: one line about a job is enough."""
    left = dict(waits)
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            jobs: list[str] = error.args[1]  # each comes before the next; the first is also the last
            yield [waits[job][earlier] for earlier, job in pairwise(jobs)][::-1]
            left = {job: names for job, names in left.items() if job not in jobs}
        else:
            return


def _cycle_error(cycle: list[_Name], file: YamlFile) -> ErrorLine:
    start = cycle.index(min(cycle, key=lambda name: (name.line, name.of)))
    ordered = [*cycle[start:], *cycle[:start]]
    links = [f"{name.of} comes after {name.name} (line {name.line})" for name in ordered]
    if more := links[MOST_NAMES:]:
        links[MOST_NAMES:] = [f"and so on, {len(more)} more"]
    return ordered[0].error(file, f"these jobs wait for each other: {', '.join(links)}; remove one of these")
