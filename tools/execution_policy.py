"""Check that CloudFormation's role has the permissions to deploy a stack: the rehearsal, whose emulator does not check
this role, and the preflight.

The schema of each resource type lists the calls that CloudFormation makes. AWS publishes the schemas, and cfn-lint has
a copy. MiniStack's policy evaluator decides what the role's policies allow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator

from tools.assembly import Environment

Policy = dict[str, Any]
ROLE = "AWS::IAM::Role"
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
        "lambda:*FunctionCodeSigningConfig": ("CodeSigningConfigArn",),
        "lambda:GetLayerVersion": ("Layers",),
        "lambda:*RuntimeManagementConfig": ("RuntimeManagementConfig",),
        "lambda:AssociateRuntimeAlias": ("RuntimeManagementConfig",),
        "lambda:*FunctionRecursionConfig": ("RecursiveLoop",),
        "lambda:*FunctionScalingConfig": ("FunctionScalingConfig",),
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
# Calls that a policy cannot restrict to one resource.
WITHOUT_RESOURCE = (
    *("kms:CreateKey", "kms:ListAliases", "codecommit:ListRepositories"),
    *("logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "cloudwatch:DescribeAlarms"),
    *("chatbot:CreateSlackChannelConfiguration", "chatbot:DescribeSlackChannelConfigurations"),
    *("chatbot:CreateMicrosoftTeamsChannelConfiguration", "chatbot:ListAssociations"),
)
# The longest name of the types whose names are short. CloudFormation cuts a name that it makes: made_name.
LONGEST = {ROLE: 64, "AWS::S3::Bucket": 63, "AWS::Events::Rule": 64, "AWS::IAM::ManagedPolicy": 128}
LONGEST_OTHERWISE = 255
RANDOM = 12  # characters at the end of a name that CloudFormation makes
PASSED_TO = {
    "AWS::Glue::Job": "glue.amazonaws.com",
    "AWS::CodeBuild::Project": "codebuild.amazonaws.com",
    "AWS::CodePipeline::Pipeline": "codepipeline.amazonaws.com",
    "AWS::Events::Rule": "events.amazonaws.com",
    "AWS::Lambda::Function": "lambda.amazonaws.com",
    "AWS::Chatbot::SlackChannelConfiguration": "chatbot.amazonaws.com",
    "AWS::Chatbot::MicrosoftTeamsChannelConfiguration": "chatbot.amazonaws.com",
    "AWS::Scheduler::Schedule": "scheduler.amazonaws.com",
}
# The property that has the name of a resource.
NAMING = (
    *("RoleName", "LogGroupName", "RepositoryName", "BucketName", "AliasName", "TopicName", "QueueName"),
    *("TableName", "FunctionName", "AlarmName", "DashboardName", "ConfigurationName", "Name"),
)
# The property that refers to the resource to which another one, without a name of its own, belongs.
PART_OF = {
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::Subscription": "TopicArn",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::Lambda::Permission": "FunctionName",
}
CHAT_SERVICE_ROLE = "aws-service-role/management.chatbot.amazonaws.com/AWSServiceRoleForAWSChatbot"


def role_of(place: Environment) -> str:
    """Return the ARN of the role that `cdk bootstrap` makes for CloudFormation in an account and Region."""
    name = f"cdk-{place.qualifier}-cfn-exec-role-{place.account}-{place.region}"
    return f"arn:aws:iam::{place.account}:role/{name}"


def denied(role: str, template: Mapping[str, Any], stack: str, place: Environment, iam: Any) -> list[str]:
    """Return a line for each permission that `role` lacks to deploy, change and delete a stack.

    `iam` is a client of an administrator of the stack's account.
    """
    policies = list(_policies(iam, role.rpartition("/")[2]))
    return lacking(needed(template, stack, place), policies, role, place.region)


def first_of(denied: list[str]) -> str:
    """Return the first line, the number of the others, and the folder of the policies."""
    more = f" (and {len(denied) - 1} more)" if len(denied) > 1 else ""
    return f"{denied[0]}{more}; the policies of its account are in bootstrap/"


def needed(template: Mapping[str, Any], stack: str, place: Environment) -> Iterator[Call]:
    """Yield (action, resource ARN, type) of each call to create, read, update and delete a template's resources."""
    yield "ssm:GetParameters", f"arn:aws:ssm:{place.region}:{place.account}:parameter/cdk-bootstrap/x", ""
    resources = template.get("Resources", {})
    roles = {
        logical_id: _name(item.get("Properties", {}), made_name(stack, logical_id, item["Type"]))
        for logical_id, item in resources.items()
        if item["Type"] == ROLE
    }
    for logical_id, resource in resources.items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        name = _name(_named(kind, properties, resources), made_name(stack, logical_id, kind))
        used = [roles[other] for other in _references(properties) if other in roles] or [f"{stack}-EXAMPLE"]
        if kind.startswith("AWS::CDK::"):
            continue
        for action in _handlers(kind):
            wanted_by = [of for pattern, of in ONLY_FOR.get(kind, {}).items() if fnmatch(action, pattern)]
            if wanted_by and not any(name in str(properties) for of in wanted_by for name in of):
                continue
            for arn in _resources(action, kind, name, [name] if kind == ROLE else used, place):
                yield action, arn, kind


