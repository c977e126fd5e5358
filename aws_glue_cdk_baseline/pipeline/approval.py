"""The approval of a stage; with `approval: changes` also the step that shows what it approves, and the roles for that.

The build has the role `glue-show-changes-<stage>` in the pipeline's account. The stage's account has the role
`glue-diff-<stage>`, which trusts only the build's role and may read what is deployed: the templates of the stage's
stacks, and the scripts of its jobs.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk.pipelines import CodeBuildStep, IFileSetProducer, ManualApprovalStep, Step

from aws_glue_cdk_baseline.config import Account, Config, StageConfig
from aws_glue_cdk_baseline.pipeline.integration_test import PIP
from aws_glue_cdk_baseline.pipeline.trusted_role import trusted_role

STEP = "ShowChanges"
VARIABLE = "CHANGES"  # the beginning of the text, which the approval shows
INSTALL = f"{PIP} -r tools/stage_diff/requirements.lock"
ASSEMBLY = "synthesized"  # the output of the Build stage, beside the source
OUTPUT = "changes"
READ_STACKS = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
# Files in the policy by their names. A role takes them on ten policies of 6,144 characters, with 40 in a statement.
MOST_FILES, TOGETHER = 200, 40


def approval(
    stack: Stack, source: IFileSetProducer, synth: IFileSetProducer, stage: StageConfig, config: Config
) -> list[Step]:
    """Return the steps before the deployment of `stage`: its approval, after a step that shows its changes if wanted.

    `synth` has the synthesized app, from which the pipeline of `stack` deploys.
    """
    if not stage.shows_changes:
        return [ManualApprovalStep("Approval")]
    shown = _show_changes(stack, source, synth, stage, config)
    asked = ManualApprovalStep("Approval", comment=shown.exported_variable(VARIABLE))
    asked.add_step_dependency(shown)
    return [shown, asked]


def _show_changes(
    stack: Stack, source: IFileSetProducer, synth: IFileSetProducer, stage: StageConfig, config: Config
) -> CodeBuildStep:
    role_arn = f"arn:{stack.partition}:iam::{stage.account.aws_account_id}:role/{stage.names.diff_role}"
    pipeline = stack.format_arn(service="codepipeline", resource=config.names.pipeline)
    return CodeBuildStep(
        STEP,
        input=source,
        additional_inputs={ASSEMBLY: synth},
        install_commands=[INSTALL],
        commands=[
            f"python -m tools.stage_diff --config {shlex.quote(config.file)} --stage {stage.name}"
            f" --assembly {ASSEMBLY} --role {role_arn} --output {OUTPUT}",
            f'export {VARIABLE}="$(cat {OUTPUT}/approval.txt)"',
        ],
        primary_output_directory=OUTPUT,
        role=iam.Role(
            stack,
            diff_build_role_id(stage),
            role_name=stage.names.diff_build_role,
            description=f"Shows what a deployment changes in {stage.name}",
            assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"),
        ),
        role_policy_statements=[
            iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role_arn]),
            # Before the first deployment there is no role to assume: the pipeline knows whether it has deployed.
            iam.PolicyStatement(actions=["codepipeline:GetPipelineState"], resources=[pipeline]),
        ],
    )


def diff_build_role_id(stage: StageConfig) -> str:
    """Return the construct id of the role of the build that shows the changes."""
    return f"{stage.names.pipeline_stage.removeprefix('Deploy')}ShowChangesRole"


def add_diff_role(
    stack: Stack, stage: StageConfig, pipeline_account: Account, bucket: str, files: Sequence[str]
) -> None:
    """Add the role with which the build reads what is deployed: the stacks of a stage, and `files` in `bucket`.

    If the stage has more files than a role's policies hold, it may read all scripts and zips of the bucket.
    """
    role = trusted_role(
        stack,
        "GlueDiffRole",
        role_name=stage.names.diff_role,
        description=f"Reads what is deployed in {stage.name}, before an approval",
        build_role=stage.names.diff_build_role,
        pipeline_account=pipeline_account,
    )
    for statement in _statements(stack, stage, bucket, files):
        role.add_to_policy(statement)


def _statements(stack: Stack, stage: StageConfig, bucket: str, files: Sequence[str]) -> Iterator[iam.PolicyStatement]:
    # `/*` is the id that CloudFormation gives a stack.
    stacks = [
        stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{name}/*")
        for name in (stack.stack_name, *stage.all_stack_names[1:])
    ]
    yield iam.PolicyStatement(actions=READ_STACKS, resources=stacks)
    keys = sorted(files) if stage.stack_count == 1 and len(files) <= MOST_FILES else ["*.py", "*.zip"]
    for start in range(0, len(keys), TOGETHER):
        together = [f"arn:{stack.partition}:s3:::{bucket}/{key}" for key in keys[start : start + TOGETHER]]
        yield iam.PolicyStatement(actions=["s3:GetObject"], resources=together)
