"""The KMS key of the messages and of the log of the function that sends them."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from aws_glue_cdk_baseline.log_encryption import log_key

# The calls of a service that publishes to an encrypted topic:
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
PUBLISH = ["kms:GenerateDataKey*", "kms:Decrypt"]
ALARMS = "cloudwatch.amazonaws.com"


def monitoring_key(scope: Construct, construct_id: str, *, description: str, log_group: str) -> kms.Key:
    """Return a key that CloudWatch Logs uses for `log_group`, and CloudWatch alarms of this account for a topic."""
    key = log_key(scope, construct_id, description=description, log_groups=[log_group])
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(ALARMS)],
            actions=PUBLISH,
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
        )
    )
    return key
