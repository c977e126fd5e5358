"""Take the first rows of a text file: JSON, CSV or plain lines, compressed or not. Only these rows are read."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pyarrow as pa

from tools.samples import csv_rows, json_rows
from tools.samples.cut import CorruptFile, Cut, Limit, TooLargeRow
from tools.samples.masks import Masks, columns_of
from tools.samples.source import TooMuchToRead

START = 64 * 1024  # tells what a file is
MOST_TEXT = 10  # times the limit of bytes, before compression
BYTE_ORDER_MARK = "\ufeff"
DECOMPRESSION = (EOFError, OSError, zlib.error, pa.ArrowException)


@dataclass
class Reading:
    """A file that is being read: its `header`, and its rows, masked. `left_out` counts rows that cannot be masked."""

    format: str
    header: bytes = b""
    rows: Iterator[bytes] = field(default_factory=lambda: iter(()))
    joined: Callable[[list[bytes]], bytes] = b"".join
    columns: dict[str, None] = field(default_factory=dict)
    left_out: int = 0
    dirty: list[int] = field(default_factory=list)

    def notes(self) -> list[str]:
        notes = []
        if self.left_out:
            notes.append(f"{self.left_out} rows were left out: it is not certain which of their values to mask")
        if self.dirty:
            shown = ", ".join(map(str, self.dirty[:5])) + (", …" if len(self.dirty) > 5 else "")
            notes.append(f"row {shown} is no valid JSON, and was taken as it is")
        return notes


def opened(stream: io.RawIOBase, codec: str) -> io.BufferedReader:
    """Return the content of a file as a stream, decompressed."""
    raw = io.BufferedReader(stream, START)
    content: Any = raw
    if codec == "gz":
        content = gzip.GzipFile(fileobj=raw)
    elif codec == "bz2":
        content = bz2.BZ2File(raw)
    elif codec == "zst":
        content = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return raw if content is raw else io.BufferedReader(content, START)


def compressed(data: bytes, codec: str) -> bytes:
    if codec == "gz":
        return gzip.compress(data, mtime=0)
    if codec == "bz2":
        return bz2.compress(data)
    if codec == "zst":
        sink = io.BytesIO()
        with pa.CompressedOutputStream(pa.PythonFile(sink, mode="w"), "zstd") as stream:
            stream.write(data)
            stream.flush()
            sink.close = lambda: None  # type: ignore[method-assign]  # it would lose what was written
        return sink.getvalue()
    return data


def take(stream: io.BufferedReader, kind: str, name: str, codec: str, limit: Limit, masks: Masks) -> Cut:
    """Return the first rows of a JSON, CSV or text file. Raise CorruptFile if it cannot be read."""
    most = limit.size * (MOST_TEXT if codec else 1)
    taken: list[bytes] = []
    short = False
    try:
        reading = READERS[kind](stream, name, most, masks)
        size = len(reading.header)
        for row in reading.rows:
            if size + len(row) > most:
                short = True
                break
            taken.append(row)
            size += len(row)
            if len(taken) == limit.rows:
                break
    except TooMuchToRead:
        if not taken:
            raise
        short = True
    except DECOMPRESSION as error:
        raise CorruptFile(f"cannot be read after row {len(taken)}: {error}") from None
    data = compressed(reading.header + reading.joined(taken), codec)
    while len(data) > limit.size and len(taken) > 1:  # it was compressed by less than expected
        short = True
        taken = taken[: max(1, int(len(taken) * limit.size / len(data) * 0.9))]
        data = compressed(reading.header + reading.joined(taken), codec)
    if short and (not taken or len(data) > limit.size):
        raise TooLargeRow(limit.size)
    label = f"{reading.format}.{codec}" if codec else reading.format
    return Cut(data, len(taken), label, list(reading.columns), short, reading.notes())


def _json(stream: io.BufferedReader, name: str, most: int, masks: Masks) -> Reading:
    kind = json_rows.kind_of(stream.peek(START))
    reading = Reading("json array" if kind == "array" else "json")
    if kind == "lines":
        texts = (line.decode("utf-8", "surrogateescape") for line in _lines_of(stream, most))
    else:
        texts = (f"{text}{'' if kind == 'array' else chr(10)}" for text in json_rows.documents(stream, most))

    def rows() -> Iterator[bytes]:
        for number, text in enumerate((text for text in texts if text.strip()), 1):
            made = text
            try:
                record = json.loads(text.removeprefix(BYTE_ORDER_MARK))
                reading.columns.update(dict.fromkeys(columns_of(record)))
                if masks:
                    made = json_rows.masked(text.removeprefix(BYTE_ORDER_MARK), masks) + text[len(text.rstrip()) :]
            except ValueError:
                if masks:
                    reading.left_out += 1
                    continue
                reading.dirty.append(number)
            yield made.encode("utf-8", "surrogateescape")

    reading.rows = rows()
    if kind == "array":
        reading.joined = lambda taken: b"[\n" + b",\n".join(taken) + b"\n]\n"
    return reading


def _csv(stream: io.BufferedReader, name: str, most: int, masks: Masks) -> Reading:
    first_line = stream.peek(START).split(b"\n", 1)[0]
    delimiter = csv_rows.delimiter_of(first_line, name)
    reading = Reading("tsv" if delimiter == b"\t" else "csv")
    found = csv_rows.rows(stream, delimiter)
    first = next(found, b"")
    fields = csv_rows.split(first, delimiter).fields
    names = csv_rows.header_of(fields)
    if names is None:  # Spark's names for columns without a header
        names = [f"_c{index}" for index in range(len(fields))]
    else:
        reading.header = first
    reading.columns.update(dict.fromkeys(names))

    def rows() -> Iterator[bytes]:
        for row in found if reading.header else (row for part in ([first], found) for row in part):
            made = csv_rows.masked(row, delimiter, names, masks) if masks else row
            if made is None:
                reading.left_out += 1
            else:
                yield made

    reading.rows = rows()
    return reading


def _text(stream: io.BufferedReader, name: str, most: int, masks: Masks) -> Reading:
    return Reading("text", rows=_lines_of(stream, most))


def _lines_of(stream: BinaryIO, most: int) -> Iterator[bytes]:
    return iter(lambda: stream.readline(most + 1), b"")


READERS: dict[str, Callable[[io.BufferedReader, str, int, Masks], Reading]] = {
    "json": _json,
    "csv": _csv,
    "text": _text,
}
