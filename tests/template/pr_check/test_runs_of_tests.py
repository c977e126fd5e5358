"""A run of tests beside others: its result, its end, and what runs the job tests."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config.job_tests import CONFIG
from tools.pr_check import tests as runs
from tools.pr_check.tests import Result, Run, start_job_tests

JUNIT = '<testsuites><testsuite><testcase classname="a" name="b">{}</testcase></testsuite></testsuites>'


def program(folder: Path, text: str) -> list[str]:
    file = folder / "program.py"
    file.write_text(f"import sys\nfile = sys.argv[-1].removeprefix('--junitxml=')\n{text}\n")
    return [sys.executable, str(file)]


def test_a_run_that_passes(tmp_path: Path) -> None:
    command = program(tmp_path, f"open(file, 'w').write({JUNIT.format('')!r})")
    assert Run("Tests", command, tmp_path / "run").result() == Result("Tests", True, "1 test")


def test_what_stands_in_for_an_image_is_in_the_summary(tmp_path: Path) -> None:
    suite = JUNIT.format("").replace("<testsuite>", '<testsuite name="job tests of Glue 6.0 on plain Spark 4.1.1">')
    command = program(tmp_path, f"open(file, 'w').write({suite!r})")
    assert Run("Tests", command, tmp_path / "run").result().summary == (
        "1 test; job tests of Glue 6.0 on plain Spark 4.1.1"
    )


def test_a_run_with_a_failed_test_has_the_end_of_its_log(tmp_path: Path) -> None:
    failed = JUNIT.format('<failure message="assert 1"/>')
    lines = "print('\\n'.join(map(str, range(100))))"
    command = program(tmp_path, f"open(file, 'w').write({failed!r})\n{lines}\nsys.exit(1)")
    result = Run("Tests", command, tmp_path / "run").result()
    assert (result.passed, result.summary, result.failures) == (False, "1 of 1 test failed", ("a.b: assert 1",))
    assert result.log == tuple(map(str, range(60, 100)))


def test_a_run_that_breaks_has_not_passed(tmp_path: Path) -> None:
    command = program(tmp_path, "sys.exit('docker is not installed')")
    result = Run("Tests", command, tmp_path / "run", in_folder="--reports").result()
    assert result == Result("Tests", False, "ended with exit code 1 after 0 tests", log=("docker is not installed",))


def test_a_project_without_a_test_is_told_so(tmp_path: Path) -> None:
    result = Run("Tests", program(tmp_path, "sys.exit(5)"), tmp_path / "run").result()
    assert (result.passed, result.summary) == (False, "there is none; the Build stage fails without any")


def test_a_stopped_run_leaves_no_process(tmp_path: Path) -> None:
    child = "import os, subprocess, time\nchild = subprocess.Popen(['sleep', '60'])\n"
    command = program(tmp_path, f"{child}print(child.pid, flush=True)\ntime.sleep(60)")
    run = Run("Tests", command, tmp_path / "run")
    log = tmp_path / "run" / "log.txt"
    while not log.read_text().endswith("\n"):
        time.sleep(0.05)
    run.stop()
    run.stop()
    assert not run.result().passed
    deadline = time.monotonic() + 10
    command = ["ps", "-o", "stat=", "-p", log.read_text().strip()]
    while subprocess.run(command, capture_output=True, text=True).stdout.strip()[:1] not in ("", "Z"):  # Z has ended
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_job_tests_run_in_the_image_as_in_the_build_stage_or_on_local_spark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$JOB_CONFIG" "$@"\nexit 1\n')
    python.chmod(0o755)
    monkeypatch.delenv(CONFIG, raising=False)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(runs, "PYTEST", (str(python), "-m", "pytest"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    in_image = start_job_tests(tmp_path / "a", Path("c.yaml"), docker=True).result()
    on_spark = start_job_tests(tmp_path / "b", Path("c.yaml"), docker=False).result()
    assert in_image.name == "Tests of the jobs, in AWS's Glue image"
    assert on_spark.name == "Tests of the jobs, on local Spark without AWS's library"
    assert in_image.log == (f" -m build_stage.job_tests --config c.yaml --reports {tmp_path}/a/jobs",)
    tests = "aws_glue_cdk_baseline/job_scripts/tests"
    assert on_spark.log == (f"c.yaml -m pytest {tests} --junitxml={tmp_path}/b/jobs/tests.xml",)
