"""The rows of JSON files as text: a line each, the items of an array, or documents one after the other."""

from __future__ import annotations

import codecs
import json
import re
import secrets
from collections.abc import Iterator
from typing import Any, BinaryIO

from tools.samples.cut import CorruptFile
from tools.samples.masks import Masks

CHUNK = 64 * 1024
_SPACE = re.compile(r"[\s,]*")
_MARK = f"number-{secrets.token_hex(8)}:"  # makes a text of a fraction: 1.10 must not become 1.1


def kind_of(start: bytes) -> str:
    """Return `lines`, `array` or `documents`, by the first bytes of a file."""
    text = start.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("["):
        return "array"
    return "lines" if any(_is_object(line) for line in text.splitlines()[:20]) else "documents"


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def documents(stream: BinaryIO, most: int) -> Iterator[str]:
    """Yield the text of each document, or of each item of an array. Raise CorruptFile with the number of the row."""
    decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
    decoder = json.JSONDecoder()
    text, position, count, ended = "", 0, 0, False
    in_array = False
    while True:
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]  # it matches nothing, too
        if not count and not in_array and text[position : position + 1] == "[":
            in_array, position = True, position + 1
            continue
        if in_array and text[position : position + 1] == "]":
            return
        try:
            _, end = decoder.raw_decode(text, position)
            complete = end < len(text) or ended  # else a number could go on
        except ValueError:
            end, complete = position, False
        if complete:
            count += 1
            yield text[position:end]
            position = end
            continue
        if ended:
            if position >= len(text) and not in_array:
                return
            raise CorruptFile(f"row {count + 1} is no valid JSON")
        if len(text) - position > most:
            raise CorruptFile(f"row {count + 1} is no valid JSON, or has more than {most:,} bytes; MB= takes more")
        chunk = stream.read(max(CHUNK, len(text) - position))
        ended = not chunk
        text, position = text[position:] + decode(chunk, ended), 0


def masked(text: str, masks: Masks) -> str:
    """Return the text of a row with its columns masked. Raise ValueError if it is no JSON object."""
    record = json.loads(text, parse_float=lambda number: _MARK + number)
    if not isinstance(record, dict):
        raise ValueError("no object")
    made = _masked(record, masks, ())
    return re.sub(f'"{_MARK}([^"]*)"', r"\1", json.dumps(made, ensure_ascii=False))


def _masked(value: Any, masks: Masks, path: tuple[str, ...], whole: bool = False) -> Any:
    """Mask a part of a record. Each fraction is a marked text here, and keeps its digits."""
    if isinstance(value, list):
        return [_masked(item, masks, path, whole) for item in value]
    whole = whole or bool(path and masks.column(path))
    if isinstance(value, dict):
        return {name: _masked(item, masks, (*path, name), whole) for name, item in value.items()}
    if not whole:
        return value
    if isinstance(value, str) and value.startswith(_MARK):
        return _MARK + masks.number(value.removeprefix(_MARK))
    return masks.value(value)
