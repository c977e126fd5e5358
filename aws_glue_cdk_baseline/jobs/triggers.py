"""The triggers of a stage: one for each chain with a schedule, and one for each job that comes after others.

A trigger is active from its creation on. CloudFormation does not activate or deactivate it later, so a stage whose
schedules are off has no triggers: to turn them on creates them, and to turn them off deletes them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from aws_cdk import CfnResource
from aws_cdk.aws_glue import CfnTrigger
from constructs import Construct

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.config.schedules import chains


def add_triggers(
    stack: Construct,
    *,
    stage: StageConfig,
    of: Collection[str],
    jobs: Mapping[str, Construct],
    tags: Mapping[str, str],
) -> None:
    """Add the triggers that start the jobs `of` to a stack, a schedule with the first job of its chain.

    Triggers name jobs by their physical names, so that the jobs may be in other stacks. They are made after `jobs`,
    which are the jobs in the same stack by their names in the config.
    """
    scope = Construct(stack, "Triggers.")  # the dot avoids a clash with the id of a job, which is its name
    resources: dict[str, CfnResource] = {}

    def add(construct_id: str, starts: tuple[Job, ...], after: tuple[str, ...] = (), **properties: Any) -> None:
        actions = [CfnTrigger.ActionProperty(job_name=stage.names.job(job.name)) for job in starts]
        given = {**properties, "actions": actions, "tags": dict(tags)}
        trigger = CfnTrigger(scope, construct_id, start_on_creation=True, **given)
        for name in dict.fromkeys([*(job.name for job in starts), *after]):
            if name not in jobs:
                continue
            if name not in resources:  # each access to a CDK object is a call to Node
                resources[name] = _resource(jobs[name])
            trigger.add_resource_dependency(resources[name])

    for chain in chains(stage.jobs):
        first = chain.first[0].name
        if first not in of:
            continue
        name = stage.names.schedule_trigger(first)
        add(f"{first}.Schedule", chain.first, name=name, type="SCHEDULED", schedule=chain.schedule)
    for job in stage.jobs:
        if (after := job.settings.after) and job.name in of:
            conditions = [
                CfnTrigger.ConditionProperty(
                    job_name=stage.names.job(name), logical_operator="EQUALS", state="SUCCEEDED"
                )
                for name in after
            ]
            add(
                f"{job.name}.After",
                (job,),
                after,
                name=stage.names.after_trigger(job.name),
                type="CONDITIONAL",
                predicate=CfnTrigger.PredicateProperty(logical="AND", conditions=conditions),
            )


def _resource(job: Construct) -> CfnResource:
    resource = job.node.default_child
    assert isinstance(resource, CfnResource)
    return resource
