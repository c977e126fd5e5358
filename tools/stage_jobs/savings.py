"""Tell what would save: other settings, what was paid for nothing, and what the workers did not use."""

from __future__ import annotations

from collections.abc import Sequence

from aws_glue_cdk_baseline import prices
from tools.amounts import counted, dollars
from tools.stage_jobs.job_cost import JobCost
from tools.stage_jobs.runs import JobRun, has_failed

NEWER = "6.0"  # the Glue version with the lower price
FLEX_WORKERS = ("G.1X", "G.2X")
MOST_SHOWN = 10  # jobs in a line


def savings(found: Sequence[JobCost]) -> list[str]:
    """Return what another setting would save, at the same DPU-seconds: a line for each setting, with its jobs."""
    jobs: dict[str, list[tuple[float, str]]] = {}
    for item in found:
        settings, rate = item.job.settings, item.rate
        if settings.is_shell:
            continue
        others = {
            f'glueVersion: "{NEWER}"': prices.price(NEWER, settings.execution_class, settings.worker_type),
            "executionClass: FLEX (a run may wait)": prices.price(settings.glue_version, "FLEX", settings.worker_type)
            if settings.worker_type in FLEX_WORKERS and not (settings.is_streaming or settings.queuing)
            else None,
        }
        for setting, other in others.items():
            if rate is not None and other is not None and other < rate:
                saved = 0 if item.usual is None else item.usual * (1 - other / rate)
                shown = f"{item.job.name} ({dollars(saved)} of a usual run)" if saved else item.job.name
                jobs.setdefault(f"  {setting} saves {1 - other / rate:.0%}: ", []).append((saved, shown))
    lines = []
    for start, saving in jobs.items():
        names = [name for _, name in sorted(saving, key=lambda entry: -entry[0])]
        more = f" and {len(names) - MOST_SHOWN} more" if names[MOST_SHOWN:] else ""
        lines.append(start + ", ".join(names[:MOST_SHOWN]) + more)
    lines += [line for item in found if (line := _fewer_workers(item))]
    return ["What would save:", *lines] if lines else []


def waste(found: Sequence[JobCost]) -> list[str]:
    """Return what was paid for nothing in the last runs of each job, most first.

    That is all of a run that did not succeed, and the rest of the minute that is billed at least.
    """
    wasted = []
    for item in found:
        paid = sum(run.paid for run in item.runs)
        failed = [run for run in item.runs if has_failed(item.job, run)]
        lost = sum(run.paid for run in failed)
        short = sum(_below_a_minute(run) for run in item.succeeded)
        if lost + short:
            wasted.append((lost + short, paid, lost, short, len(failed), item))
    if not wasted:
        return []
    lines = ["What was paid for nothing, most first (DPU-seconds of the last runs):"]
    for both, paid, lost, short, number, item in sorted(wasted, key=lambda entry: -entry[0]):
        usd = "" if item.rate is None else f", {dollars(both / 3600 * item.rate)}"
        reasons = [f"{_rounded(lost)} by {counted(number, 'run')} that failed"] if lost else []
        reasons += [f"{_rounded(short)} below the billed minute"] if short else []
        runs = counted(len(item.runs), "run")
        share = f"{_rounded(both)} of {_rounded(paid)} in {runs} ({both / paid:.0%}{usd})"
        lines.append(f"  {item.job.name}: {share}: {', '.join(reasons)}")
    return lines


def idle(found: Sequence[JobCost]) -> list[str]:
    """Return how much of what was paid for the workers' processors used, least first: of jobs with `observability`."""
    shares = []
    for item in found:
        known = [run for run in item.succeeded if run.id in item.loads]
        paid = sum(run.paid for run in known)
        if paid:
            used = sum(run.paid * item.loads[run.id] for run in known)
            runs = counted(len(known), "run")
            line = f"  {item.job.name}: {_rounded(used)} of {_rounded(paid)} DPU-seconds in {runs} ({used / paid:.0%})"
            shares.append((used / paid, line))
    if not shares:
        return []
    return [
        "What the processors of the workers used of what was paid, least first:",
        *(line for _, line in sorted(shares)),
    ]


def _fewer_workers(item: JobCost) -> str:
    """Return a line if no run has used half of the workers. Auto scaling keeps what is usual low, not what is most."""
    settings = item.job.settings
    if settings.is_shell:
        return ""
    each = prices.dpus(settings.worker_type)
    long = [run for run in item.succeeded if run.seconds >= prices.BILLED_AT_LEAST]
    used = max((run.paid / run.seconds / each for run in long), default=0)
    enough = max(2, round(used * 1.5 + 0.5))
    if not used or enough > settings.number_of_workers / 2 or item.most is None:
        return ""
    less = item.most * enough / settings.number_of_workers
    return (
        f"  {item.job.name}: numberOfWorkers: {enough} lowers what a run costs at most to {dollars(less)}; its last"
        f" runs had {used:.1f} on average"
    )


def _rounded(dpu_seconds: float) -> str:
    """Return DPU-seconds without decimals, but for the few of a Python shell job."""
    return f"{dpu_seconds:.0f}" if dpu_seconds >= 10 else f"{dpu_seconds:.3g}"


def _below_a_minute(run: JobRun) -> float:
    if not 0 < run.seconds < prices.BILLED_AT_LEAST:
        return 0
    return run.paid * (1 - run.seconds / prices.BILLED_AT_LEAST)
