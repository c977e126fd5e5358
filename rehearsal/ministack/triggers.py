"""Glue's triggers: what they start, and when. MiniStack stores triggers, and none of them fires.

As in Glue (https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html):

- StartTrigger of an on-demand trigger starts its jobs.
- A conditional trigger starts its jobs when all its conditions hold, by runs that one trigger has started, itself or
  through others. A run that was started by hand fires none.
- A trigger that is not active, such as one that was stopped, does not fire.

There is no clock: a rehearsal of an hour would start the jobs of that hour. The call FireTrigger, which Glue does not
have, is what the clock of a scheduled trigger does (rehearsal/fire_trigger.py).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import ministack.services.glue as service
from ministack.core.responses import error_response_json, json_response

from rehearsal.fire_trigger import FIRE

Trigger = dict[str, Any]


@dataclass
class Firing:
    """All runs that one scheduled or on-demand trigger has started by now, itself or through conditional triggers.

    `ended` has the last state of each job, `fired` the conditional triggers that have started their jobs.
    """

    ended: dict[str, str] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


# MiniStack runs a job in a thread with a copy of the context of its start: the firing and the name of the trigger.
_started_by: ContextVar[tuple[Firing, str] | None] = ContextVar("started_by", default=None)


def install() -> None:
    """Patch MiniStack, after the patch that runs jobs."""
    service._execute_spark_docker = followed(service._execute_spark_docker)
    service._execute_subprocess = followed(service._execute_subprocess)
    service._start_trigger = starting(service._start_trigger)
    service._handle_request_sync = with_clock(service._handle_request_sync)


def followed(execute: Callable[..., None]) -> Callable[..., None]:
    """Return a function that runs a job to its end, and fires the triggers that have waited for it."""

    def run_job(run: dict[str, Any], *further: Any) -> None:
        started_by = _started_by.get()
        if started_by is None:
            execute(run, *further)
            return
        firing, run["TriggerName"] = started_by
        execute(run, *further)
        with firing.lock:
            firing.ended[run["JobName"]] = run["JobRunState"]
            due = [trigger for trigger in service._triggers.values() if is_due(trigger, firing, run["JobName"])]
            firing.fired |= {trigger["Name"] for trigger in due}
        for trigger in due:
            start_jobs(trigger, firing)

    return run_job


def is_due(trigger: Trigger, firing: Firing, ended: str) -> bool:
    """Return true if a conditional trigger fires now that the job `ended` has ended."""
    if (trigger["Type"], trigger["State"]) != ("CONDITIONAL", "ACTIVATED") or trigger["Name"] in firing.fired:
        return False
    conditions = trigger["Predicate"].get("Conditions", [])
    if ended not in [condition["JobName"] for condition in conditions]:
        return False
    hold = [firing.ended.get(condition["JobName"]) == condition["State"] for condition in conditions]
    return any(hold) if trigger["Predicate"].get("Logical") == "ANY" else all(hold)


def start_jobs(trigger: Trigger, firing: Firing) -> None:
    """Start the jobs of a trigger. Nobody hears of one that cannot be started, as in Glue."""
    token = _started_by.set((firing, trigger["Name"]))
    try:
        for action in trigger["Actions"]:
            service._start_job_run({"JobName": action.get("JobName"), "Arguments": action.get("Arguments") or {}})
    finally:
        _started_by.reset(token)


def starting(start_trigger: Callable[..., Any]) -> Callable[..., Any]:
    """Return a StartTrigger that starts the jobs of an on-demand trigger, which never becomes active."""

    def start(data: dict[str, Any]) -> Any:
        trigger = service._triggers.get(data.get("Name"))
        if not trigger or trigger["Type"] != "ON_DEMAND":
            return start_trigger(data)
        start_jobs(trigger, Firing())
        return json_response({"Name": trigger["Name"]})

    return start


def with_clock(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Return a handler of requests that also answers FireTrigger."""

    def answer(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        if headers.get("x-amz-target", "") != FIRE:
            return handle(method, path, headers, body, query)
        name = json.loads(body or b"{}").get("Name", "")
        trigger = service._triggers.get(name)
        if not trigger:
            return error_response_json("EntityNotFoundException", f"Trigger {name} not found", 400)
        if (trigger["Type"], trigger["State"]) != ("SCHEDULED", "ACTIVATED"):
            message = f"{name} is {trigger['Type']} and {trigger['State']}: no clock fires it"
            return error_response_json("InvalidInputException", message, 400)
        start_jobs(trigger, Firing())
        return json_response({"Name": name})

    return answer
