"""One deployable copy of the Glue app, which the pipeline deploys as a whole."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from aws_glue_cdk_baseline.config import Account, StageConfig
from aws_glue_cdk_baseline.config.names import SANDBOX_TAG, numbered
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from aws_glue_cdk_baseline.glue_trigger_stack import GlueTriggerStack


class GlueAppStage(cdk.Stage):
    """The stacks of one stage: one, or several if it has many jobs. GlueAppStack explains the parameters."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        tested_by: Account | None,
        shown_to: Account | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        first = GlueAppStack(
            self, "GlueAppStack", stage=stage, tested_by=tested_by, shown_to=shown_to, stack_name=stage.names.stack
        )
        stacks = [first]
        for number, name in enumerate(stage.stack_names[1:], 2):
            other = GlueAppStack(self, numbered("GlueAppStack", number), stage=stage, number=number, stack_name=name)
            other.add_stack_dependency(first)  # whose log groups it uses
            stacks.append(other)
        for number, name in enumerate(stage.trigger_stack_names, 1):
            triggers = GlueTriggerStack(
                self, numbered("GlueTriggerStack", number), stage=stage, number=number, stack_name=name
            )
            for stack in stacks:  # Glue refuses a trigger whose jobs it does not know
                triggers.add_stack_dependency(stack)
        if stage.is_watched:
            # Its imports from the CDK take a tenth of a synth.
            from aws_glue_cdk_baseline.monitoring_stack import MonitoringStack

            MonitoringStack(self, "MonitoringStack", stage=stage)


def add_sandbox(app: cdk.App, stage: StageConfig) -> None:
    """Add one stage alone, which a developer deploys without a pipeline. Nothing starts its jobs by itself.

    A tag tells its stacks from those that a pipeline deploys.
    """
    env = cdk.Environment(account=stage.account.aws_account_id, region=stage.account.aws_region)
    sandbox = GlueAppStage(app, stage.names.pipeline_stage, stage=stage.as_sandbox(), tested_by=None, env=env)
    for child in sandbox.node.children:
        if cdk.Stack.is_stack(child):
            cdk.Stack.of(child).tags.set_tag(SANDBOX_TAG, stage.name)
