"""Run one job script on local Spark, unchanged, with a stage's arguments: `python -m tools.run_job JoinLegislators`.

Sample data replaces the public us-legislators files. Arguments after the job's name replace those of the config.
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

from aws_glue_cdk_baseline.config import ConfigError, Job, load_config, print_warnings
from local import sample_data, script_errors
from tools.job_arguments import RunError, find_job, find_stage, parse_job_run, replaced_arguments

PUBLIC_DATA = "s3://awsglue-datasets/examples/us-legislators/all/"
SCRIPT_RUNNER = Path(script_errors.__file__)
SMALL_BYTES = 50_000_000
SAMPLE_FILES = sample_data.FILES


def sample_files(arguments: dict[str, str], folder: Path) -> dict[str, str]:
    """Return the arguments that name files of the public example, with the paths of sample data in `folder`."""
    return {
        name: str(folder / value.removeprefix(PUBLIC_DATA))
        for name, value in arguments.items()
        if value.removeprefix(PUBLIC_DATA) in SAMPLE_FILES and value.startswith(PUBLIC_DATA)
    }


def with_sample_data(arguments: dict[str, str], folder: Path) -> dict[str, str]:
    """Print the arguments, write the sample data that they need to `folder`, and return them with its paths."""
    replaced = sample_files(arguments, folder)
    counts = sample_data.write(folder) if replaced else {}
    for name, value in arguments.items():
        stand_in = f"  (replaced by sample data, {counts[Path(value).name]} records)" if name in replaced else ""
        print(f"  {name} {value}{stand_in}", flush=True)
    return arguments | replaced


def run(job: Job, stage: str, arguments: dict[str, str]) -> int:
    """Run the script in a process of its own. Return its exit code."""
    from local.spark import spark_environment  # the rest of this module works without local Spark

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
        # Ctrl-C reaches only this process, because the script has a process session of its own; `finally` ends the
        # script. Its temporary files are in this folder, so that they are removed however it ends.
        environment = {**spark_environment(small_data=_are_small(values)), "TMPDIR": folder}
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        try:
            if code := process.wait():
                why = f": {reason.read_text(encoding='utf-8')}" if reason.exists() else ""
                print(f"{job.name} failed (exit code {code}){why}", file=sys.stderr)
            return code
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)  # the script and the Java that it started
                process.wait()


def _are_small(arguments: dict[str, str]) -> bool:
    """Return true if all inputs are small files of this machine: Spark then gets the settings for small data."""
    if any("://" in value for value in arguments.values()):
        return False
    files = [file for value in arguments.values() for file in (Path(value), *Path(value).rglob("*")) if file.is_file()]
    return sum(file.stat().st_size for file in files) < SMALL_BYTES


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.run_job", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    options, given = parse_job_run(parser, ["--config", "--stage"], sys.argv[1:] if arguments is None else arguments)
    try:
        config = load_config(options.config)
        print_warnings(config)
        stage = find_stage(config, options.stage).name
        job = find_job(config, stage, options.job)
        code = run(job, stage, replaced_arguments(job, given))
    except (ConfigError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print(f"{options.job} was interrupted", file=sys.stderr)
        return 130
    return 1 if code else 0


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # the script ends with this process, as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
