"""Compare the templates of a stage, those that are deployed with those that will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.stage_diff.costs import cost_lines
from tools.stage_diff.job_words import Job, jobs_of
from tools.stage_diff.jobs import JobChange, job_changes
from tools.stage_diff.permissions import RoleChange, role_changes
from tools.stage_diff.resources import ResourceChange, resource_changes
from tools.stage_diff.templates import Resource, StackTemplate, changed_values
from tools.stage_diff.words import change


@dataclass(frozen=True)
class Changes:
    """The changes of a deployment in a stage. `after` are its new templates, `is_first` is true if nothing is deployed.

    `rest` has a line for each change outside the resources of a template, such as an output.
    """

    after: tuple[StackTemplate, ...]
    new_jobs: dict[str, Job]
    is_first: bool
    jobs: tuple[JobChange, ...]
    roles: tuple[RoleChange, ...]
    resources: tuple[ResourceChange, ...]
    costs: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.is_first or self.jobs or self.roles or self.resources or self.rest)

    @property
    def warnings(self) -> list[str]:
        """The losses for good, and what stops: a line for each."""
        lines = [
            f"{change.shown} {change.how or 'is deleted'}: {change.lost}"
            for change in self.resources
            if change.lost and change.what in ("deleted", "replaced")
        ]
        return [*lines, *(job.warning for job in self.jobs if job.warning)]


def compare(before: Sequence[StackTemplate], after: Sequence[StackTemplate]) -> Changes:
    """Return what changes if the stacks `after` are deployed over the stacks `before`, matched by their names."""
    old, new = _resources(before), _resources(after)
    old_jobs, new_jobs = jobs_of(old), jobs_of(new)
    return Changes(
        after=tuple(after),
        new_jobs=new_jobs,
        is_first=not before,
        jobs=tuple(job_changes(old_jobs, new_jobs)),
        roles=tuple(role_changes(old, new)),
        resources=tuple(resource_changes(old, new)),
        costs=tuple(cost_lines(old_jobs, new_jobs)),
        rest=tuple(_rest(before, after)),
    )


def _resources(stacks: Sequence[StackTemplate]) -> list[Resource]:
    return [resource for stack in stacks for resource in stack.resources.values()]


def _rest(before: Sequence[StackTemplate], after: Sequence[StackTemplate]) -> list[str]:
    old, new = ({stack.name: stack.rest for stack in stacks} for stacks in (before, after))
    return [
        f"{name}: {change(*item)}"
        for name in dict.fromkeys([*new, *old])
        for item in changed_values(old.get(name, {}), new.get(name, {}))
    ]
