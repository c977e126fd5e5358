"""Write rows that were made up as a file: JSON, CSV, Parquet or ORC."""

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyarrow import orc
from pyarrow import parquet as pq

from tools.samples.source import SampleError
from tools.samples.text_formats import compressed

FORMATS = ("json", "csv", "parquet", "orc")


def made_file(rows: list[dict[str, Any]], schema: pa.Schema, kind: str, codec: str, settings: dict[str, str]) -> bytes:
    """Return a file with the rows. `settings` are those of the reader: header, sep, multiLine. Raise SampleError."""
    if kind in ("parquet", "orc"):
        sink = io.BytesIO()
        table = pa.Table.from_pylist(rows, schema)
        if kind == "parquet":
            pq.write_table(table, sink, compression="snappy", store_schema=False)
        else:
            orc.write_table(table, sink, compression="zlib")
        return sink.getvalue()
    lower = {name.lower(): value.lower() for name, value in settings.items()}
    if kind == "json":
        lines = [json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False) for row in rows]
        as_array = lower.get("multiline") == "true"
        text = "[\n" + ",\n".join(lines) + "\n]\n" if as_array else "".join(f"{line}\n" for line in lines)
        return compressed(text.encode(), codec)
    if kind != "csv":
        raise SampleError(f"rows cannot be made up in the format {kind!r}; possible: {', '.join(FORMATS)}")
    if nested := [column.name for column in schema if pa.types.is_nested(column.type)]:
        raise SampleError(f"{', '.join(nested)}: a column of a CSV file cannot be nested")
    text_io = io.StringIO()
    separator = settings.get("sep") or settings.get("delimiter") or settings.get("separator") or ","
    writer = csv.writer(text_io, delimiter=separator, lineterminator="\n")
    if lower.get("header", lower.get("withheader", "false")) == "true":
        writer.writerow(schema.names)
    for row in rows:
        writer.writerow(["" if value is None else plain(value, text=True) for value in row.values()])
    return compressed(text_io.getvalue().encode(), codec)


def plain(value: Any, text: bool = False) -> Any:
    """Return a value as JSON has it, or with `text` as CSV has it."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        pairs = bool(value) and all(isinstance(item, tuple) for item in value)  # a map
        return {str(key): plain(item) for key, item in value} if pairs else [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value) if text else float(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, bool) and text:
        return str(value).lower()
    return value
