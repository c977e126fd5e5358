"""The stacks of the app as they are now: a stack that has failed in some ways cannot be deployed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.assembly import Stack
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import Reader
from tools.stage_jobs.account import MissingError

MENDS = {
    "ROLLBACK_COMPLETE": "its first deployment has failed; delete the stack",
    "ROLLBACK_FAILED": "its first deployment has failed; delete the stack",
    "CREATE_FAILED": "its first deployment has failed; delete the stack",
    "DELETE_FAILED": "it could not be deleted; delete what is left of it",
    "UPDATE_ROLLBACK_FAILED": "continue its rollback: aws cloudformation continue-update-rollback",
}


def check_stacks(reader: Reader, stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield a finding for each stack in the Region of `reader`."""
    for stack in stacks:
        yield from looked(stack.name, lambda name=stack.name: _state(reader, name))  # type: ignore[misc]


def _state(reader: Reader, name: str) -> Iterator[Finding]:
    try:
        [found] = reader.call("cloudformation", "describe_stacks", name, StackName=name)["Stacks"]
    except MissingError:
        yield ok(name, "will be created")
        return
    status = found["StackStatus"]
    if status in MENDS:
        yield fail(name, f"is in {status}: {MENDS[status]}")
    elif status == "REVIEW_IN_PROGRESS":  # a change set was made, and not executed
        yield ok(name, "will be created")
    elif status.endswith("_IN_PROGRESS"):
        yield fail(name, f"is in {status}; wait until it has ended")
    else:
        yield ok(name, f"is deployed ({status})")
