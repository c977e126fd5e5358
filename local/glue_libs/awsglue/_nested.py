"""The methods for nested fields: unnest, relationalize, unbox."""

from __future__ import annotations

from py4j.protocol import Py4JJavaError
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType, StructType

from awsglue import _paths
from awsglue._coverage import not_covered


def unnest(frame: DataFrame) -> DataFrame:
    """Return each field of a struct as a column `struct.field`. Arrays stay as they are."""
    return frame.select([F.col(_paths.quoted(path)).alias(".".join(path)) for path in _leaves(frame.schema)])


def _leaves(schema: StructType, parent: _paths.Path = ()) -> list[_paths.Path]:
    leaves = []
    for field in schema.fields:
        path = (*parent, field.name)
        leaves += _leaves(field.dataType, path) if isinstance(field.dataType, StructType) else [path]
    return leaves


def relationalize(frame: DataFrame, root: str) -> dict[str, DataFrame]:
    """Return the flat table `root`, and a table `root_<array>` for each array.

    In the root, the column of an array holds a key (long). The array's table has the columns `id` (that key), `index`
    (from 0) and `<array>.val` with the element, or `<array>.val.<field>` if the elements are structs.
    The numbers of the keys are not Glue's. An array within an array is not covered: the documentation does not say
    what Glue calls its table.
    """
    flat = unnest(frame)
    arrays = [field.name for field in flat.schema.fields if isinstance(field.dataType, ArrayType)]
    if not arrays:
        return {root: flat}
    # The checkpoint fixes the keys: a second computation may see the rows in another order and number them anew.
    numbered = flat.withColumn("\0id", F.monotonically_increasing_id()).localCheckpoint()
    tables = {root: numbered.select([_key(name, name in arrays) for name in flat.columns])}
    for name in arrays:
        tables[f"{root}_{name}"] = _pivoted(numbered, name)
    return tables


def _key(name: str, is_array: bool) -> Column:
    column = F.col(_paths.quoted((name,)))
    return F.when(column.isNotNull(), F.col("\0id")).alias(name) if is_array else column


def _pivoted(numbered: DataFrame, name: str) -> DataFrame:
    exploded = numbered.select(
        F.col("\0id").alias("id"), F.posexplode(F.col(_paths.quoted((name,)))).alias("index", f"{name}.val")
    )
    flat = unnest(exploded)
    for field in flat.schema.fields:
        if isinstance(field.dataType, ArrayType):
            not_covered(f"relationalize of the array {field.name} within an array", "explode it with Spark first")
    return flat


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
