"""Tests of the integration test's chains: a job is started when the jobs before it have passed, and only then."""

import json
from pathlib import Path
from xml.etree import ElementTree

import boto3
import pytest

from tests.integ import integ_test_glue_app_stack as integ
from tests.integ import report
from tests.integ.job_run import JobRun
from tests.integ.job_runner import JobRunner
from tests.integ.plan import PlanError, PlannedJob, read_plan
from tests.template.stacks.integration_stubs import Glue, Time

DIAMOND = {"b": ["a"], "c": ["a"], "d": ["b", "c"]}
Rows = list[tuple[str, str, str]]


def rows(runs: list[JobRun]) -> Rows:
    return [(run.job, run.state, run.error) for run in runs]


def test_a_job_is_started_when_the_job_before_it_has_succeeded(glue: Glue) -> None:
    glue.starts("b")
    glue.polls("b", "RUNNING")
    glue.polls("b", "SUCCEEDED")
    glue.starts("a")
    glue.polls("a", "SUCCEEDED")
    runs = JobRunner(glue.jobs, clock=Time(), after={"a": ["b"]}).run(["a", "b"])
    assert [(run.job, run.asked, run.passed) for run in runs] == [("b", 0, True), ("a", 6, True)]


def test_a_streaming_job_is_seen_running_and_stopped_and_has_passed(glue: Glue) -> None:
    glue.starts("stream")
    glue.polls("stream", "STARTING")
    for _ in range(3):
        glue.polls("stream", "RUNNING")
    glue.stops("stream")
    seen: list[str] = []

    def check(run: JobRun) -> str:
        seen.append(run.state)
        return ""

    runner = JobRunner(glue.jobs, clock=Time(), streaming={"stream"}, seen_seconds=6, check=check)
    [run] = runner.run(["stream"])
    assert (run.state, run.error, run.passed, seen) == ("STOPPED", "", True, ["STOPPED"])
    assert report.failures([run], "us-east-1") == []


def test_a_streaming_job_that_fails_before_has_not_passed_and_one_whose_input_ends_has(glue: Glue) -> None:
    for job in ("broken", "short"):
        glue.starts(job)
    glue.polls("broken", "RUNNING")
    glue.polls("short", "SUCCEEDED")
    glue.polls("broken", "FAILED", ErrorMessage="no topic")
    streaming = {"broken", "short"}
    runs = JobRunner(glue.jobs, clock=Time(), streaming=streaming, seen_seconds=60).run(["broken", "short"])
    assert rows(runs) == [("broken", "FAILED", "no topic"), ("short", "SUCCEEDED", "")]
    assert [run.passed for run in runs] == [False, True]


def test_in_a_diamond_the_middle_runs_side_by_side_and_the_end_waits_for_both(glue: Glue) -> None:
    for job in "abcd":
        glue.starts(job)
    glue.polls("a", "SUCCEEDED")
    glue.polls("b", "RUNNING")
    glue.polls("c", "SUCCEEDED")
    glue.polls("b", "SUCCEEDED")
    glue.polls("d", "SUCCEEDED")
    runs = JobRunner(glue.jobs, clock=Time(), start_interval=0.25, after=DIAMOND).run(list("dcba")[::-1])
    assert [(run.job, run.asked) for run in runs] == [("a", 0), ("b", 3), ("c", 3.25), ("d", 9)]


def test_behind_a_job_that_fails_none_is_started_and_each_names_the_earliest(glue: Glue) -> None:
    glue.starts("a")
    glue.starts("other")
    glue.polls("a", "SUCCEEDED")
    glue.polls("other", "RUNNING")
    glue.starts("b")
    glue.polls("other", "SUCCEEDED")
    glue.polls("b", "FAILED", ErrorMessage="boom")
    chain = {"b": ["a"], "c": ["b"], "d": ["c"], "e": ["a", "d"]}
    runs = JobRunner(glue.jobs, clock=Time(), after=chain).run(["a", "b", "c", "d", "e", "other"])
    assert rows(runs) == [
        ("a", "SUCCEEDED", ""),
        ("other", "SUCCEEDED", ""),
        ("b", "FAILED", "boom"),
        ("c", "NOT STARTED", "b failed"),
        ("d", "NOT STARTED", "b failed"),
        ("e", "NOT STARTED", "b failed"),
    ]
    assert [run.blocked_by for run in runs] == ["", "", "", "b", "b", "b"]


