"""Tests of the integration test: botocore's Stubber checks each request and each answer."""

import gzip
import io
import itertools
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.awsrequest import AWSResponse
from botocore.stub import ANY, Stubber

from tests.integ import integ_test_glue_app_stack as integ
from tests.integ import report
from tests.integ.assumed_role import assumed_session
from tests.integ.costs import Prices
from tests.integ.expectations import Expectation, OutputCheck, expectation
from tests.integ.glue_jobs import GlueJobs
from tests.integ.job_run import JobRun
from tests.integ.job_runner import JobRunner
from tests.template.stacks.integration_stubs import KEYS, STARTED, Bucket, Glue, Time


@pytest.fixture
def runner(glue: Glue) -> Callable[..., JobRunner]:
    return lambda **options: JobRunner(glue.jobs, **{"clock": Time(), **options})


def test_jobs_are_those_of_the_stages_own_stack_over_all_pages(glue: Glue) -> None:
    def item(kind: str, name: str, status: str = "CREATE_COMPLETE") -> dict[str, Any]:
        ids = {"LogicalResourceId": name, "PhysicalResourceId": name}
        return {**ids, "ResourceType": kind, "ResourceStatus": status, "LastUpdatedTimestamp": STARTED}

    pages = [
        [item("AWS::Glue::Job", "b-dev", "UPDATE_COMPLETE"), item("AWS::IAM::Role", "role-of-b")],
        [item("AWS::Glue::Job", "gone-dev", "DELETE_COMPLETE"), item("AWS::Glue::Job", "a-dev")],
    ]
    stack = {"StackName": "DeployDev-GlueAppStack"}
    glue.stacks.add_response("list_stack_resources", {"StackResourceSummaries": pages[0], "NextToken": "next"}, stack)
    glue.stacks.add_response(
        "list_stack_resources", {"StackResourceSummaries": pages[1]}, {**stack, "NextToken": "next"}
    )
    assert glue.jobs.find("DeployDev") == ["a-dev", "b-dev"]


def test_every_run_is_followed_to_its_end_and_one_failure_hides_no_other(
    glue: Glue, runner: Callable[..., JobRunner]
) -> None:
    glue.starts("a")
    glue.starts("b")
    glue.polls("a", "RUNNING")
    glue.polls("b", "FAILED", ErrorMessage="boom")
    glue.polls("a", "SUCCEEDED", ExecutionTime=7)
    runs = runner().run(["a", "b"])
    assert [(run.job, run.state, run.seconds, run.passed) for run in runs] == [
        ("a", "SUCCEEDED", 7, True),
        ("b", "FAILED", 5, False),
    ]
    assert report.failures(runs, "us-east-1") == [
        "b FAILED: boom\n    https://us-east-1.console.aws.amazon.com/gluestudio/home?region=us-east-1#/job/b/run/jr_b"
    ]
    assert report.failures(runs, "cn-north-1") == [
        "b FAILED: boom\n    https://cn-north-1.console.amazonaws.cn/gluestudio/home?region=cn-north-1#/job/b/run/jr_b"
    ]


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"])
def test_every_bad_end_ends_the_wait_and_fails(glue: Glue, runner: Callable[..., JobRunner], state: str) -> None:
    glue.starts("a")
    glue.polls("a", state)
    assert [run.error for run in runner().run(["a"])] == [f"ended {state}, and Glue gives no reason"]


