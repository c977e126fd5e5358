"""The estimated cost of job runs, and which prices it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_glue_cdk_baseline import prices
from tests.integ.job_run import JobRun


@dataclass(frozen=True)
class Prices:
    """USD per DPU-hour: those that are given, `memory` for R workers, and the others from our prices.py."""

    region: str = prices.REGION
    standard: float | None = None
    flex: float | None = None
    memory: float | None = None

    def of(self, run: JobRun) -> float | None:
        """Return the price of a DPU-hour of the run, or None if it is not known."""
        given = self._given(run)
        return prices.price(run.glue_version, run.execution_class, run.worker_type) if given is None else given

    def cost(self, run: JobRun) -> float | None:
        """Return the cost of the run, or None if its price is not known."""
        price = self.of(run) if run.dpu_seconds else 0
        return None if price is None else run.dpu_seconds / 3600 * price

    def notes(self, runs: Sequence[JobRun]) -> list[str]:
        """Return lines for below a sum of the costs: its prices, and the runs that are not in it."""
        counted = sorted((run for run in runs if run.dpu_seconds), key=lambda run: (_kind(run), run.job))
        priced = {_kind(run): price for run in counted if (price := self.of(run)) is not None}
        jobs: dict[str, list[str]] = {}
        for run in counted:
            if self.of(run) is None:
                jobs.setdefault(_kind(run), []).append(run.job)
        rates = ", ".join(f"${price:g} ({kind})" for kind, price in priced.items())
        lines = [f"estimated at {rates} per DPU-hour"] if rates else []
        if rates and any(self._given(run) is None for run in counted):
            elsewhere = "" if self.region == prices.REGION else f"; those of {self.region} are unknown here"
            lines.append(f"prices of {prices.REGION}, {prices.DATE}{elsewhere}")
        return [
            *lines,
            *(f"not in the sum: {', '.join(of)}; the price of {kind} is unknown" for kind, of in jobs.items()),
        ]

    def _given(self, run: JobRun) -> float | None:
        if run.execution_class == "FLEX":
            return self.flex
        return self.memory if run.worker_type.startswith("R.") else self.standard


def _kind(run: JobRun) -> str:
    """Return what the price of a run depends on: `Glue 5.1, Flex`."""
    if run.glue_version == prices.SHELL and not run.worker_type:
        return "Python shell"
    version = f"Glue {run.glue_version}" if run.glue_version else "an unknown Glue version"
    flex = ", Flex" if run.execution_class == "FLEX" else ""
    return f"{version}{flex}{', R workers' if run.worker_type.startswith('R.') else ''}"
