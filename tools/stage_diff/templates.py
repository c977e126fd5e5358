"""The templates of a stage, with their references as text: what is compared, and what stands in for CDK's own parts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

JOB, TRIGGER = "AWS::Glue::Job", "AWS::Glue::Trigger"
# The property with the name that `Ref` returns, for types whose name is in the template.
NAMES = {
    **{JOB: "Name", TRIGGER: "Name", "AWS::Logs::LogGroup": "LogGroupName", "AWS::IAM::Role": "RoleName"},
    **{"AWS::S3::Bucket": "BucketName", "AWS::Events::Rule": "Name", "AWS::Glue::Connection": "Name"},
}
# The CDK adds these to each template for itself.
OF_THE_CDK = {
    "Resources": ("CDKMetadata",),
    "Conditions": ("CDKMetadataAvailable",),
    "Parameters": ("BootstrapVersion",),
    "Rules": ("CheckBootstrapVersion",),
}
NOTES = ("aws:cdk:", "aws:asset:", "cfn-lint", "cdk_nag", "cdk-nag", "guard")  # metadata that changes nothing
DOMAINS = {"aws-cn": "amazonaws.com.cn"}


class UnreadableError(Exception):
    """The content of an asset cannot be read. The message is the reason, on one line."""


def _nothing(bucket: str, key: str) -> bytes:
    raise UnreadableError("nobody knows where it is")


@dataclass(frozen=True)
class StackTemplate:
    """One stack of a stage: its name, its place, its template.

    `read` returns the content of an asset of it, by bucket and key, or raises UnreadableError.
    """

    name: str
    template: Mapping[str, Any]
    account: str = ""
    region: str = ""
    partition: str = "aws"
    read: Callable[[str, str], bytes] = _nothing

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """The resources by logical id, without those of the CDK itself."""
        found = self.template.get("Resources", {})
        return {
            name: Resource(name, item["Type"], self, item)
            for name, item in found.items()
            if name not in OF_THE_CDK["Resources"]
        }

    @property
    def rest(self) -> dict[str, Any]:
        """All sections but the resources, such as outputs and conditions."""
        sections = {
            section: {name: item for name, item in content.items() if name not in OF_THE_CDK.get(section, ())}
            if isinstance(content, Mapping)
            else content
            for section, content in self.template.items()
            if section not in ("Resources", "AWSTemplateFormatVersion")
        }
        return {section: self.resolved(content) for section, content in sections.items() if content}

    def resolved(self, value: Any) -> Any:
        """Return a value with its intrinsic functions as text: `${LogsKey.Arn}` is an attribute of another resource."""
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            name, given = next(iter(value.items()))
            if name == "Ref":
                return self._reference(str(given))
            if name == "Fn::GetAtt":
                return "${" + (given if isinstance(given, str) else ".".join(map(str, given))) + "}"
            if name == "Fn::Join" and isinstance(given, list) and isinstance(given[1], list):
                return str(given[0]).join(_text(self.resolved(item)) for item in given[1])
            if name == "Fn::Sub" and isinstance(given, str):
                return re.sub(r"\$\{([\w:]+)\}", lambda found: self._reference(found[1]), given)
        return {name: self.resolved(item) for name, item in value.items()}

    def _reference(self, name: str) -> str:
        pseudo = {
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::Partition": self.partition,
            "AWS::StackName": self.name,
            "AWS::URLSuffix": DOMAINS.get(self.partition, "amazonaws.com"),
        }
        if known := pseudo.get(name):
            return known
        target = self.template.get("Resources", {}).get(name, {})
        given = target.get("Properties", {}).get(NAMES.get(target.get("Type", ""), ""))
        return given if isinstance(given, str) else "${" + name + "}"


@dataclass(frozen=True)
class Resource:
    """A resource of a stack. `properties` have their references as text."""

    id: str
    kind: str
    stack: StackTemplate
    item: Mapping[str, Any]

    @cached_property
    def properties(self) -> dict[str, Any]:
        resolved: dict[str, Any] = self.stack.resolved(self.item.get("Properties", {}))
        return resolved

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """All but type and properties, such as its deletion policy, without notes of tools."""
        found = {name: item for name, item in self.item.items() if name not in ("Type", "Properties", "Metadata")}
        metadata = {name: item for name, item in self.item.get("Metadata", {}).items() if not name.startswith(NOTES)}
        resolved: dict[str, Any] = self.stack.resolved({**found, **({"Metadata": metadata} if metadata else {})})
        return resolved

    @property
    def path(self) -> str:
        """The path of its construct, such as `PipelineStack/DeployProd/GlueAppStack/CleanOrders/Resource`, or empty."""
        return str(self.item.get("Metadata", {}).get("aws:cdk:path", ""))

    @property
    def is_kept(self) -> bool:
        """True if it stays in the account when it leaves the template."""
        return self.item.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")

    def mentions(self, name: str, logical_id: str) -> bool:
        """Return true if the property `name` refers to another resource of the template."""
        text = json.dumps(self.item.get("Properties", {}).get(name, ""))
        return f'"{logical_id}"' in text or f"${{{logical_id}" in text


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each leaf of a value with its path: `TableInput.Parameters.format`. A list of tags is read by its keys."""
    if isinstance(value, list) and value and all(_is_tag(item) for item in value):
        value = {str(item["Key"]): item["Value"] for item in value}
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from flat(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for number, item in enumerate(value):
            yield from flat(item, f"{path}[{number}]")
    elif path:
        yield path, value


def changed_values(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield the path and both values of each difference, in the order of the new ones. None is a value that is missing.

    Items of a list that have names, such as the stages of a pipeline, are compared by name: one that is only in one of
    both lists is one difference.
    """
    old_items, new_items = _by_name(before), _by_name(after)
    if old_items and new_items:
        both = [name for name in new_items if name in old_items]
        for name in dict.fromkeys([*new_items, *old_items]):
            place, old, new = f"{path}[{name}]", old_items.get(name), new_items.get(name)
            yield from changed_values(old, new, place) if name in both else [(place, old, new)]
        if both != (earlier := [name for name in old_items if name in both]):
            yield f"{path} in order", earlier, both
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys([*after, *before]):
            yield from changed_values(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    else:
        old, new = dict(flat(before, path)), dict(flat(after, path))
        yield from ((key, old.get(key), new.get(key)) for key in {**new, **old} if old.get(key) != new.get(key))


def _by_name(value: Any) -> dict[str, Any]:
    """Return the items of a list by their names, or nothing if it is no list of items with names of their own."""
    items = value if isinstance(value, list) else []
    names = [item.get("Name") for item in items if isinstance(item, Mapping)]
    found = {name: item for name, item in zip(names, items, strict=False) if isinstance(name, str)}
    return found if len(found) == len(items) else {}


def _is_tag(item: Any) -> bool:
    return isinstance(item, Mapping) and set(item) == {"Key", "Value"}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
