"""CloudFormation's execution roles: the policies that the project has for them, and whether those are enough."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rehearsal.assembly import Environment
from rehearsal.credentials import ADMINISTRATOR, account_of
from rehearsal.execution_policy import Policy, lacking, needed
from rehearsal.toolbox import Toolbox

# In the project's root; where they are missing, the role is an administrator, as with a plain `cdk bootstrap`.
PIPELINE_POLICY, STAGE_POLICY = Path("bootstrap/pipeline-account.json"), Path("bootstrap/stage-account.json")


def policy_arns(account: str, files: list[Path], tools: Toolbox) -> list[str]:
    """Create the project's policies in an account; returns their ARNs for `--cloudformation-execution-policies`."""
    if not all(file.is_file() for file in files):
        return [ADMINISTRATOR]
    iam = tools.identities.client("iam", tools.identities.user(account), "us-east-1")
    arns = []
    for file in files:
        name = f"deploy-{file.stem}"
        try:
            arn = iam.create_policy(PolicyName=name, PolicyDocument=file.read_text(encoding="utf-8"))["Policy"]["Arn"]
        except iam.exceptions.EntityAlreadyExistsException:  # one account bootstrapped in two Regions
            arn = f"arn:aws:iam::{account}:policy/{name}"
        arns.append(arn)
    return arns


def of(place: Environment) -> str:
    """The role that `cdk bootstrap` makes for CloudFormation in an account and Region."""
    name = f"cdk-{place.qualifier}-cfn-exec-role-{place.account}-{place.region}"
    return f"arn:aws:iam::{place.account}:role/{name}"


def lacks(role: str, template: dict[str, Any], stack: str, tools: Toolbox, region: str = "") -> list[str]:
    """What CloudFormation could not do with `role` to deploy, change and delete the stack: one line each."""
    iam = tools.identities.client("iam", tools.identities.user(account_of(role)), "us-east-1")
    place = Environment(account_of(role), region or role.split(f"{account_of(role)}-")[-1])
    return lacking(needed(template, stack, place), _policies(iam, role.rpartition("/")[2]), role, place.region)


def told(denied: list[str]) -> str:
    """The first of the lines, and how many there are."""
    more = f" (and {len(denied) - 1} more)" if len(denied) > 1 else ""
    return f"{denied[0]}{more}; the policies of its account are in {PIPELINE_POLICY.parent}/"


def _policies(iam: Any, role_name: str) -> list[Policy]:
    found = []
    for attached in iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found.append(_document(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]))
    for name in iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
        found.append(_document(iam.get_role_policy(RoleName=role_name, PolicyName=name)["PolicyDocument"]))
    return found


def _document(policy: Any) -> Policy:
    """botocore reads a policy into a mapping where it can."""
    found: Policy = json.loads(policy) if isinstance(policy, str) else policy
    return found
