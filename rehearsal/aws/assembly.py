"""The synthesized cloud assembly: all its stacks, and the one that has the pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.model import PIPELINE, RehearsalError

QUALIFIER = "hnb659fds"  # the default of the CDK's bootstrap


@dataclass(frozen=True, order=True)
class Environment:
    """An account and Region to which stacks are deployed, and the qualifier of its bootstrap."""

    account: str
    region: str
    qualifier: str = QUALIFIER

    @property
    def known(self) -> bool:
        """Return true if the app names both. Otherwise the CDK writes unknown-account and unknown-region."""
        return not self.account.startswith("unknown") and not self.region.startswith("unknown")

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


@dataclass(frozen=True)
class Stack:
    """One stack: its id for the CDK CLI, its name, its account and Region, and its template.

    It is `staged` if a stage of a pipeline deploys it. `artifact` is its name in the assembly; `needs` are the names of
    the artifacts that are deployed before it.
    """

    id: str
    name: str
    environment: Environment
    template: dict[str, Any]
    staged: bool
    artifact: str
    needs: tuple[str, ...]

    @property
    def pipelines(self) -> list[str]:
        """The logical ids of its pipelines."""
        return [name for name, item in self.template.get("Resources", {}).items() if item.get("Type") == PIPELINE]


def stacks(folder: Path, staged: bool = False) -> Iterator[Stack]:
    """Yield all stacks in a cloud assembly, and those of its stages."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, artifact in manifest.get("artifacts", {}).items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            yield from stacks(folder / properties["directoryName"], staged=True)
        elif artifact["type"] == "aws:cloudformation:stack":
            template = json.loads((folder / properties["templateFile"]).read_text(encoding="utf-8"))
            yield Stack(
                id=artifact.get("displayName", name),
                name=properties.get("stackName", name),
                environment=_environment(artifact),
                template=template,
                staged=staged,
                artifact=name,
                needs=tuple(artifact.get("dependencies", [])),
            )


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


def environments(folder: Path, home: Environment) -> set[Environment]:
    """Return the accounts and Regions of an assembly's stacks. A stack without them is deployed beside the pipeline."""
    return {stack.environment if stack.environment.known else home for stack in stacks(folder)}


def stage_accounts(folder: Path, home: Environment) -> set[str]:
    """Return the accounts to which the pipeline deploys stacks."""
    return {
        (stack.environment if stack.environment.known else home).account for stack in stacks(folder) if stack.staged
    }


def _environment(artifact: dict[str, Any]) -> Environment:
    account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
    parameter = artifact["properties"].get("bootstrapStackVersionSsmParameter", "")
    return Environment(account, region, parameter.split("/")[2] if parameter.count("/") == 3 else QUALIFIER)
