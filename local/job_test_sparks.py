"""Run each job test on the Spark of its job: those of jobs on Glue 6.0 in a second pytest, after the others.

conftest.py has these hooks. Where no job of the config needs another Spark than that of this environment, they do
nothing.
"""

from __future__ import annotations

import functools
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import ConfigError, load_config
from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES
from aws_glue_cdk_baseline.config.job_tests import TESTS, config_file, versions_by_file
from local import sparks
from local.job_packages import PackagesError

ENVIRONMENT = dict(os.environ)  # before conftest.py sets what the Spark of this process needs
NO_TESTS = pytest.ExitCode.NO_TESTS_COLLECTED


@dataclass
class Parts:
    """What a pytest is to do: `here` what it runs itself, and for each Glue version what runs on another Spark."""

    here: list[str] = field(default_factory=list)
    elsewhere: dict[str, list[str]] = field(default_factory=dict)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int, int]:
    """Run what this process can, and then the tests of the jobs that need another Spark."""
    parts = parts_of(config)
    if not parts:
        return (yield)
    try:
        if not parts.here:
            sys.exit(code_of(run_elsewhere(config, parts)))
        config.args[:] = parts.here
        code = yield
        goes_on = code in (0, NO_TESTS) or (code == pytest.ExitCode.TESTS_FAILED and not config.option.maxfail)
        return code_of([code, *(run_elsewhere(config, parts) if goes_on else [])])
    except PackagesError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the files of the job tests that do not run on the Spark of this process."""
    left_out = collection_path in lines_by_file() and _line() not in lines_by_file()[collection_path]
    return True if left_out else None


@functools.cache
def lines_by_file() -> dict[Path, frozenset[str]]:
    """Return the lines of Spark on which each file of the job tests runs: nothing if no job needs another Spark."""
    try:
        text = config_file().read_text(encoding="utf-8")
        if not any(version in text for version in _newest() if sparks.line_of(version) != sparks.LINE):
            return {}
        found = versions_by_file(load_config(config_file()))
    except (ConfigError, OSError, UnicodeError):  # the tests of the config show its errors
        return {}
    lines = {file: frozenset(map(sparks.line_of, versions)) for file, versions in found.items()}
    return {} if set().union(*lines.values()) <= {sparks.LINE} else lines


def split(paths: Iterable[str], ignored: Iterable[Path], folder: Path) -> Parts:
    """Return the parts of a pytest that is given these paths in `folder`, and ignores others."""
    parts, by_file = Parts(), lines_by_file()
    if any(TESTS.is_relative_to(path.resolve()) for path in ignored):
        by_file = {}
    for given in paths:
        path = (folder / given.partition("::")[0]).resolve()
        own = path.is_relative_to(TESTS)
        below = {file: lines for file, lines in by_file.items() if file.is_relative_to(path)}
        if not own or not below or any(_line() in lines for lines in below.values()):
            parts.here.append(given)
        for version in _newest():
            line = sparks.line_of(version)
            if line != _line() and any(line in lines for lines in below.values()):
                parts.elsewhere.setdefault(version, []).append(given if own else str(TESTS))
    return parts


def parts_of(config: pytest.Config) -> Parts | None:
    """Return the parts of this pytest, or None if it is not to be divided."""
    option = config.option
    divided = sparks.current().packages is None and not hasattr(config, "workerinput")
    if not divided or option.help or option.version or not lines_by_file():
        return None
    assert config.invocation_params
    parts = split(config.args, map(Path, option.ignore or ()), config.invocation_params.dir)
    return parts if parts.elsewhere else None


def run_elsewhere(config: pytest.Config, parts: Parts) -> list[int]:
    """Run the job tests of other Sparks, each in a pytest of its own with the options of this one; return the codes."""
    invocation = config.invocation_params
    assert invocation
    codes, given = [], {*parts.here, *itertools.chain(*parts.elsewhere.values())}
    options = [word for word in invocation.args if word not in given]
    for version, paths in parts.elsewhere.items():
        spark = sparks.spark_of(version)
        print(f"\nThe tests of the jobs on Glue {version}, on local Spark {spark.version}:", flush=True)
        report = getattr(config.option, "xmlpath", None)
        of_report = [f"--junitxml={Path(report).with_suffix('')}-{version}.xml"] if report and parts.here else []
        command = [sys.executable, "-m", "pytest", *options, *of_report, *paths]
        codes.append(_run(command, spark.on_path(ENVIRONMENT), invocation.dir))
    return codes


def code_of(codes: Iterable[int]) -> int:
    """Return the exit code of all parts. Only if no part has tests, there are none."""
    ended = list(codes)
    return next((code for code in ended if code not in (0, NO_TESTS)), 0 if 0 in ended else NO_TESTS)


def _run(command: list[str], environment: dict[str, str], folder: Path) -> int:
    with subprocess.Popen(command, env=environment, cwd=folder) as process:
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            return process.wait()
        except KeyboardInterrupt:  # Ctrl-C reaches it too
            return process.wait()
        finally:
            signal.signal(signal.SIGTERM, before)


def _line() -> str:
    return sparks.current().version.rpartition(".")[0]


def _newest() -> list[str]:
    """Return a Glue version for each line of Spark."""
    return list({runtime.spark_line: version for version, runtime in RUNTIMES.items()}.values())
