"""Update every lock file after a change of a requirements file or of package.json: `python -m tools.lock`.

A lock file lists every package of an installation, each with one version and the hashes of its files for all systems.
A version that still fits is kept. Arguments go to `uv pip compile`, such as --upgrade or --upgrade-package NAME.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
UV = [
    *("uv", "pip", "compile", "--no-config", "--quiet"),
    *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest"),  # all systems and processors
    *("--generate-hashes", "--only-binary", ":all:"),  # a wheel runs no code when it is installed
    *("--annotation-style", "line", "--custom-compile-command", "make lock"),
]
# The lock file names no registry, so that npm takes the one of its own configuration.
NPM = ["--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
NPM += ["--omit-lockfile-registry-resolved"]


@dataclass(frozen=True)
class Lock:
    """A lock file, its requirements files, and the lock file whose versions it must have."""

    file: str
    requirements: tuple[str, ...]
    within: str = ""
    sources: tuple[str, ...] = ()  # packages without a wheel

    def command(self, *arguments: str) -> list[str]:
        within = ["--constraint", self.within] if self.within else []
        sources = [word for name in self.sources for word in ("--no-binary", name)]
        return [*UV, *sources, *within, *arguments, "--output-file", self.file, *self.requirements]


LAPTOP = "requirements-local.lock"
LOCKS = (
    Lock(LAPTOP, ("requirements.txt", "requirements-dev.txt", "requirements-local.txt"), sources=("pyspark",)),
    Lock("requirements-dev.lock", ("requirements.txt", "requirements-dev.txt"), within=LAPTOP),  # the Build stage
    Lock("tests/integ/requirements.lock", ("tests/integ/requirements.txt",), within=LAPTOP),  # the IntegrationTest step
    # The same step, if a job has quality rules. The first has what pip builds pyspark with.
    Lock("tests/integ/setuptools.lock", ("tests/integ/setuptools.txt",), within=LAPTOP),
    Lock("tests/integ/spark.lock", ("tests/integ/spark.txt",), within=LAPTOP, sources=("pyspark",)),
    # The step ShowChanges, before an approval that shows changes.
    Lock("tools/stage_diff/requirements.lock", ("tools/stage_diff/requirements.txt",), within=LAPTOP),
    Lock("requirements-spark-4.1.lock", ("requirements-spark-4.1.txt",), sources=("pyspark",)),  # jobs on Glue 6.0
    Lock("tools/benchmark_baseline/requirements.lock", ("tools/benchmark_baseline/requirements.txt",)),
)


def refresh(project: Path, arguments: list[str]) -> int:
    """Update the lock files. Return the exit code of the first command that fails, or 0."""
    npm = ["npm", "update" if "--upgrade" in arguments else "install", *NPM]
    with keeping_times([project / file for file in (*(lock.file for lock in LOCKS), "package-lock.json")]):
        for command in [*(lock.command(*arguments) for lock in LOCKS), npm]:
            code = subprocess.run(command, cwd=project, stdout=subprocess.DEVNULL).returncode
            if code:
                return code
    files = " ".join([*(lock.file for lock in LOCKS), "package-lock.json"])
    print(f"`git diff` shows what changed in: {files}")
    return 0


@contextmanager
def keeping_times(files: list[Path]) -> Iterator[None]:
    """Let files that the block writes again unchanged keep their time: make sets up nothing anew because of them."""
    before = {file: (file.read_bytes(), file.stat()) for file in files if file.is_file()}
    yield
    for file, (content, stat) in before.items():
        if file.is_file() and file.read_bytes() == content:
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def main(arguments: list[str]) -> int:
    from tools import lock_jobs  # the Build stage tests LOCKS, and has no packages for a laptop

    parser = argparse.ArgumentParser(prog="python -m tools.lock", allow_abbrev=False)
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    options, given = parser.parse_known_args(arguments)
    # First the user's own lock: the others are the template's.
    return lock_jobs.refresh(PROJECT, options.config, [*UV, *given]) or refresh(PROJECT, given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
