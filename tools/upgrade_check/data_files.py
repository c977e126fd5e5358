"""Read the rows of what a job wrote, whatever its format: Parquet, ORC, Avro, JSON and CSV, also compressed.

The format is known by the content, as in tools/rows.py. Files of other formats have no rows here.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import hashlib
import io
import json
import re
import sys
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

from tools.rows import BZIP2, GZIP, ORC, PARQUET, START_BYTES, ZSTANDARD, delimiter, header, hidden, text_format

AVRO = b"Obj\x01"
SPARK_SCHEMA = b"org.apache.spark.sql.parquet.row.metadata"
BATCH = 10_000  # rows in memory at once
DECIMAL_POINT = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+(\.\d*)?[eE][+-]?\d+)")
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
NOT_READABLE = "not readable"
# What a file raises that is damaged, or that has values which Python has not, such as a time in the year 10000.
UNREADABLE = (OSError, EOFError, ValueError, OverflowError, RecursionError, csv.Error, zlib.error, pa.ArrowException)
Row = dict[str, Any]


@dataclass(frozen=True)
class DataFile:
    """A file below a location: its `key` there, its `format`, and its columns with their types, where it names them.

    `rows` reads it. Without `rows` the content is not understood.
    """

    key: str
    path: Path
    format: str
    columns: dict[str, str] = field(default_factory=dict)
    rows: Callable[[], Iterator[Row]] | None = None

    def unreadable(self) -> DataFile:
        """Return the file as one without rows."""
        return DataFile(self.key, self.path, NOT_READABLE)

    @property
    def digest(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def all_rows(self) -> Iterator[Row]:
        """Yield the rows, with the columns that the names of its folders add."""
        partitions = partition_columns(self.key)
        for row in self.rows() if self.rows else ():
            yield {**row, **partitions}


def partition_columns(key: str) -> Row:
    """Return the columns in the folders of a key: `day=2026-01-01/part-0.parquet` has `day`."""
    pairs = (part.partition("=") for part in key.split("/")[:-1] if "=" in part)
    return {name: None if value == NULL_PARTITION else unquote(value) for name, _, value in pairs}


def data_files(found: Sequence[tuple[str, Path]]) -> list[DataFile]:
    """Return the files of one location, of which each is given with its key there. Markers of Spark are left out."""
    files = [_open(key, path) for key, path in sorted(found) if not hidden(key) and path.stat().st_size]
    texts = [file for file in files if file.format == "csv"]
    # A first record that all files share, and that has only names, is a header: as tools/rows.py counts.
    first = {_first_record(file.path) for file in texts}
    names = header(next(iter(first))) if len(first) == 1 else ()
    return [_csv(file, names) if file.format == "csv" else file for file in files]


def _open(key: str, path: Path) -> DataFile:
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start == PARQUET:
            return _parquet(key, path)
        if start.startswith(ORC):
            columns = {item.name: str(item.type) for item in orc.ORCFile(path).schema}
            return DataFile(key, path, "orc", columns, lambda: _orc_rows(path))
        if start == AVRO:
            return _avro(key, path)
        return _text(key, path)
    except UNREADABLE:
        return DataFile(key, path, NOT_READABLE)


def _parquet(key: str, path: Path) -> DataFile:
    file = pq.ParquetFile(path)
    columns = {item.name: str(item.type) for item in file.schema_arrow}
    if given := (file.metadata.metadata or {}).get(SPARK_SCHEMA):  # Spark's own types, which are the same in all files
        columns = {item["name"]: _spark_type(item["type"]) for item in json.loads(given)["fields"]}
    return DataFile(key, path, "parquet", columns, lambda: _parquet_rows(path))


def _spark_type(kind: Any) -> str:
    """Return a type of Spark's JSON as SQL has it, without what is nullable."""
    match kind:
        case {"type": "struct", "fields": fields}:
            inner = (f"{item['name']}:{_spark_type(item['type'])}" for item in fields)
            return f"struct<{','.join(inner)}>"
        case {"type": "array", "elementType": element}:
            return f"array<{_spark_type(element)}>"
        case {"type": "map", "keyType": key, "valueType": value}:
            return f"map<{_spark_type(key)},{_spark_type(value)}>"
        case {"type": "udt", "class": name}:
            return str(name)
    return {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint"}.get(str(kind), str(kind))


def _parquet_rows(path: Path) -> Iterator[Row]:
    file = pq.ParquetFile(path, coerce_int96_timestamp_unit="us")
    for batch in file.iter_batches(BATCH):
        yield from batch.to_pylist()


def _orc_rows(path: Path) -> Iterator[Row]:
    file = orc.ORCFile(path)
    for number in range(file.nstripes):
        yield from file.read_stripe(number).to_pylist()


def _avro(key: str, path: Path) -> DataFile:
    import fastavro  # only few jobs write Avro

    with path.open("rb") as file:
        schema: Any = fastavro.reader(file).writer_schema
    columns = {item["name"]: json.dumps(item["type"]) for item in schema.get("fields", [])}
    return DataFile(key, path, "avro", columns, lambda: _avro_rows(path))


def _avro_rows(path: Path) -> Iterator[Row]:
    import fastavro

    with path.open("rb") as file:
        for record in fastavro.reader(file):
            yield dict(record) if isinstance(record, dict) else {"value": record}


def _text(key: str, path: Path) -> DataFile:
    with _decompressed(path) as content:
        form = text_format(content.read(START_BYTES))
    match form:
        case "list":
            return DataFile(key, path, "json", rows=lambda: _document_rows(path))
        case "json":
            return DataFile(key, path, "json", rows=lambda: _json_rows(path))
    return DataFile(key, path, form or "other")


@contextmanager
def _decompressed(path: Path) -> Iterator[Any]:
    """Open a file of text, which may be compressed."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(GZIP):
            yield gzip.GzipFile(fileobj=file)
        elif start.startswith(BZIP2):
            yield bz2.BZ2File(file)
        elif start == ZSTANDARD:
            yield io.BufferedReader(pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd"))
        else:
            yield file


@contextmanager
def _lines(path: Path, newline: str | None = None) -> Iterator[io.TextIOWrapper]:
    with (
        _decompressed(path) as content,
        closing(io.TextIOWrapper(content, "utf-8-sig", errors="replace", newline=newline)) as text,
    ):
        yield text


def _json_rows(path: Path) -> Iterator[Row]:
    """Yield a row a line. A line that is no JSON is a row of its own."""
    with _lines(path) as lines:
        for line in lines:
            if line.strip():
                try:
                    record = json.loads(line)
                except ValueError:
                    record = line.rstrip("\n")
                yield record if isinstance(record, dict) else {"value": record}


def _document_rows(path: Path) -> Iterator[Row]:
    with _decompressed(path) as content:
        records = json.loads(content.read())
    for record in records:
        yield record if isinstance(record, dict) else {"value": record}


def _records(path: Path) -> Generator[list[str], None, None]:
    csv.field_size_limit(sys.maxsize)
    with _lines(path, newline="") as text:
        start = text.readline()
        yield from filter(None, csv.reader(chain([start], text), delimiter=delimiter(start)))


def _first_record(path: Path) -> tuple[str, ...]:
    try:
        with closing(_records(path)) as records:
            return tuple(next(records, []))
    except UNREADABLE:
        return ()


def _csv(file: DataFile, names: tuple[str, ...]) -> DataFile:
    def rows() -> Iterator[Row]:
        records = _records(file.path)
        if names:
            next(records, None)
        for record in records:
            keys = names if len(names) == len(record) else [f"column {number}" for number in range(1, len(record) + 1)]
            yield {key: _value(text) for key, text in zip(keys, record, strict=True)}

    columns = dict.fromkeys(names, "text")
    return DataFile(file.key, file.path, "csv", columns, rows)


def _value(text: str) -> Any:
    """Return a value of CSV: a number with a decimal point as such, all else as it is written."""
    return float(text) if DECIMAL_POINT.fullmatch(text) else text
