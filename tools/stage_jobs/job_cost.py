"""The cost of a run of a job: at most, by its settings, and usually, by its last runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from aws_glue_cdk_baseline import prices
from aws_glue_cdk_baseline.config import Job
from tools.stage_jobs.runs import SUCCEEDED, JobRun


@dataclass(frozen=True)
class JobCost:
    """A job and its last runs that have ended, the newest first. Without AWS it has none, and `looked` is False.

    `loads` are how busy the processors of its workers were on average, from 0 to 1, by the ids of runs.
    """

    job: Job
    runs: tuple[JobRun, ...] = ()
    looked: bool = False
    loads: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """USD per DPU-hour, or None if the price is not known."""
        settings = self.job.settings
        if settings.is_shell:
            return prices.price(prices.SHELL, "STANDARD", "")
        return prices.price(settings.glue_version, settings.execution_class, settings.worker_type)

    @property
    def most(self) -> float | None:
        """The most that a run costs: all workers until the timeout, and those of a streaming job for an hour."""
        settings = self.job.settings
        if settings.is_shell:
            return prices.most_of_shell(settings.max_capacity, settings.timeout_minutes)
        if self.rate is None:
            return None
        minutes = 60 if settings.is_streaming else settings.timeout_minutes
        return prices.most(self.rate, settings.worker_type, settings.number_of_workers, minutes)

    @property
    def succeeded(self) -> list[JobRun]:
        return [run for run in self.runs if run.state == SUCCEEDED]

    @property
    def usual_paid(self) -> float | None:
        """The DPU-seconds of a run, usually: the median of those that succeeded."""
        return median(run.paid for run in self.succeeded) if self.succeeded else None

    @property
    def usual(self) -> float | None:
        """The usual cost of a run, at the price of the job's present settings."""
        if self.rate is None or self.usual_paid is None:
            return None
        return self.usual_paid / 3600 * self.rate
