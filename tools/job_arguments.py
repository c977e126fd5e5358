"""Read the command line of a job run: the options, the job, and the values that replace its arguments."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import Config, Job, StageConfig
from aws_glue_cdk_baseline.config.errors import did_you_mean
from aws_glue_cdk_baseline.config.glue_arguments import BOOKMARK
from aws_glue_cdk_baseline.config.parameters import dash_error
from aws_glue_cdk_baseline.config.script_options import SUPPLIED_BY_GLUE, read_script_options
from local.bookmarks import RESET

DRY_RUN = "--dry-run"
OPTIONS: dict[str, dict[str, Any]] = {
    "--config": {"type": Path, "default": Path("default-config.yaml"), "help": "default: default-config.yaml"},
    "--stage": {"default": "", "help": "the stage whose arguments the job gets; default: the first of the config"},
    "--profile": {"metavar": "NAME", "default": "", "help": "read from and write to AWS with this profile"},
    "--pipeline-profile": {"metavar": "NAME", "default": "", "help": "also look at the last pushes with this profile"},
    "--yes": {"action": "store_true", "help": "do not ask before a run in AWS"},
    "--confirm": {"metavar": "STAGES", "default": "", "help": "the stages with an approval that this is about"},
    "--run": {"metavar": "ID", "default": "", "help": "the run whose log is shown; default: the last one"},
    "--all": {"action": "store_true", "help": "leave nothing out"},
    "--seconds": {"type": float, "default": 60.0, "help": "how long a streaming job runs that does not end (60)"},
    "--upstream": {"action": "store_true", "help": "first run the jobs that come before this one"},
    "--downstream": {"action": "store_true", "help": "then start the jobs that come after this one"},
    "--to": {"metavar": "VERSION", "default": "", "help": "the Glue version to compare with, such as 6.0"},
    "--aws-profile": {"metavar": "NAME", "help": "mount ~/.aws into the container, read-only, and use this profile"},
    DRY_RUN: {"action": "store_true", "help": "print the docker command line and do not run it"},
    RESET: {"action": "store_true", "help": "first forget what the job's bookmark keeps"},
}

# What is in ARGS is the job's. The command's own options are variables of make.
VARIABLES = {
    "--stage": "STAGE={} chooses the stage",
    "--config": "CONFIG={} chooses the config",
    "--profile": "PROFILE={} chooses the AWS profile",
    "--aws-profile": "PROFILE={} chooses the AWS profile",
    "--engine": "ENGINE={} chooses what runs it",
    "--yes": "YES=1 answers its questions",
    "--seconds": "SECONDS={} lets a streaming job run for so long",
    "--upstream": "UPSTREAM=1 also runs the jobs before it",
    "--downstream": "DOWNSTREAM=1 of make start also starts the jobs after it",
    "--to": "TO={} chooses the Glue version of an upgrade check",
}
# Arguments of a single run of a job with a bookmark, which the config cannot have.
OF_A_BOOKMARK = (BOOKMARK, "--job-bookmark-from", "--job-bookmark-to")
BOOKMARK_OPTIONS = ("job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable")


class RunError(Exception):
    """The job cannot be run as asked. The message is one line."""


def add_options(parser: ArgumentParser, names: Iterable[str]) -> None:
    for name in names:
        parser.add_argument(name, **OPTIONS[name])


def parse_job_run(parser: ArgumentParser, names: list[str], arguments: list[str]) -> tuple[Namespace, list[str]]:
    """Parse a command line `[option …] JOB [argument …]`. Return the options with `job`, and the job's arguments.

    `names` are the options of the command: they come before JOB. What comes after it is the job's, whatever its name,
    but for `--dry-run` and `--reset-bookmark`: no parameter of a job can have these names.
    """
    add_options(parser, names)
    parser.add_argument("job", nargs="?", default="", metavar="JOB", help="a job of the config, or its script")
    end = _end_of_options(arguments)
    options, unknown = parser.parse_known_args(arguments[:end])
    given = unknown + arguments[end:]
    for flag in {DRY_RUN, RESET}.intersection(names, given):
        setattr(options, flag[2:].replace("-", "_"), True)
        given.remove(flag)
    return options, given


def _end_of_options(arguments: list[str]) -> int:
    """Return the index after JOB, which is the first argument that is neither an option nor the value of one."""
    is_value = False
    for index, argument in enumerate(arguments):
        if not is_value and not argument.startswith("-"):
            return index + 1
        is_value = not is_value and "action" not in OPTIONS.get(argument, {"action": ""})
    return len(arguments)


def config_variable(config: str | Path) -> str:
    """Return the variable of make that names a config, behind a blank, or nothing for the default one."""
    return "" if str(config) == str(OPTIONS["--config"]["default"]) else f" CONFIG={shlex.quote(str(config))}"


def check_output(file: Path | None) -> None:
    """Raise RunError if a file cannot be written, before the minutes of work whose result it gets."""
    if file and file.is_dir():
        raise RunError(f"OUTPUT={file} is a folder; name a file")
    if file and not file.resolve().parent.is_dir():
        raise RunError(f"OUTPUT={file}: the folder {file.resolve().parent} does not exist")


def find_stage(config: Config, name: str) -> StageConfig:
    """Return the stage `name` of the config, or the first one if no name is given. Raise RunError if there is none."""
    try:
        return config.stage(name) if name else config.stages[0]
    except KeyError:
        names = [stage.name for stage in config.stages]
        hint = did_you_mean(name, names) or f"; it has: {', '.join(names)}"
        raise RunError(f"{config.file} has no stage {name!r}{hint}") from None


def find_job(config: Config, stage: str, name: str) -> Job:
    """Return the job of a stage with this name or this script. Raise RunError if there is none."""
    jobs = {job.name: job for job in find_stage(config, stage).jobs}
    if not name:
        raise RunError(f"name a job: JOB={next(iter(jobs))}; {config.file} has in {stage}: {', '.join(jobs)}")
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
        raise RunError(f"{script} is not the script of a job of {stage} in {file}; its scripts: {scripts}")
    if len(owners) > 1:
        raise RunError(f"{script} is the script of {' and '.join(owners)} in {file}; name one of these jobs")
    return owners[0]


def _known_arguments(job: Job) -> tuple[list[str], bool]:
    """Return the arguments that a run of the job may be given, and whether there can be no others."""
    options = read_script_options(job.script)
    read = [f"--{option}" for option in (options.lines if options else ()) if option not in SUPPLIED_BY_GLUE]
    glue = ["--TempDir", *(OF_A_BOOKMARK if job.settings.bookmark else ())]
    return list(dict.fromkeys([*job.run_arguments, *read, *glue])), options is not None and options.complete


def replaced_arguments(job: Job, given: list[str], *, of_this_machine: bool = True) -> dict[str, str]:
    """Return the job's arguments. Values `given` as `--name value` or `--name=value` replace those of the config.

    For a run on this machine, an input may be a file or folder of it, which has to exist.
    """
    arguments = dict(job.run_arguments)
    known, are_all = _known_arguments(job)
    parts = [piece for item in given for piece in (item.split("=", 1) if item.startswith("--") else [item])]
    for name, value in zip(parts, [*parts, ""][1:], strict=True):
        if name in VARIABLES and name not in known:
            raise RunError(f"{job.name} has no argument {name}; {VARIABLES[name].format(value or 'name')}")
    if len(parts) % 2 or not all(name.startswith("--") for name in parts[::2]):
        raise RunError(f"cannot read the arguments {' '.join(given)!r}; write them as --name value")
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        hint = did_you_mean(name, known) if name not in known else ""
        if name not in known and (are_all or hint):
            raise RunError(f"{job.name} has no argument {name}{hint or '; it has: ' + ', '.join(known)}")
        if error := dash_error(value):
            raise RunError(f"{name}: {error}")
        if name == BOOKMARK and value not in BOOKMARK_OPTIONS:
            raise RunError(f"{name}: {value!r} is not allowed; allowed: {', '.join(BOOKMARK_OPTIONS)}")
        if of_this_machine and name.startswith("--input") and "://" not in value and not Path(value).exists():
            raise RunError(f"{name}: {value!r} does not exist; name a file or folder on this machine")
        arguments[name] = value
    return arguments
