"""What a reader or a transform makes: rows, the paths of the choices in them, and the error records of the stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from awsglue._choice import NO_CHOICES, Choices, aligned, choices_in, finished, merged_structs, plain_struct, typed
from awsglue._errors import ErrorRecord, Errors
from awsglue._records import writer
from awsglue._shapes import Shape, with_sizes


class Rows(NamedTuple):
    """Rows with their choices and errors."""

    frame: DataFrame
    choices: Choices = NO_CHOICES
    errors: tuple[Errors, ...] = ()

    @property
    def schema(self) -> StructType:
        """The schema of this library: with a ChoiceType where there is a choice."""
        return typed(self.frame.schema, self.choices)


def union(parts: list[Rows]) -> Rows:
    """Return the rows of all. A field that has several types is a choice; one that is missing is null."""
    target = reduce(merged_structs, (part.schema for part in parts))
    frames = [aligned(part.frame, part.schema, target) for part in parts]
    errors = tuple(dict.fromkeys(error for part in parts for error in part.errors))
    return Rows(reduce(DataFrame.union, frames), choices_in(target), errors)


def error_frame(spark: SparkSession, stages: tuple[Errors, ...]) -> Rows:
    """Return the error records of these stages, each in a struct `error`; without any, a frame without columns."""
    stages = tuple(stage for stage in stages if stage.count)
    if not stages:
        return Rows(spark.createDataFrame([], StructType([])))
    records = spark.sparkContext.union([stage.records for stage in stages]).map(_nested_in_error)
    schema = finished(reduce(merged_structs, records.mapPartitions(_types).collect()))
    frame = spark.createDataFrame(records.map(writer(schema)), plain_struct(schema), verifySchema=False)
    return Rows(frame, choices_in(schema))


def _nested_in_error(record: ErrorRecord) -> dict[str, Any]:
    return {"error": record}


def _types(records: Iterable[Any]) -> Iterator[StructType]:
    shape = Shape()
    for record in records:
        shape.add_struct(with_sizes(record))
    yield shape.schema()
