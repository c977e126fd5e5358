"""Stand-ins for AWS in the tests of the integration test: Glue by stubs, a bucket of S3, and a clock."""

import io
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber

from tests.integ.clock import Clock
from tests.integ.glue_jobs import GlueJobs

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
STARTED = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Time(Clock):
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.interrupted_after = float("inf")

    def now(self) -> float:
        return self.passed

    def today(self) -> datetime:
        return STARTED

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        if self.passed > self.interrupted_after:
            self.interrupted_after = float("inf")
            raise KeyboardInterrupt


class Glue:
    """A GlueJobs with stubbed clients; its methods add the requests that they must get."""

    def __init__(self) -> None:
        self.stubs: list[Stubber] = []
        self.jobs = GlueJobs(self)
        self.patient, self.starter, self.stacks = self.stubs

    def client(self, service: str, config: Any) -> Any:
        client = boto3.client(service, config=config, **KEYS)
        self.stubs.append(Stubber(client))
        self.stubs[-1].activate()
        return client

    def has_answered_all(self) -> None:
        for stub in self.stubs:
            stub.assert_no_pending_responses()

    def starts(self, job: str) -> None:
        self.starter.add_response("start_job_run", {"JobRunId": f"jr_{job}"}, {"JobName": job})

    def refuses(self, job: str, code: str, status: int = 400) -> None:
        self.starter.add_client_error("start_job_run", code, "no capacity", status, expected_params={"JobName": job})

    def polls(self, job: str, state: str, **answer: Any) -> None:
        run = {"JobRunState": state, "ExecutionTime": 5, **answer}
        self.patient.add_response("get_job_run", {"JobRun": run}, {"JobName": job, "RunId": f"jr_{job}"})

    def stops(self, job: str) -> None:
        self.patient.add_response("batch_stop_job_run", {}, {"JobName": job, "JobRunIds": [f"jr_{job}"]})

    def lists_runs(self, job: str, *run_ids: str) -> None:
        runs = [{"Id": run_id, "StartedOn": STARTED} for run_id in run_ids]
        self.patient.add_response("get_job_runs", {"JobRuns": runs}, {"JobName": job, "MaxResults": 10})


class Bucket:
    """An S3 client whose bucket holds `files`. It remembers how many bytes of each were fetched."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.fetched: Counter[str] = Counter()
        self.calls = 0

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        found = [{"Key": key, "Size": len(body)} for key, body in self.files.items() if key.startswith(Prefix)]
        return [{}, {"Contents": found[:1]}, {"Contents": found[1:]}]

    def get_object(self, Bucket: str, Key: str, Range: str) -> dict[str, Any]:
        first, last = map(int, Range.removeprefix("bytes=").split("-"))
        part = self.files[Key][first : last + 1]
        self.fetched[Key] += len(part)
        self.calls += 1
        return {"Body": io.BytesIO(part)}
