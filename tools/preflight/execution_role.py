"""CloudFormation's role in a place: may it create, change and delete what the stacks there have?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from aws_glue_cdk_baseline.config.regions import partition_of
from tools.assembly import Environment, Stack
from tools.deployment_calls import Call, needed
from tools.execution_policy import PASSED_TO, Policy, document, lacks, role_of
from tools.preflight.bootstrap import Bootstrap
from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import DeniedError, Reader
from tools.stage_jobs.account import MissingError, RefusedError

MOST_OF_A_KIND = 5  # resources that IAM is asked about: all names of a kind are made by one rule
SHOWN = 3


def check_execution_role(
    reader: Reader, place: Environment, stacks: Sequence[Stack], file: str, bootstrap: Bootstrap
) -> Iterator[Finding]:
    """Yield what the role of a bootstrap lacks for the stacks. `file` is the policy that would be enough."""
    about = f"CloudFormation's role in {place.region}"
    yield from looked(about, lambda: _check(reader, place, stacks, file, about, bootstrap))


def _check(
    reader: Reader, place: Environment, stacks: Sequence[Stack], file: str, about: str, bootstrap: Bootstrap
) -> Iterator[Finding]:
    partition = partition_of(place.region)
    role = role_of(place).replace("arn:aws:", f"arn:{partition}:", 1)
    calls = [
        (action, arn.replace("arn:aws:", f"arn:{partition}:", 1), kind)
        for action, arn, kind in dict.fromkeys(
            call for stack in stacks for call in needed(stack.template, stack.name, place)
        )
    ]
    try:
        missing, how = list(_simulated(reader, role, calls)), "IAM's simulator was asked"
    except (DeniedError, RefusedError):
        missing, how = _by_policies(reader, role, calls, place), "its policies were read"
    except MissingError:  # a role that is not there
        yield fail(about, f"there is no role {role.rpartition('/')[2]}; {bootstrap.anew}")
        return
    if missing and not _exists(reader, role):  # the simulator of an emulator denies what nobody has
        yield fail(about, f"there is no role {role.rpartition('/')[2]}; {bootstrap.anew}")
        return
    if not missing:
        yield ok(about, f"may do all that the stacks need; {how}")
        return
    actions = list(dict.fromkeys(action for action, _, _ in missing))
    examples = dict((action, arn) for action, arn, _ in reversed(missing))
    shown = ", ".join(f"{action} on {examples[action]}" for action in actions[:SHOWN])
    more = f" and {len(actions) - SHOWN} more" if len(actions) > SHOWN else ""
    yield fail(about, f"may not {shown}{more}; {how}; update its policies from {file}: docs/operate.md#bootstrap")


def _exists(reader: Reader, role: str) -> bool:
    name = role.rpartition("/")[2]
    try:
        reader.call("iam", "get_role", name, RoleName=name)
    except MissingError:
        return False
    except DeniedError:
        pass
    return True


def _simulated(reader: Reader, role: str, calls: Iterable[Call]) -> Iterator[Call]:
    """Yield the calls that IAM's simulator denies, of some resources of each kind. Policies of the organization count.

    Each request is about one resource, because the answer for several is not the same in every case.
    """
    resources: dict[tuple[str, str], list[str]] = {}
    for action, arn, kind in calls:
        resources.setdefault((action, kind), []).append(arn)
    asked: dict[tuple[str, str], list[str]] = {}
    for (action, kind), arns in resources.items():
        for arn in arns[:: math.ceil(len(arns) / MOST_OF_A_KIND)]:
            asked.setdefault((arn, kind), []).append(action)
    for (arn, kind), actions in asked.items():
        passed = PASSED_TO.get(kind)
        entry = {"ContextKeyName": "iam:PassedToService", "ContextKeyType": "string", "ContextKeyValues": [passed]}
        context = {"ContextEntries": [entry]} if passed else {}
        for result in reader.pages(
            "iam",
            "simulate_principal_policy",
            "EvaluationResults",
            role,
            PolicySourceArn=role,
            ActionNames=actions,
            ResourceArns=[arn],
            **context,
        ):
            if result["EvalDecision"] != "allowed":
                yield result["EvalActionName"], arn, kind


def _by_policies(reader: Reader, role: str, calls: Sequence[Call], place: Environment) -> list[Call]:
    """Return the calls that the policies of a role do not allow. A boundary has to allow them too."""
    name = role.rpartition("/")[2]
    found = reader.call("iam", "get_role", name, RoleName=name)["Role"]
    missing = list(lacks(calls, list(_policies(reader, name)), role, place.region))
    if boundary := found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"):
        missing += lacks(calls, [_managed(reader, boundary)], role, place.region)
    return list(dict.fromkeys(missing))


def _policies(reader: Reader, role: str) -> Iterator[Policy]:
    for attached in reader.pages("iam", "list_attached_role_policies", "AttachedPolicies", role, RoleName=role):
        yield _managed(reader, attached["PolicyArn"])
    for name in reader.pages("iam", "list_role_policies", "PolicyNames", role, RoleName=role):
        yield document(reader.call("iam", "get_role_policy", role, RoleName=role, PolicyName=name)["PolicyDocument"])


def _managed(reader: Reader, arn: str) -> Policy:
    version = reader.call("iam", "get_policy", arn, PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = reader.call("iam", "get_policy_version", arn, PolicyArn=arn, VersionId=version)
    return document(answer["PolicyVersion"]["Document"])
