"""Synthesize the app of a project, as a command needs it that compares or checks templates."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT
from tools.job_arguments import RunError


def synthesize(
    project: Path,
    config: Path,
    output: Path,
    variables: Mapping[str, str] | None = None,
    *,
    checks_record: bool = False,
) -> None:
    """Synthesize the app of a project into a folder, with further environment variables.

    The record of stacks stays as it is: a command that only looks writes nothing. If it `checks_record`, a build's
    variables make a record that lacks lines an error. Raise RunError with what the CDK says if that fails.
    """
    path = os.pathsep.join([str(PROJECT / "node_modules" / ".bin"), str(PROJECT / ".venv" / "bin"), os.environ["PATH"]])
    command = ["cdk", "synth", "--quiet", "--output", str(output), "--context", f"config={config}"]
    if not checks_record:
        command += ["--context", "record=no"]
    # The CDK's own validation is left out, as in build_stage/build.sh: what is compared will be built first.
    environment = {**os.environ, "PATH": path, "CDK_VALIDATION": "false", **(variables or {})}
    try:
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        raise RunError("the CDK CLI is not installed; `make synth` installs it") from None
    if done.returncode:
        raise RunError(done.stderr.strip() or f"cdk synth ended with exit code {done.returncode}")
