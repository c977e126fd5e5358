"""Job tests in the Build stage: each Glue version has those of its jobs, in its image or on plain Spark."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aws_glue_cdk_baseline.config import Config
from build_stage import job_tests, plain_spark
from build_stage.docker_engine import ImageError
from tests.configs import make_config, make_job


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A job on each Glue version, with a test file of its own."""
    jobs = [make_job(tmp_path, name, glue_version=glue) for name, glue in {"Old": "5.0", "New": "6.0"}.items()]
    (tmp_path / "tests").mkdir()
    for job in jobs:
        (tmp_path / "tests" / f"test_{job.script.name}").write_text("")
    for name in ("files_left_out", "versions_by_file"):
        whole = getattr(job_tests, name)
        monkeypatch.setattr(job_tests, name, lambda *given, whole=whole: whole(*given, tmp_path))
    monkeypatch.setattr(job_tests, "SCRIPTS", tmp_path)
    return make_config(tuple(jobs))


def test_an_image_leaves_out_the_tests_of_jobs_on_other_versions(config: Config, tmp_path: Path) -> None:
    commands = job_tests.docker_commands(config, tmp_path, ["-k", "x"])
    assert list(commands) == ["5.0"]
    assert commands["5.0"][-1].endswith(" --ignore=tests/test_new.py -k x")


def test_a_config_of_one_version_leaves_out_nothing(config: Config, tmp_path: Path) -> None:
    old = make_config(tuple(job for job in config.stages[0].jobs if job.name == "Old"))
    assert "--ignore" not in job_tests.docker_commands(old, tmp_path, [])["5.0"][-1]


def test_a_version_whose_tests_are_all_of_other_jobs_has_no_container(config: Config, tmp_path: Path) -> None:
    (tmp_path / "tests" / "test_old.py").unlink()
    assert job_tests.docker_commands(config, tmp_path, []) == {}
    (tmp_path / "tests" / "test_new.py").unlink()  # without any test pytest fails, as it always has
    assert list(job_tests.docker_commands(config, tmp_path, [])) == ["5.0"]


class Programs:
    """What `run_on_plain_spark` starts; `codes` are the exit codes."""

    def __init__(self, *codes: int) -> None:
        self.codes, self.started = list(codes), list[tuple[list[str], Mapping[str, str]]]()

    def run(self, command: list[str], environment: Mapping[str, str], stdout: Any = None) -> tuple[int, str]:
        self.started.append((command[2:], environment))
        return self.codes.pop(0), "/spark/4.1.1\n"


def test_a_version_without_an_image_is_tested_on_plain_spark_and_its_log_and_report_say_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = Programs(0, 0)
    monkeypatch.setattr(plain_spark, "_run", programs.run)
    monkeypatch.setenv("PYTHONPATH", "/a")
    plain_spark.run_on_plain_spark("6.0", "c.yaml", tmp_path, ["-x"])
    said = "plain Spark 4.1.1 with the stand-in for awsglue"
    assert capsys.readouterr().out == (
        f"Glue 6.0 has no public image: its job tests run on {said}, and not on AWS's library\n"
    )
    (set_up, _), (tests, environment) = programs.started
    assert set_up == ["local.sparks", "6.0"]
    assert tests == [
        *("pytest", "aws_glue_cdk_baseline/job_scripts/tests"),
        *("-o", f"junit_suite_name=job tests of Glue 6.0 on {said}", f"--junitxml={tmp_path}/jobs-6.0.xml", "-x"),
    ]
    assert (environment["JOB_CONFIG"], environment["PYTHONPATH"]) == ("c.yaml", f"/spark/4.1.1{os.pathsep}/a")


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ((1,), "Spark for Glue 6.0 cannot be set up; the reason is above"),
        ((0, 1), "the job tests of Glue 6.0 failed on plain Spark (exit code 1)"),
        ((0, 5), "the job tests of Glue 6.0 failed on plain Spark (exit code 5)"),
    ],
)
def test_what_fails_there_fails_the_build(
    codes: tuple[int, ...], message: str, monkeypatch: pytest.MonkeyPatch, config: Config, tmp_path: Path
) -> None:
    monkeypatch.setattr(plain_spark, "_run", Programs(*codes).run)
    with pytest.raises(ImageError) as raised:
        job_tests.run_job_tests(config, {}, tmp_path / "reports")
    assert str(raised.value) == message


def test_a_project_without_any_test_is_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, config: Config, tmp_path: Path
) -> None:
    for file in (tmp_path / "tests").iterdir():
        file.unlink()
    monkeypatch.setattr(plain_spark, "_run", Programs(0, 5).run)
    with pytest.raises(
        ImageError, match=r"; aws_glue\S+/tests has no test of a job: add one, such as `make job` writes$"
    ):
        job_tests.run_job_tests(config, {}, tmp_path / "reports")


def test_tests_that_are_chosen_may_be_those_of_another_version(
    monkeypatch: pytest.MonkeyPatch, config: Config, tmp_path: Path
) -> None:
    programs = Programs(0, 5)
    monkeypatch.setattr(plain_spark, "_run", programs.run)
    job_tests.run_job_tests(config, {}, tmp_path / "reports", ["-k", "old"])
    assert len(programs.started) == 2
