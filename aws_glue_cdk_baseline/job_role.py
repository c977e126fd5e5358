"""The IAM role that a job runs with, derived from the job's locations: nobody writes a policy to add a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

Statement = dict[str, Any]

READ = ["s3:GetObject"]
WRITE = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]


def job_role(
    scope: Construct,
    construct_id: str,
    *,
    script_object: str,
    input_locations: Sequence[str],
    output_locations: Sequence[str],
    managed_policies: Sequence[str],
    log_group_prefix: str,
) -> iam.Role:
    """A role that Glue assumes for one job: one resource, with its policy inline.

    It reads `script_object` (bucket/key) and the `s3://` URIs of `input_locations`, reads and writes those of
    `output_locations`, and writes to the log groups below `log_group_prefix`. `managed_policies` (names or ARNs of
    AWS managed policies) come on top.
    """
    stack = Stack.of(scope)
    s3 = f"arn:{stack.partition}:s3:::"
    log_groups = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{log_group_prefix}/*"
    statements = [
        _allow(READ, [s3 + script_object]),
        *_access(s3, READ, input_locations),
        *_access(s3, WRITE, output_locations),
        _allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [log_groups]),
    ]
    return iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal("glue.amazonaws.com"),
        managed_policies=[
            iam.ManagedPolicy.from_managed_policy_arn(scope, policy, policy)
            if policy.startswith("arn:")
            else iam.ManagedPolicy.from_aws_managed_policy_name(policy)
            for policy in managed_policies
        ],
        inline_policies={"JobPolicy": iam.PolicyDocument.from_json({"Version": "2012-10-17", "Statement": statements})},
    )


def _access(s3: str, actions: list[str], locations: Sequence[str]) -> list[Statement]:
    """Statements for the objects at each `s3://bucket/key`, those below it, and the listing of just these keys."""
    statements = []
    for location in dict.fromkeys(locations):
        bucket, _, key = location.removeprefix("s3://").partition("/")
        folder = key.rstrip("/")
        below = f"{folder}/*" if folder else "*"
        # Hadoop marks a folder that it writes with an object `<folder>_$folder$`.
        marker = [f"{folder}_$folder$"] if folder and actions is WRITE else []
        keys = [below] if key in ("", f"{folder}/") else [key, below]
        listing = _allow(["s3:ListBucket"], [s3 + bucket])
        listing["Condition"] = {"StringLike": {"s3:prefix": [folder, below] if folder else ["*"]}}
        statements += [_allow(actions, [f"{s3}{bucket}/{item}" for item in [*keys, *marker]]), listing]
    return statements


def _allow(actions: list[str], resources: list[str]) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}
