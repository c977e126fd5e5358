"""The stacks of a synthesized cloud assembly, each with its account and Region."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

PIPELINE = "AWS::CodePipeline::Pipeline"
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
    the artifacts that are deployed before it. `bootstrap_version` is the oldest that its deployment works with.
    """

    id: str
    name: str
    environment: Environment
    template: dict[str, Any]
    staged: bool
    artifact: str
    needs: tuple[str, ...]
    bootstrap_version: int = 0

    @property
    def pipelines(self) -> list[str]:
        """The logical ids of its pipelines."""
        return [name for name, item in self.template.get("Resources", {}).items() if item.get("Type") == PIPELINE]


def stacks(folder: Path) -> Iterator[Stack]:
    """Yield all stacks in a cloud assembly, and those of its stages.

    A stack that names no account and Region is deployed to those of the pipeline, and has them here.
    """
    found = list(_stacks(folder, staged=False))
    home = next((stack.environment for stack in found if stack.pipelines), None)
    for stack in found:
        place = stack.environment
        if home and not place.known:
            place = Environment(home.account, home.region, place.qualifier)
        yield replace(stack, environment=place)


def _stacks(folder: Path, staged: bool) -> Iterator[Stack]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, artifact in manifest.get("artifacts", {}).items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            yield from _stacks(folder / properties["directoryName"], staged=True)
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
                bootstrap_version=int(properties.get("requiresBootstrapStackVersion", 0)),
            )


def _environment(artifact: dict[str, Any]) -> Environment:
    account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
    parameter = artifact["properties"].get("bootstrapStackVersionSsmParameter", "")
    return Environment(account, region, parameter.split("/")[2] if parameter.count("/") == 3 else QUALIFIER)
