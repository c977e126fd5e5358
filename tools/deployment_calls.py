"""The calls that CloudFormation makes to deploy a template, each on the resources that it names.

The schema of each resource type lists its calls. AWS publishes the schemas, and cfn-lint has a copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from tools.assembly import Environment
from tools.resource_arns import ROLE, arns_of, made_name, name_in

Call = tuple[str, str, str]  # an action, the ARN of a resource, and the type of the resource in the template
# Only the data files of cfn-lint are read, because to import it takes as long as a `cdk bootstrap`.
SCHEMAS = Path(str(distribution("cfn-lint").locate_file("cfnlint/data/schemas")))
# The calls of types whose schema lists none.
HANDLERS = {
    "AWS::CodeBuild::Project": [
        *("codebuild:CreateProject", "codebuild:UpdateProject", "codebuild:DeleteProject"),
        *("codebuild:BatchGetProjects", "iam:PassRole"),
    ]
}
# Calls that CloudFormation makes only if a resource has certain properties: pattern -> these properties.
ONLY_FOR: dict[str, dict[str, tuple[str, ...]]] = {
    "AWS::Logs::LogGroup": {
        "logs:[PD]*DataProtectionPolicy": ("DataProtectionPolicy",),
        "logs:[PD]*IndexPolicy": ("FieldIndexPolicies",),
        "logs:[PD]*ResourcePolicy": ("ResourcePolicyDocument",),
        "logs:PutBearerTokenAuthentication": ("BearerTokenAuthenticationEnabled",),
        "logs:PutLogGroupDeletionProtection": ("DeletionProtectionEnabled",),
        "logs:CreateLogDelivery": ("LogGroupClass",),
        "logs:*KmsKey": ("KmsKeyId",),
        "s3:*": ("LogGroupClass",),
        "firehose:*": ("LogGroupClass",),
    },
    "AWS::S3::Bucket": {
        "s3tables:*": ("MetadataTableConfiguration", "MetadataConfiguration"),
        "s3:*MetadataTable*": ("MetadataTableConfiguration", "MetadataConfiguration"),
        "s3:*Metadata*TableConfiguration": ("MetadataTableConfiguration", "MetadataConfiguration"),
        "s3:PutObjectAcl": ("AccessControl",),
        "s3:DeleteObject": ("MetadataConfiguration",),
        "iam:PassRole": ("ReplicationConfiguration",),
    },
    "AWS::DynamoDB::Table": {
        "dynamodb:*Import*": ("ImportSourceSpecification",),
        "s3:*": ("ImportSourceSpecification",),
        "logs:*": ("ImportSourceSpecification",),
        "dynamodb:UpdateTimeToLive": ("TimeToLiveSpecification",),
        "dynamodb:UpdateContributorInsights": ("ContributorInsightsSpecification",),
        "dynamodb:UpdateContinuousBackups": ("PointInTimeRecoverySpecification",),
        "dynamodb:*ableKinesisStreamingDestination": ("KinesisStreamSpecification",),
        "dynamodb:UpdateKinesisStreamingDestination": ("KinesisStreamSpecification",),
        "kinesis:*": ("KinesisStreamSpecification",),
        "kms:*": ("SSESpecification",),
        # A copy of the table, which only its replacement or a replica needs.
        "dynamodb:*TableReplica": ("Replicas",),
        "dynamodb:[GPDUB]*Item": ("Replicas",),
        "dynamodb:Scan": ("Replicas",),
        "dynamodb:Query": ("Replicas",),
        "iam:CreateServiceLinkedRole": ("Replicas", "KinesisStreamSpecification"),
    },
    "AWS::IAM::Policy": {"iam:*UserPolicy": ("Users",), "iam:*GroupPolicy": ("Groups",)},
    "AWS::IAM::ManagedPolicy": {"iam:*UserPolicy": ("Users",), "iam:*GroupPolicy": ("Groups",)},
    "AWS::Events::Rule": {"iam:PassRole": ("RoleArn",)},
    "AWS::SNS::Topic": {
        "iam:*": ("DeliveryStatusLogging",),
        "sns:PutDataProtectionPolicy": ("DataProtectionPolicy",),
        "sns:*ubscribe": ("Subscription",),
    },
    "AWS::SNS::Subscription": {"iam:*": ("SubscriptionRoleArn",)},
    "AWS::Lambda::Function": {
        "ec2:*": ("VpcConfig",),
        "elasticfilesystem:*": ("FileSystemConfigs",),
        "s3files:*": ("FileSystemConfigs",),
        "kms:*": ("KmsKeyArn",),
        "lambda:GetCodeSigningConfig": ("CodeSigningConfigArn",),
        "lambda:[PD]*FunctionCodeSigningConfig": ("CodeSigningConfigArn",),
        "lambda:GetLayerVersion": ("Layers",),
        "lambda:PutRuntimeManagementConfig": ("RuntimeManagementConfig",),
        "lambda:AssociateRuntimeAlias": ("RuntimeManagementConfig",),
        "lambda:PutFunctionRecursionConfig": ("RecursiveLoop",),
        "lambda:PutFunctionScalingConfig": ("FunctionScalingConfig",),
        "lambda:PassCapacityProvider": ("CapacityProviderConfig",),
        "lambda:PublishVersion": ("PublishToLatestPublished",),
        "lambda:*FunctionConcurrency": ("ReservedConcurrentExecutions",),
    },
    "AWS::CodePipeline::Pipeline": {
        "codestar-connections:PassConnection": ("ConnectionArn",),
        "codepipeline:*StageTransition": ("DisableInboundStageTransitions",),
        "codepipeline:StartPipelineExecution": ("RestartExecutionOnUpdate",),
    },
}
# The property that refers to the resource to which another one, without a name of its own, belongs.
PART_OF = {
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::Subscription": "TopicArn",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::Lambda::Permission": "FunctionName",
}


def needed(template: Mapping[str, Any], stack: str, place: Environment) -> Iterator[Call]:
    """Yield (action, resource ARN, type) of each call to create, read, update and delete a template's resources."""
    yield "ssm:GetParameters", f"arn:aws:ssm:{place.region}:{place.account}:parameter/cdk-bootstrap/x", ""
    resources = template.get("Resources", {})
    roles = {
        logical_id: name_in(item.get("Properties", {}), made_name(stack, logical_id, item["Type"]))
        for logical_id, item in resources.items()
        if item["Type"] == ROLE
    }
    for logical_id, resource in resources.items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        name = name_in(_named(kind, properties, resources), made_name(stack, logical_id, kind))
        used = [roles[other] for other in _references(properties) if other in roles] or [f"{stack}-EXAMPLE"]
        if kind.startswith("AWS::CDK::"):
            continue
        for action in calls_of(kind):
            wanted_by = [of for pattern, of in ONLY_FOR.get(kind, {}).items() if fnmatch(action, pattern)]
            if wanted_by and not any(name in str(properties) for of in wanted_by for name in of):
                continue
            for arn in arns_of(action, kind, name, [name] if kind == ROLE else used, place):
                yield action, arn, kind


