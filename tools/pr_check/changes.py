"""Compare the templates of a branch with those of its base: each stage of two assemblies, and the pipeline itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.amounts import counted
from tools.assembly import stacks
from tools.stage_diff.comparison import compare
from tools.stage_diff.markdown import headline, markdown
from tools.stage_diff.synthesized import read_stage, stage_names, templates
from tools.stage_diff.templates import StackTemplate

REPOSITORY = "AWS::CodeCommit::Repository"
REMOVED = "the config no longer has this stage. The pipeline does not delete it: its stacks stay in the account until"


@dataclass(frozen=True)
class Section:
    """The changes in one stage, or in the pipeline: in a few words, and as Markdown, or empty if there are none."""

    title: str
    summary: str
    text: str = ""


def sections(before: Path, after: Path) -> Iterator[Section]:
    """Yield the changes between two assemblies, stage by stage in the order of the new one, then of the pipeline."""
    old, new = stage_names(before), stage_names(after)
    for stage in new:
        yield _section(_name(stage), read_stage(before, stage) if stage in old else (), read_stage(after, stage))
    for stage in (stage for stage in old if stage not in new):
        names = ", ".join(stack.name for stack in read_stage(before, stage))
        yield Section(_name(stage), "stage removed", f"# {_name(stage)}: removed\n\n- {REMOVED} you do: {names}\n")
    yield _section("the pipeline", tuple(_own(before)), tuple(_own(after)))


def _name(stage: str) -> str:
    """Return the name of a stage in the config: dev for DeployDev."""
    name = stage.removeprefix("Deploy")
    return name[:1].lower() + name[1:]


def _section(title: str, before: Sequence[StackTemplate], after: Sequence[StackTemplate]) -> Section:
    changes = compare(before, after)
    if changes.is_first:
        jobs = counted(len(changes.new_jobs), "job")
        text = markdown(title, changes).partition("\n")[2]
        return Section(title, f"new stage: {jobs}", f"# {title}: new stage, {jobs}\n{text}")
    places = [{stack.name: f"{stack.account} in {stack.region}" for stack in each} for each in (before, after)]
    moved = [
        f"{name} moves from the account {places[0][name]} to {place}: it is made anew there, and the old one stays"
        for name, place in places[1].items()
        if places[0].get(name, place) != place
    ]
    if changes.is_empty and not moved:
        return Section(title, "nothing changes")
    said = [counted(len(moved), "stack") + " moved"] if moved else []
    said += [] if changes.is_empty else [headline(changes)]
    return Section(title, ", ".join(said), markdown(title, changes, moved))


def _own(folder: Path) -> Iterator[StackTemplate]:
    """Yield the stacks of the pipeline, without the files of its repository: they are the branch itself."""
    for stack in templates(folder, [stack for stack in stacks(folder) if not stack.staged]):
        resources = {
            name: {**item, "Properties": {key: value for key, value in item["Properties"].items() if key != "Code"}}
            if item["Type"] == REPOSITORY
            else item
            for name, item in stack.template.get("Resources", {}).items()
        }
        yield replace(stack, template={**stack.template, "Resources": resources})
