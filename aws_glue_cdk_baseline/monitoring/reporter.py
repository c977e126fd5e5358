"""The function that sends the messages: its code, role and log, and a queue of the events that it could not handle."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as aws_lambda
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from aws_glue_cdk_baseline.log_encryption import log_group_arn
from aws_glue_cdk_baseline.monitoring.run_reporter.facts import FILE, Facts

CODE = Path(__file__).parent / "run_reporter"
RUNTIME = aws_lambda.Runtime.PYTHON_3_14


class Reporter(Construct):
    """The function called `name`, which publishes to `own_topic` and to the topic `existing_topic` (an ARN or empty).

    `statements` let it look at what its events are about. An alarm tells both topics of events that it cannot handle.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        facts: Facts,
        key: kms.IKey,
        own_topic: sns.ITopic | None,
        existing_topic: str,
        statements: Sequence[iam.PolicyStatement],
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.failed = sqs.Queue(
            self,
            "Failed",
            queue_name=f"{name}-failed",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        topics = [own_topic.topic_arn] if own_topic else []
        topics += [existing_topic] if existing_topic else []
        group = self._log_group(name, key, log_retention_days)
        role = self._role(name, topics, key if own_topic else None, statements)
        variables = {"OWN_TOPIC": own_topic.topic_arn if own_topic else "", "EXISTING_TOPIC": existing_topic}
        with TemporaryDirectory() as folder:
            self.function = aws_lambda.Function(
                self,
                "Function",
                function_name=name,
                description="Tells of failed job runs, and writes their metrics"
                if facts.stage
                else "Tells of the pipeline",
                runtime=RUNTIME,
                handler="run_reporter.handler.handle",
                code=aws_lambda.Code.from_asset(str(_package(Path(folder), facts))),
                role=role.without_policy_updates(),
                environment={variable: value for variable, value in variables.items() if value},
                timeout=Duration.minutes(2),
                memory_size=256,
                log_group=group,
                dead_letter_queue=self.failed,
            )
        # The CDK makes it depend on its role, to which it refers anyway (cfn-lint W3005).
        cast(aws_lambda.CfnFunction, self.function.node.default_child).add_deletion_override("DependsOn")
        self._alarm(name, own_topic, existing_topic)

    def _log_group(self, name: str, key: kms.IKey, retention_days: int) -> logs.LogGroup:
        group = logs.LogGroup(
            self,
            "Log",
            log_group_name=log_group_of(name),
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        cast(logs.CfnLogGroup, group.node.default_child).retention_in_days = retention_days
        return group

    def _role(
        self,
        name: str,
        topics: Sequence[str],
        key: kms.IKey | None,
        statements: Sequence[iam.PolicyStatement],
    ) -> iam.Role:
        log = log_group_arn(Stack.of(self), log_group_of(name))
        own = [
            iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log, f"{log}:*"]),
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.failed.queue_arn]),
        ]
        if topics:
            own.append(iam.PolicyStatement(actions=["sns:Publish"], resources=list(topics)))
        if key:
            own.append(iam.PolicyStatement(actions=["kms:GenerateDataKey", "kms:Decrypt"], resources=[key.key_arn]))
        return iam.Role(
            self,
            "Role",
            role_name=name,
            description="Sends the messages",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Messages": iam.PolicyDocument(statements=[*own, *statements])},
        )

    def _alarm(self, name: str, own_topic: sns.ITopic | None, existing_topic: str) -> None:
        existing = sns.Topic.from_topic_arn(self, "Existing", existing_topic) if existing_topic else None
        topics = [topic for topic in (own_topic, existing) if topic]
        if not topics:
            return
        alarm = cloudwatch.Alarm(
            self,
            "Alarm",
            alarm_name=f"{name}-failed",
            alarm_description=(
                f"Messages could not be sent: the queue {name}-failed has their events, and the log group"
                f" {log_group_of(name)} the reason."
            ),
            metric=self.failed.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(*(actions.SnsAction(topic) for topic in topics))


def log_group_of(name: str) -> str:
    """Return the name of the log group of the function `name`."""
    return f"/aws/lambda/{name}"


def facts_json(facts: Facts) -> str:
    """Return the content of the file of `facts`, as the function reads it."""
    return json.dumps(dataclasses.asdict(facts), indent=1, sort_keys=True) + "\n"


def _package(folder: Path, facts: Facts) -> Path:
    """Write the code of the function and its facts into `folder`, and return the folder."""
    package = folder / CODE.name
    shutil.copytree(CODE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / FILE).write_text(facts_json(facts), encoding="utf-8")
    return folder
