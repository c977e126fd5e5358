"""The command `make run`, as it is called."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from local import run_job
from tests.configs import make_job


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local.run_job", *arguments]
    environment = {key: value for key, value in os.environ.items() if key not in ("JAVA_HOME", "PYSPARK_SUBMIT_ARGS")}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


def test_the_example_join_ends_with_the_schema_rows_and_10439() -> None:
    result = run("JoinLegislators")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[-1] == "10439"
    assert sum(line.startswith(" |-- ") for line in lines) == 25
    assert "(stands in: sample data, 10439 records)" in result.stdout


def test_a_job_runs_on_a_users_own_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("".join(json.dumps({"id": number, "name": "Zoë"}) + "\n" for number in range(7)), encoding="utf-8")
    result = run("ProcessLegislators", "--input_path", str(file))
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "7"
    assert "sample data" not in result.stdout


def test_a_script_that_raises_is_exit_code_1(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    job.script.write_text("raise ValueError('boom')\n")
    assert run_job.run(job, "dev", {}) != 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "default-config.yaml has no job '' in dev; it has: "),
        (["JoinLegislator"], "has no job 'JoinLegislator' in dev; did you mean JoinLegislators?"),
        (["ProcessLegislators", "--inputpath", "x"], "has no argument --inputpath; did you mean --input_path?"),
        (["ProcessLegislators", "--input_path", "no.json"], "--input_path: 'no.json' does not exist; name a file"),
        (
            ["ProcessLegislators", "--input_path"],
            "cannot read the arguments '--input_path'; write them as --name value",
        ),
        (["ProcessLegislators", "file.json"], "cannot read the arguments 'file.json'; write them as --name value"),
        (["--config", "no.yaml", "ProcessLegislators"], "no.yaml:1: no such file"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    with pytest.raises(SystemExit) as raised:
        run_job.main(arguments)
    assert message in str(raised.value.code)
    assert "\n" not in str(raised.value.code)


def test_given_arguments_replace_the_stages_own(tmp_path: Path) -> None:
    job = make_job(tmp_path, arguments={"--input_path": "s3://a/b", "--minimum_age": "21"})
    assert run_job.replaced_arguments(job, ["--minimum_age=30"]) == {"--input_path": "s3://a/b", "--minimum_age": "30"}
    assert run_job.replaced_arguments(job, ["--minimum_age", "-1"])["--minimum_age"] == "-1"
