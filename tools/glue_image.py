"""Test the jobs, run one, or open pyspark in AWS's Glue image: `python -m tools.glue_image test|run JOB|shell`.

Other arguments go to pytest, or to the job as with `make run`.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, ConfigError, load_config
from aws_glue_cdk_baseline.config.glue_arguments import BOOKMARK
from aws_glue_cdk_baseline.config.job_tests import glue_versions
from build_stage import docker_command
from build_stage.docker_engine import ImageError, check_docker, execute, interrupt_on_termination
from build_stage.image_packages import write_image_lock
from build_stage.job_tests import docker_commands, run_job_tests
from local import sample_data
from local.bookmarks import RESET
from local.s3.store import FileStore
from local.samples import OUT, SAMPLES
from tools.image_arguments import container_arguments, on_the_laptop
from tools.job_arguments import RunError, add_options, find_job, find_stage, parse_job_run, replaced_arguments
from tools.run_job.inputs import check_inputs

COMMON_OPTIONS = ["--config", "--aws-profile", "--dry-run"]


def test_jobs(arguments: list[str]) -> None:
    """Run the job tests in the image of each Glue version of the config, all of them even if one fails.

    Those of a version without an image run on plain Spark, as in the Build stage.
    """
    parser = _parser(test_jobs.__doc__, "test")
    add_options(parser, COMMON_OPTIONS)
    parser.add_argument("--reports", type=Path, default=Path("reports"), help="folder for the JUnit XML")
    options, given = parser.parse_known_args(arguments)
    _check_profile(options.aws_profile)
    config = load_config(options.config)
    if not options.dry_run:
        inputs = [location for stage in config.stages for job in stage.jobs for location in job.input_locations]
        sample_data.provide(inputs, SAMPLES)
    commands = docker_commands(config, options.reports, given, options.aws_profile)
    if options.dry_run:
        print("\n".join(map(shlex.join, commands.values())))
        return
    run_job_tests(config, commands, options.reports, given)


def run_job(arguments: list[str]) -> None:
    """Run one job in the image of its Glue version, with the arguments of a stage."""
    options, given = parse_job_run(_parser(run_job.__doc__, "run"), [*COMMON_OPTIONS, "--stage"], arguments)
    config = load_config(options.config)
    stage = find_stage(config, options.stage)
    job = find_job(config, stage.name, options.job)
    if RESET in given:
        raise RunError(f"{RESET} is for a run without ENGINE=docker: only Glue itself keeps the bookmarks of the image")
    if job.settings.is_shell:
        raise RunError(f"{job.name} is a Python shell job, which no Glue image runs; `make run JOB={job.name}` does")
    job_arguments = replaced_arguments(job, given)
    local = f"`make run JOB={job.name}` runs it on local Spark, without "
    docker_command.check_image(job.settings.glue_version, f"{local}ENGINE=docker")
    if job.settings.bookmark and not any(argument.startswith(BOOKMARK) for argument in given):
        # Glue keeps bookmarks by the job's name, and this is not a run of the deployed job.
        job_arguments[BOOKMARK] = "job-bookmark-disable"
        said = f"{job.name} has a bookmark, which only Glue itself keeps: in the image it reads everything"
        print(said, file=sys.stderr)
    _check_profile(options.aws_profile)
    packages = PROJECT / ".local" / f"packages-{job.settings.glue_version}.lock"
    container = docker_command.new_container("run", job.settings.glue_version, options.aws_profile, packages)
    if not options.aws_profile:
        files = FileStore(SAMPLES, OUT)
        if not options.dry_run:
            check_inputs([(job, job_arguments)], files, str(options.config))
        job_arguments = on_the_laptop(job, job_arguments, files)
    values, mounts = container_arguments(job_arguments)
    script = job.script.relative_to(container.job_scripts).as_posix()
    command = container.run_command(script, {"--JOB_NAME": stage.names.job(job.name), **values}, mounts)
    if options.dry_run:
        print(shlex.join(command))
        return
    check_docker(f"{local}Docker")
    print(f"{job.name} with the arguments of {stage.name} in {container.image}")
    for name, value in job_arguments.items():
        print(f"  {name} {value}", flush=True)
    write_image_lock(PROJECT, job.settings.glue_version, packages)
    execute(command, job.name)


def open_shell(arguments: list[str]) -> None:
    """Open pyspark in the image of the newest Glue version of the config, of those that have one."""
    parser = _parser(open_shell.__doc__, "shell")
    add_options(parser, COMMON_OPTIONS)
    options, given = parser.parse_known_args(arguments)
    if given:
        raise ImageError(f"cannot read the arguments {shlex.join(given)!r}; the shell takes none but --dry-run")
    _check_profile(options.aws_profile)
    versions = glue_versions(load_config(options.config))
    newest = max(docker_command.IMAGES.keys() & versions, default=versions[-1])
    docker_command.check_image(newest, f"`.venv/bin/python -m local.spark {newest}` opens pyspark on local Spark")
    container = docker_command.new_container("shell", newest, options.aws_profile)
    command = container.shell_command(terminal=sys.stdin.isatty())
    if options.dry_run:
        print(shlex.join(command))
        return
    check_docker("`.venv/bin/python -m local.spark` opens pyspark on local Spark, without Docker")
    execute(command, "pyspark")


def _parser(description: str | None, task: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=f"python -m tools.glue_image {task}", description=description, allow_abbrev=False
    )


def _check_profile(name: str | None) -> None:
    if name and not (Path.home() / ".aws").is_dir():
        raise ImageError(f"there is no ~/.aws with the profile {name!r}; `aws configure` creates it")


TASKS = {"test": test_jobs, "run": run_job, "shell": open_shell}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.glue_image", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task", choices=TASKS, metavar="test|run|shell")
    task, *rest = (sys.argv[1:] if arguments is None else arguments) or [""]
    try:
        TASKS[parser.parse_args([task]).task](rest)
    except (ConfigError, RunError, ImageError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("interrupted; the container is gone", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    interrupt_on_termination()
    sys.exit(main())
