"""The tests that the pipeline's Build stage runs: those of the app, and those of the jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.job_tests import CONFIG, TESTS
from build_stage.docker_engine import ImageError, check_docker
from tools.amounts import counted

# As build_stage/build.sh. No cache: nothing is written to the project's folder.
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
APP_TESTS = ("tests/unit", "tests/snapshot", "tests/security")
STOP_SECONDS = 30  # until a container or a Spark has ended
NO_TESTS = 5  # pytest's exit code if there are none
LOG_LINES = 40  # of a failed run, for a reader


@dataclass(frozen=True)
class Result:
    """The end of a run of tests: the failed ones with their messages, and the last lines of its log if any failed."""

    name: str
    passed: bool
    summary: str
    failures: tuple[str, ...] = ()
    log: tuple[str, ...] = ()


def has_docker() -> bool:
    """Return true if Docker is installed and answers."""
    try:
        check_docker("")
    except ImageError:
        return False
    return True


def start_app_tests(folder: Path) -> Run:
    """Start the tests of the app."""
    return Run("Tests of the app", [*PYTEST, *APP_TESTS], folder / "app")


def start_job_tests(folder: Path, config: Path, *, docker: bool) -> Run:
    """Start the tests of the jobs: in AWS's Glue image as the Build stage does, or on local Spark."""
    if docker:
        command = [sys.executable, "-m", "build_stage.job_tests", "--config", str(config)]
        return Run("Tests of the jobs, in AWS's Glue image", command, folder / "jobs", in_folder="--reports")
    name = "Tests of the jobs, on local Spark without AWS's library"
    return Run(name, [*PYTEST, str(TESTS.relative_to(PROJECT))], folder / "jobs", {CONFIG: str(config)})


@dataclass
class Run:
    """A run of tests, beside others. Its JUnit files and its log are in the new folder `folder`.

    The command is pytest, or takes the folder of the JUnit files as its option `in_folder`.
    """

    name: str
    command: list[str]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    in_folder: str = ""
    _process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        where = [self.in_folder, str(self.folder)] if self.in_folder else [f"--junitxml={self.folder}/tests.xml"]
        with self._log.open("wb") as log:
            # A group of its own: `stop` ends what the tests have started, such as Spark.
            self._process = subprocess.Popen(
                [*self.command, *where],
                cwd=PROJECT,
                env={**os.environ, **self.variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def _log(self) -> Path:
        return self.folder / "log.txt"

    def result(self) -> Result:
        """Wait for the end, and return it."""
        code = self._process.wait()
        number, failures, suites = 0, [], []
        for file in sorted(self.folder.glob("*.xml")):
            suite, cases = _suite(file)
            number += len(cases)
            failures += [text for text in cases if text]
            suites += [suite] if suite not in ("", "pytest") else []  # one with a name of its own says what runs it
        summary = counted(number, "test")
        if failures:
            summary = f"{len(failures)} of {summary} failed"
        elif code == NO_TESTS:
            summary = "there is none; the Build stage fails without any"
        elif code:
            summary = f"ended with exit code {code} after {summary}"
        summary = "; ".join([summary, *suites])
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines() if code else []
        return Result(self.name, code == 0, summary, tuple(failures), tuple(lines[-LOG_LINES:]))

    def stop(self) -> None:
        """End it with all that it has started, if it still runs."""
        for ending in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                try:
                    os.killpg(self._process.pid, ending)
                    self._process.wait(timeout=STOP_SECONDS)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue


def _suite(file: Path) -> tuple[str, list[str]]:
    """Return the name of the suite in a JUnit file, and for each test why it failed, or an empty text."""
    try:
        root = ElementTree.parse(file).getroot()
    except ElementTree.ParseError:
        return "", []  # of a run that was killed
    suite = next(root.iter("testsuite"), root)
    return suite.get("name") or "", [_failure(case) for case in root.iter("testcase")]


def _failure(case: ElementTree.Element) -> str:
    bad = [item for item in case if item.tag in ("failure", "error")]
    if not bad:
        return ""
    said = (bad[0].get("message") or "").splitlines()
    return f"{case.get('classname', '')}.{case.get('name', '')}: {said[0] if said else bad[0].tag}"
