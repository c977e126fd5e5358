"""The report of the integration test: a table of the runs with their estimated cost, and JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from aws_glue_cdk_baseline.monitoring.run_reporter.console import run_page
from tests.integ.costs import Prices
from tests.integ.job_run import LEFT_OUT, SKIPPED, UNCHANGED, JobRun


def table(runs: Sequence[JobRun], prices: Prices) -> list[str]:
    """Return one line for each run, sorted by job, one for all runs, and those about the prices."""
    width = max([len(run.job) for run in runs] + [3])
    with_rules = any(run.rules for run in runs)
    lines = [f"{'job':<{width}}  {'state':<11}  seconds  DPU-seconds        USD{'  rules' if with_rules else ''}"]
    for run in sorted(runs, key=lambda run: run.job):
        if run.state == UNCHANGED:
            lines.append(f"{run.job:<{width}}  {run.state:<11}  {run.error}")
            continue
        line = _line(width, run.job, run.state, run.seconds, run.dpu_seconds, prices.cost(run))
        lines.append(f"{line}  {_passed_rules(run):>5}" if run.rules else line)
    seconds, dpu_seconds = sum(run.seconds for run in runs), sum(run.dpu_seconds for run in runs)
    known = [cost for run in runs if (cost := prices.cost(run)) is not None]
    lines.append(_line(width, "all", "", seconds, dpu_seconds, sum(known) if known or not runs else None))
    warnings = [f"warning: {run.job} {run.warning}" for run in runs if run.warning]
    return [*lines, *prices.notes(runs), *warnings]


def summary(runs: Sequence[JobRun], failed: int) -> list[str]:
    """Return how many jobs and quality rules have passed, and a line for each job that a rehearsal left out."""
    skipped = [run for run in runs if run.state == SKIPPED]
    unchanged = sum(run.state == UNCHANGED for run in runs)
    tested = len(runs) - unchanged
    passed = f"{tested - failed - len(skipped)} of {tested} jobs passed"
    if unchanged:
        passed += f", {unchanged} unchanged"
    if rules := [result for run in runs for result in run.rules]:
        passed += f", {sum(result.passed for result in rules)} of {len(rules)} quality rules"
    return [passed, *(f"{run.job} {SKIPPED}: {run.error}" for run in skipped)]


def _passed_rules(run: JobRun) -> str:
    return f"{sum(result.passed for result in run.rules)}/{len(run.rules)}"


def _line(width: int, job: str, state: str, seconds: float, dpu_seconds: float, cost: float | None) -> str:
    usd = "unknown" if cost is None else f"{cost:.4f}"
    return f"{job:<{width}}  {state:<11}  {seconds:>7.0f}  {dpu_seconds:>11.0f}  {usd:>9}"


def failures(runs: Sequence[JobRun], region: str) -> list[str]:
    """Return the error of each run that did not pass, with a link to it in the console.

    Jobs that were not started because of another one come last.
    """
    lines = []
    for run in sorted(runs, key=lambda run: (bool(run.blocked_by), run.job)):
        if not run.passed and run.state not in LEFT_OUT:
            link = f"\n    {run_page(region, run.job, run.run_id)}" if run.run_id else ""
            lines.append(f"{run.job} {run.state}: {run.error}{link}")
    return lines


def write_junit(runs: Sequence[JobRun], region: str, file: Path) -> None:
    """Write a test case for each run, and one for each rule on its output. CodeBuild shows the file as a report.

    A job that was not started because of another one is skipped: the failure is the other one's. So is an unchanged
    job. A test case says why its job was tested, where that is not so for every job, and warns of a run that took long.
    """
    skipped = [run for run in runs if run.blocked_by or run.state in LEFT_OUT]
    rules = [result for run in runs for result in run.rules]
    failed = sum(not run.passed for run in runs) - len(skipped) + sum(not result.passed for result in rules)
    suite = ElementTree.Element(
        "testsuite",
        name="integration-test",
        tests=str(len(runs) + len(rules)),
        failures=str(failed),
        errors="0",
        skipped=str(len(skipped)),
        time=f"{sum(run.seconds for run in runs):.0f}",
    )
    for run in sorted(runs, key=lambda run: run.job):
        case = ElementTree.SubElement(
            suite, "testcase", classname="integration-test", name=run.job, time=f"{run.seconds:.0f}"
        )
        if run in skipped:
            message = f"{'not started' if run.blocked_by else run.state.lower()}: {run.error}"
            ElementTree.SubElement(case, "skipped", message=message)
        elif not run.passed:
            failure = ElementTree.SubElement(case, "failure", message=f"{run.state}: {run.error}")
            failure.text = run_page(region, run.job, run.run_id) if run.run_id else None
        said = {"tested": run.reason, "warning": run.warning}
        if lines := [f"{name}: {text}" for name, text in said.items() if text]:
            ElementTree.SubElement(case, "system-out").text = "\n".join(lines)
        for result in run.rules:
            case = ElementTree.SubElement(suite, "testcase", classname=run.job, name=result.rule, time="0")
            if not result.passed:
                ElementTree.SubElement(case, "failure", message=result.line)
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)