@cache
def _schemas() -> dict[str, str]:
    """Return the name of the schema's file for each resource type."""
    found: dict[str, str] = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    return found


@cache
def calls_of(kind: str) -> tuple[str, ...]:
    """Return the calls for a resource type, as its schema lists them: those to create, read, update and delete it."""
    if kind in HANDLERS:
        return tuple(HANDLERS[kind])
    schema = _schemas().get("AWS::CloudFormation::CustomResource" if kind.startswith("Custom::") else kind)
    if not schema:
        return ()
    handlers = json.loads((SCHEMAS / "resources" / f"{schema}.json").read_text(encoding="utf-8")).get("handlers") or {}
    listed = [
        action
        for name in ("create", "read", "update", "delete")
        for action in handlers.get(name, {}).get("permissions", [])
    ]
    return tuple(dict.fromkeys(listed))


def _named(kind: str, properties: Mapping[str, Any], resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties with the name: those of a resource, or of the one that it belongs to."""
    belongs = str(properties.get(PART_OF[kind])) if kind in PART_OF else ""
    return next((item["Properties"] for name, item in resources.items() if f"'{name}'" in belongs), properties)


def _references(value: Any) -> Iterator[str]:
    """Yield the logical ids that a value refers to."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key == "Ref":
                yield str(item)
            elif key == "Fn::GetAtt":
                yield str(item[0] if isinstance(item, list) else item.partition(".")[0])
            else:
                yield from _references(item)
