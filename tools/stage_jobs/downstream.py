"""Start a deployed job and then those after it: `make start JOB=X DOWNSTREAM=1`.

It does what the triggers of a stage do behind a schedule, for a chain that has failed or that is to run now.
"""

from __future__ import annotations

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.config.chains import downstream
from tools.stage_jobs.account import StageAccount
from tools.stage_jobs.start import start

INTERRUPTED = 130


def start_with_downstream(account: StageAccount, job: Job, given: list[str], yes: bool) -> int:
    """Start the job with the arguments `given`, and each job after it when those before it have succeeded, one by one.

    Jobs that come before `job` are not started. Return 0 if all runs have succeeded.
    """
    further = downstream(job, account.stage.jobs)
    print(f"after {job.name}: {', '.join(other.name for other in further) or 'no job'}")
    if code := start(account, job, given, yes):
        _not_started(further, f"{job.name} has not succeeded")
        return code
    missed: set[str] = set()
    for number, other in enumerate(further):
        if before := [name for name in other.settings.after if name in missed]:
            code = 1
            _not_started((other,), f"{before[0]} has not succeeded")
        else:
            code = start(account, other, [], yes=True)
        if code == INTERRUPTED:
            _not_started(further[number + 1 :], "interrupted")
            return code
        if code:
            missed.add(other.name)
    return 1 if missed else 0


def _not_started(jobs: tuple[Job, ...], why: str) -> None:
    for job in jobs:
        print(f"{job.name} was not started: {why}")
