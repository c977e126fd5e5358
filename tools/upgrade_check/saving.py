"""Reckon what a change of the Glue version saves, in USD: at the job's timeout, and for its last run on AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.prices import dpus, price
from tools.job_arguments import RunError
from tools.upgrade_check.findings import Change

SHORTEST = 60  # seconds: Glue bills a minute at least
MOST_RUNS = 200  # that are searched for one that succeeded


@dataclass(frozen=True)
class LastRun:
    """The last run of a job on AWS that succeeded: how long it took, and its seconds of DPUs."""

    seconds: int
    dpu_seconds: float


def saved_at_timeout(job: Job, change: Change) -> float | None:
    """Return what a run saves that takes until the timeout with all workers, or None if a price is not known."""
    settings = job.settings
    workers = settings.number_of_workers * dpus(settings.worker_type)
    return _saved(job, change, settings.timeout_minutes * 60 * workers)


def saved_by_last_run(job: Job, change: Change, run: LastRun | None) -> float | None:
    """Return what a run like the last one saves, or None if a price or the run is not known."""
    return None if run is None else _saved(job, change, run.dpu_seconds)


def _saved(job: Job, change: Change, dpu_seconds: float) -> float | None:
    settings = job.settings
    before, after = (
        price(version, settings.execution_class, settings.worker_type) for version in (change.source, change.target)
    )
    return None if before is None or after is None else (before - after) * dpu_seconds / 3600


def last_run(session: Any, job: Job, name: str) -> LastRun | None:
    """Return the last run that succeeded of the job that AWS knows as `name`, or None if there is none.

    Nothing is written there.
    """
    try:
        client = session.client("glue")
        pages = client.get_paginator("get_job_runs").paginate(
            JobName=name, PaginationConfig={"MaxItems": MOST_RUNS, "PageSize": 100}
        )
        runs = [run for page in pages for run in page["JobRuns"] if run["JobRunState"] == "SUCCEEDED"]
    except (BotoCoreError, ClientError) as error:
        if getattr(error, "response", {}).get("Error", {}).get("Code") == "EntityNotFoundException":
            return None  # not deployed there
        raise RunError(f"the last run of {name}: {error}") from None
    if not runs:
        return None
    run = max(runs, key=lambda found: found["StartedOn"])
    seconds = int(run.get("ExecutionTime", 0))
    workers = run.get("NumberOfWorkers", job.settings.number_of_workers)
    capacity = run.get("MaxCapacity") or workers * dpus(run.get("WorkerType", job.settings.worker_type))
    # With auto scaling and Flex, Glue says the seconds of DPUs itself.
    return LastRun(seconds, float(run.get("DPUSeconds") or max(seconds, SHORTEST) * capacity))
