"""Fetch the data files below a location, and tell how Spark reads them: by their content, not by their names."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from tests.integ.s3_file import S3File
from tools.rows import BZIP2, GZIP, ORC, PARQUET, ZSTANDARD, Rows, count_rows, delimiter, hidden, total

MAX_BYTES = 1024**3  # of all files of one job, compressed or not: a build of CodeBuild has 3 GB of memory
COMPRESSIONS = {GZIP: "gzip", BZIP2: "bz2", ZSTANDARD: "zstd"}
PART_BYTES = 1024 * 1024


class DataError(Exception):
    """The data cannot be checked. The message says why."""


@dataclass
class Budget:
    """The bytes that may still be fetched for one job."""

    left: int = MAX_BYTES

    def spend(self, size: int, location: str) -> None:
        self.left -= size
        if self.left < 0:
            raise DataError(
                f"there is more than {MAX_BYTES / 1024**3:g} GB of data below {location} and what it is compared with,"
                " too much to fetch; evaluate the rules in the script (EvaluateDataQuality), and leave them out here"
            )


@dataclass(frozen=True)
class Data:
    """Files in `folder`, in one format of Spark, with its options. Without a file, the format is empty."""

    folder: Path
    format: str = ""
    options: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "format": self.format, "options": self.options}


def objects(s3: Any, location: str) -> Iterator[tuple[str, str, int]]:
    """Yield (key, key below the location, size) of each object with data at a location: one file, or a folder's."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    folder = f"{key.rstrip('/')}/" if key.rstrip("/") else ""
    listed = [folder] if key.endswith("/") or not key else [key, folder]
    seen = set()
    for prefix in listed:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                name = item["Key"]
                below = name.removeprefix(folder) if name.startswith(folder) else ""
                if item["Size"] and name not in seen and (name == key or (below and not hidden(below))):
                    seen.add(name)
                    yield name, below or name.rpartition("/")[2], item["Size"]


def fetch(s3: Any, location: str, folder: Path, budget: Budget) -> Data:
    """Fetch the files of a location into `folder`, uncompressed. Folders such as `day=1` become columns, others do not.

    Raise DataError if there is too much of it, or if Spark cannot read the files together.
    """
    bucket = location.removeprefix("s3://").partition("/")[0]
    files = []
    for number, (key, below, size) in enumerate(objects(s3, location)):
        budget.spend(size, location)
        parts = [part for part in below.split("/")[:-1] if "=" in part]
        file = folder.joinpath(*parts, f"part-{number:05}")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as target:
            _copy(io.BufferedReader(S3File(s3, bucket, key, size)), target, budget, location)
        files.append((key, file))
    return _described(folder, files)


def _copy(source: IO[bytes], target: IO[bytes], budget: Budget, location: str) -> None:
    start = source.read(4)
    source.seek(0)
    kind = next((name for magic, name in COMPRESSIONS.items() if start.startswith(magic)), None)
    stream: Any = pa.CompressedInputStream(pa.PythonFile(source, mode="r"), kind) if kind else source
    while part := stream.read(PART_BYTES):
        if kind:
            budget.spend(len(part), location)
        target.write(part)


def _described(folder: Path, files: list[tuple[str, Path]]) -> Data:
    """Return how Spark reads the files. All have one format."""
    formats: dict[str, str] = {}
    rows = []
    for key, file in files:
        with file.open("rb") as content:
            found = count_rows(content)
            content.seek(0)
            if not (name := _format(content, found)):
                raise DataError(f"its file {key} is neither Parquet, ORC, JSON nor CSV")
        formats.setdefault(name, key)
        rows += [found] if found else []
    if len(formats) > 1:
        (one, first), (other, second) = list(formats.items())[:2]
        raise DataError(f"its files have two formats: {first} is {one}, {second} is {other}; Spark reads one at a time")
    if not formats:
        return Data(folder)
    [name] = formats
    options = _csv_options(files[0][1], rows) if name == "csv" else {}
    if name == "json" and any(_is_document(file) for _, file in files):
        options = {"multiLine": "true"}
    return Data(folder, name, options)


def _format(content: IO[bytes], rows: Rows | None) -> str:
    start = content.read(4)
    if start == PARQUET or start.startswith(ORC):
        return "parquet" if start == PARQUET else "orc"
    return "" if rows is None else "csv" if rows.csv else "json"


def _is_document(file: Path) -> bool:
    """Return true if a file is one JSON document of several lines, or a list, and not one record a line."""
    with file.open("rb") as content:
        first = content.readline().removeprefix(b"\xef\xbb\xbf")
    try:
        return not isinstance(json.loads(first), dict)
    except ValueError:
        return True


def _csv_options(file: Path, rows: list[Rows]) -> dict[str, str]:
    with file.open(encoding="utf-8-sig", errors="replace") as content:
        first = content.readline()
    has_header = total(rows) < sum(found.count for found in rows)
    options = {"sep": delimiter(first), "multiLine": "true", "escape": '"'}
    return {**options, "header": "true"} if has_header else options
