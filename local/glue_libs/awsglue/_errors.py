"""Error records: what a frame was to hold and could not, such as a malformed line, or a record on which `map` failed.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

from __future__ import annotations

import atexit
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from pyspark import RDD, SparkContext
from pyspark.accumulators import Accumulator, AccumulatorParam

HERE = str(Path(__file__).resolve().parent)
ErrorRecord = dict[str, Any]


def error_record(message: str, trace: str, text: str, source: str, record: dict[str, Any], site: str) -> ErrorRecord:
    """Return an error record with the fields that Glue's have."""
    return {
        "callsite": {"site": site, "info": ""},
        "msg": message,
        "stackTrace": trace,
        "input": text,
        "bytesread": len(text.encode()),
        "source": source,
        "dynamicRecord": record,
    }


def call_site() -> str:
    """Return the lines of the script that called this library, as a traceback shows them."""
    return "".join(traceback.format_list(_calls()[-3:]))


def warn_of(count: int, first: str) -> None:
    """Warn that records were lost, at the line of the script that called this library."""
    caller = _calls()[-1]
    warnings.warn_explicit(left_out(count, first), UserWarning, caller.filename, caller.lineno or 1)


def _calls() -> list[traceback.FrameSummary]:
    return [call for call in traceback.extract_stack() if not str(Path(call.filename).resolve()).startswith(HERE)]


class Errors:
    """The error records of one stage: of reading, or of one transform. They are computed when somebody asks."""

    def __init__(self, records: Callable[[], RDD[ErrorRecord]], count: int | None = None) -> None:
        self._records = records
        if count is not None:
            self.__dict__["count"] = count

    @classmethod
    def listed(cls, records: list[ErrorRecord]) -> Errors:
        return cls(lambda: SparkContext.getOrCreate().parallelize(records), len(records))

    @cached_property
    def records(self) -> RDD[ErrorRecord]:
        return self._records()

    @cached_property
    def count(self) -> int:
        return self.records.count()


class ErrorThresholdExceeded(Exception):
    """A frame has as many error records as its threshold says."""


def total(stages: Iterable[Errors]) -> int:
    return sum(stage.count for stage in stages)


def check(stage: Iterable[Errors], earlier: Iterable[Errors], stage_threshold: int, total_threshold: int) -> None:
    """Raise ErrorThresholdExceeded if a threshold is reached. A threshold of 0 is none."""
    if not stage_threshold and not total_threshold:
        return
    own = total(stage)
    if stage_threshold and own >= stage_threshold:
        raise ErrorThresholdExceeded(f"{own} error records in this stage; stageThreshold={stage_threshold} is reached")
    if total_threshold and (found := own + total(earlier)) >= total_threshold:
        raise ErrorThresholdExceeded(f"{found} error records up to here; totalThreshold={total_threshold} is reached")


class _FirstErrors(AccumulatorParam[dict[Any, tuple[int, str]]]):
    """For each partition of each stage: how many errors, and the first message. A second computation adds nothing."""

    def zero(self, value: Any) -> Any:
        return {}

    def addInPlace(self, value1: Any, value2: Any) -> Any:
        for key, found in value2.items():
            value1[key] = max(value1.get(key, (0, "")), found, key=lambda one: one[0])
        return value1


_tellers: dict[int, Accumulator[Any]] = {}


def teller(context: SparkContext) -> Accumulator[Any]:
    """Return where functions that run later, record by record, tell of their errors; at the end they are printed."""
    found = _tellers.get(id(context))
    if found is None:
        if not _tellers:
            atexit.register(_tell)
        found = _tellers[id(context)] = context.accumulator({}, _FirstErrors())
    return found


def _tell() -> None:
    stages: dict[Any, list[tuple[int, str]]] = {}
    for accumulator in _tellers.values():
        for (stage, _), found in sorted(accumulator.value.items(), key=repr):
            stages.setdefault(stage, []).append(found)
    for found in stages.values():
        print(f"warning: {left_out(sum(count for count, _ in found), found[0][1])}", file=sys.stderr)


def left_out(count: int, first: str) -> str:
    """Return the line that says how many records were lost, and why the first one was."""
    records = (
        "1 record became an error record and is" if count == 1 else f"{count} records became error records and are"
    )
    return f"{first}; {records} left out (see errorsAsDynamicFrame)"
