"""The role `glue-test-<stage>` that the integration test assumes in the account of a stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_cdk import Arn, ArnFormat, Stack
from aws_cdk import aws_iam as iam

from aws_glue_cdk_baseline.config import Job
from aws_glue_cdk_baseline.permissions.s3 import readable

RUN = ["glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun", "glue:BatchStopJobRun"]
# So many jobs a statement: CDK moves what does not fit into the role into managed policies, statement by statement.
JOBS_TOGETHER = 10


def add_test_role(stack: Stack, stage: str, jobs: Sequence[Job], tested_by: str) -> iam.Role:
    """May find, start, watch and stop this stage's jobs, and read what those with an `expect` are to leave.

    The role with the ARN `tested_by` alone may assume it. That is said as a condition: a role that is a principal is
    kept by IAM as its id, so that one made anew under the same name would not be trusted any more, and one that does
    not exist yet, as on a first deployment, is refused.
    """
    account = Arn.split(tested_by, ArnFormat.SLASH_RESOURCE_NAME).account
    if not account:
        raise ValueError(f"{tested_by} is not the ARN of a role")
    role = iam.Role(
        stack,
        "GlueTestRole",
        role_name=f"glue-test-{stage}",
        description=f"Runs the jobs of {stage} for the integration test",
        assumed_by=iam.AccountPrincipal(account).with_conditions({"ArnEquals": {"aws:PrincipalArn": tested_by}}),
    )
    for statement in _statements(stack, stage, jobs):
        role.add_to_policy(statement)
    return role


def _statements(stack: Stack, stage: str, jobs: Sequence[Job]) -> Iterator[iam.PolicyStatement]:
    # The stage's jobs are found in its stack, of which `/*` is the id. glue:ListJobs, to find them by their tag, can be
    # allowed for all jobs of the account only:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
    own_stack = stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{stack.stack_name}/*")
    yield iam.PolicyStatement(actions=["cloudformation:ListStackResources"], resources=[own_stack])
    jobs_arn = stack.format_arn(service="glue", resource="job", resource_name="")
    for start in range(0, len(jobs), JOBS_TOGETHER):
        together = jobs[start : start + JOBS_TOGETHER]
        yield iam.PolicyStatement(actions=RUN, resources=[f"{jobs_arn}{job.name}-{stage}" for job in together])
        outputs = [location for job in together if job.settings.expect for location in job.output_locations]
        for statement in readable(stack.partition, outputs) if outputs else []:
            yield iam.PolicyStatement.from_json(statement)
