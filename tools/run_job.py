"""Run one job script on local Spark, unchanged, with a stage's arguments: `python -m tools.run_job JoinLegislators`.

Sample data stands in for the public us-legislators files. Arguments after the job's name replace the stage's own.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import NoReturn

from aws_glue_cdk_baseline.config import Config, ConfigError, Job, load_config
from aws_glue_cdk_baseline.config.errors import did_you_mean
from aws_glue_cdk_baseline.config.script_options import read_script_options
from local import sample_data, script_errors

PUBLIC_DATA = "s3://awsglue-datasets/examples/us-legislators/all/"
SCRIPT_RUNNER = Path(script_errors.__file__)
SMALL_BYTES = 50_000_000
SAMPLE_FILES = ("persons.json", "memberships.json", "organizations.json")


class RunError(Exception):
    """The job cannot be run as asked; the message is one line."""


def find_job(config: Config, stage: str, name: str) -> Job:
    """The job `name` of a stage; the path of its script names it as well."""
    jobs = {job.name: job for job in (config.prod if stage == "prod" else config.dev).jobs}
    if name.endswith(".py"):
        name = _job_of_script(config.file, stage, jobs, Path(name))
    if name not in jobs:
        hint = did_you_mean(name, jobs) or f"; it has: {', '.join(jobs)}"
        raise RunError(f"{config.file} has no job {name!r} in {stage}{hint}")
    return jobs[name]


def _job_of_script(file: str, stage: str, jobs: dict[str, Job], script: Path) -> str:
    owners = [name for name, job in jobs.items() if job.script.resolve() == script.resolve()]
    if not owners:
        scripts = ", ".join(sorted({job.script.name for job in jobs.values()}))
        raise RunError(f"{script} is the script of no job of {stage} in {file}; these are: {scripts}")
    if len(owners) > 1:
        raise RunError(f"{script} is the script of {' and '.join(owners)} in {file}; name one of these jobs")
    return owners[0]


def replaced_arguments(job: Job, given: list[str]) -> dict[str, str]:
    """The job's arguments with those `given` on the command line (`--name value` or `--name=value`) in their place."""
    arguments = dict(job.arguments)
    parts = [piece for item in given for piece in (item.split("=", 1) if item.startswith("--") else [item])]
    if len(parts) % 2 or not all(name.startswith("--") for name in parts[::2]):
        raise RunError(f"cannot read the arguments {' '.join(given)!r}; write them as --name value")
    options = read_script_options(job.script)
    known = [*arguments, *(f"--{option}" for option in (options.optional if options else ()))]
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        if name not in known:
            hint = did_you_mean(name, known) or f"; it has: {', '.join(known)}"
            raise RunError(f"{job.name} has no argument {name}{hint}")
        if name.startswith("--input") and "://" not in value and not Path(value).exists():
            raise RunError(f"{name}: {value!r} does not exist; name a file or folder on this machine")
        arguments[name] = value
    return arguments


def stand_ins(arguments: dict[str, str], folder: Path) -> dict[str, str]:
    """Those arguments that name the public example's files, with the sample data in `folder` instead."""
    return {
        name: str(folder / value.removeprefix(PUBLIC_DATA))
        for name, value in arguments.items()
        if value.removeprefix(PUBLIC_DATA) in SAMPLE_FILES and value.startswith(PUBLIC_DATA)
    }


def with_sample_data(arguments: dict[str, str], folder: Path) -> dict[str, str]:
    """The arguments with the public example's files replaced by sample data, which is written to `folder`."""
    replaced = stand_ins(arguments, folder)
    counts = sample_data.write(folder) if replaced else {}
    for name, value in arguments.items():
        stand_in = f"  (stands in: sample data, {counts[Path(value).name]} records)" if name in replaced else ""
        print(f"  {name} {value}{stand_in}", flush=True)
    return arguments | replaced


def run(job: Job, stage: str, arguments: dict[str, str]) -> int:
    """Run the script as a process of its own; returns its exit code."""
    from local.spark import spark_environment  # here, so that all else works where no local Spark is installed

    engine = f"local Spark {version('pyspark')} (on AWS: Glue {job.settings.glue_version})"
    print(f"{job.name} with the arguments of {stage} on {engine}")
    with tempfile.TemporaryDirectory(prefix="run-job-") as folder:
        values = with_sample_data(arguments, Path(folder))
        reason = Path(folder) / "reason"
        command = [
            sys.executable,
            str(SCRIPT_RUNNER),
            str(reason),
            str(job.script),
            "--JOB_NAME",
            f"{job.name}-{stage}",
        ]
        command += [part for pair in values.items() for part in pair]
        # In a session of its own, so that Ctrl-C reaches us alone: the script ends at our word, without a traceback.
        # The folder of its temporary files is ours too, so that they go however the script ends.
        environment = {**spark_environment(small_data=_are_small(values)), "TMPDIR": folder}
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        try:
            if code := process.wait():
                why = f": {reason.read_text(encoding='utf-8')}" if reason.exists() else ""
                print(f"{job.name} failed (exit code {code}){why}", file=sys.stderr)
            return code
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)  # the script and its Java
                process.wait()


def _are_small(arguments: dict[str, str]) -> bool:
    """Whether all inputs are on this machine, and few."""
    if any("://" in value for value in arguments.values()):
        return False
    files = [file for value in arguments.values() for file in (Path(value), *Path(value).rglob("*")) if file.is_file()]
    return sum(file.stat().st_size for file in files) < SMALL_BYTES


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.run_job", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    parser.add_argument("--stage", choices=["dev", "prod"], default="dev")
    parser.add_argument("job", nargs="?", default="", metavar="JOB", help="the job's name in the config, or its script")
    options, given = parser.parse_known_args(arguments)
    try:
        job = find_job(load_config(options.config), options.stage, options.job)
        code = run(job, options.stage, replaced_arguments(job, given))
    except (ConfigError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print(f"{options.job} was interrupted", file=sys.stderr)
        return 130
    return 1 if code else 0


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C: what is started here ends with it
        signal.signal(ending, _interrupt)
    sys.exit(main())
