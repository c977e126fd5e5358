"""CloudFormation: record the resources of types that MiniStack lacks, with resolved properties.

They are only records. The rehearsal reads the pipeline from its record and runs it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Attributes = dict[str, str]
Describe = Callable[[str], Attributes]


def pipeline(name: str) -> Attributes:
    return {"Version": "1"}


def repository(name: str) -> Attributes:
    region = get_region()
    path = f"git-codecommit.{region}.amazonaws.com/v1/repos/{name}"
    return {
        "Name": name,
        "Arn": f"arn:aws:codecommit:{region}:{get_account_id()}:{name}",
        "CloneUrlHttp": f"https://{path}",
        "CloneUrlSsh": f"ssh://{path}",
    }


def chat(name: str) -> Attributes:
    return {"Arn": f"arn:aws:chatbot::{get_account_id()}:chat-configuration/{name}"}


# Resource type -> the property that has its name, and a function that returns its attributes.
TYPES: dict[str, tuple[str, Describe]] = {
    "AWS::CodePipeline::Pipeline": ("Name", pipeline),
    "AWS::CodeCommit::Repository": ("RepositoryName", repository),
    "AWS::Chatbot::SlackChannelConfiguration": ("ConfigurationName", chat),
    "AWS::Chatbot::MicrosoftTeamsChannelConfiguration": ("ConfigurationName", chat),
}


def install() -> None:
    """Patch MiniStack."""
    folder = Path(os.environ["REHEARSAL_RECORDS"])
    for resource_type, (naming, describe) in TYPES.items():
        provisioners._RESOURCE_HANDLERS[resource_type] = handlers(folder, resource_type, naming, describe)


def handlers(folder: Path, resource_type: str, naming: str, describe: Describe) -> dict[str, Any]:
    def record(name: str) -> Path:
        return folder / f"{get_account_id()}.{get_region()}.{resource_type.replace('::', '-')}.{name}.json"

    def keep(name: str, properties: Properties) -> tuple[str, Attributes]:
        file = record(name)
        file.with_suffix(".new").write_text(json.dumps({"type": resource_type, "properties": properties}))
        file.with_suffix(".new").replace(file)
        return name, describe(name)

    def create(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        return keep(properties.get(naming) or f"{stack_name}-{logical_id}", properties)

    def update(name: str, old: Properties, new: Properties, stack_name: str) -> tuple[str, Attributes]:
        return keep(name, new)

    def delete(name: str, properties: Properties) -> None:
        record(name).unlink(missing_ok=True)

    return {"create": create, "update": update, "delete": delete}
