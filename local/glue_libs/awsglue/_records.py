"""A function for each record: filter and map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.types import NullType, StructField, StructType

from awsglue._coverage import not_covered

NO_MATCH = (KeyError, ValueError, TypeError)  # raised by a filter's function, they drop the row, as in Glue
DICT_AS_STRUCT = "spark.sql.pyspark.inferNestedDictAsStruct.enabled"


class Record(dict[str, Any]):
    """What the function gets: `record["name"]`, structs as records too."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        not_covered(f"record.{name} in a filter or map function", f"write record[{name!r}]")


def record(value: Any) -> Any:
    """A row as a record, with all that is inside of it."""
    if isinstance(value, Row):
        return Record({name: record(item) for name, item in value.asDict().items()})
    return [record(item) for item in value] if isinstance(value, list) else value


def filter_records(frame: DataFrame, function: Callable[[Any], object]) -> DataFrame:
    """The rows for which the function says yes."""

    def keeps(row: Row) -> bool:
        try:
            return bool(function(record(row)))
        except NO_MATCH:
            return False

    return frame.sparkSession.createDataFrame(frame.rdd.filter(keeps), frame.schema)


def map_records(frame: DataFrame, function: Callable[[Any], Any]) -> DataFrame:
    """What the function makes of each row; it returns a record (a dict). What it raises fails the run."""

    def plain(row: Row) -> dict[str, Any]:
        result = function(record(row))
        if not isinstance(result, dict):
            raise TypeError(f"the function of map returned {type(result).__name__}, not a record")
        return _plain(result)  # type: ignore[no-any-return]

    mapped = frame.rdd.map(plain).cache()  # once to tell the types, once for the rows
    if mapped.isEmpty():
        return frame
    with _dicts_as_structs(frame.sparkSession):
        result = frame.sparkSession.createDataFrame(mapped, samplingRatio=1.0)
    if not any(isinstance(field.dataType, NullType) for field in result.schema):
        return result
    return frame.sparkSession.createDataFrame(mapped, _typed(result.schema, frame.schema))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _typed(found: StructType, before: StructType) -> StructType:
    """Columns that are null in every row keep the type that they had."""
    return StructType(
        [
            StructField(field.name, before[field.name].dataType)
            if isinstance(field.dataType, NullType) and field.name in before.names
            else field
            for field in found
        ]
    )


@contextmanager
def _dicts_as_structs(spark: SparkSession) -> Iterator[None]:
    before = spark.conf.get(DICT_AS_STRUCT)
    spark.conf.set(DICT_AS_STRUCT, "true")
    try:
        yield
    finally:
        spark.conf.set(DICT_AS_STRUCT, before or "false")
