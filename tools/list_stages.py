"""Print the stages and actions of the synthesized pipeline: `python -m tools.list_stages cdk.out`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def stages(template: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the stages of the pipeline in a CloudFormation template, each with its actions, in the order they run."""
    resources = template["Resources"].values()
    pipeline = next(item["Properties"] for item in resources if item["Type"] == "AWS::CodePipeline::Pipeline")
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


def main() -> None:
    template = json.loads((Path(sys.argv[1]) / "PipelineStack.template.json").read_text(encoding="utf-8"))
    for name, actions in stages(template):
        print(f"  {name:<15} {', '.join(actions)}")


if __name__ == "__main__":
    main()
