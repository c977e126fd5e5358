"""The rows of a CSV file as bytes, so that a row that is taken stays as it is, dirty or not."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tools.samples.masks import Masks

DELIMITERS = (b",", b";", b"\t", b"|", b"\x01")
LONGEST_ROW = 64 * 1024  # bytes; a quote that is not closed within them is a part of the text
MOST_LINES = 500  # of a row
NULLS = ("", "null", "NULL", "Null", "\\N")
_NO_NAME = re.compile(r"[+-]?[\d.,]+|.*@.*|\d{4}-\d\d-\d\d.*|", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """The fields of a row as they are written. `open`: a quote is not closed yet. `clean`: every quote is in place."""

    fields: list[bytes]
    open: bool
    clean: bool


def split(row: bytes, delimiter: bytes) -> Row:
    """Split a row at the delimiters that are not in quotes. `""` and `\\"` are quotes within quotes."""
    text = row.rstrip(b"\r\n")
    fields: list[bytes] = []
    start, clean = 0, True
    while True:
        end = start
        if text[start : start + 1] == b'"':
            end = _closing(text, start + 1, delimiter)
            if end < 0:
                return Row([*fields, text[start:]], True, False)
        following = text.find(delimiter, end)
        stop = len(text) if following < 0 else following
        clean = clean and (stop == end or text[start : start + 1] != b'"')
        fields.append(text[start:stop])
        if following < 0:
            return Row(fields, False, clean)
        start = following + 1


def _closing(text: bytes, start: int, delimiter: bytes) -> int:
    """Return the index after the quote that closes a field, or -1."""
    while (quote := text.find(b'"', start)) >= 0:
        after = text[quote + 1 : quote + 2]
        if after == b'"':
            start = quote + 2
        elif text[quote - 1 : quote] == b"\\" and after not in (b"", b"\r", b"\n", delimiter):
            start = quote + 1
        else:
            return quote + 1
    return -1


def rows(stream: BinaryIO, delimiter: bytes) -> Iterator[bytes]:
    """Yield the rows with their line ends. A line break in quotes is a part of its row."""
    pending: deque[bytes] = deque()
    while line := pending.popleft() if pending else stream.readline(LONGEST_ROW):
        lines, closed = [line], not _is_open(line, delimiter)
        while not closed and len(lines) < MOST_LINES and sum(map(len, lines)) <= LONGEST_ROW:
            more = pending.popleft() if pending else stream.readline(LONGEST_ROW)
            if not more:
                break
            lines.append(more)
            closed = b'"' in more and not _is_open(b"".join(lines), delimiter)
        if not closed:
            pending.extendleft(reversed(lines[1:]))
            lines = lines[:1]
        yield b"".join(lines)


def _is_open(row: bytes, delimiter: bytes) -> bool:
    return b'"' in row and split(row, delimiter).open


def delimiter_of(line: bytes, name: str) -> bytes:
    """Return the delimiter of a file, by its name or by what its first line has most of."""
    if re.search(r"\.(tsv|tab)\b", name, re.IGNORECASE):
        return b"\t"
    return max(DELIMITERS, key=lambda delimiter: len(split(line, delimiter).fields))


def header_of(fields: list[bytes]) -> list[str] | None:
    """Return the names in the first row, or None if it looks like data: a number, a date, an e-mail, a name twice."""
    names = [_text(value) for value in fields]
    is_header = len(set(names)) == len(names) and not any(_NO_NAME.fullmatch(name.strip()) for name in names)
    return names if is_header else None


def masked(row: bytes, delimiter: bytes, names: list[str], masks: Masks) -> bytes | None:
    """Return the row with its columns masked, or None if it is not certain which of its values are in which column."""
    parts = split(row, delimiter)
    if len(parts.fields) != len(names) or parts.open or not parts.clean:
        return None
    end = row[len(row.rstrip(b"\r\n")) :]
    made = [
        _masked(raw, masks) if masks.column((name,)) else raw for raw, name in zip(parts.fields, names, strict=True)
    ]
    return delimiter.join(made) + end


def _masked(raw: bytes, masks: Masks) -> bytes:
    text = _text(raw)
    if text in NULLS:
        return raw
    made = masks.text(text).encode("utf-8", "surrogateescape")
    return b'"' + made.replace(b'"', b'""') + b'"' if raw.startswith(b'"') else made


def _text(raw: bytes) -> str:
    if raw.startswith(b'"') and raw.endswith(b'"') and len(raw) > 1:
        raw = raw[1:-1].replace(b'""', b'"').replace(b'\\"', b'"')
    return raw.decode("utf-8-sig", "surrogateescape")
