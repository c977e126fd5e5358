"""What a run may take, by `expect:` and by the last runs that passed, and how the report says it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import boto3
import pytest

from tests.integ import integ_test_glue_app_stack as integ
from tests.integ import report
from tests.integ.costs import Prices
from tests.integ.expectations import Expectation
from tests.integ.job_run import JobRun
from tests.integ.performance import over_limit, slower
from tests.integ.records import PastRun, Records, digest
from tests.template.stacks.integration_stubs import KEYS, Glue, Time
from tests.template.stacks.test_integration_records import PLACE, Table, planned

LIMITS = Expectation(max_minutes=5, max_dpu_hours=0.5)


@pytest.mark.parametrize(
    ("seconds", "dpu_seconds", "said"),
    [
        (300, 1800, ""),
        (301, 1800, "took 5.0 minutes (301 s), expected at most 5"),
        (372, 60, "took 6.2 minutes (372 s), expected at most 5"),
        (60, 3600, "used 1.000 DPU-hours, expected at most 0.5"),
        (372, 3600, "took 6.2 minutes (372 s), expected at most 5; used 1.000 DPU-hours, expected at most 0.5"),
    ],
)
def test_a_run_over_its_limits_is_told_with_the_numbers(seconds: float, dpu_seconds: float, said: str) -> None:
    run = JobRun("a", "jr", 0, "SUCCEEDED", seconds=seconds, dpu_seconds=dpu_seconds)
    assert over_limit(run, LIMITS) == said
    assert over_limit(run, Expectation(rows=1, location="s3://b/o")) == over_limit(run, None) == ""


def past(*seconds: float, arguments: str = "same") -> list[PastRun]:
    return [PastRun("jr", "2026-11-25T12:00:00+00:00", item, 0, arguments) for item in seconds]


@pytest.mark.parametrize(
    ("seconds", "history", "said"),
    [
        (150, past(100, 90, 110), "took 150 s, 1.5 times the 100 s of its last 3 runs (their median)"),
        (149, past(100, 90, 110), ""),
        (600, past(*[100] * 10), "took 600 s, 6.0 times the 100 s of its last 10 runs (their median)"),
        (600, past(100, 100), ""),  # too few
        (600, past(100, 100) + past(100, 100, arguments="other"), ""),
        (200, past(100, 100, 100) + past(900, 900, 900, arguments="other"), "took 200 s, 2.0 times the 100 s of its"),
        (20, past(12, 12, 12), ""),  # as much as the start of a run differs
        (41, past(12, 12, 12), ""),
        (42, past(12, 12, 12), "took 42 s, 3.5 times the 12 s of its last 3 runs (their median)"),
        (31, past(0, 0, 0), "took 31 s, more than the 0 s of its last 3 runs (their median)"),
    ],
)
def test_a_run_that_takes_half_as_long_again_as_the_last_ones_is_a_warning(
    seconds: float, history: list[PastRun], said: str
) -> None:
    found = slower(JobRun("a", "jr", 0, "SUCCEEDED", seconds=seconds), "same", history)
    assert found.startswith(said)
    assert bool(found) == bool(said)


RUNS = [
    JobRun(
        "a-dev", "jr_a", 0, "SUCCEEDED", seconds=600, dpu_seconds=1200, reason="script changed", warning="took long"
    ),
    JobRun("b-dev", "jr_b", 0, "UNCHANGED", error="passed 2026-11-25 12:00 UTC (jr_b)"),
    JobRun("c-dev", "jr_c", 0, "SUCCEEDED", error="took 6.2 minutes (372 s), expected at most 5", reason="new"),
]


def test_the_table_lists_the_unchanged_jobs_and_warns() -> None:
    lines = report.table(RUNS, Prices())
    assert lines[2] == "b-dev  UNCHANGED    passed 2026-11-25 12:00 UTC (jr_b)"
    assert lines[-1] == "warning: a-dev took long"
    assert report.summary(RUNS, failed=1) == ["1 of 2 jobs passed, 1 unchanged"]
    assert [line.partition("\n")[0] for line in report.failures(RUNS, "us-east-1")] == [
        "c-dev SUCCEEDED: took 6.2 minutes (372 s), expected at most 5"
    ]


def test_the_junit_file_says_why_a_job_was_tested_and_when_an_unchanged_one_passed(tmp_path: Path) -> None:
    report.write_junit(RUNS, "us-east-1", tmp_path / "junit.xml")
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [suite.get(name) for name in ("tests", "failures", "skipped")] == ["3", "1", "1"]
    a, b, c = suite
    assert [(item.tag, item.text) for item in a] == [("system-out", "tested: script changed\nwarning: took long")]
    assert [(item.tag, item.get("message")) for item in b] == [
        ("skipped", "unchanged: passed 2026-11-25 12:00 UTC (jr_b)")
    ]
    assert [item.tag for item in c] == ["failure", "system-out"]


class Stage:
    """The command of the integration test against a stubbed Glue and a table of records."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, jobs: list[str]) -> None:
        self.folder, self.table = folder, Table()
        self.glue = Glue()
        monkeypatch.setattr(integ, "assumed_session", lambda role, region: boto3.Session(**KEYS))
        monkeypatch.setattr(integ, "GlueJobs", lambda session: self.glue.jobs)
        monkeypatch.setattr(integ, "Records", lambda client, name, place: Records(self.table, name, place, Time()))
        monkeypatch.setattr(self.glue.jobs, "find", lambda stage, prefix, stacks: jobs)
        monkeypatch.setattr("tests.integ.job_runner.Clock", Time)

    def runs(self, job: str, seconds: int) -> None:
        self.glue.starts(job)
        self.glue.polls(job, "SUCCEEDED", ExecutionTime=seconds, DPUSeconds=2 * seconds)

    def confirms(self, job: str) -> None:
        self.glue.polls(job, "SUCCEEDED")

    def test(self, *, changed_only: bool = True, after: dict[str, str] | None = None, **fingerprints: str) -> int:
        jobs = {}
        for job, fingerprint in fingerprints.items():
            made = planned(fingerprint)
            expect = {"maxMinutes": 5}
            item = {"fingerprint": made.fingerprint, "parts": made.parts, "arguments": made.arguments}
            jobs[job] = {**item, "expect": expect, "after": [after[job]] if after and job in after else []}
        place = dict(zip(("stage", "account", "region"), PLACE, strict=True))
        plan = {"format": 1, **place, "changedOnly": changed_only, "records": "glue-test-records-dev", "jobs": jobs}
        file = self.folder / "plan.json"
        file.write_text(json.dumps(plan))
        stage, account, region = PLACE
        flags = ["--account", account, "--region", region, "--stage-name", stage, "--sts-role-arn", "arn"]
        code = integ.main([*flags, "--plan", str(file)])
        self.glue.has_answered_all()
        return code


