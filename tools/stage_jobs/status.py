"""Show the last run of each job of a stage: `make status STAGE=prod`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from aws_glue_cdk_baseline.config import Job
from tools.amounts import columns, dollars, duration, prices_of
from tools.job_arguments import RunError
from tools.stage_jobs.account import MissingError, StageAccount
from tools.stage_jobs.metrics import ROWS_READ, values
from tools.stage_jobs.runs import JobRun, has_failed, last_runs
from tools.stage_jobs.triggers import next_starts

AT_ONCE = 8  # calls of GetJobRuns
LOOKED_AT = 10  # runs of each job; Glue returns the newest first
NEVER, NOT_DEPLOYED = "never run", "not deployed"


@dataclass(frozen=True)
class Status:
    """A job and its last run, if it has one."""

    job: Job
    deployed: bool
    run: JobRun | None = None

    @property
    def failed(self) -> JobRun | None:
        """The last run, if it has failed."""
        return self.run if self.run and has_failed(self.job, self.run) else None


def status(account: StageAccount, jobs: Sequence[Job]) -> int:
    """Print a line for each job, then the errors. Return 1 if the last run of one of them has failed, else 0."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda job: _status(account, job), jobs))
    if not any(item.deployed for item in found):
        raise RunError(
            f"none of the {len(jobs)} jobs of {account.stage.name} is deployed in this account and Region; the pipeline"
            " deploys them"
        )
    now = datetime.now(UTC)
    starts = next_starts(account, now) if len(jobs) == len(account.stage.jobs) else []
    notes = price_notes(account.region, [item.run for item in found if item.run])
    rows, without = _rows_read(account, found)
    print("\n".join([*table(found, now, rows), *without, *notes, *starts]))
    for item in found:
        if run := item.failed:
            again = f"make logs JOB={item.job.name} {account.make_variables()}"
            print(f"{item.job.name} {run.state}: {run.error}\n  its log: {again} RUN={run.id}")
    return 1 if any(item.failed for item in found) else 0


def table(found: Iterable[Status], now: datetime, rows_read: Mapping[str, int] | None = None) -> list[str]:
    """Return the lines of the table, with a heading. `rows_read` are those of some runs, by their ids.

    Without it, no job tells how many rows it reads, and the table has no such column.
    """
    rows: list[tuple[str, ...]] = [("job", "state", "started (UTC)", "ago", "duration", "cost", "rows read")]
    for item in found:
        if item.run is None:
            rows.append((item.job.name, NEVER if item.deployed else NOT_DEPLOYED, "-", "-", "-", "-", "-"))
            continue
        run = item.run
        started = run.started.astimezone(UTC)
        ago = _ago((now - started).total_seconds())
        cost = dollars(run.usd) if run.ended else "-"
        read = f"{rows_read[run.id]:,}" if rows_read and run.id in rows_read else "-"
        rows.append((item.job.name, run.state, f"{started:%Y-%m-%d %H:%M}", ago, duration(run.seconds), cost, read))
    if rows_read is None:
        rows = [row[:-1] for row in rows]
    return columns(rows)


def price_notes(region: str, runs: Sequence[JobRun]) -> list[str]:
    """Return a line about the prices of runs, if one of them has a price."""
    if not any(run.usd is not None for run in runs):
        return []
    return [f"costs are estimates, at {prices_of(region)}"]


def _rows_read(account: StageAccount, found: Sequence[Status]) -> tuple[dict[str, int] | None, list[str]]:
    """Return the rows that runs have read, by their ids, and a line if they cannot be looked up.

    They are None if no job has `observability`.
    """
    name = account.stage.names.job
    runs = [(name(item.job.name), item.run) for item in found if item.run and item.job.settings.observability]
    if not runs:
        return None, []
    try:
        return {run: round(sum(found)) for run, found in values(account, ROWS_READ, runs).items()}, []
    except RunError as error:
        return None, [f"without the rows read: {error}"]


def _status(account: StageAccount, job: Job) -> Status:
    try:
        runs = last_runs(account, account.stage.names.job(job.name), LOOKED_AT)
    except MissingError:
        return Status(job, deployed=False)
    if not runs:  # AWS answers so for a job that there is not, too
        return Status(job, deployed=_is_deployed(account, job))
    return Status(job, deployed=True, run=runs[0])


def _is_deployed(account: StageAccount, job: Job) -> bool:
    name = account.stage.names.job(job.name)
    try:
        account.call("glue", "get_job", name, JobName=name)
    except MissingError:
        return False
    return True


def _ago(seconds: float) -> str:
    if seconds < 3600:
        return f"{max(0, seconds) // 60:.0f} min"
    return f"{seconds // 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds // 86400:.0f} days"
