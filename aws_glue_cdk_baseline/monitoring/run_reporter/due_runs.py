"""Look whether the jobs of a schedule have started: a message for each that has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .console import runs_page
from .facts import Facts, JobFacts
from .job_run import at, place, when
from .message import Message, shortened

AFTER = timedelta(hours=1)  # the time of an event is so much later than that of its schedule: ../due_checks.py
EARLY = timedelta(minutes=1)  # a clock that runs ahead
LOOKED_AT = 20  # runs of a job


def report_due(event: Mapping[str, Any], facts: Facts, glue: Any) -> Iterator[Message]:
    """Yield a message for each job of the schedule in `event` that has had no run since its time.

    Runs that ended ERROR or EXPIRED are told too: Glue sends no event of these.
    """
    due = _due(event)
    for name, job in facts.jobs.items():
        if job.schedule != event["schedule"]:
            continue
        try:
            runs = glue.get_job_runs(JobName=name, MaxResults=LOOKED_AT)["JobRuns"]
        except (ClientError, BotoCoreError) as error:
            yield _message(
                f"nobody knows whether {job.job} has started in {facts.stage}",
                [("error", str(error))],
                name,
                job,
                event,
                facts,
            )
            continue
        runs = [{**run, "StartedOn": run.get("StartedOn", due)} for run in runs]  # one that waits may have no start yet
        runs.sort(key=lambda run: run["StartedOn"], reverse=True)
        since = [run for run in runs if run["StartedOn"] >= due - EARLY]
        broken = [run for run in since if run["JobRunState"] in ("ERROR", "EXPIRED")]
        if not since:
            last = f"{runs[0]['Id']}, {runs[0]['JobRunState']}, started {at(runs[0]['StartedOn'])}" if runs else "none"
            yield _message(f"{job.job} has not started in {facts.stage}", [("last run", last)], name, job, event, facts)
        elif broken:
            run = broken[0]
            reason = shortened(str(run.get("ErrorMessage") or "Glue gives no reason"))
            fields = [("error", reason), ("run", str(run["Id"]))]
            yield _message(f"{job.job} {run['JobRunState']} in {facts.stage}", fields, name, job, event, facts)


def _message(
    title: str, fields: list[tuple[str, str]], name: str, job: JobFacts, event: Mapping[str, Any], facts: Facts
) -> Message:
    return Message(
        title,
        (
            ("due", f"{at(_due(event))}, by its schedule {job.schedule}"),
            *fields,
            ("job", f"{job.job}, in Glue {name}"),
            ("stage", place(facts, event)),
            ("runs page", runs_page(str(event["region"]), name)),
        ),
        (
            f"Its runs: {facts.make(f'status JOB={job.job}', facts.stage)}",
            "A run that goes on keeps the next one from starting (maxConcurrentRuns), as does a trigger that is off.",
        ),
        f"{facts.stage}-{job.job}",
    )


def _due(event: Mapping[str, Any]) -> datetime:
    return when(event) - AFTER
