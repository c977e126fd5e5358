"""Compare a role with the template: what it may do now that it was not given, and the other way round."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tools.stage_jobs.account import MissingError, StageAccount
from tools.stage_jobs.deployed_stack import UNKNOWN, Resource

MANAGED = "AWS::IAM::ManagedPolicy"  # the CDK makes them of what does not fit into the own policy of a role
MOST_SHOWN = 10  # permissions of a role, in each direction
Permission = tuple[str, str, str, str]  # effect, action, resource, and the rest of the statement as JSON


def role_drift(account: StageAccount, deployed: Resource, policies: Sequence[Resource], shown: str) -> list[str]:
    """Return what differs in a role. `policies` are the stack's policies that may be attached to it."""
    name = deployed.name
    try:
        role = account.call("iam", "get_role", name, RoleName=name)["Role"]
    except MissingError:
        return [f"{shown}: it was deleted by hand"]
    lines = []
    trust = deployed.properties["AssumeRolePolicyDocument"]
    if permissions([trust]) != permissions([role["AssumeRolePolicyDocument"]]):
        lines.append(f"{shown}: others than it was deployed for may assume it (its trust policy was changed)")
    own = [policy for policy in policies if name in policy.properties["Roles"]]
    lines += _managed(account, deployed, [policy.name for policy in own if policy.kind == MANAGED], shown)
    was = permissions(
        [
            *(policy["PolicyDocument"] for policy in map(_lower, deployed.properties.get("Policies", []))),
            *(policy.properties["PolicyDocument"] for policy in own if policy.kind != MANAGED),
        ]
    )
    names = account.pages("iam", "list_role_policies", "PolicyNames", name, RoleName=name)
    documents = [
        account.call("iam", "get_role_policy", name, RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in names
    ]
    now = permissions(documents)
    lines += _limited([f"{shown}: {_words(item)}, by hand" for item in sorted(now - was)])
    lines += _limited([f"{shown}: no longer {_words(item)}" for item in sorted(was - now)])
    return lines


def permissions(documents: Sequence[Any]) -> set[Permission]:
    """Return the permissions of policy documents, one for each action and resource."""
    found = set()
    for document in documents:
        given = json.loads(document) if isinstance(document, str) else document
        for statement in _list(given["Statement"]):
            rest = {
                key: value for key, value in statement.items() if key not in ("Effect", "Action", "Resource", "Sid")
            }
            text = json.dumps(_sorted(rest), sort_keys=True) if rest else ""
            for action in _list(statement.get("Action", "")):
                for resource in _list(statement.get("Resource", "")):
                    if UNKNOWN not in str(resource):
                        found.add((statement["Effect"], str(action), str(resource), text))
    return found


def _managed(account: StageAccount, deployed: Resource, own: Sequence[str], shown: str) -> list[str]:
    was = {*(deployed.properties.get("ManagedPolicyArns") or []), *own}
    attached = account.pages(
        "iam", "list_attached_role_policies", "AttachedPolicies", deployed.name, RoleName=deployed.name
    )
    now = {item["PolicyArn"] for item in attached}
    return [
        *(f"{shown}: managedPolicies: {arn} was attached by hand" for arn in sorted(now - was)),
        *(f"{shown}: managedPolicies: {arn} was detached by hand" for arn in sorted(was - now)),
    ]


def _words(item: Permission) -> str:
    effect, action, resource, rest = item
    verb = "may" if effect == "Allow" else "is denied"
    where = f" on {resource}" if resource else ""
    return f"{verb} {action}{where}{' under conditions' if rest else ''}"


def _limited(lines: list[str]) -> list[str]:
    more = len(lines) - MOST_SHOWN
    return [*lines[:MOST_SHOWN], *([f"{lines[0].partition(':')[0]}: and {more} more such changes"] if more > 0 else [])]


def _lower(policy: Any) -> dict[str, Any]:
    """Return a role's inline policy with its names in CloudFormation's spelling. The role's construct has the other."""
    return {name[0].upper() + name[1:]: value for name, value in policy.items()}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sorted(value: Any) -> Any:
    """Return a part of a statement in a fixed form: IAM does not keep the order of lists, nor lists of one item."""
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    return (
        sorted(map(str, value)) if isinstance(value, list) and len(value) > 1 else str(_list(value)[0] if value else "")
    )
