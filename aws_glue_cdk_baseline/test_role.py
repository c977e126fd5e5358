"""The role `glue-test-<stage>` that the integration test assumes in the account of a stage."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.s3_access import readable


def add_test_role(stack: Stack, stage: str, jobs: Sequence[Job], tested_by_account: str) -> iam.Role:
    """May start, watch and stop this stage's jobs, and read what those with an `expect` are to leave.

    Glue knows no narrower resource for finding jobs by their tag.
    """
    outputs = [location for job in jobs if job.settings.expect for location in job.output_locations]
    statements = [
        iam.PolicyStatement(actions=["glue:ListJobs"], resources=["*"]),
        iam.PolicyStatement(
            actions=["glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun", "glue:BatchStopJobRun"],
            resources=[stack.format_arn(service="glue", resource="job", resource_name=f"*-{stage}")],
        ),
        *(
            iam.PolicyStatement.from_json(statement)
            for statement in (readable(stack.partition, outputs) if outputs else [])
        ),
    ]
    return iam.Role(
        stack,
        "GlueTestRole",
        role_name=f"glue-test-{stage}",
        assumed_by=iam.AccountPrincipal(tested_by_account),
        inline_policies={"GluePolicy": iam.PolicyDocument(statements=statements)},
    )
