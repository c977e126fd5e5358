"""The messages of the pipeline: failed executions, and approvals that wait."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from aws_glue_cdk_baseline.config import Recipients
from aws_glue_cdk_baseline.config.names import Names
from aws_glue_cdk_baseline.monitoring.encryption import monitoring_key
from aws_glue_cdk_baseline.monitoring.reporter import Reporter, log_group_of
from aws_glue_cdk_baseline.monitoring.run_reporter.facts import Facts
from aws_glue_cdk_baseline.monitoring.run_reporter.pipeline_events import ACTION, FAILED
from aws_glue_cdk_baseline.monitoring.topic import NotificationTopic

LOG_DAYS = 30


class PipelineMessages(Construct):
    """The topic, the function and the rules of the pipeline called `names.pipeline`, in its own stack."""

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, recipients: Recipients, config_file: str
    ) -> None:
        super().__init__(scope, construct_id)
        name = names.notifications
        key = monitoring_key(self, "Key", description="Encrypts the pipeline's messages", log_group=log_group_of(name))
        own = (
            NotificationTopic(self, "To", name=name, recipients=recipients, key=key)
            if recipients.need_a_topic
            else None
        )
        pipeline = Stack.of(self).format_arn(service="codepipeline", resource=names.pipeline)
        function = Reporter(
            self,
            "Reporter",
            name=name,
            facts=Facts(config_file=config_file),
            key=key,
            own_topic=own.topic if own else None,
            existing_topic=recipients.topic_arn,
            statements=[iam.PolicyStatement(actions=["codepipeline:ListActionExecutions"], resources=[pipeline])],
            log_retention_days=LOG_DAYS,
        ).function
        this = {"pipeline": [names.pipeline]}
        details: dict[str, tuple[str, dict[str, Any]]] = {
            "Failed": (FAILED, {**this, "state": ["FAILED"]}),
            "Approval": (ACTION, {**this, "type": {"category": ["Approval"]}, "state": ["STARTED"]}),
        }
        for rule_id, (detail_type, detail) in details.items():
            pattern = events.EventPattern(source=["aws.codepipeline"], detail_type=[detail_type], detail=detail)
            rule = events.Rule(self, rule_id, rule_name=f"{name}-{rule_id.lower()}", event_pattern=pattern)
            rule.add_target(targets.LambdaFunction(function))
