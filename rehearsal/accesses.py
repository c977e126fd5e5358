"""The reads and writes of a job run in S3: files, rows and bytes.

The emulator (rehearsal/ministack/s3.py) keeps a file for each run, with a line for each access:
`{"op": "read", "uri": "s3://bucket/key", "bytes": 80}`, where `op` is read, write or delete.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from aws_glue_cdk_baseline.config.glue_arguments import OWN_PLACES
from local.samples import below
from tools.rows import Rows, count_rows, hidden, total

SUFFIX = ".s3.jsonl"  # of the file with the accesses, beside the run's log
MOST_BYTES = 64_000_000  # of a file whose rows are counted
FOLDER_MARK = "_$folder$"  # the end of the names of the empty objects with which Glue marks folders


@dataclass(frozen=True)
class Amount:
    """Data files that were read or written. `counted` files are of a known format, and have `rows` rows in all."""

    files: int = 0
    bytes: int = 0
    counted: int = 0
    rows: int = 0
    locations: int = 0

    def __str__(self) -> str:
        if not self.files:
            return "nothing"
        part = f" (in {self.counted} of them)" if 0 < self.counted < self.files else ""
        rows = f", {_number(self.rows, 'row')}{part}" if self.counted else ""
        places = f" in {self.locations} locations" if self.locations > 1 else ""
        return f"{_number(self.files, 'file')}{rows}, {_size(self.bytes)}{places}"


def amounts(file: Path, arguments: Mapping[str, str], s3: Any, without: Iterable[str] = ()) -> tuple[Amount, Amount]:
    """Return what a run with these arguments has read and written, by the file with its accesses.

    `s3` is the client of an administrator, who may read all of it. Objects `without`, as its script, do not count, nor
    those of Glue's own arguments.
    """
    own = {value for name, value in arguments.items() if name in OWN_PLACES}
    ignored = [*without, *(part.strip() for value in own for part in value.split(","))]
    read, written = _objects(file, ignored) if file.exists() else ({}, {})
    locations = [value for value in arguments.values() if value.startswith("s3://")]
    return _amount(read, locations, s3), _amount(written, locations, s3)


def _objects(file: Path, ignored: Iterable[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the objects that a run has read, but not written before, and those it has written and not deleted."""
    read: dict[str, int] = {}
    written: dict[str, int] = {}
    ever_written = set()
    for line in file.read_text(encoding="utf-8").splitlines():
        access = json.loads(line)
        uri, size = str(access["uri"]), int(access.get("bytes") or 0)
        if any(below(uri, folder) for folder in ignored):
            continue
        if access["op"] == "write":
            written[uri] = size
            ever_written.add(uri)
        elif access["op"] == "delete":
            written.pop(uri, None)
        elif uri not in ever_written:
            read[uri] = read.get(uri, 0) + size
    return read, written


def _amount(objects: Mapping[str, int], locations: Iterable[str], s3: Any) -> Amount:
    by_location: dict[str, list[Rows]] = {}
    files = counted = size = 0
    for uri, transferred in objects.items():
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        location = max((given for given in locations if below(uri, given)), key=len, default=uri.rpartition("/")[0])
        if hidden(uri[len(location) :].lstrip("/")) or key.endswith(("/", FOLDER_MARK)):
            continue
        found = by_location.setdefault(location, [])
        rows, whole = _rows(s3, bucket, key)
        files, size = files + 1, size + (transferred if whole is None else whole)
        if rows:
            counted += 1
            found.append(rows)
    return Amount(files, size, counted, sum(map(total, by_location.values())), len(by_location))


def _rows(s3: Any, bucket: str, key: str) -> tuple[Rows | None, int | None]:
    """Return the rows and the bytes of an object. None is what is not known, as of an object that is gone."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
        size = int(answer["ContentLength"])
        if size > MOST_BYTES:
            answer["Body"].close()
            return None, size
        content = io.BytesIO(answer["Body"].read())
    except (BotoCoreError, ClientError):
        return None, None
    try:
        return count_rows(content), size
    except (pa.ArrowException, OSError, EOFError):
        return None, size


def _number(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _size(size: float) -> str:
    if size < 1000:
        return f"{size} B"
    size /= 1000
    for unit in ("kB", "MB"):
        if size < 1000:
            return f"{size:.1f} {unit}" if size < 10 else f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
