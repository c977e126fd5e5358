"""The KMS keys of log groups: of the jobs, of the functions that send messages, of the checks of pull requests."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

# The calls that CloudWatch Logs makes with the key, for itself and for the role that writes (kms:ViaService):
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
ENCRYPT_LOGS = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
]


def log_key(scope: Construct, construct_id: str, *, description: str, log_groups: Sequence[str]) -> kms.Key:
    """Add a key that CloudWatch Logs may use for `log_groups`, by their names. It is deleted with its stack."""
    stack = Stack.of(scope)
    key = kms.Key(
        scope,
        construct_id,
        description=description,
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.DESTROY,  # like its log groups; KMS waits for 30 days
    )
    arns = [log_group_arn(stack, name) for name in log_groups]
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(logs_service(stack))],
            actions=ENCRYPT_LOGS,
            resources=["*"],  # in a key policy, * means this key
            conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arns}},
        )
    )
    return key


def log_group_arn(stack: Stack, name: str) -> str:
    """Return the ARN of a log group of the stack's account. `:*` after it means its streams."""
    return stack.format_arn(
        service="logs", resource="log-group", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )


def logs_service(stack: Stack) -> str:
    """Return the name of CloudWatch Logs as a service in the stack's Region."""
    return f"logs.{stack.region}.{stack.url_suffix}"
