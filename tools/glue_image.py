"""Test the jobs, run one, or open pyspark in AWS's own Glue image: `python -m tools.glue_image test|run JOB|shell`.

What is not an option of this command goes on: to pytest, or to the job as with `make run`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, load_config
from build_stage.docker_command import Container
from build_stage.docker_engine import ImageError, check_docker, execute
from tools.image_arguments import lend, make_sample_data
from tools.run_job import RunError, find_job, replaced_arguments

JOB_SCRIPTS = PROJECT / "aws_glue_cdk_baseline" / "job_scripts"
SAMPLE_DATA = PROJECT / ".local" / "sample-data"


def glue_versions(config: Config) -> list[str]:
    """The Glue versions of all jobs of all stages, oldest first."""
    return sorted({job.settings.glue_version for stage in config.stages for job in stage.jobs})


def test_jobs(config: Config, options: argparse.Namespace, given: list[str]) -> None:
    """The job tests in the image of each Glue version of the config; all are run, whatever the first says."""
    reports = options.reports.resolve()
    commands = {
        f"the job tests of Glue {version}": _container("test", version, options).test_command(reports, given)
        for version in glue_versions(config)
    }
    if options.dry_run:
        print("\n".join(map(shlex.join, commands.values())))
        return
    check_docker("`make test-jobs` runs the same tests on local Spark, without Docker")
    reports.mkdir(parents=True, exist_ok=True)
    reports.chmod(0o777)  # the image's user is not the one who owns the folder
    failures = []
    for what, command in commands.items():
        try:
            execute(command, what)
        except ImageError as error:
            failures.append(str(error))
    if failures:
        raise ImageError("; ".join(failures))


def run_job(config: Config, options: argparse.Namespace, given: list[str]) -> None:
    """One job in the image of its Glue version, with a stage's arguments, as tools.run_job runs it on local Spark."""
    job = find_job(config, options.stage, options.job)
    arguments = replaced_arguments(job, given)
    container = _container("run", job.settings.glue_version, options)
    values, mounts = lend(arguments, SAMPLE_DATA)
    script = job.script.relative_to(JOB_SCRIPTS).as_posix()
    command = container.run_command(script, {"--JOB_NAME": f"{job.name}-{options.stage}", **values}, mounts)
    if options.dry_run:
        print(shlex.join(command))
        return
    check_docker(f"`make run JOB={job.name}` runs it on local Spark, without Docker")
    print(f"{job.name} with the arguments of {options.stage} in {container.image}")
    make_sample_data(arguments, SAMPLE_DATA)
    if not options.aws_profile and any(value.startswith("s3") for value in values.values()):
        print("  the container has no AWS credentials: PROFILE=name lends it those of a profile", flush=True)
    execute(command, job.name)


def open_shell(config: Config, options: argparse.Namespace, given: list[str]) -> None:
    """pyspark in the image of the newest Glue version of the config."""
    if given:
        raise ImageError(f"cannot read the arguments {shlex.join(given)!r}; the shell takes none but --dry-run")
    command = _container("shell", glue_versions(config)[-1], options).shell_command(terminal=sys.stdin.isatty())
    if options.dry_run:
        print(shlex.join(command))
        return
    check_docker("`.venv/bin/python -m local.spark` opens pyspark on local Spark, without Docker")
    execute(command, "pyspark")


def _container(task: str, glue_version: str, options: argparse.Namespace) -> Container:
    if options.aws_profile and not (Path.home() / ".aws").is_dir():
        raise ImageError(f"there is no ~/.aws with the profile {options.aws_profile!r}; `aws configure` makes it")
    name = f"glue-{glue_version}-{task}-{os.getpid()}"  # one that no other run has
    return Container(glue_version, name, JOB_SCRIPTS, options.aws_profile)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    common.add_argument("--aws-profile", metavar="NAME", help="lend the container ~/.aws, read-only, and this profile")
    common.add_argument("--dry-run", action="store_true", help="print the docker command lines, run nothing")
    parser = argparse.ArgumentParser(prog="python -m tools.glue_image", description=(__doc__ or "").splitlines()[0])
    tasks = parser.add_subparsers(metavar="test|run|shell", required=True)
    for task, name in ((test_jobs, "test"), (run_job, "run"), (open_shell, "shell")):
        added = tasks.add_parser(name, parents=[common], description=task.__doc__, allow_abbrev=False)
        added.set_defaults(task=task)
        if name == "test":
            added.add_argument("--reports", type=Path, default=Path("reports"), help="folder for the JUnit XML")
        if name == "run":
            added.add_argument("--stage", choices=["dev", "prod"], default="dev")
            added.add_argument("job", nargs="?", default="", metavar="JOB", help="the job's name in the config")
    return parser


def main(arguments: list[str] | None = None) -> int:
    options, given = _parser().parse_known_args(arguments)
    try:
        options.task(load_config(options.config), options, given)
    except (ConfigError, RunError, ImageError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("interrupted; the container is gone", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
