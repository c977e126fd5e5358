"""Count the rows of data files by their content: Parquet, ORC, JSON and CSV; the two of text also compressed.

JSON is one record a line, or one document, whose records are in a list. Any other text is CSV, one record a line; a
quoted value may have several lines. The integration test and the rehearsal count with it.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

PARQUET, ORC, GZIP, BZIP2, ZSTANDARD = b"PAR1", b"ORC", b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd"
NAME = re.compile(r"[^\W\d]\w*([ .-]\w+)*")  # of a column: a letter first, no other signs
DELIMITERS = ",;\t|"
START_BYTES = 4096  # of a text: they tell its format
LONGEST_CELL = 128 * 1024  # characters; a quote that is never closed would make one of the whole file


@dataclass(frozen=True)
class Rows:
    """The number of records in one file. Of CSV, `names` is the first record if it may be a header."""

    count: int
    csv: bool = False
    names: tuple[str, ...] = ()


def total(files: Iterable[Rows]) -> int:
    """Return the number of rows in the files of one folder, without the headers of CSV files.

    A CSV file does not say whether it has a header. The first records of a folder's files are taken for one if they
    are all the same and have only names: words that differ, and no numbers.
    """
    given = [rows for rows in files if rows.count]
    texts = [rows for rows in given if rows.csv]
    same = len({rows.names for rows in texts}) == 1 and texts[0].names
    return sum(rows.count for rows in given) - (len(texts) if same else 0)


def count_rows(file: IO[bytes]) -> Rows | None:
    """Return the rows of an open file, which can seek, or None if its format is not known.

    Raise OSError, EOFError or pyarrow's ArrowException if it is damaged.
    """
    start = file.read(4)
    file.seek(0)
    if start == PARQUET:
        return Rows(pq.read_metadata(file).num_rows)
    if start.startswith(ORC):
        return Rows(orc.ORCFile(file).nrows)
    if start.startswith(GZIP):
        return _text(gzip.GzipFile(fileobj=file))
    if start.startswith(BZIP2):
        return _text(bz2.BZ2File(file))
    if start == ZSTANDARD:
        return _text(io.BytesIO(pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd").read()))
    return _text(file)


def hidden(key: str) -> bool:
    """Return true if Spark does not read an object of this key as data, such as `out/_SUCCESS` or `out/.part.crc`."""
    return any(name.startswith(("_", ".")) and "=" not in name for name in key.split("/"))


def text_format(start: bytes) -> str:
    """Return how text that starts so is read: `list` (JSON), `json`, `csv`, or an empty text if it is none of them."""
    first = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if b"\0" in start or first == b"<":  # binary, XML
        return ""
    return {b"[": "list", b"{": "json"}.get(first, "csv")


def delimiter(line: str) -> str:
    """Return the delimiter of CSV that begins with this line."""
    return max(DELIMITERS, key=line.count)


def header(record: Sequence[str]) -> tuple[str, ...]:
    """Return the names in a first record of CSV that may be a header: words that differ, and no numbers."""
    differ = len(set(record)) == len(record)
    return tuple(record) if differ and all(NAME.fullmatch(name) for name in record) else ()


def _text(content: Any) -> Rows | None:
    form = text_format(content.read(START_BYTES))
    content.seek(0)
    match form:
        case "list":
            return _document(content.read())
        case "json":
            return _json_lines(content)
        case "csv":
            return _csv(content)
    return None


def _document(text: bytes) -> Rows | None:
    try:
        return Rows(len(json.loads(text)))
    except ValueError:
        return None


def _json_lines(content: IO[bytes]) -> Rows:
    first = content.readline()
    try:
        json.loads(first)
    except ValueError:  # a document of several lines, or a damaged record
        return Rows(sum(line.startswith(b"{") for line in [first.lstrip(b"\xef\xbb\xbf"), *content]))
    return Rows(1 + sum(not line.isspace() for line in content))


def _csv(content: IO[bytes]) -> Rows | None:
    csv.field_size_limit(LONGEST_CELL)  # other code of the process may have set it
    text = io.TextIOWrapper(content, "utf-8-sig", errors="replace", newline="")
    start = text.readline()
    records = filter(None, csv.reader(chain([start], text), delimiter=delimiter(start)))
    try:
        first = next(records, [])
        count = bool(first) + sum(1 for _ in records)
    except csv.Error:  # a quote that is never closed
        return None
    finally:
        text.detach()
    return Rows(count, csv=True, names=header(first))
