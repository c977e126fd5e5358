"""`awsglue.functions`: functions of columns."""

from __future__ import annotations

from typing import Any

from pyspark.sql import Column

from awsglue._coverage import not_covered


def replaceArrayElement(srcCol: Any, replaceCol: Any, idx: int) -> Column:
    not_covered("awsglue.functions.replaceArrayElement")


def namedStruct(*cols: Any) -> Column:
    not_covered("awsglue.functions.namedStruct", "use pyspark.sql.functions.struct")


def explodeWithIndex(col: Any) -> Column:
    not_covered("awsglue.functions.explodeWithIndex", "use pyspark.sql.functions.posexplode")
