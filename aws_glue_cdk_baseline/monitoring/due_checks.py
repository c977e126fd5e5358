"""An hour after each time of a schedule, the stage's function looks whether the jobs of the schedule have started.

An alarm on missing metrics would not do: it looks back seven days at most, and a schedule may be monthly.
"""

from __future__ import annotations

import hashlib
import json

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as aws_lambda
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from aws_glue_cdk_baseline.config import StageConfig

# The time zone an hour behind UTC, in which a schedule comes an hour later: tz database, the sign is reversed there.
# run_reporter/due_runs.py takes the hour off again.
AN_HOUR_BEHIND = "Etc/GMT+1"


def schedules(stage: StageConfig) -> list[str]:
    """Return the schedules of a stage, each once; none if its schedules are off."""
    found = (job.settings.schedule for job in stage.jobs if job.settings.schedule)
    return list(dict.fromkeys(found)) if stage.schedules else []


def add_due_checks(scope: Construct, *, stage: StageConfig, function: aws_lambda.IFunction, failed: sqs.IQueue) -> None:
    """Add a check for each schedule of a stage, by EventBridge Scheduler: its cron has the six fields of Glue's."""
    found = schedules(stage)
    if not found:
        return
    name = stage.names.notifications
    role = iam.Role(
        scope,
        "DueRole",
        role_name=f"{name}-due",
        description=f"Lets the schedules of {stage.name} call the function that looks whether jobs have started",
        assumed_by=iam.ServicePrincipal(
            "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}}
        ),
        inline_policies={"Call": iam.PolicyDocument(statements=_statements(function, failed))},
    )
    checks = Construct(scope, "Due.")
    for schedule in found:
        scheduler.CfnSchedule(
            checks,
            schedule,
            name=f"{name}-{hashlib.sha256(schedule.encode()).hexdigest()[:8]}",
            description=f"An hour after {schedule}",
            schedule_expression=schedule,
            schedule_expression_timezone=AN_HOUR_BEHIND,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function.function_arn,
                role_arn=role.role_arn,
                input=_event(Stack.of(scope), schedule),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=failed.queue_arn),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=3600, maximum_retry_attempts=5
                ),
            ),
        )


def _statements(function: aws_lambda.IFunction, failed: sqs.IQueue) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn]),
        iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[failed.queue_arn]),
    ]


def _event(stack: Stack, schedule: str) -> str:
    """Return what the function gets. EventBridge Scheduler puts in the time and an id."""
    return json.dumps(
        {
            "id": "<aws.scheduler.execution-id>",
            "time": "<aws.scheduler.scheduled-time>",
            "schedule": schedule,
            "account": stack.account,
            "region": stack.region,
        }
    )
