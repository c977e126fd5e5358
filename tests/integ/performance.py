"""Compare what a run took with what its `expect:` allows, and with the last runs of the job that passed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from tests.integ.expectations import Expectation
from tests.integ.job_run import JobRun
from tests.integ.records import PastRun

SLOWER = 1.5  # times the median of the last runs
FEWEST = 3  # runs: fewer say too little
NOISE_SECONDS = 30  # by which the start of a run differs from one to the next


def over_limit(run: JobRun, expected: Expectation | None) -> str:
    """Return how a run is over the limits of its `expect:`, or an empty text."""
    if expected is None:
        return ""
    over = []
    minutes, hours = run.seconds / 60, run.dpu_seconds / 3600
    if expected.max_minutes is not None and minutes > expected.max_minutes:
        over.append(f"took {minutes:.1f} minutes ({run.seconds:.0f} s), expected at most {expected.max_minutes:g}")
    if expected.max_dpu_hours is not None and hours > expected.max_dpu_hours:
        over.append(f"used {hours:.3f} DPU-hours, expected at most {expected.max_dpu_hours:g}")
    return "; ".join(over)


def slower(run: JobRun, arguments: str, history: Sequence[PastRun]) -> str:
    """Return how much longer a run took than the last ones with the same arguments (a digest), or an empty text."""
    seconds = [past.seconds for past in history if past.arguments == arguments]
    if len(seconds) < FEWEST:
        return ""
    usual = median(seconds)
    if run.seconds < SLOWER * usual or run.seconds - usual < NOISE_SECONDS:
        return ""
    times = f"{run.seconds / usual:.1f} times" if usual else "more than"
    return f"took {run.seconds:.0f} s, {times} the {usual:.0f} s of its last {len(seconds)} runs (their median)"
