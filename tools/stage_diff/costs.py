"""Compare what one run of each job costs at most, before and after. A price that is not known stays unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aws_glue_cdk_baseline import prices
from tools import amounts
from tools.amounts import dollars
from tools.stage_diff.job_words import Job


def most(job: Job) -> float | None:
    """Return what a run of a job costs at most, in USD, or None if that is not known. A streaming job runs an hour."""
    values = job.values
    if values.get("type") == "pythonshell" and "maxCapacity" in values and "timeoutMinutes" in values:
        return prices.most_of_shell(float(values["maxCapacity"]), float(values["timeoutMinutes"]))
    worker, workers, minutes = (values.get(key) for key in ("workerType", "numberOfWorkers", "timeoutMinutes"))
    if values.get("type") == "pythonshell":
        return prices.most_of_shell(float(values.get("maxCapacity") or 0.0625), float(minutes or 0))
    minutes = 60 if values.get("type") == "streaming" else minutes
    if not isinstance(worker, str) or worker not in prices.DPUS or workers is None or minutes is None:
        return None
    rate = prices.price(str(values.get("glueVersion", "")), str(values.get("executionClass", "STANDARD")), worker)
    return None if rate is None else prices.most(rate, worker, int(workers), float(minutes))


def cost_lines(before: Mapping[str, Job], after: Mapping[str, Job]) -> Iterator[str]:
    """Yield a line for each job whose costs differ, and one for all jobs together; nothing if no costs differ."""
    differ = [name for name in dict.fromkeys([*after, *before]) if _most(before, name) != _most(after, name)]
    for name in differ:
        if name not in before:
            yield f"{name}: {dollars(_most(after, name))}, new"
        elif name not in after:
            yield f"{name}: {dollars(_most(before, name))}, removed"
        else:
            yield f"{name}: {dollars(_most(before, name))} -> {dollars(_most(after, name))}"
    if differ or before.keys() != after.keys():
        was, now = total(before), total(after)
        yield f"one run of each job: {now}, as before" if was == now else f"one run of each job: {was} -> {now}"


def total(jobs: Mapping[str, Job]) -> str:
    """Return what one run of each job costs at most."""
    return amounts.total([most(job) for job in jobs.values()])


def _most(jobs: Mapping[str, Job], name: str) -> float | None:
    return most(jobs[name]) if name in jobs else None
