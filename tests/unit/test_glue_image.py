from pathlib import Path

import pytest

from scripts import glue_image
from tests.configs import make_config, make_job


def test_the_command_runs_the_tests_in_the_image_without_credentials() -> None:
    command = glue_image.test_command("5.0", Path("/p/job_scripts"), Path("/p/reports"))
    assert command == [
        "docker",
        "run",
        "--rm",
        "--env",
        "PYTHONDONTWRITEBYTECODE=1",
        "--volume",
        "/p/job_scripts:/home/hadoop/workspace:ro",
        "--volume",
        "/p/reports:/home/hadoop/reports",
        "--workdir",
        "/home/hadoop/workspace",
        "public.ecr.aws/glue/aws-glue-libs:5",
        "-c",
        "python3 -m pytest -p no:cacheprovider --junitxml=/home/hadoop/reports/jobs-5.0.xml",
    ]
    assert "AWS" not in " ".join(command)


def test_the_image_of_glue_4_has_another_user() -> None:
    command = glue_image.test_command("4.0", Path("/p"), Path("/r"))
    assert "/p:/home/glue_user/workspace:ro" in command
    assert "public.ecr.aws/glue/aws-glue-libs:glue_libs_4.0.0_image_01" in command


def test_each_glue_version_of_the_config_is_run_once(tmp_path: Path) -> None:
    jobs = tuple(make_job(tmp_path, f"J{n}", glue_version=version) for n, version in enumerate(["5.1", "4.0", "5.1"]))
    assert glue_image.glue_versions(make_config(jobs)) == ["4.0", "5.1"]


def test_a_dry_run_prints_what_would_be_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert glue_image.main(["test", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("docker run --rm ")


def test_without_docker_one_line_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="docker is not installed; `make test-jobs` runs the same tests"):
        glue_image.main(["test"])


def test_a_failing_test_run_fails_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/called\nexit 1\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(SystemExit, match=r"the job tests failed in the image of Glue 5\.0"):
        glue_image.main(["test", "--reports", str(tmp_path / "reports")])
    assert "jobs-5.0.xml" in (tmp_path / "called").read_text()
    assert (tmp_path / "reports").stat().st_mode & 0o777 == 0o777
