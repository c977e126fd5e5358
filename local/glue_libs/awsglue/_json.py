"""JSON as Glue reads it: JSON Lines, or whole files with `multiLine`.

A malformed record fails. Spark says only that there is one, so its file and line are looked up here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, DataFrameReader

from awsglue._coverage import check_options, is_true
from awsglue._files import SPEED_ONLY_FORMAT, open_text

SHOWN = 60  # characters of a malformed record


def read(reader: DataFrameReader, files: Mapping[str, str], options: Mapping[str, Any]) -> DataFrame:
    """Return the records of all files. Raise ValueError at the first malformed one, with its file and line."""
    check_options("reading json: format", options, ["multiLine", "multiline", "withHeader", *SPEED_ONLY_FORMAT])
    whole = is_true(options.get("multiLine", options.get("multiline", False)))
    try:
        strict = reader.option("multiLine", whole).option("mode", "FAILFAST")
        return strict.json(list(files))
    except Py4JJavaError as error:
        failed = error
    _check(files, whole)  # outside of the except block: Spark's long traceback is not shown with the ValueError
    raise failed


def _check(files: Mapping[str, str], whole: bool) -> None:
    """Raise ValueError at the first record that is not a JSON object; a `whole` file is one record, or an array."""
    for file, name in files.items():
        with open_text(file) as lines:
            records: Iterable[str] = [lines.read()] if whole else lines
            for number, record in enumerate(records, start=1):
                if record.strip() and not _is_object(record):
                    place = name if whole else f"{name}:{number}"
                    hint = "" if whole else "; a record that spans lines needs format_options={'multiLine': True}"
                    raise ValueError(f"{place}: not a JSON object: {record.strip()[:SHOWN]!r}{hint}")


def _is_object(record: str) -> bool:
    try:
        value = json.loads(record)
    except ValueError:
        return False
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(item, dict) for item in value))
