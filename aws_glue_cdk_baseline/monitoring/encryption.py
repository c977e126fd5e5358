"""The KMS key of the messages and of the log of the function that sends them."""

from __future__ import annotations

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from aws_glue_cdk_baseline.permissions.kms import ENCRYPT_LOGS

# What a service does that publishes to an encrypted topic:
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
PUBLISH = ["kms:GenerateDataKey*", "kms:Decrypt"]
ALARMS = "cloudwatch.amazonaws.com"


def monitoring_key(scope: Construct, construct_id: str, *, description: str, log_group: str) -> kms.Key:
    """Return a key that CloudWatch Logs uses for `log_group`, and CloudWatch alarms of this account for a topic."""
    stack = Stack.of(scope)
    key = kms.Key(
        scope, construct_id, description=description, enable_key_rotation=True, removal_policy=RemovalPolicy.DESTROY
    )
    group = stack.format_arn(
        service="logs", resource="log-group", resource_name=log_group, arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{stack.region}.{stack.url_suffix}")],
            actions=ENCRYPT_LOGS,
            resources=["*"],  # in a key policy, * means this key
            conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}},
        )
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(ALARMS)],
            actions=PUBLISH,
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        )
    )
    return key
