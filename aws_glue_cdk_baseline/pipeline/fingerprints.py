"""The fingerprint of a job: the same text as long as nothing changes on which its runs depend, but for their data.

It is made of the job and its role as the synthesized template has them, so that no setting can be forgotten: a script
and shared code are there as the hash of their content. Its description, its tags and the alarm of long runs are left
out, since no run depends on them. To these come the locked packages, the `expect:`, and the fingerprints of the jobs
before it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

from aws_glue_cdk_baseline.config.packages import Locked, canonical

MODULES, SHARED = "--additional-python-modules", "--extra-py-files"
WITHOUT_EFFECT = ("Description", "Tags", "Name", "NotificationProperty")  # the last one is `maxDurationMinutes`
# The settings of a job in the config, by the properties of AWS::Glue::Job; the others in camelCase.
SETTINGS = {
    "Timeout": "timeoutMinutes",
    "ExecutionProperty": "maxConcurrentRuns",
    "JobRunQueuingEnabled": "queuing",
}
ROLE, POLICIES = "AWS::IAM::Role", ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
ASSET = re.compile(r"[0-9a-f]{64}\.(?:py|zip)")
Plans = Mapping[str, Mapping[str, Any]]
Resources = Mapping[str, Mapping[str, Any]]


def fingerprints(
    jobs: Plans, templates: Iterable[Mapping[str, Any]], locked: Mapping[str, Locked]
) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the fingerprint of each of `jobs`, and a digest of each of its parts by the name that a person knows.

    `jobs` are those of a plan, by their deployed names, and `templates` those of their stage.
    """
    found: dict[str, tuple[str, dict[str, str]]] = {}
    own = {
        resource["Properties"]["Name"]: _parts(resource["Properties"], template["Resources"], locked)
        for template in templates
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Glue::Job"
    }
    for name in TopologicalSorter({name: job.get("after", ()) for name, job in jobs.items()}).static_order():
        values = {**own[name], "expect": jobs[name].get("expect"), "after": sorted(jobs[name].get("after", ()))}
        parts = {part: _digest(value) for part, value in values.items()}
        parts |= {f"upstream {before}": found[before][0] for before in jobs[name].get("after", ())}
        found[name] = _digest(parts), parts
    return {name: found[name] for name in jobs}


def _parts(job: Mapping[str, Any], resources: Resources, locked: Mapping[str, Locked]) -> dict[str, object]:
    """Return what a job is made of, by the name of each part."""
    arguments = dict(job.get("DefaultArguments", {}))
    command = dict(job["Command"])
    modules = arguments.pop(MODULES, "")
    parts: dict[str, object] = {
        "script": command.pop("ScriptLocation"),
        "shared code": arguments.pop(SHARED, ""),
        "packages": [modules, sorted(_with_needed(str(modules).split(","), locked))],
        "permissions": _without_assets(list(_permissions(job["Role"], resources))),
        "setting command": command,
        **{f"argument {name}": value for name, value in arguments.items()},
    }
    for name, value in job.items():
        if name not in (*WITHOUT_EFFECT, "DefaultArguments", "Command", "Role"):
            made = [resources[other].get("Properties") for other in _references(value) if _is_of_glue(other, resources)]
            parts[f"setting {SETTINGS.get(name, name[0].lower() + name[1:])}"] = [value, *made]
    return parts


def _with_needed(modules: Iterable[str], locked: Mapping[str, Locked]) -> Iterator[str]:
    """Yield each package of the lock that the modules need, with its version and hashes."""
    wanted = {canonical(module.partition("==")[0]) for module in modules if module.strip()}
    while more := {name for name, item in locked.items() if wanted & set(map(canonical, item.via))} - wanted:
        wanted |= more
    for name in wanted & locked.keys():
        yield " ".join([f"{name}=={locked[name].version}", *locked[name].hashes])


def _permissions(role: object, resources: Resources) -> Iterator[object]:
    """Yield the policies of the role that a job refers to, or the role itself if the template does not have it."""
    names = [name for name in _references(role) if resources.get(name, {}).get("Type") == ROLE]
    if not names:
        yield role
    for name in names:
        own = {key: value for key, value in resources[name].get("Properties", {}).items() if key != "Tags"}
        yield own
        attached = _references(own.get("ManagedPolicyArns"))
        for other, resource in resources.items():
            if resource["Type"] in POLICIES:
                properties = resource.get("Properties", {})
                if other in attached or name in _references(properties.get("Roles")):
                    yield properties["PolicyDocument"]


def _is_of_glue(name: str, resources: Resources) -> bool:
    """Return true if the template has a resource of Glue with this id, such as a connection."""
    return str(resources.get(name, {}).get("Type")).startswith("AWS::Glue::")


def _references(value: object) -> list[str]:
    """Return the logical ids that a value refers to with `Ref` or `Fn::GetAtt`."""
    if isinstance(value, list):
        return [name for item in value for name in _references(item)]
    if not isinstance(value, dict):
        return []
    if isinstance(name := value.get("Ref"), str):
        return [name]
    if name := value.get("Fn::GetAtt"):
        return [str(name[0] if isinstance(name, list) else name.partition(".")[0])]
    return [name for item in value.values() for name in _references(item)]


def _without_assets(policies: object) -> str:
    """Return policies as text, without the names of the script and the shared code: these are parts of their own."""
    return ASSET.sub("ASSET", json.dumps(policies, sort_keys=True))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
