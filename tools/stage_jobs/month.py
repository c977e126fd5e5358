"""Reckon what a month costs by the schedules of a stage: the runs of each chain, at most and usually."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.config.cron import parse_cron
from aws_glue_cdk_baseline.config.schedules import Chain, chains
from tools.amounts import total

DAYS, MONTHS = 365, 12  # months differ: a month is the twelfth of the coming year
Costs = Mapping[str, tuple[float | None, float | None]]  # by job, what a run costs at most and usually


def month(stage: StageConfig, costs: Costs, now: datetime, *, looked: bool) -> list[str]:
    """Return a line for each chain with a schedule, with what it costs a month, and their sum before them.

    All jobs of a chain run each time, if none fails. Without `looked` nothing is known of what a run costs usually.
    """
    found = chains(stage.jobs)
    if not found:
        return []
    if not stage.schedules:
        return [f"A month by schedules costs nothing: the schedules of {stage.name} are off."]

    def amount(most: Sequence[float | None], usual: Sequence[float | None]) -> str:
        return f"{total(most)} at most" + (f", {total(usual)} usually" if looked else "")

    lines, all_most, all_usual = [], list[float | None](), list[float | None]()
    for chain in found:
        runs = parse_cron(chain.schedule).runs_in(now, DAYS) / MONTHS
        most, usual = ([_times(runs, costs[job.name][kind]) for job in chain.jobs] for kind in (0, 1))
        times = f"{runs:.1f}".removesuffix(".0")
        lines.append(f"  {_names(chain)}, {chain.schedule}, {times} runs a month: {amount(most, usual)}")
        all_most += most
        all_usual += usual
    return [f"A month by the schedules of {stage.name}: {amount(all_most, all_usual)}", *lines]


def _times(runs: float, usd: float | None) -> float | None:
    return None if usd is None else runs * usd


def _names(chain: Chain) -> str:
    more = f" and {len(chain.jobs) - 1} more" if len(chain.jobs) > 1 else ""
    return chain.first[0].name + more