def test_in_a_diamond_whose_middle_fails_the_other_half_still_runs(glue: Glue) -> None:
    for job in "abc":
        glue.starts(job)
    glue.polls("a", "SUCCEEDED")
    glue.polls("b", "TIMEOUT")
    glue.polls("c", "SUCCEEDED")
    runs = JobRunner(glue.jobs, clock=Time(), after=DIAMOND).run(list("abcd"))
    assert rows(runs)[2:] == [("c", "SUCCEEDED", ""), ("d", "NOT STARTED", "b ended TIMEOUT")]


def test_behind_a_job_whose_output_is_not_as_expected_none_is_started(glue: Glue) -> None:
    glue.starts("a")
    glue.polls("a", "SUCCEEDED")
    runs = JobRunner(glue.jobs, clock=Time(), after={"b": ["a"]}, check=lambda run: "wrote 0 rows").run(["a", "b"])
    assert rows(runs) == [("a", "SUCCEEDED", "wrote 0 rows"), ("b", "NOT STARTED", "a did not pass")]


def test_behind_a_job_that_takes_too_long_none_is_started(glue: Glue) -> None:
    glue.starts("a")
    glue.polls("a", "RUNNING", ExecutionTime=600)
    glue.stops("a")
    runs = JobRunner(glue.jobs, clock=Time(), after={"b": ["a"]}).run(["a", "b"])
    assert rows(runs)[1] == ("b", "NOT STARTED", "a ended STOPPED")


def test_behind_a_job_that_cannot_be_started_none_is_started(glue: Glue) -> None:
    glue.refuses("a", "EntityNotFoundException")
    runs = JobRunner(glue.jobs, clock=Time(), after={"b": ["a"]}).run(["a", "b"])
    assert [run.blocked_by for run in runs] == ["", "a"]
    assert rows(runs)[1] == ("b", "NOT STARTED", "a could not be started")


def test_a_throttled_start_is_waited_for_and_a_lost_one_is_taken_over_in_a_chain_too(glue: Glue) -> None:
    glue.refuses("a", "ThrottlingException")
    glue.refuses("a", "InternalServiceException", 500)
    glue.lists_runs("a", "jr_a")
    glue.polls("a", "SUCCEEDED")
    glue.starts("b")
    glue.polls("b", "SUCCEEDED")
    runs = JobRunner(glue.jobs, clock=Time(), after={"b": ["a"]}).run(["a", "b"])
    assert [(run.job, run.passed) for run in runs] == [("a", True), ("b", True)]


def test_jobs_that_wait_for_others_take_no_place_of_those_that_can_run(glue: Glue) -> None:
    for job in ("d", "a", "b", "e"):
        glue.starts(job)
        glue.polls(job, "SUCCEEDED")
    runs = JobRunner(glue.jobs, clock=Time(), concurrency=1, after={"a": ["d"], "b": ["a"]}).run(["a", "b", "d", "e"])
    assert [(run.job, run.asked, run.passed) for run in runs] == [
        ("d", 0, True),
        ("a", 3, True),
        ("b", 6, True),
        ("e", 9, True),
    ]


def test_a_job_after_one_that_is_not_deployed_is_not_started_and_says_so(glue: Glue) -> None:
    glue.starts("b")
    glue.polls("b", "SUCCEEDED")
    runs = JobRunner(glue.jobs, clock=Time(), after={"a": ["gone"]}).run(["a", "b"])
    assert rows(runs) == [("a", "NOT STARTED", "gone is not deployed"), ("b", "SUCCEEDED", "")]


def test_an_interruption_stops_the_first_of_a_chain_and_starts_no_other(glue: Glue) -> None:
    time = Time()
    time.interrupted_after = 1
    glue.starts("a")
    glue.stops("a")
    glue.polls("a", "STOPPED")
    made = JobRunner(glue.jobs, clock=time, after={"b": ["a"]})
    with pytest.raises(KeyboardInterrupt):
        made.run(["a", "b"])
    assert [(run.job, run.state) for run in made.runs] == [("a", "STOPPED")]


BROKEN_CHAIN = [
    JobRun("a-dev", "r", 0, "FAILED", seconds=9, error="boom"),
    JobRun("A-dev", "", 0, "NOT STARTED", error="a-dev failed", blocked_by="a-dev"),
    JobRun("z-dev", "", 0, "NOT STARTED", error="AccessDenied"),
]


def test_in_the_junit_file_a_job_that_another_one_blocked_is_skipped_with_the_reason(tmp_path: Path) -> None:
    report.write_junit(BROKEN_CHAIN, "eu-west-1", tmp_path / "junit.xml")
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [suite.get(name) for name in ("tests", "failures", "skipped", "errors")] == ["3", "2", "1", "0"]
    said = [(case.get("name"), [(item.tag, item.get("message")) for item in case]) for case in suite]
    assert said == [
        ("A-dev", [("skipped", "not started: a-dev failed")]),
        ("a-dev", [("failure", "FAILED: boom")]),
        ("z-dev", [("failure", "NOT STARTED: AccessDenied")]),
    ]


