"""Which jobs the integration test starts with `integrationTest: changed`, by the records of what passed before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from tests.integ.job_run import JobRun
from tests.integ.job_runner import JobRunner
from tests.integ.plan import Plan, PlannedJob
from tests.integ.records import Passed, Record, Records
from tests.integ.selection import Selection, select
from tests.template.stacks.integration_stubs import KEYS, Glue, Time

PLACE = ("DeployDev", "222222222222", "us-east-1")
ARGUMENTS = {"--input_path": "s3://data/in/"}


class Table:
    """A DynamoDB client of one table. `refuses` are the operations that it refuses."""

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        self.refuses: set[str] = set()

    def get_paginator(self, operation: str) -> Table:
        assert operation == "scan"
        return self

    def paginate(self, TableName: str, ConsistentRead: bool) -> Iterator[dict[str, Any]]:
        self._check("Scan", TableName)
        assert ConsistentRead
        for job, record in self.items.items():
            yield {"Items": [{"job": {"S": job}, "record": {"S": record}}]}

    def put_item(self, TableName: str, Item: dict[str, Any]) -> None:
        self._check("PutItem", TableName)
        self.items[Item["job"]["S"]] = Item["record"]["S"]

    def _check(self, operation: str, table: str) -> None:
        assert table == "glue-test-records-dev"
        if operation in self.refuses:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)


def planned(fingerprint: str = "f1", **values: Any) -> PlannedJob:
    parts = {"script": fingerprint, "setting glueVersion": "v", "argument --input_path": "i"}
    return PlannedJob(**{"fingerprint": fingerprint, "parts": parts, "arguments": ARGUMENTS, **values})


def records(table: Table) -> Records:
    found = Records(table, "glue-test-records-dev", PLACE, Time())
    found.read()
    return found


def run_of(job: str, seconds: float = 61) -> JobRun:
    return JobRun(job, f"jr_{job}", 0, "SUCCEEDED", seconds=seconds, dpu_seconds=122)


def passing(table: Table, job: str, plan: PlannedJob) -> None:
    """Run a job as the test does: recorded before its start and after its pass."""
    of_stage = records(table)
    of_stage.started(job)
    of_stage.passed(run_of(job), plan)


def selected(table: Table, plan: Plan, doubts: dict[str, str] | None = None) -> Selection:
    def verify(job: str, passed: Passed, of_plan: PlannedJob) -> str:
        assert passed.run.run_id == f"jr_{job}"
        return (doubts or {}).get(job, "")

    return select(sorted(plan.jobs), plan, records(table), verify)


def test_a_job_that_passed_and_is_the_same_is_not_tested_and_it_is_known_when_it_passed() -> None:
    table = Table()
    passing(table, "a", planned())
    found = selected(table, Plan({"a": planned(), "b": planned()}))
    assert found.tested == {"b": "never passed here"}
    past = found.unchanged["a"].run
    assert (past.run_id, past.when, past.seconds, past.dpu_hours) == ("jr_a", "2026-11-25 12:00 UTC", 61, 0.0339)
    assert found.unchanged["a"].arguments == ARGUMENTS


def test_a_changed_part_is_named() -> None:
    table = Table()
    passing(table, "a", planned())
    assert selected(table, Plan({"a": planned("f2")})).tested == {"a": "script changed"}
    parts = {"script": "f1", "argument --input_path": "j", "argument --x": "new", "upstream b": "c", "expect": "d"}
    changed = planned("f3", parts=parts)
    assert selected(table, Plan({"a": changed})).tested == {
        "a": "argument --input_path, argument --x, expect and 2 more changed"
    }


CHAIN = {"a": planned(), "b": planned(after=("a",)), "c": planned(after=("b",)), "other": planned()}


def test_the_jobs_after_one_that_is_tested_are_tested_and_those_before_it_are_not() -> None:
    table = Table()
    for job, of_plan in CHAIN.items():
        passing(table, job, of_plan)
    assert selected(table, Plan(CHAIN)).tested == {}
    changed = {**CHAIN, "b": planned("f2", after=("a",))}
    found = selected(table, Plan(changed))
    assert found.tested == {"b": "script changed", "c": "comes after b, which is tested"}
    assert sorted(found.unchanged) == ["a", "other"]


def test_a_run_that_glue_does_not_confirm_counts_as_none_and_the_jobs_after_it_are_tested_too() -> None:
    table = Table()
    for job, of_plan in CHAIN.items():
        passing(table, job, of_plan)
    found = selected(table, Plan(CHAIN), {"b": "Glue does not know its run jr_b"})
    assert found.tested == {"b": "Glue does not know its run jr_b", "c": "comes after b, which is tested"}


def test_a_job_that_was_started_and_did_not_pass_is_tested_again_although_nothing_changed() -> None:
    table = Table()
    passing(table, "a", planned())
    records(table).started("a")  # and the test failed, or was interrupted
    assert selected(table, Plan({"a": planned()})).tested == {"a": "did not pass when it was last tested"}
    passing(table, "a", planned())
    assert selected(table, Plan({"a": planned()})).tested == {}


def with_record(**values: object) -> str:
    """Return a good record of the job `a` with other values."""
    table = Table()
    passing(table, "a", planned())
    return json.dumps({**json.loads(table.items["a"]), **values})


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("", "its record cannot be read"),
        ("nonsense", "its record cannot be read"),
        ("[]", "its record cannot be read"),
        ("{}", "its record cannot be read"),
        (with_record(passed={}), "its record cannot be read"),
        (with_record(history=[1]), "its record cannot be read"),
        (with_record(format=2), "its record has the format 2, known: 1"),
        (with_record(place=["DeployTest", *PLACE[1:]]), "its record is that of a in DeployTest 222222222222 us-east-1"),
        (with_record(place=[PLACE[0], "333333333333", PLACE[2]]), "its record is that of a in DeployDev 333333333333 "),
        (with_record(job="b"), "its record is that of b in DeployDev 222222222222 us-east-1"),
    ],
)
def test_a_record_that_is_broken_or_of_something_else_means_that_the_job_is_tested(record: str, reason: str) -> None:
    table = Table()
    table.items["a"] = record
    assert selected(table, Plan({"a": planned()})).tested["a"].startswith(reason)


def test_records_that_cannot_be_read_mean_that_every_job_is_tested_and_none_is_left_as_passed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    table = Table()
    passing(table, "a", planned())
    table.refuses = {"Scan"}
    reason = "the records in glue-test-records-dev cannot be read"
    assert selected(table, Plan({"a": planned()})).tested == {"a": reason}
    assert caplog.messages[-1].startswith(f"{reason}, so every job is tested: An error occurred (AccessDenied")
    records(table).started("a")
    table.refuses = set()
    assert selected(table, Plan({"a": planned()})).tested == {"a": "did not pass when it was last tested"}


def test_a_record_that_cannot_be_written_is_told_and_the_test_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    table = Table()
    table.refuses = {"PutItem"}
    passing(table, "a", planned())
    assert table.items == {}
    assert caplog.messages[-1].startswith("the record of a cannot be written: An error occurred (AccessDenied")


def test_a_job_whose_record_would_go_on_saying_that_it_passed_is_not_started() -> None:
    table, glue = Table(), Glue()
    passing(table, "a", planned())
    table.refuses = {"PutItem"}
    glue.starts("b")
    glue.polls("b", "SUCCEEDED")
    runs = JobRunner(glue.jobs, clock=Time(), before_start=records(table).started).run(["a", "b"])
    assert [(run.job, run.state) for run in runs] == [("a", "NOT STARTED"), ("b", "SUCCEEDED")]
    assert runs[0].error.startswith("An error occurred (AccessDeniedException) when calling the PutItem")


def test_a_job_that_is_not_in_the_plan_is_tested_and_gets_no_record_of_a_pass() -> None:
    table = Table()
    passing(table, "a", PlannedJob())
    assert records(table).of("a").passed is None
    assert select(["a"], Plan(), records(table), lambda *asked: "").tested == {"a": "is not in the plan"}


def test_the_last_ten_runs_that_passed_are_kept() -> None:
    table = Table()
    for number in range(12):
        of_stage = records(table)
        of_stage.started("a")
        of_stage.passed(run_of("a", seconds=number), planned())
    assert [past.seconds for past in records(table).of("a").history] == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
    assert records(table).of("b") == Record()


def test_the_requests_are_those_of_dynamodb() -> None:
    client = boto3.client("dynamodb", **KEYS)
    with Stubber(client) as stub:
        scan = {"TableName": "t", "ConsistentRead": True}
        stub.add_response("scan", {"Items": [], "LastEvaluatedKey": {"job": {"S": "a"}}}, scan)
        item = {"job": {"S": "b"}, "record": {"S": with_record(job="b")}}
        stub.add_response("scan", {"Items": [item]}, {**scan, "ExclusiveStartKey": {"job": {"S": "a"}}})
        of_stage = Records(client, "t", PLACE, Time())
        of_stage.read()
        assert of_stage.of("b").passed
        stub.add_response("put_item", {}, {"TableName": "t", "Item": {"job": {"S": "a"}, "record": {"S": empty("a")}}})
        of_stage.started("a")


def empty(job: str) -> str:
    return json.dumps({"format": 1, "place": PLACE, "job": job, "passed": None, "history": []})


@pytest.mark.parametrize(
    ("answer", "doubt"),
    [
        ({"JobName": "a", "JobRunState": "SUCCEEDED"}, ""),
        ({"JobRunState": "SUCCEEDED", "Arguments": {"--input_path": "s3://data/in/", "--of-glue": "x"}}, ""),
        ({"JobName": "b", "JobRunState": "SUCCEEDED"}, "its run jr_a is one of b"),
        ({"JobName": "a", "JobRunState": "FAILED"}, "its run jr_a is FAILED"),
        ({"JobName": "a", "JobRunState": "RUNNING"}, "its run jr_a is RUNNING"),
        (
            {"JobRunState": "SUCCEEDED", "Arguments": {"--input_path": "s3://mine/"}},
            "its run jr_a had another --input_path",
        ),
    ],
)
def test_glue_is_asked_for_the_run_of_a_record(answer: dict[str, Any], doubt: str) -> None:
    glue = Glue()
    glue.patient.add_response("get_job_run", {"JobRun": answer}, {"JobName": "a", "RunId": "jr_a"})
    assert glue.jobs.doubt("a", "jr_a", PlannedJob(arguments=ARGUMENTS)) == doubt


@pytest.mark.parametrize(
    ("code", "doubt"),
    [
        ("EntityNotFoundException", "Glue does not know its run jr_a"),
        ("AccessDeniedException", "its run jr_a cannot be looked up: An error occurred (AccessDeniedException)"),
    ],
)
def test_a_run_that_glue_does_not_tell_does_not_count(code: str, doubt: str) -> None:
    glue = Glue()
    glue.patient.add_client_error("get_job_run", code)
    assert glue.jobs.doubt("a", "jr_a", PlannedJob(arguments=ARGUMENTS)).startswith(doubt)
