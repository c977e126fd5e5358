"""The targets of the Makefile and their variables, as `make --dry-run` prints their commands."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tools.job_arguments import config_variable

TARGETS = {
    *(
        "help",
        "test",
        "check",
        "fuzz-config",
        "test-jobs",
        "run",
        "upgrade-check",
        "shell",
        "job",
        "rehearse",
        "diff",
        "pr-check",
        "cdk-upgrade-check",
        "test-rehearsal",
        "sample",
        "new-sample",
        "synth",
    ),
    *("start", "logs", "status", "cost", "drift", "preflight"),
    *("sandbox", "sandbox-destroy", "destroy"),
    *("snapshot", "schema", "benchmark-synth", "benchmark-join", "benchmark-run", "lock", "clean"),
}


def dry_run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Print the commands of a target, without the variables of a `make` that runs these tests."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "ARGS", "CONFIG", "ENGINE")
    }
    command = ["make", "--dry-run", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=inherited | environment, capture_output=True, text=True)


def last_command(*arguments: str, **environment: str) -> str:
    """Return the last command of a target as a shell reads it: quoted only where that is needed."""
    return shlex.join(shlex.split(dry_run(*arguments, **environment).stdout.replace("\\\n", " ").splitlines()[-1]))


def test_help_lists_every_target() -> None:
    result = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True)
    assert {line.split()[1] for line in result.stdout.splitlines() if line.startswith("  make ")} == TARGETS


@pytest.mark.parametrize("target", ["run", "test-jobs", "rehearse"])
def test_an_engine_that_does_not_exist_is_refused_by_every_target_that_takes_one(target: str) -> None:
    for engine in ("dokcer", "spark docker"):
        result = dry_run(target, f"ENGINE={engine}")
        assert result.returncode == 2
        assert f"ENGINE is spark or docker, not {engine}.  Stop." in result.stderr
    assert dry_run(target, "ENGINE=docker").returncode == 0


def test_the_options_of_a_run_are_variables_and_its_arguments_come_last() -> None:
    given = ["JOB=Join", "STAGE=prod", "CONFIG=c.yaml", "ARGS=--stage x"]
    assert last_command("run", *given) == "python -m tools.run_job --config c.yaml --stage=prod Join --stage x"
    assert last_command("run", *given, "ENGINE=docker", "PROFILE=me") == (
        "python -m tools.glue_image run --config c.yaml --aws-profile=me --stage=prod Join --stage x"
    )


def test_a_run_with_a_profile_or_of_a_whole_stage() -> None:
    given = ["PROFILE=me", "YES=1", "UPSTREAM=1"]
    assert last_command("run", *given, "JOB=Join") == (
        "python -m tools.run_job --config default-config.yaml --profile=me --yes --upstream Join"
    )
    assert last_command("run", "ARGS=--a b", YES="1", UPSTREAM="1") == (
        "python -m tools.run_job --config default-config.yaml '' --a b"
    )


def test_a_preflight_takes_one_profile_or_several() -> None:
    command = "python -m tools.preflight --config default-config.yaml"
    assert last_command("preflight", PROFILE="of the environment") == command
    assert last_command("preflight", "PROFILE=dev", "STAGE=dev") == f"{command} --stage=dev --profile=dev"
    assert last_command("preflight", "PROFILES=pipeline dev") == f"{command} --profile=pipeline --profile=dev"


def test_a_check_of_a_branch_gets_the_base_and_the_file_of_the_command_line_only() -> None:
    command = "python -m tools.pr_check --config default-config.yaml"
    assert last_command("pr-check", BASE="x", OUTPUT="y", ENGINE="docker") == command
    given = ["BASE=origin/develop", "OUTPUT=a b.md", "ENGINE=docker", "ARGS=--limit 0"]
    assert last_command("pr-check", *given) == (
        f"{command} --base=origin/develop '--output=a b.md' --engine=docker --limit 0"
    )


def test_an_upgrade_check_of_the_cdk_gets_versions() -> None:
    command = "python -m tools.cdk_upgrade --config default-config.yaml"
    assert last_command("cdk-upgrade-check", OUTPUT="x") == command
    given = ["OUTPUT=x.md", "ARGS=aws-cdk-lib==2.275.0"]
    assert last_command("cdk-upgrade-check", *given) == f"{command} --output=x.md aws-cdk-lib==2.275.0"


def test_an_upgrade_check_gets_the_version_and_the_arguments_of_the_job() -> None:
    given = ["TO=6.0", "JOB=Join", "STAGE=prod", "PROFILE=me", "UPSTREAM=1", "ARGS=--a b"]
    assert last_command("upgrade-check", *given) == (
        "python -m tools.upgrade_check --config default-config.yaml --to=6.0 --profile=me --upstream --stage=prod"
        " Join --a b"
    )
    assert last_command("upgrade-check", TO="6.0") == "python -m tools.upgrade_check --config default-config.yaml ''"


def test_a_variable_that_other_programs_use_too_is_not_taken_from_the_environment() -> None:
    command = last_command("run", "JOB=Join", "ENGINE=docker", STAGE="prod", PROFILE="me")
    assert command == "python -m tools.glue_image run --config default-config.yaml Join"


def test_the_variables_of_a_new_job_are_not_taken_from_the_environment() -> None:
    command = last_command("job", NAME="me", FROM="me", INPUT="me", OUTPUT="me", TYPE="me", ARGS="me")
    assert command == "python -m tools.new_job --config default-config.yaml ''"


def test_a_new_job_gets_its_values_from_the_command_line() -> None:
    given = ["NAME=Clean", "FROM=my scripts/c.py", "INPUT=s3://a/b/", "OUTPUT=s3://c/", "ARGS=--minimum_age 21"]
    given += ["TYPE=pythonshell"]
    assert last_command("job", *given) == (
        "python -m tools.new_job --config default-config.yaml '--from=my scripts/c.py' --input=s3://a/b/"
        " --output=s3://c/ --type=pythonshell Clean -- --minimum_age 21"
    )


def test_a_sample_is_taken_with_the_variables_of_the_command_line_only() -> None:
    given = ["JOB=Join", "PROFILE=dev", "FROM=a b", "ROWS=5", "MASK=email,b.c", "MB=7", "PARAMETER=inputLocation"]
    assert last_command("sample", *given, "STAGE=prod") == (
        "python -m tools.samples fetch --config default-config.yaml --stage=prod --profile=dev '--from=a b'"
        " --rows=5 --mask=email,b.c --parameter=inputLocation --mb=7 Join"
    )
    command = last_command("new-sample", "JOB=Join", PROFILE="dev", ROWS="5", FROM="x", MASK="y", MB="1", STAGE="prod")
    assert command == "python -m tools.samples invent --config default-config.yaml Join"


def test_a_command_about_deployed_jobs_gets_the_stage_and_the_profile_of_the_command_line_only() -> None:
    base = "python -m tools.stage_jobs status --config default-config.yaml"
    assert last_command("status", "STAGE=prod", "PROFILE=me") == f"{base} --profile=me --stage=prod ''"
    assert last_command("status", "JOB=Join", PROFILE="me", STAGE="prod") == f"{base} Join"
    command = last_command("start", "JOB=Join", "PROFILE=me", "YES=1", "ARGS=--a b")
    assert command == "python -m tools.stage_jobs start --config default-config.yaml --profile=me --yes Join --a b"
    assert last_command("start", "JOB=Join", "DOWNSTREAM=1", YES="1") == (
        "python -m tools.stage_jobs start --config default-config.yaml --downstream Join"
    )
    assert last_command("logs", "JOB=Join", "RUN=jr_1", "ALL=1") == (
        "python -m tools.stage_jobs logs --config default-config.yaml --run=jr_1 --all Join"
    )


def test_what_deploys_or_deletes_a_copy_gets_the_variables_of_the_command_line_only() -> None:
    given = ["CONFIG=mine.yaml", "STAGE=dev", "PROFILE=me", "YES=1", "CONFIRM=prod"]
    options = "--config mine.yaml --profile=me --yes --stage=dev --confirm=prod"
    assert last_command("sandbox", *given) == f"python -m tools.sandbox {options}"
    assert last_command("sandbox-destroy", *given) == f"python -m tools.teardown sandbox {options}"
    assert last_command("destroy", *given, "ALL=1", "SKIP=test") == (
        f"python -m tools.teardown destroy {options} --all --skip=test"
    )
    inherited = {"STAGE": "dev", "PROFILE": "me", "YES": "1", "CONFIRM": "prod", "ALL": "1", "SKIP": "prod"}
    assert last_command("destroy", **inherited) == "python -m tools.teardown destroy --config default-config.yaml"


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_config_a_stage_and_a_profile_may_have_spaces(target: str) -> None:
    given = ("CONFIG=my config.yaml", "STAGE=my stage", "PROFILE=my profile", "CONFIRM=prod, test", "SKIP=dev, test")
    words = shlex.split(dry_run(target, *given).stdout.replace("\\\n", " "), comments=True)
    assert not {"config.yaml", "stage", "profile", "test"}.intersection(words)


def test_a_message_names_another_config_as_make_takes_it() -> None:
    assert config_variable("default-config.yaml") == ""
    assert config_variable(Path("my config.yaml")) == " CONFIG='my config.yaml'"
