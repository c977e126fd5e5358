"""The record of the stack of each job, a file beside the config: default-config.stacks.txt.

Only stages with more jobs than one stack holds are in it, one line a job: `dev/CleanOrders 2`. Git merges its lines by
itself (.gitattributes). A removed job keeps its line, as long as its stack has
room: if it comes back, it returns to its stack.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aws_glue_cdk_baseline.config.errors import ConfigError, ErrorLine, shown
from aws_glue_cdk_baseline.config.records import Config, StageConfig
from aws_glue_cdk_baseline.config.schedules import trigger_jobs
from aws_glue_cdk_baseline.config.stacks import (
    MAX_STACKS,
    ONE_STACK,
    fits_one_stack,
    merged,
    spread,
    template_size,
    trigger_stack,
)
from aws_glue_cdk_baseline.config.yaml_file import parse_yaml

HEADING = (
    "# The CloudFormation stack of each job, for stages with more jobs than one stack holds. `make synth` adds lines.\n"
    "# Commit this file. Change no number of a deployed job: docs/operate.md, Many jobs. A `*` counts trigger stacks.\n"
)
TRIGGERS = "*"
SHOWN = 3  # names in a message
LINE = re.compile(r"(?P<stage>[A-Za-z0-9]+)/(?P<job>\S+) (?P<number>[0-9]{1,4})")
CONFLICT = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
LOOKED_AT = 200  # commits of the config


@dataclass
class StackRecord:
    """The content of a record: its name in messages, the stack of each job by stage, and the line of each."""

    name: str
    stacks: dict[str, dict[str, int]] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)


def record_of(config_file: Path) -> Path:
    """Return the path of the record beside a config file."""
    return config_file.with_suffix(".stacks.txt")


def read_record(config_file: Path, config_name: str) -> StackRecord:
    """Return the record beside a config file, empty if there is none. Raise ConfigError with every wrong line."""
    path = record_of(config_file)
    record = StackRecord(Path(config_name).with_suffix(".stacks.txt").as_posix())
    if not path.is_file():
        return record
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"cannot be read: {reason}; restore it: git checkout {record.name}"
        raise ConfigError([ErrorLine(record.name, 1, "", message)]) from None
    errors = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#") and (wrong := _add(record, number, line.strip())):
            errors.append(ErrorLine(record.name, number, "", wrong))
    if errors:
        raise ConfigError(errors)
    return record


def _add(record: StackRecord, number: int, line: str) -> str | None:
    """Add a line to the record, or return what is wrong with it."""
    if line.startswith(CONFLICT):
        return "is a merge conflict: keep the lines of both sides, and remove this one"
    match = LINE.fullmatch(line)
    if not match:
        return f"{shown(line)} is not a line of this file; expected a stage, a job and a number: dev/CleanOrders 2"
    stage, job, stack = match["stage"], match["job"], int(match["number"])
    if not 1 <= stack <= MAX_STACKS:
        return f"{stage}/{job} is in stack {stack}; allowed: 1 to {MAX_STACKS}"
    other = record.stacks.setdefault(stage, {}).setdefault(job, stack)
    if job == TRIGGERS:
        record.stacks[stage][job] = max(stack, other)
    elif other != stack:
        first = record.lines[stage, job]
        return f"{stage}/{job} is in stack {stack} here and in {other} on line {first}; remove the line not deployed"
    record.lines.setdefault((stage, job), number)
    return None


def with_stacks(config: Config, config_file: Path) -> Config:
    """Return the config with the stacks of its stages: those of the record beside it, and of new jobs.

    Raise ConfigError if the record has wrong lines, or a stack more jobs than it holds.
    """
    record = read_record(config_file, config.file)
    stages = tuple(_spread(stage, config_file, record.stacks.get(stage.name, {})) for stage in config.stages)
    if errors := [error for stage in stages for error in _full_stacks(stage, record)]:
        raise ConfigError(errors)
    return config.model_copy(update={"stages": stages})


def _spread(stage: StageConfig, config_file: Path, recorded: Mapping[str, int]) -> StageConfig:
    sizes, triggers = {job.name: template_size(job) for job in stage.jobs}, trigger_jobs(stage)
    if not recorded and fits_one_stack(sizes, len(triggers)):
        return stage
    of_jobs = {job: number for job, number in recorded.items() if job != TRIGGERS}
    deployed = () if 1 in of_jobs.values() else deployed_jobs(config_file, stage.name)
    stacks = spread(sizes, of_jobs, deployed)
    return stage.model_copy(
        update={
            "stacks": stacks,
            "stack_count": max(*stacks.values(), *of_jobs.values(), 1),
            "trigger_stack_count": max([recorded.get(TRIGGERS, 0), *(trigger_stack(stacks[job]) for job in triggers)]),
        }
    )


def _full_stacks(stage: StageConfig, record: StackRecord) -> Iterator[ErrorLine]:
    """Yield an error for each stack that has more jobs than it holds: two branches have filled it."""
    for number, jobs in sorted(Counter(stage.stacks.values()).items()):
        if number > MAX_STACKS:
            message = (
                f"{stage.name} needs more than {MAX_STACKS} stacks; give its jobs shorter arguments and fewer"
                " statements, or deploy some from a second copy of this project"
            )
            yield ErrorLine(record.name, 1, "", message)
        if jobs > ONE_STACK:
            known = [record.lines.get((stage.name, job), 1) for job in stage.stacks if stage.stacks[job] == number]
            message = (
                f"stack {number} of {stage.name} has {jobs} jobs, and holds {ONE_STACK}; remove the lines of"
                f" {jobs - ONE_STACK} that are not deployed yet, and run `make synth`"
            )
            yield ErrorLine(record.name, max(known), "", message)


def deployed_jobs(config_file: Path, stage: str) -> list[str] | None:
    """Return the jobs of a stage in the newest commit of the config with no more than one stack holds.

    They are in the first stack if they are deployed: without a record, there was no other. Return nothing if there is
    no such commit: the stage is new. Return None without Git, and if no commit has the config.
    """
    commits = _git(config_file, "log", f"--max-count={LOOKED_AT}", "--format=%H", "--", config_file.name).split()
    for commit in commits:
        try:
            file = parse_yaml(_git(config_file, "show", f"{commit}:./{config_file.name}"), config_file.name)
        except ConfigError:  # a commit may be broken; the pipeline has deployed an earlier one
            continue
        jobs = file.keys((stage, "jobs"))
        if jobs and len(jobs) <= ONE_STACK:
            return jobs
    return [] if commits else None


def _git(config_file: Path, *arguments: str) -> str:
    folder = config_file.resolve().parent
    own = f"safe.directory={folder}"
    try:
        result = subprocess.run(["git", "-c", own, "-C", str(folder), *arguments], capture_output=True)
    except FileNotFoundError:
        return ""
    return result.stdout.decode(errors="replace") if result.returncode == 0 else ""


def save_record(config: Config, config_file: Path) -> None:
    """Add what has got a stack to the record beside the config file, and say so on stderr.

    Raise ConfigError if the file cannot be written. In a build it is never written, since nobody would commit it.
    """
    if not any(stage.stacks for stage in config.stages):
        return
    record = read_record(config_file, config.file)
    stacks = {**record.stacks, **{each.name: _lines_of(each, record) for each in config.stages}}
    new = [
        f"{stage}/{job}"
        for stage, jobs in stacks.items()
        for job, number in jobs.items()
        if record.stacks.get(stage, {}).get(job, 0) < number
    ]
    if not new:
        return
    count = f"{len(new)} line{'s'[: len(new) != 1]}"
    what = f"{count} ({', '.join(new[:SHOWN])}{', ...' if len(new) > SHOWN else ''})"
    if os.environ.get("CI") or os.environ.get("CODEBUILD_BUILD_ID"):
        message = f"lacks {what}: run `make synth` on your machine, and commit this file"
        raise ConfigError([ErrorLine(record.name, 1, "", message)])
    lines = sorted(f"{stage}/{job} {number}\n" for stage, jobs in stacks.items() for job, number in jobs.items())
    try:
        record_of(config_file).write_text(HEADING + "".join(lines), encoding="utf-8")
    except OSError as error:
        message = f"cannot be written: {error.strerror}; it lacks {what}"
        raise ConfigError([ErrorLine(record.name, 1, "", message)]) from None
    print(f"{record.name}: added {what}: commit this file", file=sys.stderr)


def _lines_of(stage: StageConfig, record: StackRecord) -> dict[str, int]:
    recorded = {job: number for job, number in record.stacks.get(stage.name, {}).items() if job != TRIGGERS}
    triggers = {TRIGGERS: stage.trigger_stack_count} if stage.trigger_stack_count else {}
    return {**merged(recorded, stage.stacks), **triggers}
