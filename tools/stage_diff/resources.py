"""All resources but jobs: which are made, deleted, replaced or changed, and what is lost with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.stage_diff.permissions import POLICIES, ROLE
from tools.stage_diff.replacement import Replaced, create_only, replaced
from tools.stage_diff.templates import JOB, TRIGGER, Resource, changed_values, flat
from tools.stage_diff.words import change, shown

# The loss that goes with a resource of a type, and the property that names it.
LOST = {
    JOB: "its runs are no longer listed, and its bookmark is lost",
    "AWS::Glue::Table": "the table is gone for every query; its files in S3 stay",
    "AWS::Glue::Database": "the database is gone with all its tables; their files in S3 stay",
    "AWS::Logs::LogGroup": "all logs in it are lost",
    "AWS::S3::Bucket": "its objects are lost; while it has any, the deployment fails",
    "AWS::S3Tables::Table": "its rows are lost",
    "AWS::DynamoDB::Table": "its items are lost",
    "AWS::KMS::Key": "what it has encrypted cannot be read any more, 7 to 30 days later",
    "AWS::SQS::Queue": "its messages are lost",
    "AWS::SecretsManager::Secret": "its value is lost",
    "AWS::CloudFormation::Stack": "all that it has is deleted",
}
# Properties of a trigger that the words of its jobs say: `schedule` and `after`.
SAID = re.compile(r"Schedule|Type|StartOnCreation|Actions\[\d+\]\.JobName|Predicate\.Conditions\[\d+\]\.JobName")
# Properties of roles and policies that their permissions say.
PERMISSIONS = ("Policies", "PolicyDocument", "ManagedPolicyArns", "AssumeRolePolicyDocument", "PermissionsBoundary")


@dataclass(frozen=True)
class ResourceChange:
    """A resource that is `made`, `deleted`, `kept` (it leaves the stack, and stays), `replaced`, or `changed`.

    `lines` say what changes in it, and `lost` what is gone with it, or is empty.
    """

    what: str
    resource: Resource
    how: str = ""
    lines: tuple[str, ...] = ()
    lost: str = ""

    @property
    def shown(self) -> str:
        return f"{self.resource.kind} {shown(label(self.resource))}"


def label(resource: Resource) -> str:
    """Return the id of a resource, and its name if the template has one."""
    table = resource.properties.get("TableInput") or {}
    database = resource.properties.get("DatabaseInput") or {}
    names = [resource.properties.get(key) for key in ("LogGroupName", "RoleName", "Name", "BucketName")]
    name = table.get("Name") or database.get("Name") or next((item for item in names if isinstance(item, str)), "")
    if table.get("Name") and isinstance(resource.properties.get("DatabaseName"), str):
        name = f"{resource.properties['DatabaseName']}.{name}"
    return f"{resource.id} ({name})" if name else resource.id


def resource_changes(before: Iterable[Resource], after: Iterable[Resource]) -> Iterator[ResourceChange]:
    """Yield the changes of all resources but jobs. Both have each stack and id once."""
    old = {(item.stack.name, item.id): item for item in before}
    new = {(item.stack.name, item.id): item for item in after}
    gone = {key for key in old if key not in new or old[key].kind != new[key].kind}
    renewed = replacements(old, new)
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        if (now or old[key]).kind == JOB and (was is None or now is None):
            continue  # jobs.py says which jobs are new and gone
        if was and key in gone:
            lost = "" if was.is_kept else LOST.get(was.kind, "")
            yield ResourceChange("kept" if was.is_kept else "deleted", was, lost=lost)
        if now and (was is None or key in gone):
            yield ResourceChange("made", now)
        elif was and now:
            yield from _changed(was, now, renewed[key])


def _changed(was: Resource, now: Resource, how: Replaced) -> Iterator[ResourceChange]:
    lines: list[str] = []
    if was.kind != JOB:
        told = (item for item in changed_values(was.properties, now.properties) if _is_told(now.kind, item[0]))
        lines += [change(*item) for item in told]
    lines += [change(*item) for item in changed_values(was.attributes, now.attributes)]
    if how in (Replaced.YES, Replaced.MAYBE):
        keeps = was.item.get("UpdateReplacePolicy") == "Retain"
        yield ResourceChange("replaced", now, how.value, tuple(lines), "" if keeps else LOST.get(now.kind, ""))
    elif lines:
        yield ResourceChange("changed", now, how.value, tuple(lines))


def _is_told(kind: str, path: str) -> bool:
    """Return false for what the words of the jobs and the permissions of the roles say."""
    if kind in (ROLE, *POLICIES):
        return re.split(r"[.\[]", path)[0] not in PERMISSIONS
    return kind != TRIGGER or not SAID.fullmatch(path)


def replacements(
    old: dict[tuple[str, str], Resource], new: dict[tuple[str, str], Resource]
) -> dict[tuple[str, str], Replaced]:
    """Return what happens to each resource that is in both. One that names a replaced one may be replaced too."""
    both = [key for key in new if key in old and old[key].kind == new[key].kind]
    found = {}
    for key in both:
        was, now = dict(flat(old[key].properties)), dict(flat(new[key].properties))
        paths = [path for path in dict.fromkeys([*now, *was]) if path and was.get(path) != now.get(path)]
        found[key] = replaced(new[key].kind, paths)
    waiting = True
    while waiting:
        waiting = False
        renewed = [key for key in both if found[key] in (Replaced.YES, Replaced.MAYBE)]
        for key in (key for key in both if found[key] not in (Replaced.YES, Replaced.MAYBE)):
            properties = [path.split("/")[0] for path in create_only(new[key].kind)]
            if any(
                stack == key[0] and new[key].mentions(name, other) for stack, other in renewed for name in properties
            ):
                found[key], waiting = Replaced.MAYBE, True
    return found
