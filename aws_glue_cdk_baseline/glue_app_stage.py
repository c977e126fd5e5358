"""One deployable copy of the Glue app, which the pipeline deploys as a whole."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from aws_glue_cdk_baseline.config import Account, StageConfig
from aws_glue_cdk_baseline.config.names import SANDBOX_TAG
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack


class GlueAppStage(cdk.Stage):
    """The stack of one stage. GlueAppStack explains the parameters."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageConfig, tested_by: Account | None, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        GlueAppStack(self, "GlueAppStack", stage=stage, tested_by=tested_by, stack_name=stage.names.stack)


def add_sandbox(app: cdk.App, stage: StageConfig) -> None:
    """Add one stage alone, which a developer deploys without a pipeline. Nothing starts its jobs by itself.

    A tag tells its stacks from those that a pipeline deploys.
    """
    env = cdk.Environment(account=stage.account.aws_account_id, region=stage.account.aws_region)
    sandbox = GlueAppStage(app, stage.names.pipeline_stage, stage=stage.as_sandbox(), tested_by=None, env=env)
    for child in sandbox.node.children:
        if cdk.Stack.is_stack(child):
            cdk.Stack.of(child).tags.set_tag(SANDBOX_TAG, stage.name)
