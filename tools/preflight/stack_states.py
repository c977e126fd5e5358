"""The stacks of the app as they are now: can each be deployed, and are the names of a new one free?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tools.assembly import Stack
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import Reader
from tools.stage_jobs.account import MissingError

SHOWN = 3
DELETE = ("its first deployment has failed; delete it", "delete-stack")
# What to do with a stack in a state, and the command of `aws cloudformation` for it.
MENDS = {
    "ROLLBACK_COMPLETE": DELETE,
    "ROLLBACK_FAILED": DELETE,
    "CREATE_FAILED": DELETE,
    "DELETE_FAILED": ("its events say what could not be deleted; delete that, then it", "delete-stack"),
    "UPDATE_ROLLBACK_FAILED": (
        "its events say what could not be rolled back; mend that, then continue",
        "continue-update-rollback",
    ),
}
NEW = "REVIEW_IN_PROGRESS"  # a change set was made, and not executed


def check_stacks(reader: Reader, stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield a finding for each stack in the Region of `reader`."""
    for stack in stacks:
        yield from looked(stack.name, lambda stack=stack: _check(reader, stack))  # type: ignore[misc]


def stack_status(reader: Reader, name: str) -> str:
    """Return the status of a stack, or an empty text if it is not deployed yet."""
    try:
        [found] = reader.call("cloudformation", "describe_stacks", name, StackName=name)["Stacks"]
    except MissingError:
        return ""
    status = str(found["StackStatus"])
    return "" if status in (NEW, "DELETE_COMPLETE") else status


def _check(reader: Reader, stack: Stack) -> Iterator[Finding]:
    status = stack_status(reader, stack.name)
    if status in MENDS:
        mend, command = MENDS[status]
        command = f"aws cloudformation {command} --stack-name {stack.name} {reader.cli_options}"
        yield fail(stack.name, f"is in {status}: {mend}: `{command}`")
    elif status.endswith("_IN_PROGRESS"):
        yield fail(stack.name, f"is in {status}; wait until it has ended")
    elif status:
        yield ok(stack.name, f"is deployed ({status})")
    elif taken := _taken(reader, stack):
        more = f" and {len(taken) - SHOWN} more" if len(taken) > SHOWN else ""
        names = ", ".join(taken[:SHOWN]) + more
        yield fail(stack.name, f"has names that are taken: {names}; delete what has them, or choose a namePrefix")
    else:
        yield ok(stack.name, "will be created; its names are free")


def _taken(reader: Reader, stack: Stack) -> list[str]:
    """Return the names of jobs, roles and log groups in a new stack that exist already: it could not be created."""
    jobs, roles, groups = (
        [str(properties[key]) for properties in _properties(stack, kind) if isinstance(properties.get(key), str)]
        for kind, key in (
            ("AWS::Glue::Job", "Name"),
            ("AWS::IAM::Role", "RoleName"),
            ("AWS::Logs::LogGroup", "LogGroupName"),
        )
    )
    there = {job["Name"] for job in reader.pages("glue", "get_jobs", "Jobs")} if jobs else set()
    return [
        *(f"the job {name}" for name in jobs if name in there),
        *(f"the role {name}" for name in roles if _is_role(reader, name)),
        *(f"the log group {name}" for name in groups if _is_log_group(reader, name)),
    ]


def _properties(stack: Stack, kind: str) -> Iterator[dict[str, Any]]:
    resources = stack.template.get("Resources", {}).values()
    yield from (resource.get("Properties", {}) for resource in resources if resource["Type"] == kind)


def _is_role(reader: Reader, name: str) -> bool:
    try:
        reader.call("iam", "get_role", name, RoleName=name)
    except MissingError:
        return False
    return True


def _is_log_group(reader: Reader, name: str) -> bool:
    groups = reader.pages("logs", "describe_log_groups", "logGroups", name, logGroupNamePrefix=name)
    return any(group["logGroupName"] == name for group in groups)
