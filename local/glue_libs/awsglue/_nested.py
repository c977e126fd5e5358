"""The methods for nested fields: unnest and unbox."""

from __future__ import annotations

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructType

from awsglue import _paths
from awsglue._choice import moved
from awsglue._coverage import not_covered
from awsglue._frames import Rows
from awsglue._types import ChoiceType


def unnest(records: Rows) -> Rows:
    """Return each field of a struct as a column `struct.field`. Arrays and choices stay as they are."""
    leaves = leaves_of(records.schema, with_choices=False)
    frame = records.frame.select([F.col(_paths.quoted(path)).alias(".".join(path)) for path in leaves])
    choices = {moved_path for leaf in leaves for moved_path in moved(records.choices, leaf, (".".join(leaf),))}
    return Rows(frame, frozenset(choices), records.errors)


def leaves_of(schema: StructType, parent: _paths.Path = (), *, with_choices: bool) -> list[_paths.Path]:
    """Return the paths of the fields that are no structs; `with_choices`, a choice is a struct, too."""
    leaves = []
    for field in schema.fields:
        path = (*parent, field.name)
        if isinstance(field.dataType, StructType) and (with_choices or not isinstance(field.dataType, ChoiceType)):
            leaves += leaves_of(field.dataType, path, with_choices=with_choices)
        else:
            leaves.append(path)
    return leaves


def unbox(frame: DataFrame, name: str, format: str) -> DataFrame:
    """Parse a string column of JSON text into a struct. Raise ValueError for a text that is not a JSON object."""
    if format != "json":
        not_covered(f"unbox of format={format!r}", "use json")
    path = _paths.find(frame, name)
    if path is None:
        raise ValueError(f"unbox: no column {name!r}; there are {', '.join(frame.columns)}")
    if len(path) > 1 or not isinstance(frame.schema[path[0]].dataType, StringType):
        not_covered(
            f"unbox of {name!r}, which is not a string column at the top level", "move it to the top level first"
        )
    column = F.col(_paths.quoted(path))
    texts = frame.where(column.isNotNull()).select(column).rdd.map(lambda row: row[0])
    try:
        schema = frame.sparkSession.read.option("mode", "FAILFAST").json(texts).schema
    except Py4JJavaError:
        raise ValueError(f"unbox: a value of {name!r} is not a JSON object") from None
    return frame.withColumn(path[0], F.from_json(column, schema, {"mode": "FAILFAST"}))
