"""A pipeline as CloudFormation deployed it: stages, actions, artifacts, with all references resolved."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rehearsal.errors import RehearsalError

VARIABLE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")


@dataclass(frozen=True)
class Action:
    """One action; `region` and `role` are empty where the pipeline's own apply."""

    name: str
    category: str
    provider: str
    configuration: Mapping[str, str]
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    role: str = ""
    region: str = ""
    namespace: str = ""
    run_order: int = 1

    @property
    def kind(self) -> str:
        return f"{self.category}/{self.provider}"

    def resolved(self, variables: Mapping[str, Mapping[str, str]]) -> Action:
        """With `#{namespace.variable}` in its configuration replaced by what earlier actions gave."""

        def value(match: re.Match[str]) -> str:
            return variables.get(match[1], {}).get(match[2], match[0])

        return replace(self, configuration={key: VARIABLE.sub(value, text) for key, text in self.configuration.items()})


@dataclass(frozen=True)
class Stage:
    """A stage and its actions, in the order in which they run."""

    name: str
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Pipeline:
    """A deployed pipeline. `stores` are the artifact buckets and their key ARNs, by Region."""

    name: str
    role: str
    region: str
    stores: Mapping[str, tuple[str, str]]
    stages: tuple[Stage, ...]
    restarts_when_updated: bool


def read(records: Path, account: str, region: str) -> Pipeline:
    """The pipeline that the emulator recorded when its stack was deployed."""
    found = sorted(records.glob(f"{account}.{region}.AWS-CodePipeline-Pipeline.*.json"))
    if len(found) != 1:
        raise RehearsalError(f"the deployed stack holds {len(found)} pipelines; the rehearsal runs exactly one")
    name = found[0].name.split(".", 3)[3].removesuffix(".json")
    return parse(name, region, json.loads(found[0].read_text(encoding="utf-8"))["properties"])


def parse(name: str, region: str, properties: Mapping[str, Any]) -> Pipeline:
    """The pipeline that the properties of an AWS::CodePipeline::Pipeline describe."""
    stores = {region: properties["ArtifactStore"]} if "ArtifactStore" in properties else {}
    stores |= {item["Region"]: item["ArtifactStore"] for item in properties.get("ArtifactStores", [])}
    return Pipeline(
        name=name,
        role=properties["RoleArn"],
        region=region,
        stores={place: (s["Location"], s.get("EncryptionKey", {}).get("Id", "")) for place, s in stores.items()},
        stages=tuple(
            Stage(stage["Name"], tuple(sorted(map(_action, stage["Actions"]), key=lambda action: action.run_order)))
            for stage in properties["Stages"]
        ),
        restarts_when_updated=str(properties.get("RestartExecutionOnUpdate", False)).lower() == "true",
    )


def _action(item: Mapping[str, Any]) -> Action:
    return Action(
        name=item["Name"],
        category=item["ActionTypeId"]["Category"],
        provider=item["ActionTypeId"]["Provider"],
        configuration={key: str(value) for key, value in item.get("Configuration", {}).items()},
        inputs=tuple(artifact["Name"] for artifact in item.get("InputArtifacts", [])),
        outputs=tuple(artifact["Name"] for artifact in item.get("OutputArtifacts", [])),
        role=item.get("RoleArn", ""),
        region=item.get("Region", ""),
        namespace=item.get("Namespace", ""),
        run_order=int(item.get("RunOrder", 1)),
    )
