"""The files for editors and git: .vscode on the laptop, .devcontainer in the Glue image, .gitattributes."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import PROJECT, glue_versions
from build_stage.docker_command import HOME, IMAGES
from local.job_packages import has_packages, locked_folder

THE_IMAGES_PACKAGES = """\
import importlib.abc, importlib.machinery, sys, types
from unittest.mock import MagicMock

class Everything(types.ModuleType):
    __path__, __all__ = [], []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock()

class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("awsglue", "pyspark"):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Everything(spec.name)

    def exec_module(self, module):
        pass

sys.meta_path.insert(0, Finder())
"""


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((PROJECT / name).read_text(encoding="utf-8"))
    return content


def dev_container_settings() -> dict[str, Any]:
    settings: dict[str, Any] = read(".devcontainer/devcontainer.json")["customizations"]["vscode"]["settings"]
    return settings


def test_the_dev_container_is_the_image_that_the_tests_run_in() -> None:
    container = read(".devcontainer/devcontainer.json")
    assert container["image"] == IMAGES[glue_versions.DEFAULT].name
    assert f"/home/{container['remoteUser']}" == HOME
    assert container["workspaceFolder"] == f"{HOME}/workspace"
    assert container["workspaceMount"].endswith(f",target={HOME}/workspace")


def test_nothing_is_installed_into_the_dev_container_and_no_path_or_credential_is_set() -> None:
    container = read(".devcontainer/devcontainer.json")
    assert not {"postCreateCommand", "features", "mounts", "containerEnv", "remoteEnv"} & set(container)


def test_the_dev_container_collects_the_job_tests_and_no_others(tmp_path: Path) -> None:
    """In the image's place: this Python, and packages of the names that the image brings, which have everything."""
    given: list[str] = dev_container_settings()["python.testing.pytestArgs"]
    arguments = [argument.replace(f"{HOME}/workspace", str(PROJECT)) for argument in given]
    (tmp_path / "sitecustomize.py").write_text(THE_IMAGES_PACKAGES)
    command = [sys.executable, "-m", "pytest", *arguments, "--collect-only", "-q"]
    packages = locked_folder() if has_packages() else None  # of requirements-jobs.txt
    path = os.pathsep.join(map(str, filter(None, [tmp_path, packages])))
    result = subprocess.run(command, cwd=PROJECT, env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, f"{shlex.join(command)}\n{result.stdout}"
    collected = [line.partition("::")[0] for line in result.stdout.splitlines() if "::" in line]
    job_tests = "aws_glue_cdk_baseline/job_scripts/tests"
    assert set(collected) == {f"{job_tests}/{file.name}" for file in (PROJECT / job_tests).glob("test_*.py")}


def test_the_laptops_settings_leave_to_the_dev_container_what_differs_there() -> None:
    """A workspace's setting wins over a container's: the interpreter is VS Code's own find, .venv, on the laptop."""
    here = read(".vscode/settings.json")
    assert here["python.testing.pytestEnabled"] is True
    assert not set(here) & set(dev_container_settings())


def test_the_launch_entry_runs_the_open_script_with_the_local_runner() -> None:
    (entry,) = read(".vscode/launch.json")["configurations"]
    assert (entry["module"], entry["args"], entry["cwd"]) == ("tools.run_job", ["${file}"], "${workspaceFolder}")
    assert entry["python"] == "${workspaceFolder}/.venv/bin/python"
    assert (PROJECT / "tools" / "run_job" / "__main__.py").is_file()


def test_git_keeps_the_editor_files() -> None:
    files = [".vscode/settings.json", ".vscode/launch.json", ".devcontainer/devcontainer.json"]
    assert subprocess.run(["git", "check-ignore", *files], cwd=PROJECT, capture_output=True).stdout == b""


def test_a_clone_with_the_settings_of_windows_has_the_line_ends_that_bash_reads(tmp_path: Path) -> None:
    for name in (".gitattributes", "Makefile", "build_stage/build.sh", "samples/bucket/data.csv"):
        (tmp_path / "origin" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "origin" / name).write_bytes(b"a\r\nb\n")
    (tmp_path / "origin" / ".gitattributes").write_bytes((PROJECT / ".gitattributes").read_bytes())
    who = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "-c",
        "core.autocrlf=true",
        "-c",
        "core.safecrlf=false",
    ]
    commands = [
        ["git", *who, "init", "-q", "origin"],
        ["git", *who, "-C", "origin", "add", "."],
        ["git", *who, "-C", "origin", "commit", "-q", "-m", "x"],
        ["git", *who, "clone", "-q", "-c", "core.autocrlf=true", "origin", "clone"],
    ]
    for command in commands:
        subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / "clone" / "build_stage" / "build.sh").read_bytes() == b"a\nb\n"
    assert (tmp_path / "clone" / "Makefile").read_bytes() == b"a\nb\n"
    assert (tmp_path / "clone" / "samples" / "bucket" / "data.csv").read_bytes() == b"a\r\nb\n"
