"""The deployed triggers of a stage: when the next run of each chain starts, and what of them was changed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from aws_glue_cdk_baseline.config.cron import parse_cron
from aws_glue_cdk_baseline.config.schedules import chains
from tools.job_arguments import RunError
from tools.stage_jobs.account import MissingError, StageAccount
from tools.stage_jobs.deployed_stack import Resource

ACTIVE = ("ACTIVATED", "ACTIVATING", "UPDATING")
MOST_SHOWN = 10  # chains


def next_starts(account: StageAccount, now: datetime) -> list[str]:
    """Return a line for each chain of the stage: its next start, by the schedule of the deployed trigger."""
    stage = account.stage
    found = chains(stage.jobs) if stage.schedules else ()
    lines = [
        f"next start of {chain.first[0].name}: {_next(account, stage.names.schedule_trigger(chain.first[0].name), now)}"
        for chain in found[:MOST_SHOWN]
    ]
    return [*lines, *([f"and {len(found) - MOST_SHOWN} more chains"] if found[MOST_SHOWN:] else [])]


def trigger_drift(account: StageAccount, deployed: Resource) -> list[str]:
    """Return what differs in a trigger, by its name."""
    try:
        now = _trigger(account, deployed.name)
    except MissingError:
        return [f"{deployed.name}: the trigger was deleted by hand"]
    was, lines = deployed.properties, []
    if now.get("State") not in ACTIVE:
        lines.append(
            f"{deployed.name}: it was stopped by hand; aws glue start-trigger --name {deployed.name}"
            f" {account.cli_options} starts it"
        )
    if (schedule := was.get("Schedule", "")) != (is_now := now.get("Schedule") or ""):
        lines.append(f"{deployed.name}: schedule is {is_now or 'empty'}; it was deployed as {schedule or 'empty'}")
    for what, key in (("starts", "Actions"), ("waits for", "Predicate")):
        before, after = _jobs(was.get(key)), _jobs(now.get(key))
        if before != after:
            lines.append(
                f"{deployed.name}: it {what} {', '.join(after) or 'no job'}; it was deployed with"
                f" {', '.join(before) or 'no job'}"
            )
    return lines


def _trigger(account: StageAccount, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = account.call("glue", "get_trigger", name, Name=name)["Trigger"]
    return found


def _next(account: StageAccount, name: str, now: datetime) -> str:
    try:
        trigger = _trigger(account, name)
    except MissingError:
        return f"none, {name} is not deployed"
    except RunError as error:
        return f"unknown: {error}"
    if trigger.get("State") not in ACTIVE:
        return f"none, {name} was stopped by hand"
    later = parse_cron(str(trigger.get("Schedule"))).next_run(now)
    return f"{later:%Y-%m-%d %H:%M} UTC" if later else "none, its schedule has ended"


def _jobs(value: Any) -> list[str]:
    """Return the jobs in the actions or in the predicate of a trigger, in words."""
    items: Iterable[Mapping[str, Any]] = value if isinstance(value, list) else (value or {}).get("Conditions") or []
    logical = [] if isinstance(value, list) or (value or {}).get("Logical") != "ANY" else ["any of"]
    states = [item.get("State", "") for item in items]
    names = [str(item.get("JobName") or item.get("CrawlerName") or "") for item in items]
    return logical + sorted(
        name if state in ("", "SUCCEEDED") else f"{name} {state}" for name, state in zip(names, states, strict=True)
    )
