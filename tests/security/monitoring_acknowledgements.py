"""The accepted findings of cdk-nag in what watches the jobs and the pipeline, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from aws_glue_cdk_baseline.config import Config
from aws_glue_cdk_baseline.config.names import Names
from aws_glue_cdk_baseline.monitoring.stage_messages import watched_jobs
from tests.security.findings import Finding

LOG_STREAMS = "The log streams of the function's own log group. Lambda names them when it starts the function."
MANY_JOBS = (
    "The ARNs of all jobs of the stage do not fit into a role. The pattern is for the jobs with the stage's prefix and"
    " suffix, and the function only reads the states of their runs, and asks only about the jobs that it knows."
)


def monitoring_acknowledgements(config: Config) -> dict[Finding, str]:
    """Return the reason for each accepted finding in the stacks that watch."""
    return dict(_findings(config))


def _findings(config: Config) -> Iterator[tuple[Finding, str]]:
    if config.recipients:
        yield _log_streams("PipelineStack/Messages", config.names)
    for stage in config.stages:
        stack = f"PipelineStack/{stage.names.pipeline_stage}/MonitoringStack"
        if not stage.is_watched:
            continue
        yield _log_streams(stack, stage.names)
        for name in watched_jobs(stage):
            if "*" in name:
                yield Finding(f"{stack}/Reporter/Role/Resource", f"IAM5[Resource::arn:glue:job/{name}]"), MANY_JOBS


def _log_streams(path: str, names: Names) -> tuple[Finding, str]:
    rule = f"IAM5[Resource::arn:logs:log-group:/aws/lambda/{names.notifications}:*]"
    return Finding(f"{path}/Reporter/Role/Resource", rule), LOG_STREAMS
