"""The integration test's calls to Glue and CloudFormation, and the meaning of their errors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from tests.integ.job_run import JobRun
from tests.integ.plan import PlannedJob

# Errors of a start that may succeed later.
FULL = {"ConcurrentRunsExceededException", "ResourceNumberLimitExceededException"}
THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
CLOCKS_DIFFER = timedelta(seconds=5)
STOPPED_AT_ONCE = 25  # as many runs as one BatchStopJobRun takes


class NoCapacityError(Exception):
    """The run was not started, but a later try may succeed. The message is Glue's."""


class GlueJobs:
    """The jobs of one stage, reached with a boto3 session."""

    def __init__(self, session: Any) -> None:
        patient = Config(retries={"mode": "standard", "max_attempts": 10})
        # botocore must not retry: a call without an answer may have started a run, and a second call would start two.
        once = Config(retries={"mode": "standard", "total_max_attempts": 1})
        self._glue = session.client("glue", config=patient)
        self._starter = session.client("glue", config=once)
        self._stacks = session.client("cloudformation", config=patient)

    def find(self, stage_name: str, name_prefix: str = "", stacks: int = 1) -> list[str]:
        """Return the names of the jobs in the stage's stacks: GlueAppStack, GlueAppStack2 and so on.

        The permission for this CloudFormation call is limited to these stacks. Glue's ListJobs with a tag would need a
        permission for all jobs of the account, and would also find other jobs with the same tag.
        """
        stack = "-".join(filter(None, [name_prefix, stage_name, "GlueAppStack"]))
        names = [stack, *(f"{stack}{number}" for number in range(2, stacks + 1))]
        pages = self._stacks.get_paginator("list_stack_resources")
        return sorted(
            item["PhysicalResourceId"]
            for name in names
            for page in pages.paginate(StackName=name)
            for item in page["StackResourceSummaries"]
            if item["ResourceType"] == "AWS::Glue::Job" and not item["ResourceStatus"].startswith("DELETE_")
        )

    def start(self, job: str, known: Iterable[str], since: datetime) -> str:
        """Start a run and return its id. Raise NoCapacityError if a later try may work.

        An earlier try, at `since` or later, may have started a run although its answer was lost. If the job has a run
        that is not `known`, this run is returned.
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
                raise NoCapacityError(str(error)) from None
            raise
        return run_id

    def _unanswered(self, job: str, known: Iterable[str], since: datetime, reason: str) -> str:
        if found := self.find_run(job, known, since):
            return found
        raise NoCapacityError(reason)

    def find_run(self, job: str, known: Iterable[str], since: datetime) -> str | None:
        """Return a run of the job that was started after `since` and is not `known`, or None."""
        for run in self._glue.get_job_runs(JobName=job, MaxResults=10)["JobRuns"]:
            started = run.get("StartedOn") or datetime.now(UTC)
            if run["Id"] not in set(known) and started >= since - CLOCKS_DIFFER:
                return str(run["Id"])
        return None

    def doubt(self, job: str, run_id: str, planned: PlannedJob) -> str:
        """Return why a run of the job does not count as passed with its planned arguments, or an empty text."""
        try:
            run = self._glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "EntityNotFoundException":
                return f"Glue does not know its run {run_id}"
            return f"its run {run_id} cannot be looked up: {error}"
        except BotoCoreError as error:
            return f"its run {run_id} cannot be looked up: {error}"
        if run.get("JobName", job) != job:
            return f"its run {run_id} is one of {run['JobName']}"
        if run.get("JobRunState") not in ("SUCCEEDED", *(["STOPPED", "STOPPING"] if planned.streaming else [])):
            return f"its run {run_id} is {run.get('JobRunState')}"
        # Glue returns the arguments with which the run was started, in place of those of the job.
        given = run.get("Arguments") or {}
        if other := next((name for name, value in planned.arguments.items() if given.get(name, value) != value), ""):
            return f"its run {run_id} had another {other}"
        return ""

    def look(self, run: JobRun) -> dict[str, Any]:
        answer: dict[str, Any] = self._glue.get_job_run(JobName=run.job, RunId=run.run_id)["JobRun"]
        return answer

    def stop(self, runs: Iterable[JobRun]) -> dict[str, str]:
        """Stop the runs of each job together, and return the errors by job."""
        by_job: dict[str, list[str]] = {}
        for run in runs:
            by_job.setdefault(run.job, []).append(run.run_id)
        failed = {}
        for job, ids in by_job.items():
            try:
                for start in range(0, len(ids), STOPPED_AT_ONCE):
                    self._glue.batch_stop_job_run(JobName=job, JobRunIds=ids[start : start + STOPPED_AT_ONCE])
            except (ClientError, HTTPClientError) as error:  # the other jobs must still be stopped
                failed[job] = str(error)
        return failed
