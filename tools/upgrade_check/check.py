"""Check one job: read its code, run it on both versions, and compare what the two runs printed and wrote."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aws_glue_cdk_baseline.config import Job, StageConfig
from local.s3.store import FileStore
from tools.upgrade_check.comparison import Comparison, compare
from tools.upgrade_check.data_files import data_files
from tools.upgrade_check.findings import Change, Finding
from tools.upgrade_check.printed import different_lines, only_in_one, without
from tools.upgrade_check.runs import Dataset, VersionRun, datasets, run_on, table_text, written_locations

ALREADY = "it is on this version already"
Lines = tuple[list[str], list[str]]


@dataclass
class Result:
    """What is known of a job: the findings, the two runs, and their differences. `no_run` says why there is none."""

    job: Job
    change: Change
    findings: list[Finding] = field(default_factory=list)
    no_run: str = ""
    before: VersionRun | None = None
    after: VersionRun | None = None
    locations: dict[Dataset, Comparison] = field(default_factory=dict)
    tables: dict[str, list[str]] = field(default_factory=dict)  # of the Data Catalog: their lines that differ
    schemas: list[str] = field(default_factory=list)  # the lines of the printed schemas that differ
    warnings: Lines = ([], [])
    others: Lines = ([], [])

    @property
    def breaks(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.breaks]

    @property
    def compared(self) -> bool:
        """True if both runs succeeded."""
        return all(run is not None and not run.run.code for run in (self.before, self.after))

    @property
    def lines_differ(self) -> bool:
        """True if it printed other lines, and wrote nothing: then these are its result."""
        return not self.locations and not self.tables and any(self.others)

    @property
    def equal(self) -> bool:
        same = all(found.equal for found in self.locations.values()) and not any(self.tables.values())
        return self.compared and same and not self.schemas and not self.lines_differ

    @property
    def good(self) -> bool:
        return self.no_run == ALREADY or (self.equal and not self.breaks)


@dataclass(frozen=True)
class Check:
    """What all checks of a command share. `folder` gets what the runs write; `say` gets a line for each step."""

    stage: StageConfig
    folder: Path
    say: Callable[[str], None]

    def run(self, version: str, job: Job, arguments: Mapping[str, str], start: FileStore, name: str) -> VersionRun:
        """Run a job on a Glue version, and say how it ended. Its S3 is in the folder `name`."""
        self.say(f"  running on Glue {version} …")
        run = run_on(version, job, self.stage, arguments, start, self.folder / f"{job.name}-{name}")
        ended = f"failed after {run.run.seconds:.1f} s: {run.reason}" if run.run.code else ""
        self.say(f"  run on {version}: {ended or f'succeeded after {run.run.seconds:.1f} s'}")
        return run

    def compare_runs(self, result: Result, arguments: Mapping[str, str], start: FileStore) -> None:
        """Run the job of a result on both versions, and add the differences to the result."""
        job, change = result.job, result.change
        before = result.before = self.run(change.source, job, arguments, start, "before")
        if before.run.code:
            result.no_run = f"nothing was compared: it fails on {change.source}, the version that it is on"
            return
        after = result.after = self.run(change.target, job, arguments, start, "after")
        if after.run.code:
            return
        first, second = before.printed, after.printed
        result.schemas = _diff("\n".join(first.schemas), "\n".join(second.schemas))
        for table in sorted({*before.run.tables, *after.run.tables}):
            result.tables[table] = _diff(table_text(table, before.store), table_text(table, after.store))
        result.warnings = only_in_one(first.warnings, second.warnings)
        result.others = different_lines(first.others, second.others)
        for location in written_locations([before, after]):
            for data in datasets(location, before.store, after.store):
                result.locations[data] = _compare(data, before, after)
        if result.lines_differ or any(found.rows_differ for found in result.locations.values()):
            self._leave_out_what_always_differs(result, arguments, start)

    def _leave_out_what_always_differs(self, result: Result, arguments: Mapping[str, str], start: FileStore) -> None:
        """Run the job on its own version once more: columns that differ then too, such as a time, say nothing."""
        before, after = result.before, result.after
        assert before is not None, "it was run"
        assert after is not None, "it was run"
        self.say("  they differ: once more, to see what differs between two runs on one version")
        again = self.run(before.version, result.job, arguments, start, "again")
        if again.run.code:
            return
        usual = different_lines(before.printed.others, again.printed.others)
        passing = [*usual[0], *usual[1]]
        result.others = without(result.others[0], passing), without(result.others[1], passing)
        for data, found in result.locations.items():
            if not found.rows_differ:
                continue
            anyway = _compare(data, before, again)
            if anyway.differing and anyway.counts[0] == anyway.counts[1]:
                names = ", ".join(anyway.differing)
                found = _compare(data, before, after, anyway.differing)
                found.notes.append(f"without {names}, which differs between two runs on {before.version} too")
            elif anyway.rows_differ:
                found.notes.append(f"two runs on {before.version} differ too, in their number of rows: compare by hand")
            result.locations[data] = found
        again.remove()


def _compare(data: Dataset, one: VersionRun, other: VersionRun, ignored: Sequence[str] = ()) -> Comparison:
    return compare(data_files(data.files(one.store)), data_files(data.files(other.store)), ignored)


def _diff(one: str, other: str) -> list[str]:
    """Return the lines that differ, with - for those of the first run and + for those of the second."""
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
