"""The names and ARNs of the resources of a template, as CloudFormation makes them and its calls name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tools.assembly import Environment

ROLE = "AWS::IAM::Role"
# Calls that a policy cannot restrict to one resource.
WITHOUT_RESOURCE = (
    *("kms:CreateKey", "kms:ListAliases", "codecommit:ListRepositories"),
    *("logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:DescribeIndexPolicies"),
    *("cloudwatch:DescribeAlarms", "chatbot:ListAssociations", "chatbot:ListTagsForResource"),
    *("chatbot:CreateSlackChannelConfiguration", "chatbot:DescribeSlackChannelConfigurations"),
    *("chatbot:CreateMicrosoftTeamsChannelConfiguration", "chatbot:GetMicrosoftTeamsChannelConfiguration"),
)
# The longest name of the types whose names are short. CloudFormation cuts a name that it makes: made_name.
LONGEST = {ROLE: 64, "AWS::S3::Bucket": 63, "AWS::Events::Rule": 64, "AWS::IAM::ManagedPolicy": 128}
LONGEST_OTHERWISE = 255
RANDOM = 12  # characters at the end of a name that CloudFormation makes
# The property that has the name of a resource.
NAMING = (
    *("RoleName", "LogGroupName", "RepositoryName", "BucketName", "AliasName", "TopicName", "QueueName"),
    *("TableName", "FunctionName", "AlarmName", "DashboardName", "ConfigurationName", "Name"),
)
CHAT_SERVICE_ROLE = "aws-service-role/management.chatbot.amazonaws.com/AWSServiceRoleForAWSChatbot"


def made_name(stack: str, logical_id: str, kind: str) -> str:
    """Return a name as CloudFormation makes it: `stack-logicalId-random`, cut to what the type allows.

    If both parts are too long, each gets half; the half of a short part goes to the other one. AWS does not document
    this: https://github.com/KensioSoftware/yulin/issues/1113 has names that it made.
    """
    room = LONGEST.get(kind, LONGEST_OTHERWISE) - RANDOM - 2
    stack_part = max(room - room // 2, room - len(logical_id))
    id_part = max(room // 2, room - len(stack))
    return f"{stack[:stack_part]}-{logical_id[:id_part]}-{'EXAMPLE'.ljust(RANDOM, 'X')}"


def name_in(properties: Mapping[str, Any], otherwise: str) -> str:
    """Return the name of a resource: the one in its properties, or `otherwise`, one as CloudFormation makes them."""
    for key in NAMING:
        if isinstance(properties.get(key), str):
            return str(properties[key])
    return otherwise


def arns_of(action: str, kind: str, name: str, roles: Iterable[str], place: Environment) -> list[str]:
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
