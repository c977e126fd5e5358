"""The methods that work on rows: filter, map, join, mergeDynamicFrame, split_rows."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import NullType, StructField, StructType

from awsglue import _paths
from awsglue._coverage import not_covered
from awsglue.gluetypes import DynamicRecord

NO_MATCH = (KeyError, ValueError, TypeError)  # a filter function that raises one of these drops the row, as in Glue
DICT_AS_STRUCT = "spark.sql.pyspark.inferNestedDictAsStruct.enabled"
COMPARATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}


def record(value: Any) -> Any:
    """Convert a row to a record, and all rows inside of it."""
    if isinstance(value, Row):
        return DynamicRecord({name: record(item) for name, item in value.asDict().items()})
    return [record(item) for item in value] if isinstance(value, list) else value


def filter_records(frame: DataFrame, function: Callable[[Any], object]) -> DataFrame:
    """Return the rows for which the function is true."""

    def keeps(row: Row) -> bool:
        try:
            return bool(function(record(row)))
        except NO_MATCH:
            return False

    return frame.sparkSession.createDataFrame(frame.rdd.filter(keeps), frame.schema)


def map_records(frame: DataFrame, function: Callable[[Any], Any]) -> DataFrame:
    """Return the records (dicts) that the function makes of the rows. An exception of the function fails the run."""

    def plain(row: Row) -> dict[str, Any]:
        result = function(record(row))
        if not isinstance(result, dict):
            raise TypeError(f"the function of map returned {type(result).__name__}, not a record")
        return _plain(result)  # type: ignore[no-any-return]

    mapped = frame.rdd.map(plain).cache()  # read twice: for the types, and for the rows
    if mapped.isEmpty():
        return frame
    with _dicts_as_structs(frame.sparkSession):
        result = frame.sparkSession.createDataFrame(mapped, samplingRatio=1.0)
    if not any(isinstance(field.dataType, NullType) for field in result.schema):
        return result
    return frame.sparkSession.createDataFrame(mapped, _typed(result.schema, frame.schema))


def join(left: DataFrame, right: DataFrame, keys1: Sequence[str], keys2: Sequence[str]) -> DataFrame:
    """Return the inner equi-join with the keys of both sides. A null key matches nothing.

    Fields of the same name on both sides are not covered: the documentation does not say which of them Glue renames.
    """
    if len(keys1) != len(keys2):
        raise ValueError(f"join: {len(keys1)} keys on one side, {len(keys2)} on the other")
    if twice := sorted(set(left.columns) & set(right.columns)):
        not_covered(f"a join with the fields {', '.join(twice)} on both sides", "rename them first")
    conditions = [
        F.col(_paths.quoted(_existing(left, one))) == F.col(_paths.quoted(_existing(right, two)))
        for one, two in zip(keys1, keys2, strict=True)
    ]
    return left.join(right, functools.reduce(operator.and_, conditions))


def split(frame: DataFrame, comparisons: Mapping[str, Mapping[str, Any]]) -> tuple[DataFrame, DataFrame]:
    """Return the rows that meet every comparison (`{"age": {">": 10, "<": 20}}`), and all other rows."""
    conditions: list[Column] = []
    for name, comparison in comparisons.items():
        column = F.col(_paths.quoted(_existing(frame, name)))
        for comparator, value in comparison.items():
            if comparator not in COMPARATORS:
                raise ValueError(f"split_rows: {comparator!r} is none of {' '.join(COMPARATORS)}")
            conditions.append(COMPARATORS[comparator](column, value))
    meets = F.coalesce(functools.reduce(operator.and_, conditions, F.lit(True)), F.lit(False))
    return frame.where(meets), frame.where(~meets)


def merge(source: DataFrame, staged: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Return the staged rows and the source rows whose keys are not staged, with the columns of both."""
    for frame in (source, staged):
        for key in keys:
            _existing(frame, key)
    kept = source.join(staged.select(*keys).distinct(), list(keys), "left_anti").select(source.columns)
    return kept.unionByName(staged, allowMissingColumns=True)


def _existing(frame: DataFrame, name: str) -> _paths.Path:
    path = _paths.find(frame, name)
    if path is None:
        raise ValueError(f"no column {name!r}; there are {', '.join(frame.columns) or 'none'}")
    return path


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _typed(found: StructType, before: StructType) -> StructType:
    """Return the schema of a map's result: a column that is null in every row keeps its type from before."""
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
