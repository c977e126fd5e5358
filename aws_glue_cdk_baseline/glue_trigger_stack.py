"""The triggers of a stage whose jobs and triggers do not fit into one stack.

It is deployed when all jobs of the stage are there: a trigger names jobs of several stacks.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnWaitConditionHandle, Stack
from constructs import Construct

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.config.stacks import trigger_stack
from aws_glue_cdk_baseline.jobs.tags import add_tags, stack_tags
from aws_glue_cdk_baseline.jobs.triggers import add_triggers


class GlueTriggerStack(Stack):
    """The triggers of the jobs in two stacks of a stage: by its `number`, the first has those of the first two."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: StageConfig, number: int, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, suppress_template_indentation=True, **kwargs)
        if stage.schedules:
            own = {job.name for job in stage.jobs if trigger_stack(stage.stacks[job.name]) == number}
            add_triggers(self, stage=stage, of=own, jobs={}, tags=stack_tags(self))
        # Without a resource, CloudFormation would not delete the last trigger.
        CfnWaitConditionHandle(self, "Empty.")
        add_tags(self, stage.tags)
