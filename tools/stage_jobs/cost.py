"""Say what the jobs of a stage cost, and what would save: `make cost`, with PROFILE also from their last runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from statistics import mean, median

from aws_glue_cdk_baseline import prices
from aws_glue_cdk_baseline.config import Job, StageConfig
from tools.amounts import columns, dollars, duration, prices_of, total
from tools.job_arguments import RunError
from tools.stage_jobs.account import MissingError, StageAccount
from tools.stage_jobs.metrics import LOAD, values
from tools.stage_jobs.month import month
from tools.stage_jobs.runs import SUCCEEDED, JobRun, has_failed, last_runs
from tools.stage_jobs.status import AT_ONCE

LOOKED_AT = 20  # runs of each job
NEWER = "6.0"  # the Glue version with the lower price
FLEX_WORKERS = ("G.1X", "G.2X")
MOST_SHOWN = 10  # jobs in a line


@dataclass(frozen=True)
class JobCost:
    """A job and its last runs that have ended, the newest first. Without AWS it has none, and `looked` is False.

    `loads` are how busy the processors of its workers were on average, from 0 to 1, by the ids of runs.
    """

    job: Job
    runs: tuple[JobRun, ...] = ()
    looked: bool = False
    loads: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """USD per DPU-hour, or None if the price is not known."""
        settings = self.job.settings
        if settings.is_shell:
            return prices.price(prices.SHELL, "STANDARD", "")
        return prices.price(settings.glue_version, settings.execution_class, settings.worker_type)

    @property
    def most(self) -> float | None:
        """What a run costs at most: all workers until the timeout, and those of a streaming job for an hour."""
        settings = self.job.settings
        if settings.is_shell:
            return prices.most_of_shell(settings.max_capacity, settings.timeout_minutes)
        if self.rate is None:
            return None
        minutes = 60 if settings.is_streaming else settings.timeout_minutes
        return prices.most(self.rate, settings.worker_type, settings.number_of_workers, minutes)

    @property
    def succeeded(self) -> list[JobRun]:
        return [run for run in self.runs if run.state == SUCCEEDED]

    @property
    def usual_paid(self) -> float | None:
        """The DPU-seconds of a run, usually: the median of those that succeeded."""
        return median(run.paid for run in self.succeeded) if self.succeeded else None

    @property
    def usual(self) -> float | None:
        """What a run costs usually, at the price of the job's present settings."""
        if self.rate is None or self.usual_paid is None:
            return None
        return self.usual_paid / 3600 * self.rate


def cost(stage: StageConfig, jobs: Sequence[Job], account: StageAccount | None, builds: Sequence[str]) -> int:
    """Print the costs of a stage's jobs. `builds` are the lines about those of a push. Return 0."""
    if account is None:
        found, unseen = [JobCost(job) for job in jobs], list[str]()
    else:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda job: _looked_up(account, job), jobs))
        found, unseen = _with_loads(account, found)
    whole, a_month = list[str](), list[str]()
    if len(jobs) == len(stage.jobs):
        whole = [*push(stage, found), *builds]
        costs = {item.job.name: (item.most, item.usual) for item in found}
        a_month = month(stage, costs, datetime.now(UTC), looked=account is not None)
    parts = [
        table(found),
        whole,
        a_month,
        savings(found),
        *([waste(found), [*idle(found), *unseen]] if account else []),
    ]
    print("\n\n".join("\n".join(lines) for lines in parts if lines))
    print(f"\nestimates, at {prices_of(stage.account.aws_region)}")
    if account is None:
        print("PROFILE= adds what the last runs have cost")
    return 0


def table(found: Sequence[JobCost]) -> list[str]:
    """Return a line for each job: its size, and what a run costs at most and usually."""
    rows = [("one run of", "size", "at most", "usually", "")]
    for item in found:
        settings = item.job.settings
        flex = ", Flex" if settings.execution_class == "FLEX" else ""
        size = f"{settings.number_of_workers} x {settings.worker_type}, {settings.timeout_minutes} min"
        if settings.is_streaming:
            size = f"{settings.number_of_workers} x {settings.worker_type}, streaming, an hour"
        if settings.is_shell:
            size = f"{settings.max_capacity:g} DPU, {settings.timeout_minutes} min"
        usually, runs = "-", ""
        if item.succeeded:
            usually = dollars(item.usual)
            took = duration(median(run.seconds for run in item.succeeded))
            runs = f"{took}, the median of {len(item.succeeded)} runs"
        elif item.looked:
            runs = "no run has succeeded yet"
        rows.append((item.job.name, f"{size}, {settings.runs_on}{flex}", dollars(item.most), usually, runs))
    return columns(rows)


def push(stage: StageConfig, found: Sequence[JobCost]) -> list[str]:
    """Return what a push costs in this stage: the runs of its integration test."""
    if not stage.integration_test:
        return [f"A push runs no job of {stage.name}: it has no integration test."]
    which = "up to " if stage.tests_changed_only else "the "
    lines = [
        f"A push runs {which}{len(found)} jobs of {stage.name} in the integration test:"
        f" {total([item.most for item in found])} at most"
    ]
    if any(item.looked for item in found):
        lines[0] += f", {total([item.usual for item in found])} usually"
    return lines


