"""Compare what the roles of a stage may do, by the job that has them: what they may do more, and what no longer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from tools.stage_diff.job_words import yaml_name
from tools.stage_diff.templates import JOB, Resource
from tools.stage_diff.words import shown

ROLE, POLICIES = "AWS::IAM::Role", ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
# An asset of the CDK: the name of the object is the hash of its content, which changes with each version.
ASSET = re.compile(r"arn:[\w-]+:s3:::cdk-\w+-assets-\d{12}-[\w-]+/[0-9a-f]{64}(?P<end>\.\w+)")
ASSETS = {".py": "its script", ".zip": "its shared code"}
# The words about a permission that is there now, and about one that is there no more.
VERBS = {
    "Allow": ("may now", "may no longer"),
    "Deny": ("is now denied", "is no longer denied"),
    "Managed": ("now has the managed policy", "no longer has the managed policy"),
    "Boundary": ("is now limited by the permissions boundary", "is no longer limited by the permissions boundary"),
}
# Operators of a condition with one key, for which any value of a list is enough.
ANY_VALUE = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
OF_JOB = "role of "
ROLE_OF_JOB = re.compile(r"^arn:[\w-]+:iam::\d*:role/")  # what comes before the name of a role in its ARN
Key = tuple[str, str]  # the name of a stack, and an id or a name in it


@dataclass(frozen=True, order=True)
class Permission:
    """One action on one resource, by its `effect`, a key of VERBS. `condition` is JSON, or empty."""

    effect: str
    action: str
    resource: str
    condition: str


@dataclass(frozen=True)
class RoleChange:
    """A role that may do more or less: a line for each. `is_new` and `is_gone` are true for a role made or deleted."""

    shown: str
    more: tuple[str, ...]
    less: tuple[str, ...]
    is_new: bool = False
    is_gone: bool = False


def role_changes(before: Iterable[Resource], after: Iterable[Resource]) -> Iterator[RoleChange]:
    """Yield each role whose permissions, or whose trust, differ."""
    old, new = _roles(list(before)), _roles(list(after))
    usual = _usual([items for name, items in new.items() if name.startswith(OF_JOB)])
    for name in (name for name in dict.fromkeys([*new, *old]) if new.get(name) != old.get(name)):
        if name not in new:
            yield RoleChange(name, (), (), is_gone=True)
        elif name not in old:
            own = new[name] - usual if name.startswith(OF_JOB) else new[name]
            actions = sorted({item.action for item in new[name] - own})
            common = [f"may do what every job of the stage may: {', '.join(actions)}"] if actions else []
            yield RoleChange(name, (*_lines(own, 0), *common), (), is_new=True)
        else:
            yield RoleChange(name, tuple(_lines(new[name] - old[name], 0)), tuple(_lines(old[name] - new[name], 1)))


def _usual(jobs: list[frozenset[Permission]]) -> frozenset[Permission]:
    """Return what the roles of all jobs may do, but for what they read and write: to log, and to read their code."""
    shared = frozenset.intersection(*jobs) if len(jobs) > 1 else frozenset()
    return frozenset(
        item
        for item in shared
        if item.resource in ASSETS.values() or item.action.startswith(("logs:", "kms:", "be assumed"))
    )


def _roles(resources: list[Resource]) -> dict[str, frozenset[Permission]]:
    """Return the permissions of each role, by the job that has it or by its own name."""
    roles = [item for item in resources if item.kind == ROLE]
    by_reference = {(role.stack.name, name): role for role in roles for name in _references(role)}
    jobs: dict[Key, list[str]] = {}
    for job in (item for item in resources if item.kind == JOB):
        name = ROLE_OF_JOB.sub("", str(job.properties.get("Role", "")))
        if role := by_reference.get((job.stack.name, name)):
            jobs.setdefault((role.stack.name, role.id), []).append(yaml_name(job))
    attached = _attached(resources)
    found: dict[str, set[Permission]] = {}
    for role in roles:
        owners = jobs.get((role.stack.name, role.id), [])
        name = f"{OF_JOB}{', '.join(sorted(owners))}" if owners else f"role {role.properties.get('RoleName', role.id)}"
        found.setdefault(name, set()).update(_of_role(role, attached))
    return {name: frozenset(items) for name, items in found.items()}


def _references(role: Resource) -> list[str]:
    """Return how other resources of the stack refer to a role, without what comes before its name in an ARN."""
    name = role.properties.get("RoleName")
    return ["${" + role.id + "}", "${" + role.id + ".Arn}", *([name] if isinstance(name, str) else [])]


def _attached(resources: list[Resource]) -> dict[Key, list[Resource]]:
    """Return the policies that name a role or that a role names, by their stack and by that name."""
    found: dict[Key, list[Resource]] = {}
    for policy in (item for item in resources if item.kind in POLICIES):
        names = [*(policy.properties.get("Roles") or []), policy.properties.get("RoleName"), "${" + policy.id + "}"]
        for name in dict.fromkeys(str(name) for name in names if name):
            found.setdefault((policy.stack.name, name), []).append(policy)
    return found


def _of_role(role: Resource, attached: Mapping[Key, list[Resource]]) -> Iterator[Permission]:
    properties = role.properties
    for policy in properties.get("Policies") or []:
        named = {name[0].lower() + name[1:]: item for name, item in policy.items()}
        yield from permissions(named.get("policyDocument") or {})
    arns = [str(arn) for arn in properties.get("ManagedPolicyArns") or []]
    for arn in arns:
        if (role.stack.name, arn) not in attached:  # those of this template are read below
            yield Permission("Managed", "", arn, "")
    for statement in _list((properties.get("AssumeRolePolicyDocument") or {}).get("Statement")):
        principal = statement.get("Principal") or {"all but": statement.get("NotPrincipal")}
        who = json.dumps(_sorted(principal), sort_keys=True)
        for action in _list(statement.get("Action")):
            how = "" if action == "sts:AssumeRole" else f" ({action})"
            for condition in _conditions(statement):
                yield Permission(str(statement.get("Effect")), f"be assumed by {shown(who)}{how}", "", condition)
    if boundary := properties.get("PermissionsBoundary"):
        yield Permission("Boundary", "", str(boundary), "")
    for name in (*_references(role), *arns):
        for policy in attached.get((role.stack.name, name), []):
            yield from permissions(policy.properties.get("PolicyDocument") or {})


def permissions(document: Mapping[str, Any]) -> Iterator[Permission]:
    """Yield the permissions of a policy document, one for each action and resource."""
    for statement in _list(document.get("Statement")):
        conditions = _conditions(statement)
        actions = [str(item) for item in _list(statement.get("Action"))]
        if other := _list(statement.get("NotAction")):
            actions = [f"all actions but {', '.join(map(str, other))}"]
        resources = [_object(str(item)) for item in _list(statement.get("Resource"))] or [""]
        if other := _list(statement.get("NotResource")):
            resources = [f"everything but {', '.join(map(str, other))}"]
        for action, resource, condition in product(actions, resources, conditions):
            yield Permission(str(statement.get("Effect", "")), action, resource, condition)


def _conditions(statement: Mapping[str, Any]) -> list[str]:
    """Return the conditions of a statement as JSON: one for each value, where any of several values is enough."""
    condition = _sorted(statement.get("Condition") or {})
    if len(condition) == 1 and (operator := next(iter(condition))) in ANY_VALUE and len(condition[operator]) == 1:
        ((key, values),) = condition[operator].items()
        return [json.dumps({operator: {key: value}}) for value in _list(values)]
    return [json.dumps(condition, sort_keys=True) if condition else ""]


def _joined(items: Iterable[Permission]) -> Iterator[Permission]:
    """Yield the permissions with the values of a condition together again, as `_conditions` has parted them."""
    parts: dict[tuple[Permission, str, str], list[str]] = {}
    for item in sorted(items):
        operator, keys = next(iter(json.loads(item.condition or "{}").items()), ("", {}))
        if operator not in ANY_VALUE or len(keys) != 1:
            yield item
            continue
        ((key, value),) = keys.items()
        parts.setdefault((replace(item, condition=""), operator, key), []).append(value)
    for (item, operator, key), values in parts.items():
        yield replace(item, condition=json.dumps({operator: {key: _sorted(values)}}))


def _object(resource: str) -> str:
    found = ASSET.fullmatch(resource)
    return ASSETS.get(found["end"], f"an asset ({found['end']})") if found else resource


def _lines(items: Iterable[Permission], place: int) -> Iterator[str]:
    """Yield a line for the resources that have the same actions. `place` is 0 for more, 1 for less."""
    actions: dict[tuple[str, str, str], list[str]] = {}
    for item in sorted(_joined(items)):
        actions.setdefault((item.effect, item.resource, item.condition), []).append(item.action)
    resources: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (effect, resource, condition), names in actions.items():
        resources.setdefault((effect, condition, tuple(names)), []).append(resource)
    for (effect, condition, same), where in resources.items():
        verb = VERBS.get(effect, (effect, effect))[place]
        on = ", ".join(item if item in ASSETS.values() else shown(item) for item in where if item)
        on = f" on {on}" if on and any(same) else f" {on}" if on else ""
        yield f"{verb} {', '.join(same)}".rstrip() + on + (f", if {shown(condition)}" if condition else "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _sorted(value: Any) -> Any:
    """Return a condition in a fixed form: the order of a list means nothing, nor whether one value is in a list."""
    if isinstance(value, Mapping):
        return {name: _sorted(item) for name, item in value.items()}
    return sorted(map(str, value)) if isinstance(value, list) and len(value) > 1 else str((_list(value) or [""])[0])
