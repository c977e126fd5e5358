"""Integration test: start every job of a deployed stage, wait for all of them and tell how each one ended.

The pipeline runs it after DeployDev; by hand, with credentials that may assume the role:

    python tests/integ/integ_test_glue_app_stack.py --account 123456789102 --region us-east-1 \
        --stage-name DeployDev --sts-role-arn arn:aws:iam::123456789102:role/glue-test-dev
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

ENDS = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"}
CONCURRENCY = 10  # runs at the same time
MAX_SECONDS = 600  # of execution, for one run
MAX_WAIT_SECONDS = 1800  # for one run, waiting for capacity included
log = logging.getLogger("integration-test")


@dataclass
class Run:
    """One job run: `state` as Glue names it, `seconds` of execution, `message` what Glue says of a bad end."""

    job: str
    run_id: str
    started: float
    state: str = "STARTING"
    seconds: int = 0
    message: str = ""

    @property
    def passed(self) -> bool:
        return self.state == "SUCCEEDED" and self.seconds < MAX_SECONDS


def find_jobs(glue: Any, stage_name: str) -> list[str]:
    """The names of the stage's jobs, by the tag that the stack gives them."""
    jobs: list[str] = []
    request: dict[str, Any] = {"Tags": {"stack_name": f"{stage_name}-GlueAppStack"}, "MaxResults": 100}
    while True:
        page = glue.list_jobs(**request)
        jobs += page["JobNames"]
        if not page.get("NextToken"):
            return sorted(jobs)
        request["NextToken"] = page["NextToken"]


def run_jobs(glue: Any, jobs: list[str], sleep: Callable[[float], None] = time.sleep) -> list[Run]:
    """Run all jobs, at most CONCURRENCY at once, to their end. Whatever interrupts it: the runs that go are stopped."""
    waiting, going, ended = list(jobs), list[Run](), list[Run]()
    delay = 1.0
    try:
        while waiting or going:
            while waiting and len(going) < CONCURRENCY:
                job = waiting.pop(0)
                going.append(Run(job, glue.start_job_run(JobName=job)["JobRunId"], time.monotonic()))
                log.info("%s started", job)
            sleep(delay)
            for run in list(going):
                _refresh(glue, run)
                if run.state in ENDS:
                    going.remove(run)
                    ended.append(run)
                    log.info("%s %s after %d s", run.job, run.state, run.seconds)
                    delay = 1.0
            delay = min(delay * 1.3, 15.0)
    finally:
        for run in going:
            log.info("%s is stopped", run.job)
            glue.batch_stop_job_run(JobName=run.job, JobRunIds=[run.run_id])
    return ended


def _refresh(glue: Any, run: Run) -> None:
    now = glue.get_job_run(JobName=run.job, RunId=run.run_id)["JobRun"]
    run.state, run.seconds = now["JobRunState"], int(now.get("ExecutionTime", 0))
    run.message = now.get("ErrorMessage", "")
    if run.state not in ENDS and (run.seconds > MAX_SECONDS or time.monotonic() - run.started > MAX_WAIT_SECONDS):
        glue.batch_stop_job_run(JobName=run.job, JobRunIds=[run.run_id])
        run.message = f"stopped by the test after {run.seconds} s of execution"
        run.state = "STOPPED"


def report(runs: list[Run]) -> list[str]:
    """One line a run, the failed ones last."""
    lines = [f"{'job':<40} {'state':<10} seconds"]
    for run in sorted(runs, key=lambda run: (not run.passed, run.job)):
        why = run.message or (f"took {MAX_SECONDS} s or more" if run.state == "SUCCEEDED" and not run.passed else "")
        lines.append(f"{run.job:<40} {run.state:<10} {run.seconds:>7} {why}".rstrip())
    return lines


def assumed_session(role_arn: str, region: str) -> boto3.Session:
    """A session with the credentials of the stage's test role."""
    credentials = boto3.client("sts", region_name=region).assume_role(
        RoleArn=role_arn, RoleSessionName="glue-integ-test"
    )
    keys = credentials["Credentials"]
    return boto3.Session(
        region_name=region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--account", required=True, help="AWS account id of the stage")
    parser.add_argument("--region", required=True, help="AWS Region of the stage")
    parser.add_argument("--stage-name", required=True, help="name of the pipeline's stage, such as DeployDev")
    parser.add_argument("--sts-role-arn", required=True, help="ARN of the stage's test role")
    parser.add_argument("-v", "--verbose", action="store_true", help="log every API call")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s")
    if options.verbose:
        logging.getLogger("botocore.endpoint").setLevel(logging.DEBUG)

    glue = assumed_session(options.sts_role_arn, options.region).client(
        "glue", config=Config(retries={"mode": "adaptive", "max_attempts": 10})
    )
    jobs = find_jobs(glue, options.stage_name)
    if not jobs:
        print(f"no job of {options.stage_name} in account {options.account}: nothing was tested", file=sys.stderr)
        return 1
    runs = run_jobs(glue, jobs)
    print("\n".join(report(runs)))
    failed = [run.job for run in runs if not run.passed]
    print(
        f"{len(runs) - len(failed)} of {len(runs)} jobs passed" + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
