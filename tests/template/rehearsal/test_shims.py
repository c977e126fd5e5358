"""npm, pip and docker in a rehearsed build: installed packages are reused; everything else is the real command's."""

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.pipeline.integration_test import INSTALL_SPARK
from build_stage.docker_command import Container
from rehearsal.actions.build_tools import build_tools
from rehearsal.aws.cloud import HERE

LOCK = {"packages": {"": {}, "node_modules/aws-cdk": {"version": "2.1148.1", "integrity": "sha512-AbC="}}}


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A machine that has aws-cdk 2.1148.1, an npm that only says that it was called, and no docker."""
    modules = tmp_path / "node_modules"
    (modules / "aws-cdk").mkdir(parents=True)
    (modules / "aws-cdk/package.json").write_text('{"version": "2.1148.1"}')
    (modules / ".package-lock.json").write_text(json.dumps(LOCK))
    npm = tmp_path / "tools/npm"
    npm.parent.mkdir()
    npm.write_text('#!/bin/sh\necho "real npm $@"\n')
    npm.chmod(0o755)
    environment = build_tools(tmp_path / "build", {"PATH": f"{npm.parent}:/usr/bin:/bin"})
    return environment | {"REHEARSAL_NODE_MODULES": str(modules)}


def run(machine: dict[str, str], folder: Path, *command: str) -> str:
    folder.mkdir(exist_ok=True)
    result = subprocess.run(command, cwd=folder, env=machine, capture_output=True, text=True)
    return (result.stdout + result.stderr).strip()


def test_npm_ci_links_what_the_lock_file_asks_for(machine: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/package-lock.json").write_text(json.dumps(LOCK))
    said = run(machine, tmp_path / "source", "npm", "ci", "--no-audit")
    assert said == "[rehearsal] npm ci: this machine has all of package-lock.json; nothing is downloaded"
    assert (tmp_path / "source/node_modules/aws-cdk/package.json").exists()


def test_npm_ci_of_another_lock_file_is_the_real_one(machine: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    other = {"packages": {"": {}, "node_modules/aws-cdk": {"version": "2.1149.0"}}}
    (tmp_path / "source/package-lock.json").write_text(json.dumps(other))
    assert run(machine, tmp_path / "source", "npm", "ci", "--no-audit") == "real npm ci --no-audit"


@pytest.mark.parametrize(
    ("specification", "reused"),
    [
        ("aws-cdk@2.1148.1", True),
        ("aws-cdk@2", True),
        ("aws-cdk@2.114", False),
        ("aws-cdk@2.1148.2", False),
        ("aws-cdk@latest", False),
        ("aws-cdk", False),
        ("cdk-assets@4", False),
    ],
)
def test_npm_install_g_reuses_a_version_that_is_here(
    machine: dict[str, str], tmp_path: Path, specification: str, reused: bool
) -> None:
    said = run(machine, tmp_path / "source", "npm", "install", "-g", specification)
    expected = f"[rehearsal] npm install -g {specification}: on this machine already; nothing is downloaded"
    assert said == (expected if reused else f"real npm install -g {specification}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("aws-cdk@2.1148.1 dist.integrity", "sha512-AbC="),
        ("aws-cdk@2.1148.2 dist.integrity", "real npm view aws-cdk@2.1148.2 dist.integrity"),
        ("cdk-assets@4.4.13 dist.integrity", "real npm view cdk-assets@4.4.13 dist.integrity"),
        ("aws-cdk@2.1148.1 versions", "real npm view aws-cdk@2.1148.1 versions"),
    ],
)
def test_npm_view_names_the_hash_of_what_is_here(
    machine: dict[str, str], tmp_path: Path, words: str, said: str
) -> None:
    assert run(machine, tmp_path / "source", "npm", "view", *words.split()) == said


def test_the_glue_image_is_stood_in_for_by_local_spark(machine: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs/seats").write_text("435")
    command = 'cat seats; echo more > /home/hadoop/reports/r; touch new; echo "$AWS_REGION${JAVA_HOME:+ Java}"'
    said = run(
        machine | {"AWS_REGION": "us-east-1"},
        tmp_path / "source",
        *("docker", "run", "--rm", "--volume", f"{tmp_path}/jobs:/home/hadoop/workspace:ro"),
        *("--mount", f"type=bind,source={tmp_path}/source,target=/home/hadoop/reports"),
        *("--workdir", "/home/hadoop/workspace"),
        *("public.ecr.aws/glue/aws-glue-libs:5", "-c", command),
    )
    image = "public.ecr.aws/glue/aws-glue-libs:5"
    assert said == f"[rehearsal] local Spark stands in for the image {image} (ENGINE=docker uses the image)\n435 Java"
    assert (tmp_path / "source/r").read_text() == "more\n"
    assert os.listdir(tmp_path / "jobs") == ["seats"]  # it was mounted read-only


SAMPLE_TEST = """
def test_orders(sample):
    path = sample("inputLocation")
    assert open(path).read() == "id\\n1\\n"
    try:
        open(path, "w").write("")
    except OSError:
        pass