def test_a_run_that_takes_too_long_is_stopped_and_fails(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    glue.starts("a")
    glue.polls("a", "RUNNING", ExecutionTime=600)
    glue.stops("a")
    [run] = runner().run(["a"])
    assert (run.state, run.passed) == ("STOPPED", False)
    assert run.error == "took 600 s, allowed: less than 600 s; stopped by the test"


def test_a_run_that_succeeded_after_too_long_fails(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    glue.starts("a")
    glue.polls("a", "SUCCEEDED", ExecutionTime=600)
    [run] = runner().run(["a"])
    assert (run.state, run.error) == ("SUCCEEDED", "took 600 s, allowed: less than 600 s")


def test_a_run_whose_time_glue_does_not_give_is_measured_by_the_test(
    glue: Glue, runner: Callable[..., JobRunner]
) -> None:
    glue.starts("a")
    for _ in range(5):
        glue.polls("a", "RUNNING", ExecutionTime=0)
    glue.stops("a")
    [run] = runner(max_duration=10).run(["a"])
    assert run.error == "took 12 s, allowed: less than 10 s; stopped by the test"


def test_a_run_that_gets_no_capacity_is_stopped_and_fails(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    glue.starts("a")
    glue.polls("a", "WAITING", ExecutionTime=0)
    glue.stops("a")
    [run] = runner(max_wait=3).run(["a"])
    assert run.error == "WAITING for 3 s; stopped by the test"


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException"])
def test_a_throttled_start_is_tried_again(glue: Glue, runner: Callable[..., JobRunner], code: str) -> None:
    glue.refuses("a", code)
    glue.starts("a")
    glue.polls("a", "SUCCEEDED")
    assert [run.passed for run in runner().run(["a"])] == [True]


@pytest.mark.parametrize(
    ("code", "status"),
    [("ConcurrentRunsExceededException", 400), ("ResourceNumberLimitExceededException", 400), ("Internal", 500)],
)
def test_a_start_without_capacity_or_answer_is_looked_up_and_then_tried_again(
    glue: Glue, runner: Callable[..., JobRunner], code: str, status: int
) -> None:
    glue.refuses("a", code, status)
    glue.lists_runs("a")
    glue.starts("a")
    glue.polls("a", "SUCCEEDED")
    assert [run.passed for run in runner().run(["a"])] == [True]


def test_a_run_that_was_started_without_an_answer_is_taken_over_and_not_started_twice(
    glue: Glue, runner: Callable[..., JobRunner]
) -> None:
    glue.refuses("a", "InternalServiceException", 500)
    glue.lists_runs("a", "jr_a")
    glue.polls("a", "SUCCEEDED")
    assert [run.run_id for run in runner().run(["a"])] == ["jr_a"]


def test_a_job_that_cannot_be_started_fails_and_the_others_run(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    glue.refuses("a", "EntityNotFoundException")
    glue.starts("b")
    glue.polls("b", "SUCCEEDED")
    runs = runner().run(["a", "b"])
    assert [(run.job, run.state) for run in runs] == [("a", "NOT STARTED"), ("b", "SUCCEEDED")]
    assert "EntityNotFoundException" in runs[0].error


def test_a_job_that_never_gets_capacity_fails(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    for _ in range(2):
        glue.refuses("a", "ThrottlingException")
    time = Time()
    [run] = runner(max_wait=0.5, clock=time).run(["a"])
    assert run.error.startswith("could not be started for 0.5 s: ")


def test_an_interruption_stops_the_runs_and_waits_for_their_end(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    time = Time()
    time.interrupted_after = 1
    glue.starts("a")
    glue.starts("b")
    glue.stops("a")
    glue.stops("b")
    glue.polls("a", "STOPPING")
    glue.polls("b", "STOPPED")
    glue.polls("a", "STOPPED")
    made = runner(clock=time)
    with pytest.raises(KeyboardInterrupt):
        made.run(["a", "b"])
    assert [run.state for run in made.runs] == ["STOPPED", "STOPPED"]


def test_a_run_whose_start_was_interrupted_is_found_and_stopped(
    glue: Glue, runner: Callable[..., JobRunner], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(glue.jobs, "start", interrupted)
    glue.lists_runs("a", "jr_a")
    glue.stops("a")
    glue.polls("a", "STOPPED")
    made = runner()
    with pytest.raises(KeyboardInterrupt):
        made.run(["a"])
    assert [(run.run_id, run.state) for run in made.runs] == [("jr_a", "STOPPED")]


def test_at_most_ten_runs_are_active_and_starts_are_spread_out(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    jobs = [f"job{number:02}" for number in range(11)]
    for job in jobs[:10]:
        glue.starts(job)
    for job in jobs[:10]:
        glue.polls(job, "SUCCEEDED")
    glue.starts(jobs[10])
    glue.polls(jobs[10], "SUCCEEDED")
    time = Time()
    runs = runner(clock=time, start_interval=0.2).run(jobs)
    assert [round(run.asked, 3) for run in runs[:10]] == [round(0.2 * number, 3) for number in range(10)]
    assert runs[10].asked >= 3


def test_a_long_run_is_looked_at_less_often(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    time, looks = Time(), []

    def look(run: JobRun) -> dict[str, Any]:
        looks.append(time.now())
        return {"JobRunState": "SUCCEEDED" if time.now() >= 3000 else "RUNNING", "ExecutionTime": int(time.now())}

    glue.starts("a")
    glue.jobs.look = look  # type: ignore[method-assign]
    [run] = runner(clock=time, max_duration=10_000).run(["a"])
    assert run.passed
    assert looks[:3] == [3, 6, 9]
    assert max(later - earlier for earlier, later in itertools.pairwise(looks)) == 60
    assert len(looks) < 90, "once a minute for 50 minutes, more often in the first minutes"
    assert time.now() - 3000 <= 300


def a_run(job: str, glue_version: str, dpu_seconds: float, **values: Any) -> JobRun:
    return JobRun(job, "r", 0, "SUCCEEDED", seconds=60, dpu_seconds=dpu_seconds, glue_version=glue_version, **values)


def test_the_table_shows_cost_at_the_price_of_each_runs_version_and_kind() -> None:
    runs = [
        a_run("b", "5.1", 1800, worker_type="G.1X", execution_class="FLEX"),
        a_run("a", "5.1", 120, worker_type="G.2X"),
        a_run("c", "6.0", 3600, worker_type="G.1X"),
        JobRun("d", "", 0, "NOT STARTED", error="x"),
    ]
    assert report.table(runs, Prices()) == [
        "job  state        seconds  DPU-seconds        USD",
        "a    SUCCEEDED         60          120     0.0147",
        "b    SUCCEEDED         60         1800     0.1450",
        "c    SUCCEEDED         60         3600     0.3080",
        "d    NOT STARTED        0            0     0.0000",
        "all                   180         5520     0.4677",
        "estimated at $0.44 (Glue 5.1), $0.29 (Glue 5.1, Flex), $0.308 (Glue 6.0) per DPU-hour",
        "prices of us-east-1, 26 November 2026",
    ]


def test_a_cost_whose_price_is_not_known_is_unknown_and_not_in_the_sum() -> None:
    runs = [
        a_run("a", "5.1", 3600, worker_type="R.1X"),
        a_run("b", "6.0", 3600, worker_type="G.1X", execution_class="FLEX"),
        a_run("c", "6.0", 3600, worker_type="R.2X"),
        a_run("d", "6.0", 3600, worker_type="R.1X"),
        a_run("e", "", 3600, worker_type="G.1X"),
    ]
    assert report.table(runs, Prices())[1:] == [
        "a    SUCCEEDED         60         3600     0.5200",
        "b    SUCCEEDED         60         3600    unknown",
        "c    SUCCEEDED         60         3600    unknown",
        "d    SUCCEEDED         60         3600    unknown",
        "e    SUCCEEDED         60         3600    unknown",
        "all                   300        18000     0.5200",
        "estimated at $0.52 (Glue 5.1, R workers) per DPU-hour",
        "prices of us-east-1, 26 November 2026",
        "not in the sum: b; the price of Glue 6.0, Flex is unknown",
        "not in the sum: c, d; the price of Glue 6.0, R workers is unknown",
        "not in the sum: e; the price of an unknown Glue version is unknown",
    ]
    assert report.table(runs[1:2], Prices())[2:] == [
        "all                    60         3600    unknown",
        "not in the sum: b; the price of Glue 6.0, Flex is unknown",
    ]


def test_another_region_is_said_to_have_prices_of_its_own_and_flags_give_them() -> None:
    runs = [a_run("a", "6.0", 3600, worker_type="G.1X"), a_run("b", "6.0", 3600, execution_class="FLEX")]
    assert report.table(runs, Prices("eu-west-1"))[3:] == [
        "all                   120         7200     0.3080",
        "estimated at $0.308 (Glue 6.0) per DPU-hour",
        "prices of us-east-1, 26 November 2026; those of eu-west-1 are unknown here",
        "not in the sum: b; the price of Glue 6.0, Flex is unknown",
    ]
    assert report.table(runs, Prices("eu-west-1", standard=0.5, flex=0.25))[3:] == [
        "all                   120         7200     0.7500",
        "estimated at $0.5 (Glue 6.0), $0.25 (Glue 6.0, Flex) per DPU-hour",
    ]


def test_a_run_says_what_its_price_depends_on() -> None:
    run = JobRun("a", "r", 0)
    run.update({"JobRunState": "SUCCEEDED", "GlueVersion": "6.0", "WorkerType": "R.2X", "ExecutionClass": "FLEX"}, 0)
    assert (run.glue_version, run.worker_type, run.execution_class) == ("6.0", "R.2X", "FLEX")
    run.update({"JobRunState": "SUCCEEDED"}, 0)
    assert (run.glue_version, run.worker_type, run.execution_class) == ("", "", "STANDARD")


def test_dpu_seconds_are_glues_or_those_of_all_workers_for_a_minute_at_least() -> None:
    run = JobRun("a", "r", 0)
    run.update({"JobRunState": "SUCCEEDED", "ExecutionTime": 20, "WorkerType": "G.2X", "NumberOfWorkers": 3}, 0)
    assert run.dpu_seconds == 360
    run.update({"JobRunState": "SUCCEEDED", "ExecutionTime": 20, "DPUSeconds": 41.5}, 0)
    assert run.dpu_seconds == 41.5


def test_junit_has_a_case_for_each_run(tmp_path: Path) -> None:
    runs = [JobRun("b", "r", 0, "FAILED", error="<boom>"), JobRun("a", "r", 0, "SUCCEEDED", seconds=9)]
    report.write_junit(runs, "eu-west-1", tmp_path / "reports" / "junit.xml")
    suite = ElementTree.parse(tmp_path / "reports" / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [(case.get("name"), case.get("time")) for case in suite] == [("a", "9"), ("b", "0")]
    assert [failure.get("message") for failure in suite.iter("failure")] == ["FAILED: <boom>"]


def test_a_job_that_a_rehearsal_skips_is_not_started_and_did_not_pass(
    glue: Glue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(integ, "assumed_session", lambda role, region: boto3.Session(**KEYS))
    monkeypatch.setattr(integ, "GlueJobs", lambda session: glue.jobs)
    monkeypatch.setattr(glue.jobs, "find", lambda stage, prefix, stacks: ["a-dev", "b-dev"])
    monkeypatch.setattr("tests.integ.job_runner.Clock", Time)
    monkeypatch.setenv("REHEARSAL_SKIPS", '{"a-dev": "no sample of s3://b/c/", "a-test": "no sample"}')
    glue.starts("b-dev")
    glue.polls("b-dev", "SUCCEEDED")
    file = tmp_path / "junit.xml"
    arguments = ["--account", "1", "--region", "us-east-1", "--stage-name", "DeployDev", "--sts-role-arn", "r"]
    plan = {"stage": "DeployDev", "account": "1", "region": "us-east-1", "format": 1, "changedOnly": False}
    jobs = {"a-dev": {"expect": {"outputRows": 1, "outputLocation": "s3://b/o/"}}}
    (tmp_path / "plan.json").write_text(json.dumps({**plan, "records": "", "jobs": jobs}))
    assert integ.main([*arguments, "--plan", str(tmp_path / "plan.json"), "--junit", str(file)]) == 0
    said = capsys.readouterr().out
    assert "\n1 of 2 jobs passed\na-dev SKIPPED: no sample of s3://b/c/\n" in said
    suite = ElementTree.parse(file).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "0", "1")
    assert [case.get("message") for case in suite.iter("skipped")] == ["skipped: no sample of s3://b/c/"]


def parquet(rows: int) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table({f"column{number}": list(range(rows)) for number in range(500)}), target)
    return target.getvalue()


def expected(minimum: int, files: dict[str, bytes]) -> str:
    check = OutputCheck(Bucket(files), {"a-dev": Expectation(minimum, "s3://data/out/")})
    assert check(JobRun("other-dev", "r", 0)) == ""
    return check(JobRun("a-dev", "r", 0))


LINES = b'{"id": 1}\n{"id": 2}\n'


@pytest.mark.parametrize(
    ("files", "rows"),
    [
        ({"out/x=1/a.parquet": parquet(3), "out/b.parquet": parquet(4), "out/_SUCCESS": b""}, 7),
        ({"out/part-0": LINES, "out/part-1.gz": gzip.compress(LINES)}, 4),
        ({"out/part-0.csv": b"1,a\n2,b\n3,c\n", "out/_temporary/0/part-0.csv": b"1,a\n"}, 3),
        ({"out/a.csv": b"id,name\n1,a\n", "out/b.csv": b"id,name\n2,b\n3,c\n"}, 3),
        ({"out-of-it/a.json": LINES}, 0),
    ],
    ids=["parquet", "json", "csv", "csv with header", "nothing"],
)
def test_the_rows_that_a_run_writes_are_counted(files: dict[str, bytes], rows: int) -> None:
    assert expected(rows, files) == ""
    error = expected(rows + 1, files)
    assert error.startswith(f"wrote {rows} rows to s3://data/out/, expected at least {rows + 1}")


def test_a_failed_expectation_says_what_was_not_counted() -> None:
    files = {"out/a.csv": b"id,name\n1,a\n", "out/b.xml": b"<a/>", "out/c.xml": b"<a/>"}
    assert expected(2, files) == (
        "wrote 1 rows to s3://data/out/, expected at least 2; "
        "not counted as rows: 1 CSV headers, first lines that have only names; "
        "files of an unknown format: out/b.xml and 1 more"
    )


def test_only_the_footers_of_large_parquet_files_are_fetched() -> None:
    content = parquet(2000)
    bucket = Bucket({"out/a.parquet": content})
    assert OutputCheck(bucket, {"a": Expectation(2000, "s3://data/out")})(JobRun("a", "r", 0)) == ""
    footer = int.from_bytes(content[-8:-4], "little") + 8
    assert len(content) > 4_000_000
    assert bucket.fetched["out/a.parquet"] < 4 * 65536 + 2 * footer


def test_a_large_text_is_fetched_in_few_calls() -> None:
    bucket = Bucket({"out/a.json": LINES * 500_000})
    assert OutputCheck(bucket, {"a": Expectation(1_000_000, "s3://data/out")})(JobRun("a", "r", 0)) == ""
    assert bucket.calls < 12


def test_an_output_that_cannot_be_read_fails_the_run() -> None:
    s3 = boto3.client("s3", **KEYS)
    with Stubber(s3) as stub:
        stub.add_client_error("list_objects_v2", "AccessDenied", "no", expected_params={"Bucket": "b", "Prefix": ANY})
        error = OutputCheck(s3, {"a": Expectation(1, "s3://b/out")})(JobRun("a", "r", 0))
    assert error.startswith("its output at s3://b/out could not be read: An error occurred (AccessDenied)")


def test_a_run_that_writes_too_few_rows_fails(glue: Glue, runner: Callable[..., JobRunner]) -> None:
    glue.starts("a")
    glue.polls("a", "SUCCEEDED")
    [run] = runner(check=lambda run: "wrote 0 rows").run(["a"])
    assert (run.state, run.passed, run.error) == ("SUCCEEDED", False, "wrote 0 rows")


def test_expectations_are_read_from_a_plan() -> None:
    assert expectation({"outputRows": 2, "outputLocation": "s3://b/o"}) == Expectation(2, "s3://b/o")
    limits = {"maxMinutes": 5, "maxDpuHours": 0.5}
    assert expectation(limits) == Expectation(max_minutes=5.0, max_dpu_hours=0.5)
    with pytest.raises(ValueError, match="could not convert string to float: 'five'"):
        expectation({"maxMinutes": "five"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--concurrency", "0"], "argument --concurrency: '0' is not a number of at least 1"),
        (["--max-duration", "x"], "argument --max-duration: 'x' is not a number of at least 1"),
        ([], "the following arguments are required: --account, --region, --stage-name, --sts-role-arn"),
    ],
)
def test_bad_flags_are_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        integ.main(arguments)
    assert message in capsys.readouterr().err


def test_credentials_are_renewed_before_they_expire() -> None:
    """Simulate two hours with credentials of one hour; each request is signed, and answered below botocore."""
    time, tokens = Time(), []
    expires: dict[str, datetime] = {}
    sts = boto3.client("sts", **KEYS)

    def now() -> datetime:
        return STARTED + timedelta(seconds=time.now())

    def assume(**details: Any) -> AWSResponse:
        token = f"token{len(expires)}"
        expires[token] = now() + timedelta(hours=1)
        keys = f"<AccessKeyId>x</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>{token}</SessionToken>"
        end = f"<Expiration>{expires[token].isoformat()}</Expiration>"
        return answer(
            f"<Response><AssumeRoleResult><Credentials>{keys}{end}</Credentials></AssumeRoleResult></Response>"
        )

    def look(request: Any, **details: Any) -> AWSResponse:
        token = request.headers["X-Amz-Security-Token"].decode()
        assert expires[token] > now()
        tokens.append(token)
        return answer(json.dumps({"JobRun": {"JobRunState": "RUNNING", "ExecutionTime": 1}}))

    def answer(body: str) -> AWSResponse:
        raw = io.BytesIO(body.encode())
        raw.stream = lambda *arguments: [raw.getvalue()]  # type: ignore[attr-defined]
        return AWSResponse("https://wire", 200, {}, raw)

    sts.meta.events.register("before-send.sts.AssumeRole", assume)
    session = assumed_session("arn:aws:iam::222222222222:role/glue-test-dev", "us-east-1", sts, now)
    session.events.register("before-send.glue.GetJobRun", look)
    jobs = GlueJobs(session)
    for _ in range(120):
        time.sleep(60)
        jobs.look(JobRun("a", "r", 0))
    assert len(tokens) == 120
    assert len(expires) == 3, "renewed every three quarters of an hour"


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="integration-test")
