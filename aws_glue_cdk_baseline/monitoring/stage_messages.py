"""The events of a stage's jobs: EventBridge hands them to the function that sends messages and writes metrics."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as aws_lambda
from constructs import Construct

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.monitoring.due_checks import schedules
from aws_glue_cdk_baseline.monitoring.run_reporter.job_events import ENDED, LASTS, QUALITY

MOST_IN_A_ROLE = 6000  # characters of the ARNs of jobs in the function's role, of IAM's 10,240
START_OF_ARN = len("arn:aws-us-gov:glue:ap-southeast-1:123456789102:job/")


def watched_jobs(stage: StageConfig) -> list[str]:
    """Return the names in Glue of the jobs whose runs the function of a stage may look at.

    The ARNs of many jobs do not fit into a role. Then it is one pattern: all names with the stage's prefix and suffix.
    """
    names = [stage.names.job(job.name) for job in stage.jobs]
    fits = sum(START_OF_ARN + len(name) for name in names) <= MOST_IN_A_ROLE
    return names if fits else [stage.names.job("*")]


def may_look_at_runs(stack: Stack, stage: StageConfig) -> iam.PolicyStatement:
    """Return the permission to look at the runs of a stage's jobs."""
    names = watched_jobs(stage)
    return iam.PolicyStatement(
        actions=["glue:GetJobRun", *(["glue:GetJobRuns"] if schedules(stage) else [])],
        resources=[stack.format_arn(service="glue", resource="job", resource_name=name) for name in names],
    )


def add_job_rules(scope: Construct, stage: StageConfig, function: aws_lambda.IFunction) -> None:
    """Add the rules for the runs and for the data quality of a stage's jobs."""
    own = events.Match.wildcard(stage.names.job("*"))
    patterns = {
        "Runs": events.EventPattern(source=["aws.glue"], detail_type=[ENDED, LASTS], detail={"jobName": own}),
        "Quality": events.EventPattern(
            source=["aws.glue-dataquality"], detail_type=[QUALITY], detail={"context": {"jobName": own}}
        ),
    }
    for construct_id, pattern in patterns.items():
        name = f"{stage.names.notifications}-{construct_id.lower()}"
        rule = events.Rule(scope, construct_id, rule_name=name, event_pattern=pattern)
        rule.add_target(targets.LambdaFunction(function))