def savings(found: Sequence[JobCost]) -> list[str]:
    """Return what another setting would save, at the same DPU-seconds: a line for each setting, with its jobs."""
    jobs: dict[str, list[tuple[float, str]]] = {}
    for item in found:
        settings, rate = item.job.settings, item.rate
        if settings.is_shell:
            continue
        others = {
            f'glueVersion: "{NEWER}"': prices.price(NEWER, settings.execution_class, settings.worker_type),
            "executionClass: FLEX (a run may wait)": prices.price(settings.glue_version, "FLEX", settings.worker_type)
            if settings.worker_type in FLEX_WORKERS and not (settings.is_streaming or settings.queuing)
            else None,
        }
        for setting, other in others.items():
            if rate is not None and other is not None and other < rate:
                saved = 0 if item.usual is None else item.usual * (1 - other / rate)
                shown = f"{item.job.name} ({dollars(saved)} of a usual run)" if saved else item.job.name
                jobs.setdefault(f"  {setting} saves {1 - other / rate:.0%}: ", []).append((saved, shown))
    lines = []
    for start, saving in jobs.items():
        names = [name for _, name in sorted(saving, key=lambda entry: -entry[0])]
        more = f" and {len(names) - MOST_SHOWN} more" if names[MOST_SHOWN:] else ""
        lines.append(start + ", ".join(names[:MOST_SHOWN]) + more)
    lines += [line for item in found if (line := _fewer_workers(item))]
    return ["What would save:", *lines] if lines else []


def waste(found: Sequence[JobCost]) -> list[str]:
    """Return what was paid for nothing in the last runs of each job, most first.

    That is all of a run that did not succeed, and the rest of the minute that is billed at least.
    """
    wasted = []
    for item in found:
        paid = sum(run.paid for run in item.runs)
        failed = [run for run in item.runs if has_failed(item.job, run)]
        lost = sum(run.paid for run in failed)
        short = sum(_below_a_minute(run) for run in item.succeeded)
        if lost + short:
            wasted.append((lost + short, paid, lost, short, len(failed), item))
    if not wasted:
        return []
    lines = ["What was paid for nothing, most first (DPU-seconds of the last runs):"]
    for both, paid, lost, short, number, item in sorted(wasted, key=lambda entry: -entry[0]):
        usd = "" if item.rate is None else f", {dollars(both / 3600 * item.rate)}"
        reasons = [f"{lost:.0f} by {number} runs that failed"] if lost else []
        reasons += [f"{short:.0f} below the billed minute"] if short else []
        share = f"{both:.0f} of {paid:.0f} in {len(item.runs)} runs ({both / paid:.0%}{usd})"
        lines.append(f"  {item.job.name}: {share}: {', '.join(reasons)}")
    return lines


def idle(found: Sequence[JobCost]) -> list[str]:
    """Return how much of what was paid for the workers' processors used, least first: of jobs with `observability`."""
    shares = []
    for item in found:
        known = [run for run in item.succeeded if run.id in item.loads]
        paid = sum(run.paid for run in known)
        if paid:
            used = sum(run.paid * item.loads[run.id] for run in known)
            line = f"  {item.job.name}: {used:.0f} of {paid:.0f} DPU-seconds in {len(known)} runs ({used / paid:.0%})"
            shares.append((used / paid, line))
    if not shares:
        return []
    return [
        "What the processors of the workers used of what was paid, least first:",
        *(line for _, line in sorted(shares)),
    ]


def _with_loads(account: StageAccount, found: Sequence[JobCost]) -> tuple[list[JobCost], list[str]]:
    """Return the jobs with the loads of their runs, and a line if these cannot be looked up."""
    name = account.stage.names.job
    runs = [(name(item.job.name), run) for item in found if item.job.settings.observability for run in item.succeeded]
    try:
        loads = {run: mean(load) for run, load in values(account, LOAD, runs).items()}
    except RunError as error:
        return list(found), [f"without the use of the workers: {error}"]
    return [replace(item, loads=loads) for item in found], []


def _looked_up(account: StageAccount, job: Job) -> JobCost:
    try:
        runs = last_runs(account, account.stage.names.job(job.name), LOOKED_AT)
    except MissingError:
        runs = []
    return JobCost(job, tuple(run for run in runs if run.ended), looked=True)


def _fewer_workers(item: JobCost) -> str:
    """Return a line if no run has used half of the workers. Auto scaling keeps what is usual low, not what is most."""
    settings = item.job.settings
    if settings.is_shell:
        return ""
    each = prices.dpus(settings.worker_type)
    long = [run for run in item.succeeded if run.seconds >= prices.BILLED_AT_LEAST]
    used = max((run.paid / run.seconds / each for run in long), default=0)
    enough = max(2, round(used * 1.5 + 0.5))
    if not used or enough > settings.number_of_workers / 2 or item.most is None:
        return ""
    less = item.most * enough / settings.number_of_workers
    return (
        f"  {item.job.name}: numberOfWorkers: {enough} lowers what a run costs at most to {dollars(less)}; its last"
        f" runs had {used:.1f} on average"
    )


def _below_a_minute(run: JobRun) -> float:
    if not 0 < run.seconds < prices.BILLED_AT_LEAST:
        return 0
    return run.paid * (1 - run.seconds / prices.BILLED_AT_LEAST)
