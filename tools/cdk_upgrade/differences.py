"""The differences between the templates of two synths, resource by resource: what a new version of the CDK changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.stage_diff.replacement import Replaced
from tools.stage_diff.resources import LOST, label, replacements
from tools.stage_diff.templates import Resource, StackTemplate, changed_values
from tools.stage_diff.words import change, shown


@dataclass(frozen=True)
class Difference:
    """The differences in one resource, or in the rest of a stack: a line about it, and a line for each property.

    It `is_lost` if the resource is replaced or removed.
    """

    is_lost: bool
    text: str
    lines: tuple[str, ...] = ()


def differences(before: Sequence[StackTemplate], after: Sequence[StackTemplate]) -> list[Difference]:
    """Return the differences, those that lose a resource first. Stacks are matched by their names."""
    old, new = (
        {(stack.name, name): resource for stack in stacks for name, resource in stack.resources.items()}
        for stacks in (before, after)
    )
    found = [*_resources(old, new), *_rest(before, after)]
    return sorted(found, key=lambda item: not item.is_lost)


Resources = dict[tuple[str, str], Resource]


def _resources(old: Resources, new: Resources) -> Iterator[Difference]:
    renewed = replacements(old, new)
    gone = [key for key in old if key not in new or old[key].kind != new[key].kind]
    made = [key for key in new if key not in old or old[key].kind != new[key].kind]
    for key in gone:
        resource = old[key]
        # One construct with another logical id is another resource for CloudFormation.
        again = next((new[other] for other in made if _same_construct(resource, new[other])), None)
        what = (
            f"gets the logical id {again.id}: a new one is made, and this one "
            if again
            else "leaves the template, and "
        )
        fate = "stays in the account" if resource.is_kept else f"is deleted{_lost(resource)}"
        yield Difference(True, f"{_name(resource)} {what}{fate}")
    for key in made:
        if not any(_same_construct(old[other], new[key]) for other in gone):
            yield Difference(False, f"{_name(new[key])} is new")
    for key, how in renewed.items():
        was, now = old[key], new[key]
        lines = [*_lines(was.properties, now.properties), *_lines(was.attributes, now.attributes)]
        if how in (Replaced.YES, Replaced.MAYBE):
            lost = "" if was.item.get("UpdateReplacePolicy") == "Retain" else _lost(was)
            yield Difference(True, f"{_name(now)} {how.value}{lost}", tuple(lines))
        elif lines:
            yield Difference(False, f"{_name(now)} {how.value}", tuple(lines))


def _same_construct(one: Resource, other: Resource) -> bool:
    return bool(one.path) and (one.stack.name, one.kind, one.path) == (other.stack.name, other.kind, other.path)


def _name(resource: Resource) -> str:
    return f"{resource.stack.name}: {resource.kind} {shown(label(resource))}"


def _lost(resource: Resource) -> str:
    return f": {LOST[resource.kind]}" if resource.kind in LOST else ""


def _lines(before: object, after: object) -> Iterator[str]:
    return (change(*item) for item in changed_values(before, after))


def _rest(before: Sequence[StackTemplate], after: Sequence[StackTemplate]) -> Iterator[Difference]:
    old, new = ({stack.name: stack for stack in stacks} for stacks in (before, after))
    for name in dict.fromkeys([*new, *old]):
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            yield Difference(now is None, f"stack {name} is {'new' if was is None else 'no longer made'}")
        elif lines := tuple(_lines(was.rest, now.rest)):
            yield Difference(False, f"{name}: the rest of the template changes", lines)
