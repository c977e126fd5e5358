"""Tell what the builds of a push cost: the minutes of CodeBuild in the last executions of the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from math import ceil
from statistics import median
from typing import Any

from aws_glue_cdk_baseline import prices
from tools.amounts import dollars
from tools.stage_jobs.account import MissingError, StageAccount

LOOKED_AT = 5  # executions of the pipeline
ACTIONS = 500  # at most, which these executions have
SYNTH, OTHERS = "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_SMALL"  # of the pipeline's builds


@dataclass(frozen=True)
class Build:
    """A build of one execution. The whole action counts: CodeBuild bills each minute that has begun."""

    execution: str
    name: str
    project: str
    minutes: int


def prices_alone() -> list[str]:
    """Return what the builds of a push cost a minute."""
    synth, others = (f"{_short(kind)} at {dollars(prices.BUILD_MINUTES[kind])} a minute" for kind in (SYNTH, OTHERS))
    return [
        f"Its builds: the Build stage on {synth}, the others on {others};",
        "PIPELINE_PROFILE= adds the minutes of the last pushes.",
    ]


def last_builds(account: StageAccount, pipeline: str) -> list[str]:
    """Return a line for each build of a push, with its usual minutes and costs, from the last executions.

    Raise RunError if a right is missing.
    """
    try:
        pages = account.pages(
            "codepipeline", "list_action_executions", "actionExecutionDetails", pipeline, pipelineName=pipeline
        )
        actions = list(islice(pages, ACTIONS))
    except MissingError:
        return [f"Its builds: {pipeline} is not deployed in this account and Region."]
    builds = [_build(action) for action in actions if _is_build(action)]
    executions = list(dict.fromkeys(build.execution for build in builds))[:LOOKED_AT]
    builds = [build for build in builds if build.execution in executions]
    if not builds:
        return [f"Its builds: {pipeline} has not run yet."]
    names = list(dict.fromkeys(build.project for build in builds))
    answer = account.call("codebuild", "batch_get_projects", pipeline, names=names[:100])
    kinds = {item["name"]: str(item["environment"]["computeType"]) for item in answer["projects"]}
    return _table(builds, kinds, len(executions))


def _table(builds: list[Build], kinds: Mapping[str, str], executions: int) -> list[str]:
    minutes: dict[tuple[str, str], list[int]] = {}
    for build in reversed(builds):  # the newest come first in the answer
        minutes.setdefault((build.name, kinds.get(build.project, "")), []).append(build.minutes)
    lines, costs = [], []
    for (name, kind), found in minutes.items():
        rate, usual = prices.BUILD_MINUTES.get(kind), median(found)
        costs.append(None if rate is None else usual * rate)
        lines.append(f"  {name}: {usual:g} min on {_short(kind) or 'an unknown size'}, {dollars(costs[-1])}")
    known = [cost for cost in costs if cost is not None]
    total = dollars(sum(known)) if len(known) == len(costs) else "unknown"
    whose = "the last push" if executions == 1 else f"the median of the last {executions} pushes"
    return [f"Its builds: {total}, {whose}", *lines]


def _is_build(action: Mapping[str, Any]) -> bool:
    """Return true for a build that has ended."""
    provider = action.get("input", {}).get("actionTypeId", {}).get("provider")
    return provider == "CodeBuild" and action.get("status") in ("Succeeded", "Failed")


def _build(action: Mapping[str, Any]) -> Build:
    started, ended = action["startTime"], action["lastUpdateTime"]
    assert isinstance(started, datetime)
    return Build(
        action["pipelineExecutionId"],
        f"{action['stageName']} / {action['actionName']}",
        action["input"].get("configuration", {}).get("ProjectName", ""),
        max(1, ceil((ended - started).total_seconds() / 60)),
    )


def _short(kind: str) -> str:
    """Return a compute type as CodeBuild's documentation calls it: general1.small."""
    return kind.removeprefix("BUILD_").lower().replace("_", ".")
