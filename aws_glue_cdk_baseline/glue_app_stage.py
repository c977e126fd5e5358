"""One deployable copy of the Glue app, which the pipeline deploys as a whole."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from aws_glue_cdk_baseline.config import Account, StageConfig
from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack


class GlueAppStage(cdk.Stage):
    """The stack of one stage. GlueAppStack explains the parameters."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageConfig, tested_by: Account | None, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        GlueAppStack(self, "GlueAppStack", stage=stage, tested_by=tested_by, stack_name=stage.names.stack)