"""


@pytest.mark.parametrize("committed", [True, False])
def test_the_job_tests_of_the_image_find_the_samples_that_are_committed(
    machine: dict[str, str], tmp_path: Path, committed: bool
) -> None:
    scripts, reports, samples = (tmp_path / name for name in ("job_scripts", "reports", "samples"))
    for folder in (scripts, reports, samples / "data"):
        folder.mkdir(parents=True)
    (scripts / "test_orders.py").write_text(SAMPLE_TEST)
    if committed:
        (samples / "data" / "orders.csv").write_text("id\n1\n")
    inputs = {"in_build": True, "jobs": {"orders": {"Orders": {"inputLocation": "data/orders.csv"}}}}
    (reports / "job-inputs.json").write_text(json.dumps(inputs))
    container = Container("5.0", "glue-1", scripts, samples=samples if committed else None)
    said = run(machine, tmp_path / "source", *container.test_command(reports, ["-q", "-p", "no:warnings"]))
    if committed:
        assert "1 passed" in said
        assert (samples / "data" / "orders.csv").read_text() == "id\n1\n"  # it was mounted read-only
    else:
        assert "Orders: the sample of inputLocation (s3://data/orders.csv) is not in the repository: commit it" in said
    assert (reports / "jobs-5.0.xml").is_file()


def test_packages_that_the_image_would_install_are_those_of_this_machine(
    machine: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "packages.lock").write_text("sizes==1 --hash=sha256:0")
    (tmp_path / "source").mkdir()
    (tmp_path / "source/requirements-jobs.lock").write_text("# none, which needs no download\n")
    command = (
        "python3 -m pip install --user --quiet --no-deps -r /home/hadoop/packages.lock && cat $0 && echo $PYTHONPATH"
    )
    said = run(
        machine,
        tmp_path / "source",
        *("docker", "run", "--mount", f"type=bind,source={tmp_path}/jobs,target=/home/hadoop/workspace,readonly"),
        *("--mount", f"type=bind,source={tmp_path}/packages.lock,target=/home/hadoop/packages.lock,readonly"),
        *("--workdir", "/home/hadoop/workspace"),
        *("public.ecr.aws/glue/aws-glue-libs:5", "-c", command.replace("$0", "/home/hadoop/packages.lock")),
    )
    _, *lines = said.splitlines()
    assert lines[0] == "[rehearsal] pip install --user: the packages of the jobs are in "
    assert lines[1].startswith("sizes==1 --hash=sha256:0")
    assert lines[1].endswith("local/glue_libs")


def test_another_docker_command_needs_docker(machine: dict[str, str], tmp_path: Path) -> None:
    said = run(
        machine | {"PATH": machine["PATH"].split(":")[0] + ":/nowhere"}, tmp_path / "s", sys.executable, "-c", PS
    )
    assert said == "docker is not installed, and the rehearsal has no stand-in for: docker ps"


PS = "import os; os.execvp('docker', ['docker', 'ps'])"


@pytest.mark.parametrize("lock", ["requirements-dev.lock", "tests/integ/requirements.lock"])
def test_pip_finds_all_of_a_lock_file_with_hashes_here_and_downloads_nothing(
    machine: dict[str, str], tmp_path: Path, lock: str
) -> None:
    install = ["pip", "install", "--require-hashes", "--only-binary=:all:", "--no-index", "-r", str(HERE / lock)]
    said = run(machine, tmp_path / "s", *install)
    assert said.count("Requirement already satisfied: ") > 5
    assert "[rehearsal] pip install: this machine has all " in said
    assert not re.search("^(ERROR|Collecting|Downloading|Installing)", said, re.MULTILINE), said


@pytest.mark.parametrize("command", INSTALL_SPARK)
def test_what_evaluates_quality_rules_is_here_and_is_not_downloaded(
    machine: dict[str, str], tmp_path: Path, command: str
) -> None:
    *words, lock = shlex.split(command)
    said = run(machine, tmp_path / "s", *words, str(HERE / lock))
    assert "[rehearsal] pip install: this machine has all " in said


@pytest.mark.parametrize(
    ("lock", "reused"),
    [
        (f"pytest=={version('pytest')} --hash=sha256:0", True),
        (f"# one\npytest=={version('pytest')} ; python_version > '3' \\\n  --hash=sha256:0\n  # via x\n", True),
        (
            "nothing==1 ; sys_platform == 'win32' --hash=sha256:0\npytest==" + version("pytest") + " --hash=sha256:0",
            True,
        ),
        ("pytest==0.1 --hash=sha256:0", False),
        ("nothing==1 --hash=sha256:0", False),
        ("-r other.txt", False),
        ("pytest>=8 --hash=sha256:0", False),
        (f"pytest=={version('pytest')}", False),
    ],
)
def test_pip_reuses_a_lock_file_only_where_each_package_is_here_in_its_version(
    machine: dict[str, str], tmp_path: Path, lock: str, reused: bool
) -> None:
    (tmp_path / "lock").write_text(lock)
    install = ["python", "-m", "pip", "install", "--quiet", "--no-index", "--require-hashes", "-r", f"{tmp_path}/lock"]
    said = run(machine, tmp_path / "s", *install)
    assert (said == "[rehearsal] pip install: this machine has all 1 locked packages; nothing is downloaded") is reused
    assert ("[rehearsal]" in said) is reused  # else the real pip has answered


def test_who_imports_pip_gets_the_real_one(machine: dict[str, str], tmp_path: Path) -> None:
    program = "import pip, sys; from pip._internal import main; print(pip.__version__, callable(main))"
    assert run(machine, tmp_path / "s", "python", "-c", program) == f"{version('pip')} True"


def test_pip_sees_the_packages_of_this_project_and_installs_beside_them(
    machine: dict[str, str], tmp_path: Path
) -> None:
    said = run(machine, tmp_path / "s", "pip", "install", "--no-index", "pytest", "not-a-package-anywhere")
    assert "Requirement already satisfied: pytest" in said
    assert "No matching distribution found for not-a-package-anywhere" in said
    where = run(machine, tmp_path / "s", "python", "-c", "import sys, pytest; print(sys.prefix)")
    assert where == str(tmp_path / "build/python")
