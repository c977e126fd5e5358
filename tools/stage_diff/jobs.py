"""The jobs of a stage: added, removed and changed, each with its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tools.amounts import counted
from tools.stage_diff.files import FileChange, script_change, shared_code_changes
from tools.stage_diff.job_words import Job
from tools.stage_diff.resources import LOST
from tools.stage_diff.templates import JOB, UnreadableError
from tools.stage_diff.words import change, changes, shown

# Every job of this app has these: an added job does not repeat them.
USUAL: Mapping[str, object] = {
    "type": "spark",
    "pythonVersion": "3",
    "autoScaling": "true",
    "queuing": False,
    "maxRetries": 0,
    "maxConcurrentRuns": 1,
    "executionClass": "STANDARD",
    "defaultArguments.--job-language": "python",
    "defaultArguments.library-set": "analytics",
    "defaultArguments.--enable-continuous-cloudwatch-log": "true",
}
UNSAID = ("name", "log group", "log groups")


@dataclass(frozen=True)
class JobChange:
    """A job that is `added`, `removed` or `changed`: a line for each change, and the changed files of its code.

    `warning` says what stops or is lost, or is empty.
    """

    what: str
    name: str
    lines: tuple[str, ...]
    files: tuple[FileChange, ...] = ()
    warning: str = ""


def job_changes(before: Mapping[str, Job], after: Mapping[str, Job]) -> Iterator[JobChange]:
    """Yield the changes of the jobs: added ones first, then removed ones, then changed ones."""
    for name in (name for name in after if name not in before):
        yield JobChange("added", name, tuple(_facts(after[name])))
    for name in (name for name in before if name not in after):
        yield _removed(before[name])
    for name in (name for name in after if name in before):
        found = _changed(before[name], after[name])
        if found.lines:
            yield found


def _facts(job: Job) -> Iterator[str]:
    if job.script:
        try:
            yield f"script: {counted(len(job.script.content().splitlines()), 'line')}"
        except UnreadableError as error:
            yield f"script: {shown(job.script.key)} (not readable: {error})"
    if job.shared_code:
        yield "shared code: yes"
    if job.packages:
        yield f"packages: {shown(', '.join(job.packages))}"
    for key, value in job.values.items():
        if key not in UNSAID and USUAL.get(key) != value:
            yield f"{key}: {shown(value)}"


def _removed(job: Job) -> JobChange:
    if job.resource.is_kept:
        return JobChange("removed", job.name, ("it leaves the stack, and stays in the account",))
    planned = (
        f"job {job.name} with the schedule {shown(job.schedule)} is removed: {LOST[JOB]}; what it has written stays"
    )
    return JobChange("removed", job.name, (LOST[JOB],), warning=planned if job.schedule else "")


def _changed(before: Job, after: Job) -> JobChange:
    files = [
        *filter(None, [script_change(before.script, after.script, after.name)]),
        *shared_code_changes(before.shared_code, after.shared_code, after.name),
    ]
    lines = [file.summary for file in files]
    if before.script and after.script and before.script.bucket != after.script.bucket:
        lines.append(change("bucket of the script", before.script.bucket, after.script.bucket))
    lines += _package_changes(before.packages, after.packages)
    lines += changes(before.values, after.values)
    if before.resource.stack.name != after.resource.stack.name:
        lines.append(f"it moves from stack {before.resource.stack.name} to {after.resource.stack.name}")
    lost = before.schedule and not after.schedule
    warning = f"job {after.name} no longer has the schedule {shown(before.schedule)}: nothing starts it" if lost else ""
    return JobChange("changed", after.name, tuple(lines), tuple(files), warning)


def _package_changes(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    old, new = ({item.partition("==")[0]: item for item in items} for items in (before, after))
    for line in changes(old, new):
        name, _, rest = line.partition(": ")
        yield f"packages: {rest if name else line}"
