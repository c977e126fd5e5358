"""Types by the names that Glue and the Data Catalog give them, and a schema as `printSchema` prints it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pyspark.errors import ParseException
from pyspark.sql import Column, SparkSession
from pyspark.sql.types import ArrayType, DataType, DecimalType, MapType, StructType
from pyspark.sql.types import _parse_datatype_string as parse_spark_type

from awsglue import gluetypes


class ChoiceType(StructType):
    """A field whose records disagree in type: for Spark a struct with a nullable field for each type."""

    @classmethod
    def typeName(cls) -> str:
        return "struct"


GLUE_NAMES = {"bigint": "long", "smallint": "short", "tinyint": "byte", "void": "null"}
CONTAINERS = ("struct", "array", "map", "null", "choice")  # such a name does not tell the types inside
# A decimal without precision and scale. In Glue it has two decimal places; in Spark and Hive it has none.
PLAIN_DECIMAL = re.compile(r"(?<![\w`])decimal(?!\s*[(:\w`])", re.IGNORECASE)
GLUE_DECIMAL = "decimal(10,2)"


def glue_name(data_type: DataType) -> str:
    """Return Glue's name of a type: `long` for Spark's bigint; `struct`, `array` and `map` without their content."""
    if isinstance(data_type, ChoiceType):
        return "choice"
    if isinstance(data_type, StructType | ArrayType | MapType):
        return data_type.typeName()
    if isinstance(data_type, DecimalType):
        return f"decimal({data_type.precision},{data_type.scale})"
    return GLUE_NAMES.get(data_type.simpleString(), data_type.simpleString())


def glue_type(name: str) -> DataType | None:
    """Return the Spark type for a type name of Glue; None for `struct`, `array` and the like.

    Raise ValueError for a name that is not a type. A plain `decimal` is decimal(10,2), the default of Glue's
    DecimalType (awsglue/gluetypes.py of https://github.com/awslabs/aws-glue-libs).
    """
    return catalog_type(PLAIN_DECIMAL.sub(GLUE_DECIMAL, name))


def catalog_type(name: str) -> DataType | None:
    """Return the Spark type for a type name of the Data Catalog; None and ValueError as in glue_type.

    The catalog has the names of Hive, where a plain `decimal` is decimal(10,0).
    """
    if name.strip().lower() in CONTAINERS:
        return None
    SparkSession.builder.getOrCreate()  # the parser below needs a session
    try:
        return parse_spark_type(name.strip())
    except (ParseException, ValueError):
        raise ValueError(f"{name!r} is not a type; types are string, int, long, double, boolean, date, …") from None


def try_cast(column: Column, data_type: DataType) -> Column:
    """Cast a column by the rules of ANSI SQL, on each Spark; a value that cannot be cast becomes null."""
    spark_4: Callable[[Column, DataType], Column] | None = getattr(Column, "try_cast", None)
    if spark_4:
        return spark_4(column, data_type)
    java, catalyst = _java(), _catalyst()
    no_time_zone = java.scala.Option.empty()  # that of the session
    cast = catalyst.Cast(column._jc.expr(), _java_type(data_type), no_time_zone, catalyst.EvalMode.TRY())
    return Column(java.org.apache.spark.sql.Column(cast))


def can_cast(source: DataType, target: DataType) -> bool:
    """Return true if `try_cast` has a cast from one type to the other."""
    return bool(_catalyst().Cast.canTryCast(_java_type(source), _java_type(target)))


def _java() -> Any:
    """Return Spark's Java classes: Spark 3.5 has no Python function for such a cast, which its SQL has."""
    return SparkSession.builder.getOrCreate()._jvm


def _catalyst() -> Any:
    return _java().org.apache.spark.sql.catalyst.expressions


def _java_type(data_type: DataType) -> Any:
    return SparkSession.builder.getOrCreate()._jsparkSession.parseDataType(data_type.json())


def schema_lines(schema: StructType, indent: str = "") -> list[str]:
    """Return a line for each field; the fields inside of it follow, indented by `|    `."""
    return [line for field in schema.fields for line in _lines(field.name, field.dataType, indent)]


def _lines(name: str, data_type: DataType, indent: str) -> list[str]:
    line = f"{indent}|-- {name}: {glue_name(data_type)}"
    deeper = f"{indent}|    "
    if isinstance(data_type, ChoiceType):
        return [line, *[inner for field in data_type for inner in _type_lines(field.dataType, deeper)]]
    if isinstance(data_type, StructType):
        return [line, *schema_lines(data_type, deeper)]
    if isinstance(data_type, ArrayType):
        return [line, *_lines("element", data_type.elementType, deeper)]
    if isinstance(data_type, MapType):
        inside = {"keyType": data_type.keyType, "valueType": data_type.valueType}
        return [line, *(found for part, kind in inside.items() for found in _lines(part, kind, deeper))]
    return [line]


def _type_lines(data_type: DataType, indent: str) -> list[str]:
    """Return the lines of a type of a choice, which has no name: `|-- long`."""
    line, *more = _lines("", data_type, indent)
    return [line.replace("|-- : ", "|-- ", 1), *more]


def glue_schema(data_type: DataType) -> gluetypes.DataType:
    """Return the type of awsglue.gluetypes for one of Spark's; an UnknownType for one that Glue does not have."""
    if isinstance(data_type, ChoiceType):
        return gluetypes.ChoiceType([glue_schema(field.dataType) for field in data_type])
    if isinstance(data_type, StructType):
        return gluetypes.StructType([gluetypes.Field(field.name, glue_schema(field.dataType)) for field in data_type])
    if isinstance(data_type, ArrayType):
        return gluetypes.ArrayType(glue_schema(data_type.elementType))
    if isinstance(data_type, MapType):
        return gluetypes.MapType(glue_schema(data_type.valueType))
    if isinstance(data_type, DecimalType):
        return gluetypes.DecimalType(data_type.precision, data_type.scale)
    kind = getattr(gluetypes, type(data_type).__name__, gluetypes.UnknownType)
    made: gluetypes.DataType = kind()
    return made
