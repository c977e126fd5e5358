"""The `expect:` of a job in the config: the rows that a run must write, their quality, and what the run may take."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from tests.integ.data_files import DataError
from tests.integ.job_run import JobRun
from tests.integ.quality import RuleResult
from tests.integ.s3_file import S3File
from tools.rows import Rows, count_rows, hidden, total

# Evaluates rules on the data at a location, with other locations by name: quality.QualityCheck.
Check = Callable[[str, Mapping[str, str], Sequence[str]], list[RuleResult]]


@dataclass(frozen=True)
class Expectation:
    """At least `rows` rows in the files below `location` (s3://…), and data that the rules `quality` hold for.

    The rules may look at other data: `sources` has its locations by name. A run may take `max_minutes`, and use
    `max_dpu_hours`, at most.
    """

    rows: int = 0
    location: str = ""
    quality: tuple[str, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)
    max_minutes: float | None = None
    max_dpu_hours: float | None = None


def expectation(item: dict[str, Any]) -> Expectation:
    """Return the expectation in a plan. Raise ValueError, KeyError or TypeError if it is none."""
    rules, sources = item.get("quality", []), item.get("sources", {})
    if not isinstance(rules, list):
        raise TypeError(f"{rules!r} is not a list of rules")
    rows = int(item.get("outputRows", 0))
    return Expectation(
        rows,
        str(item["outputLocation"]) if rows or rules else "",
        tuple(map(str, rules)),
        {str(name): str(place) for name, place in sources.items()},
        *(float(item[name]) if name in item else None for name in ("maxMinutes", "maxDpuHours")),
    )


class OutputCheck:
    """Checks the output of runs that succeeded. Called with a run, it returns the error, or an empty text.

    The results of the rules are in the run, then.
    """

    def __init__(self, s3: Any, expectations: dict[str, Expectation], quality: Check | None = None) -> None:
        self._s3 = s3
        self._expectations = expectations
        self._quality = quality

    def __call__(self, run: JobRun) -> str:
        expected = self._expectations.get(run.job)
        if expected is None:
            return ""
        return (self._missing_rows(expected) if expected.rows else "") or self._broken_rules(run, expected)

    def _broken_rules(self, run: JobRun, expected: Expectation) -> str:
        if not expected.quality or not self._quality:
            return ""
        try:
            run.rules = self._quality(expected.location, expected.sources, expected.quality)
        except DataError as error:
            return f"the quality of its output at {expected.location} could not be checked: {error}"
        except (ClientError, BotoCoreError, pa.ArrowException, OSError, EOFError) as error:
            return f"its output at {expected.location} could not be read: {error}"
        failed = [result.line for result in run.rules if not result.passed]
        return f"{len(failed)} of {len(run.rules)} quality rules failed: {'; '.join(failed)}" if failed else ""

    def _missing_rows(self, expected: Expectation) -> str:
        try:
            files = dict(self._files(expected.location))
        except (ClientError, BotoCoreError, pa.ArrowException, OSError, EOFError) as error:
            return f"its output at {expected.location} could not be read: {error}"
        known = [rows for rows in files.values() if rows]
        rows = total(known)
        if rows >= expected.rows:
            return ""
        notes = []
        if headers := sum(found.count for found in known) - rows:
            notes.append(f"; not counted as rows: {headers} CSV headers, first lines that have only names")
        if unknown := [key for key, found in files.items() if found is None]:
            more = f" and {len(unknown) - 1} more" if unknown[1:] else ""
            notes.append(f"; files of an unknown format: {unknown[0]}{more}")
        return f"wrote {rows} rows to {expected.location}, expected at least {expected.rows}{''.join(notes)}"

    def _files(self, location: str) -> Iterator[tuple[str, Rows | None]]:
        """Yield the key and the rows of each data file below a location. Of Parquet and ORC, only footers are read."""
        bucket, _, key = location.removeprefix("s3://").partition("/")
        prefix = f"{key.rstrip('/')}/" if key.rstrip("/") else ""
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                if item["Size"] and not hidden(item["Key"].removeprefix(prefix)):
                    file = S3File(self._s3, bucket, item["Key"], item["Size"])
                    yield item["Key"], count_rows(io.BufferedReader(file))
