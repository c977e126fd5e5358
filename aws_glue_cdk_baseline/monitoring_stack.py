"""The stack that watches the jobs of one stage: messages to its recipients, and its dashboard."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from aws_glue_cdk_baseline.config import Recipients, StageConfig
from aws_glue_cdk_baseline.jobs.tags import add_tags
from aws_glue_cdk_baseline.monitoring.dashboard import add_dashboard
from aws_glue_cdk_baseline.monitoring.due_checks import add_due_checks
from aws_glue_cdk_baseline.monitoring.encryption import monitoring_key
from aws_glue_cdk_baseline.monitoring.reporter import Reporter, log_group_of
from aws_glue_cdk_baseline.monitoring.stage_facts import stage_facts
from aws_glue_cdk_baseline.monitoring.stage_messages import add_job_rules, may_look_at_runs
from aws_glue_cdk_baseline.monitoring.topic import NotificationTopic


class MonitoringStack(Stack):
    """The topic, the function and the rules of a stage. They know its jobs by name, and not by their stack."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: StageConfig, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, stack_name=stage.names.monitoring_stack, **kwargs)
        name, told = stage.names.notifications, stage.recipients or Recipients()
        description = f"Encrypts the messages about the Glue jobs of {stage.name}"
        key = monitoring_key(self, "Key", description=description, log_group=log_group_of(name))
        own = NotificationTopic(self, "To", name=name, recipients=told, key=key) if told.need_a_topic else None
        facts = stage_facts(stage)
        reporter = Reporter(
            self,
            "Reporter",
            name=name,
            facts=facts,
            key=key,
            own_topic=own.topic if own else None,
            existing_topic=told.topic_arn,
            statements=[may_look_at_runs(self, stage)],
            log_retention_days=stage.log_retention_days,
        )
        add_job_rules(self, stage, reporter.function)
        if stage.recipients:
            add_due_checks(self, stage=stage, function=reporter.function, failed=reporter.failed)
        add_tags(self, stage.tags)
        if stage.dashboard:
            add_dashboard(self, stage=stage, facts=facts, failed_queue=reporter.failed.queue_name)
