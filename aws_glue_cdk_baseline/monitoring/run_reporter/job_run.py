"""A job run, by an answer of Glue: its duration, its cost and its fields in a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .console import log_page, run_page
from .facts import Facts, JobFacts
from .message import in_words

BILLED_AT_LEAST = 60  # seconds of a run: https://aws.amazon.com/glue/pricing/


@dataclass(frozen=True)
class Run:
    """A run of a job called `name` in Glue. `answer` is Glue's description of it, or empty if Glue could not be asked.

    `why` then says why not. `event` is the event that told of the run.
    """

    name: str
    id: str
    event: Mapping[str, Any]
    answer: Mapping[str, Any]
    why: str = ""

    @property
    def seconds(self) -> float:
        """The time that it has taken, until its event if it has not ended. 0 if that is not known."""
        if counted := float(self.answer.get("ExecutionTime") or 0):
            return counted
        started, ended = self.answer.get("StartedOn"), self.answer.get("CompletedOn")
        return max(0.0, ((ended or when(self.event)) - started).total_seconds()) if started else 0

    def dpu_hours(self, job: JobFacts) -> float:
        """Return what it is billed for. Glue counts it; without that, it is all workers for the whole time."""
        if counted := float(self.answer.get("DPUSeconds") or 0):
            return counted / 3600
        if not self.seconds:
            return 0
        workers = int(self.answer.get("NumberOfWorkers") or 0)
        capacity = workers * job.dpus or float(self.answer.get("MaxCapacity") or 0)
        return capacity * max(self.seconds, BILLED_AT_LEAST) / 3600

    def cost(self, job: JobFacts, prices_of: str) -> str:
        """Return the cost in words, with the Region of its price if it is another one."""
        if job.usd is None:
            return "unknown: aws_glue_cdk_baseline/prices.py has no price of this kind of run"
        elsewhere = "" if prices_of == self.event["region"] else f", at the price of {prices_of}"
        return f"${self.dpu_hours(job) * job.usd:.4f}{elsewhere}"

    def attempt(self, job: JobFacts) -> str:
        """Return the attempt of a job with retries in words, or an empty text. Glue tries only failed runs again."""
        number = int(self.answer.get("Attempt") or 0) + 1
        if not job.retries or not self.answer:
            return ""
        again = self.event["detail"]["state"] == "FAILED" and number <= job.retries
        return f" (attempt {number} of {job.retries + 1}{'; Glue tries again' if again else ''})"

    def fields(self, facts: Facts, job: JobFacts) -> list[tuple[str, str]]:
        """Return the fields of every message about a run."""
        region = str(self.event["region"])
        known = [
            ("duration", in_words(self.seconds) if self.answer else ""),
            ("cost", self.cost(job, facts.prices_of) if self.answer else ""),
            ("started", at(self.answer["StartedOn"]) if self.answer.get("StartedOn") else ""),
        ]
        return [
            ("run", self.id + self.attempt(job)),
            *((name, value) for name, value in known if value),
            *([("details", f"unknown: {self.why}")] if self.why else []),
            ("job", f"{job.job}, in Glue {self.name}"),
            ("stage", place(facts, self.event)),
            ("run page", run_page(region, self.name, self.id)),
            ("log page", log_page(region, job.group, self.id)),
        ]

    def steps(self, facts: Facts, job: JobFacts) -> tuple[str, ...]:
        return (f"The log: {facts.make(f'logs JOB={job.job} RUN={self.id}', facts.stage)}",)


def when(event: Mapping[str, Any]) -> datetime:
    """Return the time of an event."""
    return datetime.fromisoformat(str(event["time"]))


def at(moment: datetime) -> str:
    """Return a time as the messages show it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def place(facts: Facts, event: Mapping[str, Any]) -> str:
    """Return the stage of an event, with its account and Region."""
    return f"{facts.stage}, AWS account {event['account']} in {event['region']}"
