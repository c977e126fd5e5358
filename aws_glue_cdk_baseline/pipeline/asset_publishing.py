"""Publish the assets of stages with many jobs: one command for each stack, and not for each script.

CDK Pipelines writes a command for each asset. A command takes a second to start: with 2,000 jobs in three stages, the
build would not end within CodeBuild's default of an hour.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

from aws_cdk import Stage
from aws_cdk import aws_codebuild as codebuild
from aws_cdk.pipelines import CodePipeline

FEW = 200  # commands that stay as they are
ASSETS_AT_ONCE = 500  # of one command: about 45,000 characters, and Linux takes 131,072 in one argument
PUBLISH = re.compile(r'(?P<start>cdk-assets --path "[^"]+" --verbose publish) (?P<asset>"[^"]+")')
TIMEOUT_MINUTES = 480


def publish_together(pipeline: CodePipeline) -> None:
    """Rewrite the buildspec of the build that publishes assets, if it has many of them, and let it take longer."""
    app = Stage.of(pipeline)
    assert app is not None, "every pipeline is in an app"
    for file in Path(app.outdir).glob("buildspec-*-FileAsset.yaml"):
        spec = json.loads(file.read_text(encoding="utf-8"))  # JSON is YAML, and so the CDK writes it
        commands = spec["phases"]["build"]["commands"]
        if len(commands) > FEW:
            spec["phases"]["build"]["commands"] = together(commands)
            file.write_text(json.dumps(spec, indent=2), encoding="utf-8")
            project = pipeline.node.find_child("Assets").node.find_child("FileAsset").node.default_child
            cast(codebuild.CfnProject, project).timeout_in_minutes = TIMEOUT_MINUTES


def together(commands: list[str]) -> list[str]:
    """Return the same commands with the assets of one stack in one command. Others stay, behind them."""
    assets: dict[str, list[str]] = {}
    others = []
    for command in commands:
        if match := PUBLISH.fullmatch(command):
            assets.setdefault(match["start"], []).append(match["asset"])
        else:
            others.append(command)
    joined = [
        " ".join([start, *found[first : first + ASSETS_AT_ONCE]])
        for start, found in assets.items()
        for first in range(0, len(found), ASSETS_AT_ONCE)
    ]
    return [*joined, *others]
