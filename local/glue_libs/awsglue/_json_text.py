"""Rows as JSON text, in which a choice is a value of its own type. Without choices, Spark's `to_json` does it."""

from __future__ import annotations

import json

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, StructType

from awsglue._choice import choices_in
from awsglue._frames import Rows
from awsglue._paths import quoted
from awsglue._types import ChoiceType


def lines(records: Rows, beside: list[str] | None = None) -> DataFrame:
    """Return a column `value` with a JSON object for each row, and the columns `beside`, which are not in it."""
    beside = beside or []
    fields = [field for field in records.schema if field.name not in beside]
    texts = [_named(field.name, F.col(quoted((field.name,))), field.dataType) for field in fields]
    return records.frame.select(_object(texts).alias("value"), *[F.col(quoted((name,))) for name in beside])


def _object(fields: list[Column]) -> Column:
    return F.concat(F.lit("{"), F.concat_ws(",", *fields), F.lit("}"))


def _named(name: str, column: Column, data_type: DataType) -> Column:
    return F.concat(F.lit(json.dumps(name, ensure_ascii=False) + ":"), _text(column, data_type))


def _text(column: Column, data_type: DataType) -> Column:
    """Return the JSON of a value; null for null."""
    if isinstance(data_type, ChoiceType):
        return F.coalesce(*[_text(column.getField(field.name), field.dataType) for field in data_type])
    if not choices_in(data_type):
        whole = F.to_json(F.struct(column.alias("v")))
        return F.when(column.isNotNull(), F.regexp_replace(whole, r'^\{"v":|\}$', ""))
    if isinstance(data_type, StructType):
        fields = [_named(field.name, column.getField(field.name), field.dataType) for field in data_type]
        return F.when(column.isNotNull(), _object(fields))
    assert isinstance(data_type, ArrayType)
    element = data_type.elementType
    items = F.transform(column, lambda item: F.coalesce(_text(item, element), F.lit("null")))
    return F.when(column.isNotNull(), F.concat(F.lit("["), F.concat_ws(",", items), F.lit("]")))
