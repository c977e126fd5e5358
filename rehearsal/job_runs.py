"""The job runs of an action: those that the emulator recorded, and those that the test did not start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

REPORTS = "reports/*.xml"  # JUnit files, in the source folder of a build
SUITE = "integration-test"
TESTED = "tested: "  # begins the line of a test case that says why its job was tested
SKIPPED, NOT_STARTED, UNCHANGED = "skipped", "NOT STARTED", "UNCHANGED"
NOT_RUN = (SKIPPED, NOT_STARTED, UNCHANGED)
WORDS = {name.lower(): name for name in NOT_RUN}  # in the report


@dataclass(frozen=True)
class JobRun:
    """A run, and the version of the Spark that it ran on.

    `message` is its error, or why there was none; `read` and `wrote` are empty if nothing is known of it. `reason` says
    why its job was tested, if not all jobs of the stage were.
    """

    job: str
    state: str
    message: str = ""
    seconds: float = 0.0
    read: str = ""
    wrote: str = ""
    log: str = ""
    spark: str = ""
    reason: str = ""
    is_streaming: bool = False

    @property
    def failed(self) -> bool:
        """True if it ran, and ended badly. A streaming job has no end: it is stopped."""
        return self.state not in ("SUCCEEDED", *NOT_RUN) and not (self.is_streaming and self.state == "STOPPED")

    def __str__(self) -> str:
        if self.state in NOT_RUN:
            return f"job run {self.job} {self.state}: {self.message}"
        on = f"on local {self.spark}" if self.spark.startswith("Python") else f"on local Spark {self.spark}".rstrip()
        words = [f"job run {self.job} {self.state} {on}", self.message, f"({self.reason})" if self.reason else ""]
        return " ".join(filter(None, words))


def job_runs(records: Iterable[Mapping[str, Any]], source: Path) -> list[JobRun]:
    """Return the runs of the emulator's records, then those that the report in a build's `source` folder adds."""
    fields = JobRun.__dataclass_fields__
    reasons = _reasons(source)
    runs = [
        JobRun(
            **{name: value for name, value in record.items() if name in fields}, reason=reasons.get(record["job"], "")
        )
        for record in records
    ]
    ran = {run.job for run in runs}
    return [*runs, *(run for run in _not_run(source) if run.job not in ran)]


def _not_run(source: Path) -> Iterator[JobRun]:
    for job, case in _cases(source):
        for found in (case.find("skipped"), case.find("failure")):
            word, _, message = (found.get("message", "") if found is not None else "").partition(": ")
            if state := WORDS.get(word.lower()):
                yield JobRun(job, state, message)


def _reasons(source: Path) -> dict[str, str]:
    """Return why jobs were tested, by job."""
    lines = ((job, line) for job, case in _cases(source) for line in (case.findtext("system-out") or "").splitlines())
    return {job: line.removeprefix(TESTED) for job, line in lines if line.startswith(TESTED)}


def _cases(source: Path) -> Iterator[tuple[str, ElementTree.Element]]:
    """Yield the test case of each job in the reports of the integration test."""
    for file in sorted(source.glob(REPORTS)):
        for case in ElementTree.parse(file).iter("testcase"):
            if case.get("classname") == SUITE:
                yield case.get("name", ""), case


def table(runs: Sequence[JobRun]) -> list[str]:
    """Return one line for each run, and one more for the error of a run."""
    job = max([len(run.job) for run in runs] + [7])
    read = max([len(run.read) for run in runs] + [4])
    lines = [f"{'job run':<{job}}  {'state':<11}  seconds  {'read':<{read}}  wrote"]
    for run in runs:
        start = f"{run.job:<{job}}  {run.state:<11}"
        if run.state in NOT_RUN:
            lines.append(f"{start}           {run.message}")
            continue
        lines.append(f"{start}  {run.seconds:>7.1f}  {run.read or '-':<{read}}  {run.wrote or '-'}")
        if run.message:
            lines.append(f"{'':<{job}}  {run.message}")
    return lines
