"""The Glue app: the jobs of one stage, their log groups and, where the stage is tested, the integration test's role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.glue_job import GlueJob

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
        self.test_role = self._test_role(tested_by_account) if tested_by_account else None
        log_group_prefix = f"/aws-glue/jobs/{stage}"
        self._log_group("ErrorLogs", f"{log_group_prefix}/error")  # Glue's own messages and the script's logger
        output_logs = self._log_group("OutputLogs", f"{log_group_prefix}/output")  # what the script prints
        tags = {
            "environment": self.environment,
            "artifact_id": self.artifact_id,
            "stack_id": self.stack_id,
            "stack_name": self.stack_name,
        }
        for job in jobs:
            GlueJob(
                self,
                job.name,
                job=job,
                job_name=f"{job.name}-{stage}",
                log_group_prefix=log_group_prefix,
                output_log_group=output_logs,
                tags=tags,
            )

    @property
    def iam_role_arn(self) -> str:
        """The ARN of the role that the integration test assumes. Raises ValueError in a stage that is not tested."""
        if self.test_role is None:
            raise ValueError(f"{self.stack_name} has no integration-test role: it was built without tested_by_account")
        return self.test_role.role_arn

    def _log_group(self, construct_id: str, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            construct_id,
            log_group_name=name,
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,  # a log group left behind would stop the next deployment
        )

    def _test_role(self, account: str) -> iam.Role:
        """May start, watch and stop this stage's jobs; Glue knows no narrower resource for finding them by tag."""
        jobs = self.format_arn(service="glue", resource="job", resource_name=f"*-{self.stage_name}")
        return iam.Role(
            self,
            "GlueTestRole",
            role_name=f"glue-test-{self.stage_name}",
            assumed_by=iam.AccountPrincipal(account),
            inline_policies={
                "GluePolicy": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(actions=["glue:ListJobs"], resources=["*"]),
                        iam.PolicyStatement(
                            actions=["glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun", "glue:BatchStopJobRun"],
                            resources=[jobs],
                        ),
                    ]
                )
            },
        )
