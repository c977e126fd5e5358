"""What CloudFormation's execution role must be allowed to deploy a stack, and what of it its policies lack.

The emulator does not check that role. What the handler of each resource type calls is in the type's schema, as
CloudFormation publishes it and cfn-lint carries it; MiniStack's own evaluator says what a policy allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from typing import Any

from cfnlint.schema import ResourceNotFoundError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from ministack.core import iam_evaluator

from rehearsal.assembly import Environment

Policy = dict[str, Any]
# Of types whose schema says nothing.
HANDLERS = {
    "AWS::CodeBuild::Project": [
        *("codebuild:CreateProject", "codebuild:UpdateProject", "codebuild:DeleteProject"),
        *("codebuild:BatchGetProjects", "iam:PassRole"),
    ]
}
# What a handler calls only for properties that are seldom given: pattern -> the properties that call for it.
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
    "AWS::IAM::Policy": {"iam:*UserPolicy": ("Users",), "iam:*GroupPolicy": ("Groups",)},
    "AWS::IAM::ManagedPolicy": {"iam:*UserPolicy": ("Users",), "iam:*GroupPolicy": ("Groups",)},
    "AWS::CodePipeline::Pipeline": {
        "codestar-connections:PassConnection": ("ConnectionArn",),
        "codepipeline:*StageTransition": ("DisableInboundStageTransitions",),
        "codepipeline:StartPipelineExecution": ("RestartExecutionOnUpdate",),
    },
}
# Calls that AWS lets nobody restrict to one resource.
WITHOUT_RESOURCE = (
    *("kms:CreateKey", "kms:ListAliases", "codecommit:ListRepositories"),
    *("logs:DescribeLogGroups", "logs:DescribeResourcePolicies"),
)
PASSED_TO = {
    "AWS::Glue::Job": "glue.amazonaws.com",
    "AWS::CodeBuild::Project": "codebuild.amazonaws.com",
    "AWS::CodePipeline::Pipeline": "codepipeline.amazonaws.com",
    "AWS::Events::Rule": "events.amazonaws.com",
}


def needed(template: Mapping[str, Any], stack: str, place: Environment) -> Iterator[tuple[str, str, str]]:
    """(action, resource ARN, type) of each call to create, read, update and delete what is in a template."""
    yield "ssm:GetParameters", f"arn:aws:ssm:{place.region}:{place.account}:parameter/cdk-bootstrap/x", ""
    for logical_id, resource in template.get("Resources", {}).items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind.startswith("AWS::CDK::"):
            continue
        for action in _handlers(kind):
            wanted_by = [of for pattern, of in ONLY_FOR.get(kind, {}).items() if fnmatch(action, pattern)]
            if wanted_by and not any(name in str(properties) for of in wanted_by for name in of):
                continue
            for arn in _resources(action, kind, _name(properties, f"{stack}-{logical_id}-EXAMPLE"), stack, place):
                yield action, arn, kind


def lacking(calls: Iterable[tuple[str, str, str]], policies: Iterable[Policy], role: str, region: str) -> list[str]:
    """The calls that the policies of the role `role` do not allow, as lines."""
    parsed = [iam_evaluator.parse_policy_document(policy) for policy in policies]
    lines = []
    for action, arn, kind in dict.fromkeys(calls):
        context = iam_evaluator.EvalContext(
            principal_arn=role,
            principal_type="AssumedRole",
            principal_account=role.split(":")[4],
            action=action,
            resource_arn=arn,
            region=region,
            service_context={"iam:passedtoservice": PASSED_TO.get(kind, "")},
        )
        if iam_evaluator.evaluate(context, parsed).decision != "Allow":
            lines.append(f"access denied: {role} may not {action} on {arn}, for a resource of type {kind or 'any'}")
    return lines


@cache
def _handlers(kind: str) -> tuple[str, ...]:
    if kind in HANDLERS:
        return tuple(HANDLERS[kind])
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    except ResourceNotFoundError:  # a custom resource: what it calls is its own affair
        return ()
    handlers = schema.get("handlers") or {}
    listed = [
        action
        for name in ("create", "read", "update", "delete")
        for action in handlers.get(name, {}).get("permissions", [])
    ]
    return tuple(dict.fromkeys(listed))


def _name(properties: Mapping[str, Any], otherwise: str) -> str:
    """The physical name of a resource: the one that it is given, or one such as CloudFormation makes."""
    for key in ("RoleName", "LogGroupName", "RepositoryName", "BucketName", "AliasName", "Name"):
        if isinstance(properties.get(key), str):
            return str(properties[key])
    return otherwise


def _resources(action: str, kind: str, name: str, stack: str, place: Environment) -> list[str]:
    """The resources that a call names."""
    if action in WITHOUT_RESOURCE:
        return ["*"]
    here = f"{place.region}:{place.account}"
    service = action.partition(":")[0]
    if service == "iam":
        if kind == "AWS::IAM::ManagedPolicy" and not action.endswith("RolePolicy"):
            return [f"arn:aws:iam::{place.account}:policy/{name}"]
        own = kind == "AWS::IAM::Role"
        return [f"arn:aws:iam::{place.account}:role/{name if own else f'{stack}-EXAMPLE'}"]
    if service == "kms":
        keys = [f"arn:aws:kms:{here}:key/EXAMPLE"]
        return [*keys, f"arn:aws:kms:{here}:{name}"] if kind == "AWS::KMS::Alias" else keys
    if kind == "AWS::CodeCommit::Repository" and service == "s3":
        return [f"arn:aws:s3:::cdk-{place.qualifier}-assets-{place.account}-{place.region}/EXAMPLE.zip"]
    arns = {
        "glue": f"arn:aws:glue:{here}:job/{name}",
        "logs": f"arn:aws:logs:{here}:log-group:{name}",
        "s3": f"arn:aws:s3:::{name.lower()}",
        "codebuild": f"arn:aws:codebuild:{here}:project/{name}",
        "codepipeline": f"arn:aws:codepipeline:{here}:{name}",
        "codecommit": f"arn:aws:codecommit:{here}:{name}",
        "events": f"arn:aws:events:{here}:rule/{name}",
    }
    return [arns.get(service, "*")]
