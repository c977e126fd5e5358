"""The integration test's own tests: against botocore's Stubber, so that requests and answers are checked by the API."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber

from tests.integ import integ_test_glue_app_stack as integ


@pytest.fixture
def stub() -> Iterator[Stubber]:
    glue: BaseClient = boto3.client("glue", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(glue) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def starts(stub: Stubber, job: str) -> None:
    stub.add_response("start_job_run", {"JobRunId": f"jr_{job}"}, {"JobName": job})


def polls(stub: Stubber, job: str, state: str, seconds: int = 5, message: str = "") -> None:
    run = {"JobRunState": state, "ExecutionTime": seconds, "ErrorMessage": message}
    stub.add_response("get_job_run", {"JobRun": run}, {"JobName": job, "RunId": f"jr_{job}"})


def test_jobs_are_found_by_the_stages_own_tag_over_all_pages(stub: Stubber) -> None:
    request = {"Tags": {"stack_name": "DeployDev-GlueAppStack"}, "MaxResults": 100}
    stub.add_response("list_jobs", {"JobNames": ["b"], "NextToken": "next"}, request)
    stub.add_response("list_jobs", {"JobNames": ["a"]}, {**request, "NextToken": "next"})
    assert integ.find_jobs(stub.client, "DeployDev") == ["a", "b"]


def test_every_run_is_followed_to_its_end_and_one_failure_hides_no_other(stub: Stubber) -> None:
    starts(stub, "a")
    starts(stub, "b")
    polls(stub, "a", "RUNNING")
    polls(stub, "b", "FAILED", message="boom")
    polls(stub, "a", "SUCCEEDED", seconds=7)
    runs = integ.run_jobs(stub.client, ["a", "b"], sleep=lambda seconds: None)
    assert [(run.job, run.state, run.seconds, run.passed) for run in runs] == [
        ("b", "FAILED", 5, False),
        ("a", "SUCCEEDED", 7, True),
    ]
    assert integ.report(runs)[-1].split() == ["b", "FAILED", "5", "boom"]


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"])
def test_every_bad_end_ends_the_wait_and_fails(stub: Stubber, state: str) -> None:
    starts(stub, "a")
    polls(stub, "a", state)
    assert [run.passed for run in integ.run_jobs(stub.client, ["a"], sleep=lambda seconds: None)] == [False]


def test_a_run_that_takes_too_long_is_stopped_and_fails(stub: Stubber) -> None:
    starts(stub, "a")
    polls(stub, "a", "RUNNING", seconds=601)
    stub.add_response("batch_stop_job_run", {}, {"JobName": "a", "JobRunIds": ["jr_a"]})
    (run,) = integ.run_jobs(stub.client, ["a"], sleep=lambda seconds: None)
    assert (run.state, run.message) == ("STOPPED", "stopped by the test after 601 s of execution")


def test_what_interrupts_the_test_stops_the_runs(stub: Stubber) -> None:
    starts(stub, "a")
    stub.add_response("batch_stop_job_run", {}, {"JobName": "a", "JobRunIds": ["jr_a"]})

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        integ.run_jobs(stub.client, ["a"], sleep=interrupt)


def test_at_most_ten_run_at_once(stub: Stubber) -> None:
    jobs = [f"job{number:02}" for number in range(11)]
    for job in jobs[:10]:
        starts(stub, job)
    for job in jobs[:10]:
        polls(stub, job, "SUCCEEDED")
    starts(stub, jobs[10])
    polls(stub, jobs[10], "SUCCEEDED")
    assert len(integ.run_jobs(stub.client, jobs, sleep=lambda seconds: None)) == 11


def test_nothing_happens_at_import_and_the_flags_are_those_of_the_baseline() -> None:
    with pytest.raises(SystemExit) as raised:
        integ.main(["--help"])
    assert raised.value.code == 0
