"""The Glue app: the jobs of one stage, their log groups and, where the stage is tested, the integration test's role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import Annotations, ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from constructs import Construct

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.glue_job import JobEnvironment, add_glue_job
from aws_glue_cdk_baseline.script_assets import ScriptAssets
from aws_glue_cdk_baseline.test_role import add_test_role

READABLE_JOBS = 100


class GlueAppStack(Stack):
    """One stage's jobs. `tested_by_account` is the account that runs the integration test; None where nothing does."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: str,
        jobs: Sequence[Job],
        tested_by_account: str | None = None,
        **kwargs: Any,
    ) -> None:
        # Many jobs: without indentation 240 of them stay below CloudFormation's 1 MB.
        kwargs.setdefault("suppress_template_indentation", len(jobs) > READABLE_JOBS)
        super().__init__(scope, construct_id, **kwargs)
        self.stage_name = stage
        self.test_role = add_test_role(self, stage, jobs, tested_by_account) if tested_by_account else None
        environment = self._job_environment(f"/aws-glue/jobs/{stage}")
        for job in jobs:
            add_glue_job(self, job.name, job=job, job_name=f"{job.name}-{stage}", environment=environment)

    @property
    def iam_role_arn(self) -> str:
        """The ARN of the role that the integration test assumes. Raises ValueError in a stage that is not tested."""
        if self.test_role is None:
            raise ValueError(f"{self.stack_name} has no integration-test role: it was built without tested_by_account")
        return self.test_role.role_arn

    # Ids with a dot: a job's own id, which is its name, has none.
    def _job_environment(self, log_group_prefix: str) -> JobEnvironment:
        Annotations.of(self).acknowledge_warning(
            "@aws-cdk/aws-glue-alpha:unencryptedContinuousLogging",
            "CloudWatch Logs encrypts every log group; a security configuration would add nothing but a resource",
        )
        self._log_group("Logs.Error", f"{log_group_prefix}/error")  # Glue's own messages and the script's logger
        return JobEnvironment(
            log_group_prefix=log_group_prefix,
            log_groups_arn=self.format_arn(
                service="logs",
                resource="log-group",
                resource_name=f"{log_group_prefix}/*",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
            output_log_group=self._log_group("Logs.Output", f"{log_group_prefix}/output"),
            partition=self.partition,
            roles=Construct(self, "Roles."),
            scripts=ScriptAssets(self, "Scripts."),
            tags={
                "environment": self.environment,
                "artifact_id": self.artifact_id,
                "stack_id": self.stack_id,
                "stack_name": self.stack_name,
            },
        )

    def _log_group(self, construct_id: str, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            log_group_name=name,
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,  # a log group left behind would stop the next deployment
        )
