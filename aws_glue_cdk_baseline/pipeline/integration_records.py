"""The table with the records of a stage's integration test: what passed, and how long it took."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam

from aws_glue_cdk_baseline.config import StageConfig

# All calls that write items; to delete one is no risk: its job is tested again.
WRITE = [
    *("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"),
    *("dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"),
]


def add_records_table(stack: Stack, stage: StageConfig) -> list[iam.PolicyStatement]:
    """Add the table, and return what the integration test's role needs to read and to write it.

    The table's own policy refuses to write to everybody else, whatever their permissions are. It is deleted with its
    stack: without records, every job is tested.
    """
    name = stage.names.test_records
    arn = stack.format_arn(service="dynamodb", resource="table", resource_name=name)
    role = stack.format_arn(service="iam", region="", resource="role", resource_name=stage.names.test_role)
    only_the_test = {
        "Sid": "OnlyTheIntegrationTestWrites",
        "Effect": "Deny",
        "Principal": "*",
        "Action": WRITE,
        "Resource": arn,
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": role}},
    }
    table = dynamodb.CfnTable(
        stack,
        "Test.Records",  # the dot avoids a clash with the id of a job, which is its name
        table_name=name,
        key_schema=[dynamodb.CfnTable.KeySchemaProperty(attribute_name="job", key_type="HASH")],
        attribute_definitions=[dynamodb.CfnTable.AttributeDefinitionProperty(attribute_name="job", attribute_type="S")],
        billing_mode="PAY_PER_REQUEST",
        resource_policy=dynamodb.CfnTable.ResourcePolicyProperty(
            policy_document={"Version": "2012-10-17", "Statement": [only_the_test]}
        ),
    )
    table.apply_removal_policy(RemovalPolicy.DESTROY)
    return [iam.PolicyStatement(actions=["dynamodb:Scan", "dynamodb:PutItem"], resources=[arn])]
