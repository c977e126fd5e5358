"""relationalize: flat tables for a database, one for the rows and one for each array, at any depth.

In a table the column of an array holds a key (long). The array's own table has the columns `id` (that key), `index`
(from 0) and `<array>.val` with the element, or `<array>.val.<field>` where the elements are structs. If such a column
is an array, it has a table of its own: `root_a` for the array `a`, `root_a.val.b` for the array `b` in its elements.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType

from awsglue import _paths
from awsglue._nested import leaves_of

KEY = "\0id"


def relationalize(frame: DataFrame, root: str) -> dict[str, DataFrame]:
    """Return the tables by their names. A choice becomes a column for each of its types, `price.int`."""
    return _tables(frame, root, root)


def _tables(frame: DataFrame, table: str, root: str) -> dict[str, DataFrame]:
    leaves = leaves_of(frame.schema, with_choices=True)
    flat = frame.select([F.col(_paths.quoted(path)).alias(".".join(path)) for path in leaves])
    arrays = [field.name for field in flat.schema.fields if isinstance(field.dataType, ArrayType)]
    if not arrays:
        return {table: flat}
    # The checkpoint fixes the keys: a second computation may see the rows in another order and number them anew.
    numbered = flat.withColumn(KEY, F.monotonically_increasing_id() + 1).localCheckpoint()
    tables = {table: numbered.select([_key(name, name in arrays) for name in flat.columns])}
    for name in arrays:
        elements = F.posexplode(F.col(_paths.quoted((name,)))).alias("index", f"{name}.val")
        tables |= _tables(numbered.select(F.col(KEY).alias("id"), elements), f"{root}_{name}", root)
    return tables


def _key(name: str, is_array: bool) -> Column:
    column = F.col(_paths.quoted((name,)))
    return F.when(column.isNotNull(), F.col(KEY)).alias(name) if is_array else column
