"""Print the stages and actions of the synthesized pipeline, and the schedules of its jobs.

`python -m tools.list_stages cdk.out`
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config.names import Names


def stages(template: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the stages of the pipeline in a CloudFormation template, each with its actions, in the order they run."""
    resources = template["Resources"].values()
    pipeline = _pipeline(template)
    repository = next(
        (item["Properties"]["RepositoryName"] for item in resources if item["Type"] == "AWS::CodeCommit::Repository"),
        "",
    )
    return [
        (
            stage["Name"],
            [
                action["Name"]
                if isinstance(action["Name"], str)
                else repository  # an expression: the repository's name
                for action in sorted(stage["Actions"], key=lambda action: action["RunOrder"])
            ],
        )
        for stage in pipeline["Stages"]
    ]


def copy_of(template: Mapping[str, Any]) -> str:
    """Return a line that names the pipeline and the stack of a copy with a prefix, or an empty text without one."""
    prefix = str(_pipeline(template)["Name"]).removesuffix(Names().pipeline).removesuffix("-")
    return f"  {Names(prefix).pipeline}, in the stack {Names(prefix).pipeline_stack}" if prefix else ""


def _pipeline(template: Mapping[str, Any]) -> Mapping[str, Any]:
    resources = template["Resources"].values()
    found: Mapping[str, Any] = next(
        item["Properties"] for item in resources if item["Type"] == "AWS::CodePipeline::Pipeline"
    )
    return found


def started_by_schedules(folder: Path, stage: str) -> list[str]:
    """Return what starts by itself in a stage of the pipeline, in words: the jobs of each scheduled trigger."""
    lines = []
    for file in sorted(folder.glob(f"assembly-*-{stage}/*.template.json")):
        for item in json.loads(file.read_text(encoding="utf-8"))["Resources"].values():
            if item["Type"] == "AWS::Glue::Trigger" and item["Properties"]["Type"] == "SCHEDULED":
                properties = item["Properties"]
                jobs = ", ".join(action["JobName"] for action in properties["Actions"])
                lines.append(f"{properties['Schedule']} starts {jobs}")
    return lines


def main() -> None:
    folder = Path(sys.argv[1])
    template = json.loads((folder / "PipelineStack.template.json").read_text(encoding="utf-8"))
    if line := copy_of(template):
        print(line)
    for name, actions in stages(template):
        print(f"  {name:<15} {', '.join(actions)}")
        for line in started_by_schedules(folder, name):
            print(f"  {'':<15} {line}")


if __name__ == "__main__":
    main()