def made_name(stack: str, logical_id: str, kind: str) -> str:
    """Return a name as CloudFormation makes it: `stack-logicalId-random`, cut to what the type allows.

    If both parts are too long, each gets half; the half of a short part goes to the other one. AWS does not document
    this: https://github.com/KensioSoftware/yulin/issues/1113 has names that it made.
    """
    room = LONGEST.get(kind, LONGEST_OTHERWISE) - RANDOM - 2
    stack_part = max(room - room // 2, room - len(logical_id))
    id_part = max(room // 2, room - len(stack))
    return f"{stack[:stack_part]}-{logical_id[:id_part]}-{'EXAMPLE'.ljust(RANDOM, 'X')}"


def lacking(calls: Iterable[Call], policies: Iterable[Policy], role: str, region: str) -> list[str]:
    """Return a line for each call that the policies of `role` do not allow."""
    return [
        f"access denied: {role} may not {action} on {arn}, for a resource of type {kind or 'any'}"
        for action, arn, kind in lacks(calls, policies, role, region)
    ]


def lacks(calls: Iterable[Call], policies: Iterable[Policy], role: str, region: str) -> Iterator[Call]:
    """Yield the calls that the policies of `role` do not allow."""
    parsed = [iam_evaluator.parse_policy_document(policy) for policy in policies]
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
            yield action, arn, kind


def _policies(iam: Any, role_name: str) -> Iterator[Policy]:
    for attached in iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield document(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])
    for name in iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
        yield document(iam.get_role_policy(RoleName=role_name, PolicyName=name)["PolicyDocument"])


def document(policy: Any) -> Policy:
    """Return a policy as a mapping. In some answers botocore has parsed it already."""
    found: Policy = json.loads(policy) if isinstance(policy, str) else policy
    return found


@cache
def _schemas() -> dict[str, str]:
    """Return the name of the schema's file for each resource type."""
    found: dict[str, str] = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    return found


@cache
def _handlers(kind: str) -> tuple[str, ...]:
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


def _name(properties: Mapping[str, Any], otherwise: str) -> str:
    """Return the name of a resource: the one in its properties, or `otherwise`, one as CloudFormation makes them."""
    for key in NAMING:
        if isinstance(properties.get(key), str):
            return str(properties[key])
    return otherwise


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


def _resources(action: str, kind: str, name: str, roles: Iterable[str], place: Environment) -> list[str]:
    """Return the ARNs of the resources that a call names. `roles` are the names of the roles that it may be about."""
    if action in WITHOUT_RESOURCE:
        return ["*"]
    here = f"{place.region}:{place.account}"
    service = action.partition(":")[0]
    if service == "iam":
        if kind == "AWS::IAM::ManagedPolicy" and not action.endswith("RolePolicy"):
            return [f"arn:aws:iam::{place.account}:policy/{name}"]
        if action == "iam:CreateServiceLinkedRole":
            return [f"arn:aws:iam::{place.account}:role/{CHAT_SERVICE_ROLE}"]
        return [f"arn:aws:iam::{place.account}:role/{role}" for role in dict.fromkeys(roles)]
    if service == "kms":
        keys = [f"arn:aws:kms:{here}:key/EXAMPLE"]
        return [*keys, f"arn:aws:kms:{here}:{name}"] if kind == "AWS::KMS::Alias" else keys
    if kind in ("AWS::CodeCommit::Repository", "AWS::Lambda::Function") and service == "s3":
        return [f"arn:aws:s3:::cdk-{place.qualifier}-assets-{place.account}-{place.region}/EXAMPLE.zip"]
    if kind == "AWS::CloudWatch::Dashboard":
        return [f"arn:aws:cloudwatch::{place.account}:dashboard/{name}"]
    arns = {
        "sns": f"arn:aws:sns:{here}:{name}",
        "sqs": f"arn:aws:sqs:{here}:{name}",
        "lambda": f"arn:aws:lambda:{here}:function:{name}",
        "cloudwatch": f"arn:aws:cloudwatch:{here}:alarm:{name}",
        "scheduler": f"arn:aws:scheduler:{here}:schedule/default/{name}",
        "chatbot": f"arn:aws:chatbot::{place.account}:chat-configuration/{_chat(kind)}/{name}",
        "glue": f"arn:aws:glue:{here}:{'trigger' if kind == 'AWS::Glue::Trigger' else 'job'}/{name}",
        "logs": f"arn:aws:logs:{here}:log-group:{name}",
        "s3": f"arn:aws:s3:::{name.lower()}",
        "dynamodb": f"arn:aws:dynamodb:{here}:table/{name}",
        "codebuild": f"arn:aws:codebuild:{here}:project/{name}",
        "codepipeline": f"arn:aws:codepipeline:{here}:{name}",
        "codecommit": f"arn:aws:codecommit:{here}:{name}",
        "events": f"arn:aws:events:{here}:rule/{name}",
        "codestar-connections": f"arn:aws:codestar-connections:{here}:connection/EXAMPLE",
    }
    return [arns.get(service, "*")]


def _chat(kind: str) -> str:
    return "slack-channel" if "Slack" in kind else "ms-teams-channel"
