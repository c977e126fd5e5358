"""The synthesized cloud assembly: the stack that has the pipeline, and those that it needs."""

from __future__ import annotations

from pathlib import Path

from rehearsal.model import RehearsalError
from tools.assembly import Stack, stacks


def pipeline_stack(folder: Path) -> Stack:
    """Return the stack that has the pipeline. Raise RehearsalError if there is not exactly one."""
    found = [stack for stack in stacks(folder) if stack.pipelines]
    if len(found) != 1:
        names = ", ".join(stack.id for stack in found) or "none"
        raise RehearsalError(f"the rehearsal needs exactly one stack with a pipeline; the app has: {names}")
    if not found[0].environment.known:
        raise RehearsalError(f"{found[0].id} has no account and Region; give it env=Environment(account=…, region=…)")
    return found[0]


def with_needed(folder: Path, home: Stack) -> list[Stack]:
    """Return the stacks that `cdk deploy` deploys for `home`: those that it needs in other Regions, then itself."""
    return [*(stack for stack in stacks(folder) if not stack.staged and stack.artifact in home.needs), home]