def test_failures_come_before_the_jobs_that_they_blocked() -> None:
    assert [line.partition("\n")[0] for line in report.failures(BROKEN_CHAIN, "eu-west-1")] == [
        "a-dev FAILED: boom",
        "z-dev NOT STARTED: AccessDenied",
        "A-dev NOT STARTED: a-dev failed",
    ]


def test_the_command_takes_the_chains_and_ends_with_1_if_one_breaks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], glue: Glue, tmp_path: Path
) -> None:
    glue.refuses("a-dev", "EntityNotFoundException")
    monkeypatch.setattr(glue.jobs, "find", lambda stage, prefix, stacks: ["a-dev", "b-dev", "c-dev"])
    monkeypatch.setattr(integ, "GlueJobs", lambda session: glue.jobs)
    monkeypatch.setattr(integ, "assumed_session", lambda role, region: boto3.Session(region_name=region))
    glue.starts("c-dev")
    glue.polls("c-dev", "SUCCEEDED")
    monkeypatch.setattr("tests.integ.clock.time.sleep", lambda seconds: None)
    monkeypatch.setattr("tests.integ.clock.time.monotonic", iter(range(10_000)).__next__)
    flags = ["--account", "1", "--region", "us-east-1", "--stage-name", "DeployDev", "--sts-role-arn", "arn"]
    plan = plan_file(tmp_path, {"a-dev": {}, "b-dev": {"after": ["a-dev"]}, "c-dev": {}}, account="1")
    assert integ.main([*flags, "--plan", str(plan)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "3 jobs of DeployDev, at most 10 at once"
    assert [line.split()[:2] for line in said if line.startswith(("a-dev  ", "b-dev  ", "c-dev  "))] == [
        ["a-dev", "NOT"],
        ["b-dev", "NOT"],
        ["c-dev", "SUCCEEDED"],
    ]
    assert "1 of 3 jobs passed" in said
    assert said[-1] == "b-dev NOT STARTED: a-dev could not be started"


PLACE = ("DeployDev", "222222222222", "us-east-1")


def plan_file(folder: Path, jobs: object, **values: object) -> Path:
    """Write a plan, as the synth does."""
    place = dict(zip(("stage", "account", "region"), PLACE, strict=True))
    file = folder / "dev.json"
    file.write_text(json.dumps({"format": 1, **place, "changedOnly": False, "records": "", "jobs": jobs, **values}))
    return file


def test_chains_are_read_from_the_plan(tmp_path: Path) -> None:
    file = plan_file(tmp_path, {"a-dev": {}, "b-dev": {"after": ["a-dev"]}, "c-dev": {"after": ["a-dev", "b-dev"]}})
    plan = read_plan(file, *PLACE)
    assert [plan.job(name).after for name in ("a-dev", "b-dev", "c-dev")] == [(), ("a-dev",), ("a-dev", "b-dev")]
    assert plan.job("of-another-stack") == PlannedJob()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"jobs": []}, "is not the plan of an integration test: AttributeError("),
        ({"jobs": {"a": {"after": "b"}}}, "\"'b' is not a list of names\""),
        ({"jobs": {"a": {"after": [1]}}}, "[1] is not a list of names"),
        ({"jobs": {"a": {"after": ["b"]}, "b": {"after": ["a"]}}}, "has jobs that wait for each other: "),
        ({"jobs": {"a": {"expect": {"outputRows": 1}}}}, "is not the plan of an integration test: KeyError('outputLoc"),
        ({"format": 2}, "format 2, known: 1"),
        ({"stage": "DeployProd"}, "is the plan of DeployProd 222222222222 us-east-1, and this is the test of DeployDe"),
        ({"account": "333333333333"}, "is the plan of DeployDev 333333333333"),
    ],
)
def test_a_plan_that_is_none_or_of_another_stage_is_one_line(
    tmp_path: Path, values: dict[str, object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = plan_file(tmp_path, **{"jobs": {}, **values})
    stage, account, region = PLACE
    flags = ["--account", account, "--region", region, "--stage-name", stage, "--sts-role-arn", "arn"]
    assert integ.main([*flags, "--plan", str(file)]) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_a_plan_that_is_missing_or_no_json_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        PlanError, match=r"none\.json cannot be read \(No such file or directory\); `cdk synth` writes it"
    ):
        read_plan(tmp_path / "none.json", *PLACE)
    (tmp_path / "text.json").write_text("nonsense")
    with pytest.raises(PlanError, match="JSONDecodeError"):
        read_plan(tmp_path / "text.json", *PLACE)
