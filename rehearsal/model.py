"""The deployed pipeline: its stages, actions and artifact buckets, with all references resolved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

PIPELINE = "AWS::CodePipeline::Pipeline"
VARIABLE = re.compile(r"#\{([^.}]+)\.([^}]+)\}")
# A clone of the project replaces each of these.
SOURCES = ("CodeCommit", "CodeStarSourceConnection", "GitHub")
STACK_MODES = ("CHANGE_SET_REPLACE", "CHANGE_SET_EXECUTE", "CREATE_UPDATE")


class RehearsalError(Exception):
    """The rehearsal cannot go on, for a reason outside the pipeline. The message is one line."""


@dataclass
class ActionFailed(Exception):
    """An action of the pipeline has failed: the reason in one line, and the file with its whole log."""

    reason: str
    log: Path | None = None

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Done:
    """The result of an action: `how` it ran, a remark to print, and the variables for later actions."""

    how: str
    remark: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    outcome: str = "succeeded"


@dataclass(frozen=True)
class Action:
    """One action. `region` and `role` are empty if it uses those of the pipeline."""

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

    @property
    def known(self) -> bool:
        """True if the rehearsal can run actions of this type."""
        return (
            (self.category == "Source" and self.provider in SOURCES)
            or (self.category in ("Build", "Test") and self.provider == "CodeBuild")
            or self.kind == "Approval/Manual"
            or (self.kind == "Deploy/CloudFormation" and self.configuration.get("ActionMode") in STACK_MODES)
        )

    def resolved(self, variables: Mapping[str, Mapping[str, str]]) -> Action:
        """Return the action with each `#{namespace.variable}` of its configuration replaced by the variable's value."""

        def value(match: re.Match[str]) -> str:
            return variables.get(match[1], {}).get(match[2], match[0])

        return replace(self, configuration={key: VARIABLE.sub(value, text) for key, text in self.configuration.items()})


@dataclass(frozen=True)
class Stage:
    """A stage and its actions, in the order in which they run. It may return to its last good execution if it fails."""

    name: str
    actions: tuple[Action, ...]
    rolls_back: bool = False


@dataclass(frozen=True)
class Pipeline:
    """A deployed pipeline. `stores` has the artifact bucket and the ARN of its key for each Region."""

    name: str
    role: str
    region: str
    stores: Mapping[str, tuple[str, str]]
    stages: tuple[Stage, ...]
    restarts_when_updated: bool

    def approved_deployments(self) -> Iterator[tuple[Stage, Action]]:
        """Yield the actions that change a stack after an approval, each with its stage."""
        for stage in self.stages:
            for asked in (action for action in stage.actions if action.kind == "Approval/Manual"):
                for place, action in self.approved(stage.name, asked.name):
                    if action.configuration.get("ActionMode") in ("CHANGE_SET_EXECUTE", "CREATE_UPDATE"):
                        yield place, action

    def approved(self, stage: str, approval: str) -> list[tuple[Stage, Action]]:
        """Return the actions that an approval lets run, each with its stage: the later ones of its own stage.

        If there are none, the approval is for the next stage.
        """
        names = [item.name for item in self.stages]
        place = self.stages[names.index(stage)]
        later = place.actions[[action.name for action in place.actions].index(approval) + 1 :]
        if later or place is self.stages[-1]:
            return [(place, action) for action in later]
        following = self.stages[names.index(stage) + 1]
        return [(following, action) for action in following.actions]

    def check(self) -> None:
        """Raise RehearsalError, before anything runs, if the rehearsal does not know the type of an action."""
        for stage in self.stages:
            for action in stage.actions:
                if not action.known:
                    kind = " ".join(filter(None, [action.kind, action.configuration.get("ActionMode", "")]))
                    raise RehearsalError(
                        f"{stage.name} / {action.name}: the rehearsal does not know actions of the type {kind}; "
                        "add the type to rehearsal/execution.py"
                    )


@dataclass(frozen=True)
class Deployed:
    """The pipeline's stack as it was deployed at one time: its resources, and the pipeline."""

    resources: dict[str, Any]
    pipeline: Pipeline

    def changes_since(self, before: Deployed) -> list[str]:
        """Return the logical ids of the changed resources, the pipeline first."""
        names = self.resources.keys() | before.resources.keys()
        different = [name for name in names if self.resources.get(name) != before.resources.get(name)]
        return sorted(different, key=lambda name: (self.resources.get(name, {}).get("Type") != PIPELINE, name))

    def takes_over_from(self, before: Deployed) -> bool:
        """Return true if the pipeline itself was updated: CodePipeline then starts it again from its first stage."""
        return self.pipeline != before.pipeline and self.pipeline.restarts_when_updated


def read(records: Path, account: str, region: str) -> Pipeline:
    """Return the pipeline that the emulator recorded when its stack was deployed."""
    found = sorted(records.glob(f"{account}.{region}.AWS-CodePipeline-Pipeline.*.json"))
    if len(found) != 1:
        raise RehearsalError(f"the deployed stack holds {len(found)} pipelines; the rehearsal runs exactly one")
    name = found[0].name.split(".", 3)[3].removesuffix(".json")
    return parse(name, region, json.loads(found[0].read_text(encoding="utf-8"))["properties"])


def parse(name: str, region: str, properties: Mapping[str, Any]) -> Pipeline:
    """Return the pipeline that the properties of an AWS::CodePipeline::Pipeline describe."""
    stores = {region: properties["ArtifactStore"]} if "ArtifactStore" in properties else {}
    stores |= {item["Region"]: item["ArtifactStore"] for item in properties.get("ArtifactStores", [])}
    return Pipeline(
        name=name,
        role=properties["RoleArn"],
        region=region,
        stores={place: (s["Location"], s.get("EncryptionKey", {}).get("Id", "")) for place, s in stores.items()},
        stages=tuple(
            Stage(
                stage["Name"],
                tuple(sorted(map(_action, stage["Actions"]), key=lambda action: action.run_order)),
                rolls_back=stage.get("OnFailure", {}).get("Result") == "ROLLBACK",
            )
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
