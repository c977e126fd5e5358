"""Glue's names of Spark's types, and a schema as `printSchema` prints it."""

from __future__ import annotations

from pyspark.errors import ParseException
from pyspark.sql import SparkSession
from pyspark.sql.types import ArrayType, DataType, DecimalType, MapType, StructType
from pyspark.sql.types import _parse_datatype_string as parse_spark_type

GLUE_NAMES = {"bigint": "long", "smallint": "short", "tinyint": "byte", "void": "null"}
CONTAINERS = ("struct", "array", "map", "null", "choice")


def glue_name(data_type: DataType) -> str:
    """`long` for Spark's bigint, `struct`, `array` and `map` without what is in them."""
    if isinstance(data_type, StructType | ArrayType | MapType):
        return data_type.typeName()
    if isinstance(data_type, DecimalType):
        return f"decimal({data_type.precision},{data_type.scale})"
    return GLUE_NAMES.get(data_type.simpleString(), data_type.simpleString())


def spark_type(name: str) -> DataType | None:
    """The type that Glue calls `name`; none for `struct`, `array` and the like, which say nothing of their content.

    Raises ValueError for what is no type.
    """
    if name.strip().lower() in CONTAINERS:
        return None
    SparkSession.builder.getOrCreate()  # the parser is Spark's own
    try:
        return parse_spark_type(name.strip())
    except (ParseException, ValueError):
        raise ValueError(f"{name!r} is not a type; types are string, int, long, double, boolean, date, …") from None


def schema_lines(schema: StructType, indent: str = "") -> list[str]:
    """A line for each field, those inside of it below it, one `|    ` deeper."""
    return [line for field in schema.fields for line in _lines(field.name, field.dataType, indent)]


def _lines(name: str, data_type: DataType, indent: str) -> list[str]:
    line = f"{indent}|-- {name}: {glue_name(data_type)}"
    deeper = f"{indent}|    "
    if isinstance(data_type, StructType):
        return [line, *schema_lines(data_type, deeper)]
    if isinstance(data_type, ArrayType):
        return [line, *_lines("element", data_type.elementType, deeper)]
    return [line]
