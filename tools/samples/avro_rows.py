"""Take the first rows of an Avro file with fastavro: the schema and the compression stay."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tools.samples.cut import CorruptFile, Cut, Limit, TooLargeRow
from tools.samples.masks import Masks
from tools.samples.source import PartialFile, SampleError, TooMuchToRead


def take_avro(fastavro: Any, stream: PartialFile, limit: Limit, masks: Masks) -> Cut:
    """Return the first rows. Raise CorruptFile if the file, or one of its rows, cannot be read."""
    buffered = io.BufferedReader(stream, 64 * 1024)
    rows: list[Any] = []
    try:
        reader = fastavro.reader(buffered)
        for row in islice(reader, limit.rows):
            rows.append(row)
            if buffered.tell() > 4 * limit.size:
                break
    except (TooMuchToRead, SampleError):
        raise
    except Exception as error:  # of fastavro, and of a library for each compression
        raise CorruptFile(
            f"cannot be read after row {len(rows)}: {' '.join(str(error).split()) or 'it ends too early'}"
        ) from None
    schema = reader.writer_schema
    made = [_masked(row, masks, ()) for row in rows] if masks else rows

    def written() -> bytes:
        sink = io.BytesIO()
        fastavro.writer(sink, schema, made, codec=reader.codec, metadata=_own_metadata(reader.metadata))
        return sink.getvalue()

    data, short = written(), len(rows) < limit.rows and buffered.tell() > 4 * limit.size
    while len(data) > limit.size and len(made) > 1:
        short, made = True, made[: max(1, int(len(made) * limit.size / len(data) * 0.9))]
        data = written()
    if len(data) > limit.size:
        raise TooLargeRow(limit.size)
    return Cut(data, len(made), "avro", list(dict.fromkeys(_columns(schema))), short)


def _masked(value: Any, masks: Masks, path: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_masked(item, masks, path) for item in value]
    if path and masks.column(path):
        return masks.value(value)
    if isinstance(value, dict):
        return {name: _masked(item, masks, (*path, name)) for name, item in value.items()}
    return value


def _own_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metadata.items() if not name.startswith("avro.")}


def _columns(schema: Any, path: str = "") -> Iterator[str]:
    for kind in schema if isinstance(schema, list) else [schema]:
        if isinstance(kind, dict) and kind.get("type") == "array":
            yield from _columns(kind["items"], path)
        elif isinstance(kind, dict) and kind.get("type") == "record":
            for column in kind["fields"]:
                name = f"{path}{column['name']}"
                yield name
                yield from _columns(column["type"], f"{name}.")
