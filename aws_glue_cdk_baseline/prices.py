"""The prices of Glue job runs, in USD per DPU-hour, and what a run is billed for: everything that reckons uses them.

Source: https://aws.amazon.com/glue/pricing/ and https://aws.amazon.com/codebuild/pricing/ for REGION, read on DATE. A
price that is not here is not known, and no other one stands in for it: of Glue 6.0, that of G workers in the standard
execution class is known alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DATE = "26 November 2026"
REGION = "us-east-1"
# By execution class and family of worker types. A DPU of an R worker, with twice the memory, is called M-DPU.
_GLUE_5 = {("STANDARD", "G"): 0.44, ("FLEX", "G"): 0.29, ("STANDARD", "R"): 0.52}
SHELL = "3.0"  # the Glue version that Glue names for Python shell jobs, which have no workers
_PRICES = {"5.0": _GLUE_5, "5.1": _GLUE_5, "6.0": {("STANDARD", "G"): 0.308}, SHELL: {("STANDARD", ""): 0.44}}
DPUS = {
    **{"G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0, "G.12X": 12.0, "G.16X": 16.0},
    **{"R.1X": 1.0, "R.2X": 2.0, "R.4X": 4.0, "R.8X": 8.0},
}
BILLED_AT_LEAST = 60  # seconds of a run
# USD per minute of a build on demand, on Linux, by compute type. The free minutes of each month do not count here.
BUILD_MINUTES = {"BUILD_GENERAL1_SMALL": 0.005, "BUILD_GENERAL1_MEDIUM": 0.01, "BUILD_GENERAL1_LARGE": 0.02}


def price(glue_version: str, execution_class: str, worker_type: str) -> float | None:
    """Return the price of a DPU-hour in REGION, or None if it is not known."""
    return _PRICES.get(glue_version, {}).get((execution_class, worker_type.partition(".")[0]))


def most_of_shell(capacity: float, minutes: float) -> float:
    """Return what a run of a Python shell job costs at most: its DPUs until its timeout."""
    return _PRICES[SHELL]["STANDARD", ""] * capacity * minutes / 60


def dpus(worker_type: str) -> float:
    """Return the DPUs of one worker. Raise KeyError for a type that the config does not have either."""
    return DPUS[worker_type]


def most(rate: float, worker_type: str, workers: int, minutes: float) -> float:
    """Return what a run costs at most, at `rate` USD per DPU-hour: all its workers until its timeout."""
    return rate * dpus(worker_type) * workers * minutes / 60


def dpu_seconds(run: Mapping[str, Any], seconds: float) -> float:
    """Return what a run of `seconds` is billed for, by an answer of GetJobRun.

    Glue counts the runs of jobs with auto scaling. For another run it is an estimate: all its workers, all the time.
    """
    if counted := float(run.get("DPUSeconds") or 0):
        return counted
    if not seconds:
        return 0
    workers = int(run.get("NumberOfWorkers") or 0)
    capacity = workers * DPUS.get(str(run.get("WorkerType") or ""), 1) or float(run.get("MaxCapacity") or 0)
    return capacity * max(seconds, BILLED_AT_LEAST)
