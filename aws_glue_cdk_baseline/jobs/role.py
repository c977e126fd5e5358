"""The IAM role of a job, derived from the job's locations: a new job needs no policy by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from aws_glue_cdk_baseline.permissions.s3 import Statement, s3_statements

TRUST_GLUE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def job_role(
    scope: Construct,
    construct_id: str,
    *,
    code: Sequence[str],
    input_locations: Sequence[str],
    output_locations: Sequence[str],
    managed_policies: Sequence[str],
    statements: Sequence[Statement],
    partition: str,
    tags: Mapping[str, str],
) -> iam.IRole:
    """Return the role that Glue assumes for one job: one resource, with its whole policy inline.

    The role may read the objects `code` (bucket/key of each) and the `s3://` URIs in `input_locations`, and read and
    write those in `output_locations`. It also gets `statements` and `managed_policies` (names or ARNs). `partition` is
    the AWS partition, such as `aws`. `tags` are the role's own.
    """
    s3 = s3_statements(f"arn:{partition}:s3:::", code, input_locations, output_locations)
    document = {"Version": "2012-10-17", "Statement": [*s3, *statements]}
    role = iam.CfnRole(
        scope,
        construct_id,
        assume_role_policy_document=TRUST_GLUE,
        managed_policy_arns=[
            policy if policy.startswith("arn:") else f"arn:{partition}:iam::aws:policy/{policy}"
            for policy in managed_policies
        ]
        or None,
        tags=[{"key": key, "value": value} for key, value in tags.items()] or None,
        policies=[{"policyName": "JobPolicy", "policyDocument": document}],
    )
    return iam.Role.from_role_name(scope, f"{construct_id}.Name", role.ref, mutable=False)
