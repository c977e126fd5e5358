"""The `expect:` of a job in the config: how many rows a run must write as Parquet to its output location."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from tests.integ.job_run import JobRun
from tests.integ.json_flag import read_json

SHAPE = '{"<job>": {"outputRows": 1, "outputLocation": "s3://…"}}'
FOOTER_BYTES = 65536  # read from the end of each file; only a larger footer needs a second read


@dataclass(frozen=True)
class Expectation:
    """At least `rows` rows in the Parquet files below `location` (s3://…)."""

    rows: int
    location: str


def parse(text: str) -> dict[str, Expectation]:
    """Return the expectation of each job in a JSON text. Raise ValueError if the text does not have the SHAPE."""
    try:
        return {
            str(job): Expectation(int(item["outputRows"]), str(item["outputLocation"]))
            for job, item in read_json(text).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{text!r} is not {SHAPE}: {error}") from None


class OutputCheck:
    """Checks the output of runs that succeeded. Called with a run, it returns the error, or an empty text."""

    def __init__(self, s3: Any, expectations: dict[str, Expectation]) -> None:
        self._s3 = s3
        self._expectations = expectations

    def __call__(self, run: JobRun) -> str:
        expected = self._expectations.get(run.job)
        if expected is None:
            return ""
        try:
            rows = self.count_rows(expected.location)
        except (ClientError, BotoCoreError, pa.ArrowException) as error:
            return f"its output at {expected.location} could not be read: {error}"
        if rows >= expected.rows:
            return ""
        return f"wrote {rows} rows to {expected.location}, expected at least {expected.rows}"

    def count_rows(self, location: str) -> int:
        """Return the number of rows in all Parquet files below a location. Only their footers are read."""
        bucket, _, key = location.removeprefix("s3://").partition("/")
        prefix = f"{key.rstrip('/')}/" if key.rstrip("/") else ""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return sum(self._rows(bucket, key) for key in keys if key.endswith(".parquet"))

    def _rows(self, bucket: str, key: str) -> int:
        footer = self._tail(bucket, key, FOOTER_BYTES)
        # A Parquet file ends with its metadata, the length of the metadata (four bytes), and a mark (four bytes).
        length = int.from_bytes(footer[-8:-4], "little") + 8
        if length > len(footer):
            footer = self._tail(bucket, key, length)
        rows: int = pq.read_metadata(pa.BufferReader(footer)).num_rows
        return rows

    def _tail(self, bucket: str, key: str, size: int) -> bytes:
        answer: bytes = self._s3.get_object(Bucket=bucket, Key=key, Range=f"bytes=-{size}")["Body"].read()
        return answer
