"""Formats that Spark does not read itself: whole files, turned into records by Python, in Spark's workers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from pyspark.sql import DataFrame, DataFrameReader, Row
from pyspark.sql.types import StructType

CONTENT = ("path", "modificationTime", "length", "content")  # the columns of Spark's source binaryFile
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
Records = Callable[[bytes], Iterator[dict[str, Any]]]


def read(reader: DataFrameReader, groups: Iterable[tuple[StructType, list[str]]], records: Records) -> DataFrame:
    """Return the records of files, in groups of one schema each. Partition folders become columns, as in Spark."""
    frames = [_frame(reader, schema, uris, records) for schema, uris in groups]
    return functools.reduce(lambda one, two: one.unionByName(two, allowMissingColumns=True), frames)


def partition_folder(key: str, value: object) -> str:
    """Return the name of a partition's folder, as Spark writes it: `day=2026-11-01`."""
    return f"{key}={NO_VALUE if value is None else quote(str(value), safe=' !$&()*+,;@^_`~|.-')}"


def _frame(reader: DataFrameReader, schema: StructType, uris: list[str], records: Records) -> DataFrame:
    whole = reader.format("binaryFile").load(uris)
    keys = [field for field in whole.schema if field.name not in CONTENT]
    names = [name for name in schema.names if name not in {key.name for key in keys}]

    def rows(file: Row) -> Iterator[tuple[Any, ...]]:
        values = tuple(file[key.name] for key in keys)
        for record in records(bytes(file["content"])):
            yield (*(record.get(name) for name in names), *values)

    made = StructType([*(schema[name] for name in names), *keys])
    return whole.sparkSession.createDataFrame(whole.rdd.flatMap(rows), made, verifySchema=False)
