"""Say what the jobs of a stage cost, and what would save: `make cost`, with PROFILE also from their last runs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from statistics import mean, median

from aws_glue_cdk_baseline.config import Job, StageConfig
from tools.amounts import columns, dollars, duration, prices_of, total
from tools.job_arguments import RunError
from tools.stage_jobs.account import MissingError, StageAccount
from tools.stage_jobs.job_cost import JobCost
from tools.stage_jobs.metrics import LOAD, values
from tools.stage_jobs.month import month
from tools.stage_jobs.runs import last_runs
from tools.stage_jobs.savings import idle, savings, waste
from tools.stage_jobs.status import AT_ONCE

LOOKED_AT = 20  # runs of each job


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
            number = len(item.succeeded)
            runs = f"{took}, in 1 run" if number == 1 else f"{took}, the median of {number} runs"
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
