"""The records of what passed, and its time: one for each job, in a DynamoDB table that only the test's role writes.

A record says that a job passed from the end of a good run until the next start, so that an interrupted test, or one
that fails, leaves none that says so. A record that cannot be read, or is that of something else, says nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.integ.clock import Clock
from tests.integ.job_run import JobRun
from tests.integ.plan import PlannedJob

FORMAT = 1
KEPT = 10  # runs of a job that passed
KEY, VALUE = "job", "record"  # the attributes of an item; the value is JSON
NOT_WRITTEN = "the record of %s cannot be written: %s"
log = logging.getLogger("integration-test")


@dataclass(frozen=True)
class PastRun:
    """A run that passed, at the time `at` (UTC, ISO 8601). `arguments` is a digest of its arguments."""

    run_id: str
    at: str
    seconds: float
    dpu_hours: float
    arguments: str

    @property
    def when(self) -> str:
        return f"{self.at[:10]} {self.at[11:16]} UTC"


@dataclass(frozen=True)
class Passed:
    """A job as it was when it passed."""

    run: PastRun
    fingerprint: str
    parts: dict[str, str]
    arguments: dict[str, str]


@dataclass(frozen=True)
class Record:
    """The record of one job. Without `passed`, `reason` says why it does not count as passed."""

    passed: Passed | None = None
    reason: str = "never passed here"
    history: tuple[PastRun, ...] = field(default=())  # the last one first


class Records:
    """The records of one stage. `place` is the stage, the account and the Region."""

    def __init__(self, dynamodb: Any, table: str, place: tuple[str, str, str], clock: Clock | None = None) -> None:
        self._dynamodb, self._table, self._place = dynamodb, table, place
        self._clock = clock or Clock()
        self._texts: dict[str, str] = {}
        self._lost = ""

    def read(self) -> None:
        """Read the records of all jobs. If that is not possible, none has passed."""
        try:
            for page in self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True):
                for item in page["Items"]:
                    self._texts[item.get(KEY, {}).get("S", "")] = item.get(VALUE, {}).get("S", "")
        except (ClientError, BotoCoreError) as error:
            log.warning("the records in %s cannot be read, so every job is tested: %s", self._table, error)
            self._texts, self._lost = {}, f"the records in {self._table} cannot be read"

    def of(self, job: str) -> Record:
        """Return the record of a job."""
        if job not in self._texts:
            return Record(reason=self._lost or Record.reason)
        try:
            data = json.loads(self._texts[job])
            if data["format"] != FORMAT:
                return Record(reason=f"its record has the format {data['format']!r}, known: {FORMAT}")
            if (*data["place"], data["job"]) != (*self._place, job):
                return Record(reason=f"its record is that of {data['job']} in {' '.join(map(str, data['place']))}")
            history = tuple(_past_run(item) for item in data["history"])[:KEPT]
            if data["passed"] is None:
                return Record(reason="did not pass when it was last tested", history=history)
            return Record(_passed(data["passed"]), "", history)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return Record(reason="its record cannot be read")

    def started(self, job: str) -> None:
        """Record that a run is about to start: until it has passed, the job has not.

        Raise the error of DynamoDB if the record would go on saying that the job has passed.
        """
        before = self.of(job)
        try:
            self._write(job, replace(before, passed=None))
        except (ClientError, BotoCoreError) as error:
            if before.passed:
                raise
            log.warning(NOT_WRITTEN, job, error)

    def passed(self, run: JobRun, planned: PlannedJob) -> None:
        """Record a run that succeeded and whose checks have passed. A job that is not in the plan gets no record."""
        if not planned.fingerprint:
            return
        at = self._clock.today().isoformat(timespec="seconds")
        past = PastRun(run.run_id, at, run.seconds, round(run.dpu_seconds / 3600, 4), digest(planned.arguments))
        passed = Passed(past, planned.fingerprint, planned.parts, planned.arguments)
        try:
            self._write(run.job, Record(passed, "", (past, *self.of(run.job).history)[:KEPT]))
        except (ClientError, BotoCoreError) as error:
            log.warning(NOT_WRITTEN, run.job, error)

    def _write(self, job: str, record: Record) -> None:
        passed, history = asdict(record.passed) if record.passed else None, [asdict(past) for past in record.history]
        data = {"format": FORMAT, "place": self._place, "job": job, "passed": passed, "history": history}
        text = json.dumps(data)
        self._dynamodb.put_item(TableName=self._table, Item={KEY: {"S": job}, VALUE: {"S": text}})
        self._texts[job] = text


def digest(value: object) -> str:
    """Return a short text that is the same for equal values."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _past_run(item: Mapping[str, Any]) -> PastRun:
    return PastRun(
        str(item["run_id"]), str(item["at"]), float(item["seconds"]), float(item["dpu_hours"]), str(item["arguments"])
    )


def _passed(item: Mapping[str, Any]) -> Passed:
    parts, arguments = ({str(k): str(v) for k, v in item[name].items()} for name in ("parts", "arguments"))
    return Passed(_past_run(item["run"]), str(item["fingerprint"]), parts, arguments)
