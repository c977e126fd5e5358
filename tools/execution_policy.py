"""Check that CloudFormation's role has the permissions to deploy a stack: the rehearsal, whose emulator does not check
this role, and the preflight.

MiniStack's policy evaluator decides what the role's policies allow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ministack.core import iam_evaluator

from tools.assembly import Environment
from tools.deployment_calls import Call, needed

Policy = dict[str, Any]
# The service that gets a role with iam:PassRole, by the type of the resource that has the role.
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
