"""A run of a deployed job, as Glue's answers describe it: its state, times, cost and error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.prices import dpu_seconds, price
from tools.stage_jobs.account import StageAccount

SUCCEEDED = "SUCCEEDED"
STOPPED = "STOPPED"
BAD_ENDS = ("FAILED", "TIMEOUT", STOPPED, "ERROR", "EXPIRED")
ENDS = (SUCCEEDED, *BAD_ENDS)


@dataclass(frozen=True)
class JobRun:
    """A run: `seconds` of execution, `paid` in DPU-seconds, `usd` or None where the price is not known."""

    id: str
    state: str
    started: datetime
    seconds: float
    paid: float
    usd: float | None
    error: str
    answer: Mapping[str, Any]

    @property
    def ended(self) -> bool:
        return self.state in ENDS

    @property
    def failed(self) -> bool:
        return self.state in BAD_ENDS


def has_failed(job: Job, run: JobRun) -> bool:
    """Return true if a run of the job has failed. A streaming job that was stopped has not: it has no other end.

    Nor has one that EXPIRED, as Glue says when it restarts it in a run of its own.
    """
    return run.failed and not (job.settings.is_streaming and run.state in (STOPPED, "EXPIRED"))


def job_run(answer: Mapping[str, Any]) -> JobRun:
    """Return the run of an answer of GetJobRun, or of an item of GetJobRuns."""
    state, started = str(answer["JobRunState"]), answer.get("StartedOn") or datetime.now(UTC)
    seconds = float(answer.get("ExecutionTime") or 0)
    if not seconds and state not in ENDS:  # Glue may not report the time of a run before its end
        seconds = max(0.0, (datetime.now(UTC) - started).total_seconds())
    paid = dpu_seconds(answer, seconds)
    rate = price(
        str(answer.get("GlueVersion") or ""),
        str(answer.get("ExecutionClass") or "STANDARD"),
        str(answer.get("WorkerType") or ""),
    )
    usd = None if rate is None else paid / 3600 * rate
    error = " ".join(str(answer.get("ErrorMessage") or "").split())
    if not error and state in BAD_ENDS:
        error = f"ended {state}, and Glue gives no reason"
    return JobRun(str(answer["Id"]), state, started, seconds, paid, usd, error, answer)


def last_runs(account: StageAccount, job: str, number: int) -> list[JobRun]:
    """Return the last runs of a job, the newest first. Raise MissingError if there is no such job."""
    answer = account.call("glue", "get_job_runs", job, JobName=job, MaxResults=number)
    runs = [job_run(item) for item in answer["JobRuns"]]
    return sorted(runs, key=lambda run: run.started, reverse=True)[:number]


def one_run(account: StageAccount, job: str, run_id: str) -> JobRun:
    """Return a run of a job. Raise MissingError if there is none."""
    return job_run(account.call("glue", "get_job_run", job, JobName=job, RunId=run_id)["JobRun"])
