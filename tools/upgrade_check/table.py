"""The table at the end: a line for each job, what the change saves, and what the runs on this machine cannot show."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES
from aws_glue_cdk_baseline.prices import price
from tools.amounts import columns, prices_of
from tools.upgrade_check.check import Result
from tools.upgrade_check.report import counted
from tools.upgrade_check.runs import VersionRun
from tools.upgrade_check.saving import LastRun, saved_at_timeout, saved_by_last_run

LastRuns = Mapping[str, LastRun | None]  # by the name of the job


def table(results: Sequence[Result], stage: StageConfig, last_runs: LastRuns | None) -> list[str]:
    """Return the table, and the lines below it. `last_runs` are those on AWS, or None without a profile."""
    target = results[0].change.target
    sources = {result.change.source for result in results}
    own = f"run on {sources.pop()}" if len(sources) == 1 else "run on its own"
    heading = (
        "job",
        "Glue",
        "breaks",
        "may break",
        own,
        f"run on {target}",
        "outputs",
        "saves at timeout",
        "saves as last run",
    )
    rows = [heading, *(_row(result, (last_runs or {}).get(result.job.name)) for result in results)]
    return [*columns(rows), "", *_savings(results, stage, last_runs), *_limits(results, target), "Nothing was changed."]


def _row(result: Result, last: LastRun | None) -> tuple[str, ...]:
    return (
        result.job.name,
        result.change.source,
        str(len(result.breaks)),
        str(len(result.findings) - len(result.breaks)),
        _state(result.before),
        _state(result.after),
        _outputs(result),
        usd(saved_at_timeout(result.job, result.change)),
        usd(saved_by_last_run(result.job, result.change, last)),
    )


def _state(run: VersionRun | None) -> str:
    return "not run" if run is None else "failed" if run.run.code else "succeeded"


def _outputs(result: Result) -> str:
    if not result.compared:
        return "not compared"
    if not result.equal:
        return "different"
    rows = sum(found.counts[0] for found in result.locations.values())
    return (
        f"equal: {counted(rows)}" if result.locations else "equal: tables" if result.tables else "equal: lines printed"
    )


def _savings(results: Sequence[Result], stage: StageConfig, last_runs: LastRuns | None) -> Iterator[str]:
    yield f"The last two columns are in USD a run, by {prices_of(stage.account.aws_region)}."
    kinds = {
        (version, result.job.settings.execution_class, result.job.settings.worker_type)
        for result in results
        for version in (result.change.source, result.change.target)
    }
    for version, execution_class, worker_type in sorted(kinds):
        if price(version, execution_class, worker_type) is None:
            yield f"The price of Glue {version} in the class {execution_class} on {worker_type} is not known."
    if last_runs is None:
        yield "How long the last run on AWS took is unknown; PROFILE=name reads it there (glue:GetJobRuns)."
    for name, last in (last_runs or {}).items():
        if last:
            yield f"{name}: its last run on AWS took {last.seconds} s and {last.dpu_seconds / 3600:.3f} DPU-hours."
        else:
            yield f"{name}: no run on AWS has succeeded yet."


def _limits(results: Sequence[Result], target: str) -> Iterator[str]:
    ran = [result.change for result in results if result.before]
    for source in sorted({change.source for change in ran if change.same_spark}):
        line = RUNTIMES[target].spark_line
        yield f"Glue {source} and {target} both run on Spark {line} here: no run shows how they differ."
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if ran and RUNTIMES[target].python != here:
        yield f"The runs were on Python {here}: what Python {RUNTIMES[target].python} lacks is found by reading alone."


def usd(amount: float | None) -> str:
    """Return an amount of USD with as many digits as say something."""
    if amount is None:
        return "unknown"
    return f"{'-' if amount < 0 else ''}${abs(amount):.{2 if abs(amount) >= 1 or not amount else 4}f}"
