"""Run one job script on local Spark, unchanged, with a stage's arguments: `python -m local.run_job JoinLegislators`.

Sample data stands in for the public us-legislators files. Arguments after the job's name replace the stage's own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import pyspark

from aws_glue_cdk_baseline.config import Config, ConfigError, Job, load_config
from aws_glue_cdk_baseline.config_checks.errors import did_you_mean
from local import sample_data
from local.spark import spark_environment

PUBLIC_DATA = "s3://awsglue-datasets/examples/us-legislators/all/"
SAMPLE_FILES = ("persons.json", "memberships.json", "organizations.json")


class RunError(Exception):
    """The job cannot be run as asked; the message is one line."""


def find_job(config: Config, stage: str, name: str) -> Job:
    """The job `name` of a stage."""
    jobs = {job.name: job for job in (config.prod if stage == "prod" else config.dev).jobs}
    if name not in jobs:
        hint = did_you_mean(name, jobs) or f"; it has: {', '.join(jobs)}"
        raise RunError(f"{config.file} has no job {name!r} in {stage}{hint}")
    return jobs[name]


def replaced_arguments(job: Job, given: list[str]) -> dict[str, str]:
    """The job's arguments with those `given` on the command line (`--name value` or `--name=value`) in their place."""
    arguments = dict(job.arguments)
    parts = [piece for item in given for piece in (item.split("=", 1) if item.startswith("--") else [item])]
    if len(parts) % 2 or not all(name.startswith("--") for name in parts[::2]):
        raise RunError(f"cannot read the arguments {' '.join(given)!r}; write them as --name value")
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        if name not in arguments:
            hint = did_you_mean(name, arguments) or f"; it has: {', '.join(arguments)}"
            raise RunError(f"{job.name} has no argument {name}{hint}")
        if name.startswith("--input") and "://" not in value and not Path(value).exists():
            raise RunError(f"{name}: {value!r} does not exist; name a file or folder on this machine")
        arguments[name] = value
    return arguments


def with_sample_data(arguments: dict[str, str], folder: Path) -> dict[str, str]:
    """The arguments with the public example's files replaced by sample data, which is written to `folder`."""
    replaced = {
        name: str(folder / value.removeprefix(PUBLIC_DATA))
        for name, value in arguments.items()
        if value.removeprefix(PUBLIC_DATA) in SAMPLE_FILES and value.startswith(PUBLIC_DATA)
    }
    counts = sample_data.write(folder) if replaced else {}
    for name, value in arguments.items():
        stand_in = f"  (stands in: sample data, {counts[Path(value).name]} records)" if name in replaced else ""
        print(f"  {name} {value}{stand_in}", flush=True)
    return arguments | replaced


def run(job: Job, stage: str, arguments: dict[str, str]) -> int:
    """Run the script as a process of its own; returns its exit code."""
    engine = f"local Spark {pyspark.__version__} (on AWS: Glue {job.settings.glue_version})"
    print(f"{job.name} with the arguments of {stage} on {engine}")
    with tempfile.TemporaryDirectory(prefix="run-job-") as folder:
        values = with_sample_data(arguments, Path(folder))
        command = [sys.executable, str(job.script), "--JOB_NAME", f"{job.name}-{stage}"]
        command += [part for pair in values.items() for part in pair]
        process = subprocess.Popen(command, env=spark_environment())
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.run_job", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    parser.add_argument("--stage", choices=["dev", "prod"], default="dev")
    parser.add_argument("job", nargs="?", default="", metavar="JOB", help="the job's name in the config")
    options, given = parser.parse_known_args(arguments)
    try:
        job = find_job(load_config(options.config), options.stage, options.job)
        code = run(job, options.stage, replaced_arguments(job, given))
    except (ConfigError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        return 130
    if code:
        print(f"{job.name} failed (exit code {code})", file=sys.stderr)
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
