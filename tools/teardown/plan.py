"""Plan what a command deletes, before anything is deleted: the stacks of stages, then those of the pipeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from aws_glue_cdk_baseline.config import Account, Config, StageConfig
from tools.job_arguments import RunError
from tools.stage_jobs.account import Caller
from tools.teardown.places import reach
from tools.teardown.stacks import Stack, artifact_regions, pipeline_stack, stage_stacks, support_stack


@dataclass(frozen=True)
class Part:
    """The stacks of one stage, or of the pipeline. Its `consent` is a name that a person has to type, or empty."""

    title: str
    place: Account
    stacks: tuple[Stack, ...]
    consent: str = ""

    def lines(self) -> Iterator[str]:
        yield f"{self.title}: AWS account {self.place.aws_account_id} in {self.place.aws_region}"
        for stack in self.stacks:
            yield from (f"  {line}" for line in stack.lines())


@dataclass(frozen=True)
class Plan:
    """The parts in the order in which they are deleted."""

    parts: tuple[Part, ...]

    @property
    def stacks(self) -> list[Stack]:
        return [stack for part in self.parts for stack in part.stacks]

    def has(self, kind: str) -> bool:
        """Return true if a resource of a CloudFormation type goes."""
        return any(item.kind == kind and not item.kept for stack in self.stacks for item in stack.resources)

    def check(self) -> None:
        """Raise RunError if a stack cannot be deleted now."""
        for stack in self.stacks:
            if stack.status.endswith("_IN_PROGRESS") and stack.status != "DELETE_IN_PROGRESS":
                raise RunError(f"nothing was deleted: {stack.name} is {stack.status} just now; try again later")
            if stack.is_protected:
                raise RunError(
                    f"nothing was deleted: {stack.name} has termination protection; turn it off in CloudFormation first"
                )


def stage_plan(own: Caller, stage: StageConfig) -> Plan:
    """Return the plan for one stage."""
    return Plan(tuple(_stage_parts(own, [stage])))


def whole_plan(own: Caller, config: Config, skipped: Collection[str] = ()) -> Plan:
    """Return the plan for everything: the last stage first, then the pipeline, then its artifacts elsewhere.

    Stages that are `skipped` are not looked at.

    The stages go before the pipeline: if something goes wrong on the way, the pipeline can still deploy them again, and
    the repository is there until all else is gone.
    """
    stages = list(_stage_parts(own, (stage for stage in reversed(config.stages) if stage.name not in skipped)))
    home = config.pipeline_account
    pipeline = pipeline_stack(reach(own, home), config.names)
    regions = {stage.account.aws_region for stage in config.stages}
    regions = (regions | (artifact_regions(pipeline) if pipeline else set())) - {home.aws_region}
    parts = [Part("pipeline", home, (pipeline,))] if pipeline else []
    for region in sorted(regions):
        place = home.model_copy(update={"aws_region": region})
        if found := support_stack(reach(own, place), config.names):
            parts.append(Part("the pipeline's artifacts", place, (found,)))
    return Plan((*stages, *parts))


def _stage_parts(own: Caller, stages: Iterable[StageConfig]) -> Iterator[Part]:
    for stage in stages:
        try:
            stacks = stage_stacks(reach(own, stage.account), stage)
        except RunError as error:
            raise RunError(f"nothing was deleted: {stage.name}: {error}{_way_out(own, stage)}") from None
        if stacks:
            yield Part(stage.name, stage.account, tuple(stacks), stage.name if stage.approval else "")


def _way_out(own: Caller, stage: StageConfig) -> str:
    if stage.account.aws_account_id == own.account:
        return ""
    return (
        f"; delete it with a profile of its account (make destroy STAGE={stage.name} PROFILE=…), then the others"
        f" without it (SKIP={stage.name})"
    )
