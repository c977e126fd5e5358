"""Run the job tests of a Glue version that has no public image: on plain Spark, with the stand-in for `awsglue`.

The laptop's folder `local/` has both, as a program of its own: it sets up the Spark, and then pytest runs with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT
from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES
from aws_glue_cdk_baseline.config.job_tests import CONFIG, TESTS
from build_stage.docker_engine import ImageError


def run_on_plain_spark(
    glue_version: str,
    config: str,
    reports: Path,
    pytest_arguments: Iterable[str] = (),
    success: Container[int] = (0,),
) -> None:
    """Run the tests of the jobs on a Glue version. Raise ImageError if one fails.

    The log and the name of the suite in the report, `jobs-<version>.xml`, say what stands in for Glue.
    """
    stand_in = f"plain Spark {RUNTIMES[glue_version].spark} with the stand-in for awsglue"
    print(
        f"Glue {glue_version} has no public image: its job tests run on {stand_in}, and not on AWS's library",
        flush=True,
    )
    set_up = [sys.executable, "-m", "local.sparks", glue_version]
    code, printed = _run(set_up, os.environ, subprocess.PIPE)
    if code:
        raise ImageError(f"Spark for Glue {glue_version} cannot be set up; the reason is above")
    name = f"job tests of Glue {glue_version} on {stand_in}"
    report = ["-o", f"junit_suite_name={name}", f"--junitxml={reports.resolve()}/jobs-{glue_version}.xml"]
    command = [sys.executable, "-m", "pytest", str(TESTS.relative_to(PROJECT)), *report, *pytest_arguments]
    path = [printed.strip(), *filter(None, [os.environ.get("PYTHONPATH")])]
    code, _ = _run(command, {**os.environ, CONFIG: config, "PYTHONPATH": os.pathsep.join(path)})
    if code not in success:
        raise ImageError(f"the job tests of Glue {glue_version} failed on plain Spark (exit code {code})")


def _run(command: list[str], environment: Mapping[str, str], stdout: int | None = None) -> tuple[int, str]:
    """Run a command of this project to its end. Return its exit code, and what it printed into a pipe."""
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=stdout, text=True) as process:
        try:
            printed, _ = process.communicate()
        except BaseException:
            process.terminate()
            raise
    return process.returncode, printed or ""
