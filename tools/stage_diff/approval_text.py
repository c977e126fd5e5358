"""The text of an approval: what the deployment of a stage changes, read with the role of the stage's account.

The step ShowChanges of the pipeline runs it in a build: aws_glue_cdk_baseline/pipeline/approval.py.

If the role lacks a right, or does not exist, the text says so and the build goes on: the deployment that is waiting may
be the one that mends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aws_glue_cdk_baseline.config import Config, StageConfig
from tools.stage_diff.comparison import compare
from tools.stage_diff.deployed import deployed, earlier_stacks
from tools.stage_diff.markdown import markdown, shortened, uncompared
from tools.stage_diff.synthesized import read_stage
from tools.stage_diff.templates import StackTemplate
from tools.stage_jobs.account import Caller, DeniedError

LIMIT = 1000  # characters of the approval's text: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
STEP = "ShowChanges"
DEPLOY = "Deploy"  # ends the name of an action that changes a stack


def show_before_approval(config: Config, stage: StageConfig, assembly: Path, role: str, output: Path) -> None:
    """Print what the deployment of a stage changes, and write it to `output`: changes.md and approval.txt.

    Raise RunError if AWS gives no answer, or if `assembly` has no such stage.
    """
    stacks = read_stage(assembly, stage.names.pipeline_stage)
    text = _text(config, stage, stacks, role)
    print(text, flush=True)
    output.mkdir(parents=True, exist_ok=True)
    (output / "changes.md").write_text(text, encoding="utf-8")
    (output / "approval.txt").write_text(shortened(text, LIMIT, STEP), encoding="utf-8")


def _text(config: Config, stage: StageConfig, stacks: Sequence[StackTemplate], role: str) -> str:
    build = Caller("", config.pipeline_account.aws_region, who="the build")
    name = role.rpartition("/")[2]
    try:
        account = build.assuming(role, stage.account.aws_region)
    except DeniedError as error:
        if _was_never_deployed(build, config, stage):
            remark = f"this pipeline has not deployed {stage.name} yet: its deployment makes the role {name}"
            return markdown(stage.name, compare((), stacks), [remark])
        reasons = [
            str(error),
            "AWS answers the same if the role does not exist: if `approval: changes` is new, this deployment makes it,"
            " and the next approval shows what changes",
        ]
        return uncompared(stage.name, compare((), stacks), reasons)
    try:
        now = deployed(account, stacks, earlier_stacks(stage), may_lack_rights=True)
    except DeniedError as error:
        return uncompared(stage.name, compare((), stacks), [str(error)])
    return markdown(stage.name, compare(now.stacks, stacks), now.remarks)


def _was_never_deployed(build: Caller, config: Config, stage: StageConfig) -> bool:
    """Return true if no action of the pipeline has ever changed a stack of the stage, as far as one may know."""
    try:
        answer = build.call("codepipeline", "get_pipeline_state", name=config.names.pipeline)
    except DeniedError:
        return False
    actions: list[dict[str, Any]] = [
        action
        for item in answer["stageStates"]
        if item["stageName"] == stage.names.pipeline_stage
        for action in item.get("actionStates", [])
    ]
    return not any(action["actionName"].endswith(DEPLOY) and "latestExecution" in action for action in actions)
