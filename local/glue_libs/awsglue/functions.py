"""`awsglue.functions`: functions of columns."""

from __future__ import annotations

from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from awsglue._coverage import not_covered


def replaceArrayElement(srcCol: Any, replaceCol: Any, idx: int) -> Column:
    not_covered("awsglue.functions.replaceArrayElement", "use pyspark.sql.functions.transform")


def namedStruct(*cols: Any) -> Column:
    """Return a struct of columns, which are given one by one, or as one list."""
    return F.struct(*(cols[0] if len(cols) == 1 and isinstance(cols[0], list | set) else cols))


def explodeWithIndex(col: Any) -> Column:
    """Return a row for each element of an array, with the columns `index`, from 0, and `val`."""
    return F.posexplode(col).alias("index", "val")