def test_three_pushes_run_all_jobs_then_the_changed_one_then_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(tmp_path, monkeypatch, ["a", "b"])
    stage.runs("a", 61)
    stage.glue.starts("b")
    stage.glue.polls("b", "FAILED", ErrorMessage="boom")
    assert stage.test(a="f1", b="f1") == 1
    assert "2 of them to test, 0 unchanged since they passed\n  a: never passed here\n" in capsys.readouterr().out

    stage.confirms("a")
    stage.runs("b", 61)
    assert stage.test(a="f1", b="f2") == 0
    said = capsys.readouterr().out
    assert "1 of them to test, 1 unchanged since they passed\n  b: did not pass when it was last tested\n" in said
    assert "a    UNCHANGED    passed 2026-11-25 12:00 UTC (jr_a)\n" in said
    assert "1 of 1 jobs passed, 1 unchanged" in said

    stage.confirms("a")
    stage.confirms("b")
    assert stage.test(a="f1", b="f2") == 0
    assert "0 of 0 jobs passed, 2 unchanged" in capsys.readouterr().out


def test_a_changed_job_is_started_although_the_job_before_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(tmp_path, monkeypatch, ["a", "b"])
    stage.runs("a", 61)
    stage.runs("b", 61)
    assert stage.test(after={"b": "a"}, a="f1", b="f1") == 0
    stage.confirms("a")
    stage.runs("b", 61)
    assert stage.test(after={"b": "a"}, a="f1", b="f2") == 0
    assert "1 of 1 jobs passed, 1 unchanged" in capsys.readouterr().out


def test_a_run_over_its_limit_fails_and_does_not_count_as_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(tmp_path, monkeypatch, ["a"])
    stage.runs("a", 372)
    assert stage.test(a="f1") == 1
    assert "a SUCCEEDED: took 6.2 minutes (372 s), expected at most 5" in capsys.readouterr().out
    assert json.loads(stage.table.items["a"])["passed"] is None


def test_with_all_jobs_tested_the_history_is_kept_too_and_a_slow_run_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(tmp_path, monkeypatch, ["a"])
    for seconds in (100, 102, 98, 250):
        stage.runs("a", seconds)
        assert stage.test(changed_only=False, a="f1") == 0
    said = capsys.readouterr().out
    assert said.count("warning: ") == 1
    assert "warning: a took 250 s, 2.5 times the 100 s of its last 3 runs (their median)\n" in said
    assert [run["seconds"] for run in json.loads(stage.table.items["a"])["history"]] == [250, 98, 102, 100]
    assert json.loads(stage.table.items["a"])["history"][0]["arguments"] == digest(planned().arguments)


def test_in_a_rehearsal_durations_are_not_compared_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REHEARSAL", "1")
    stage = Stage(tmp_path, monkeypatch, ["a"])
    stage.runs("a", 372)
    assert stage.test(a="f1") == 0
    said = capsys.readouterr().out
    assert "durations here are not Glue's: maxMinutes, maxDpuHours and earlier runs are not compared\n" in said
