"""What the integration test asks of AWS, and what it makes of Glue's errors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from tests.integ.job_run import JobRun

# These say that there is no room now: worth another try, and certainly nothing was started.
FULL = {"ConcurrentRunsExceededException", "ResourceNumberLimitExceededException"}
THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
CLOCKS_DIFFER = timedelta(seconds=5)
STOPPED_AT_ONCE = 25  # runs that one BatchStopJobRun takes


class NoRoomError(Exception):
    """The run was not started now, and may be later; the message is Glue's."""


class GlueJobs:
    """The jobs of one stage. `session` is a boto3 session."""

    def __init__(self, session: Any) -> None:
        patient = Config(retries={"mode": "standard", "max_attempts": 10})
        # What came of a start that got no answer must be looked up before it is tried again: never start twice.
        once = Config(retries={"mode": "standard", "total_max_attempts": 1})
        self._glue = session.client("glue", config=patient)
        self._starter = session.client("glue", config=once)
        self._stacks = session.client("cloudformation", config=patient)

    def find(self, stage_name: str) -> list[str]:
        """The names of the stage's jobs: those of its stack.

        CloudFormation is asked, and not Glue's ListJobs for the stack's tag: whoever may call that may do so for every
        job of the account, while this is allowed for one stack. It also knows no job that others tagged alike.
        """
        stack = f"{stage_name}-GlueAppStack"
        pages = self._stacks.get_paginator("list_stack_resources").paginate(StackName=stack)
        return sorted(
            item["PhysicalResourceId"]
            for page in pages
            for item in page["StackResourceSummaries"]
            if item["ResourceType"] == "AWS::Glue::Job" and not item["ResourceStatus"].startswith("DELETE_")
        )

    def start(self, job: str, known: Iterable[str], since: datetime) -> str:
        """Start a run; returns its id. Raises NoRoomError where that may work later.

        An earlier try since `since` may have started a run without an answer: a run that is not `known` is ours.
        """
        try:
            run_id: str = self._starter.start_job_run(JobName=job)["JobRunId"]
        except HTTPClientError as error:
            return self._unanswered(job, known, since, str(error))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if code in FULL or status >= 500:
                return self._unanswered(job, known, since, str(error))
            if code in THROTTLED or status == 429:
                raise NoRoomError(str(error)) from None
            raise
        return run_id

    def _unanswered(self, job: str, known: Iterable[str], since: datetime, why: str) -> str:
        if found := self.find_run(job, known, since):
            return found
        raise NoRoomError(why)

    def find_run(self, job: str, known: Iterable[str], since: datetime) -> str | None:
        """A run of the job that was started after `since` and is not `known`."""
        for run in self._glue.get_job_runs(JobName=job, MaxResults=10)["JobRuns"]:
            started = run.get("StartedOn") or datetime.now(UTC)
            if run["Id"] not in set(known) and started >= since - CLOCKS_DIFFER:
                return str(run["Id"])
        return None

    def look(self, run: JobRun) -> dict[str, Any]:
        answer: dict[str, Any] = self._glue.get_job_run(JobName=run.job, RunId=run.run_id)["JobRun"]
        return answer

    def stop(self, runs: Iterable[JobRun]) -> dict[str, str]:
        """Stop the runs, with one call a job; returns why it did not work, by job."""
        by_job: dict[str, list[str]] = {}
        for run in runs:
            by_job.setdefault(run.job, []).append(run.run_id)
        failed = {}
        for job, ids in by_job.items():
            try:
                for start in range(0, len(ids), STOPPED_AT_ONCE):
                    self._glue.batch_stop_job_run(JobName=job, JobRunIds=ids[start : start + STOPPED_AT_ONCE])
            except (ClientError, HTTPClientError) as error:  # the others are stopped all the same
                failed[job] = str(error)
        return failed
