"""Projects to rehearse, which tests break on purpose: copies of this one and a small one of another author."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from tests.configs import has_the_examples

THIRD_PARTY = Path(__file__).parent / "third_party"
# The Build stage without this project's own tests, which `make test` runs already.
QUICK_BUILD = """\
set -euo pipefail
npx --no-install cdk synth --quiet --context "config=$1"
"""


@dataclass(frozen=True)
class Project:
    """A Git repository in a folder of its own."""

    folder: Path

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text, encoding="utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace a text of a file, which must hold it."""
        text = self.read(path)
        assert old in text, f"{path} has no {old!r}"
        self.write(path, text.replace(old, new))

    def commit(self) -> None:
        git(self.folder, "add", "--all")
        git(
            self.folder,
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.com",
            "commit",
            "--quiet",
            "-m",
            "change",
        )

    def rehearse(self, *arguments: str) -> Outcome:
        process = self.start(*arguments)
        output, _ = process.communicate()
        return Outcome(process.returncode, output)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start a rehearsal without a terminal, with its temporary files beside the project."""
        temporary = self.folder.parent / "tmp"
        temporary.mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "rehearsal", "--project", str(self.folder), *arguments],
            cwd=PROJECT,
            env=environment() | {"TMPDIR": str(temporary)} | variables,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


@dataclass(frozen=True)
class Outcome:
    """The output of a rehearsal, and its exit code."""

    code: int
    output: str

    def rows(self) -> list[tuple[str, str, str]]:
        """Return (stage, action, outcome) of each row of the table at the end."""
        lines = self.output.splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith("stage  "))
        heading = lines[start]
        ends = [heading.index(name) for name in ("action", "how", "outcome", "seconds")]
        rows = []
        for line in lines[start + 1 :]:
            if " s in all, " in line:
                break
            rows.append((line[: ends[0]].strip(), line[ends[0] : ends[1]].strip(), line[ends[2] : ends[3]].strip()))
        return rows

    def failed(self) -> list[tuple[str, str]]:
        """Return (stage, action) of each failed action."""
        return [(stage, action) for stage, action, outcome in self.rows() if outcome == "failed"]


def environment() -> dict[str, str]:
    """Return the environment without what conftest.py has set for local Spark, and without the variables of a make.

    The command line of a make that runs the tests would reach a make that a test starts: its ARGS, say.
    """
    own = {"JAVA_HOME", "PYSPARK_SUBMIT_ARGS", "PYTHONPATH", "JOB_INPUTS", "JOB_SAMPLES"}
    own |= {"MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "ARGS", "CONFIG", "ENGINE"}
    return {name: value for name, value in os.environ.items() if name not in own and not name.startswith("AWS_")}


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout


def this_project(folder: Path) -> Project:
    """Copy this project's working tree, with a quick Build stage; skip the test if the examples are removed."""
    if not has_the_examples():
        pytest.skip("it breaks the example jobs, which are gone")
    names = git(PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, names):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    project = Project(folder)
    git(folder, "init", "--quiet")
    project.write("build_stage/build.sh", QUICK_BUILD)
    project.commit()
    return project


def third_party_project(folder: Path) -> Project:
    shutil.copytree(THIRD_PARTY, folder, ignore=shutil.ignore_patterns("cdk.out", "__pycache__"))
    project = Project(folder)
    project.write(".gitignore", "cdk.out\n__pycache__\n")
    git(folder, "init", "--quiet")
    project.commit()
    return project
