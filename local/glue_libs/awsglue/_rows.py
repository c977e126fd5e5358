"""Rows brought together and apart: join, split_rows, mergeDynamicFrame, DropNullFields."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from awsglue import _paths
from awsglue._coverage import not_covered

COMPARATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}


def join(left: DataFrame, right: DataFrame, keys1: Sequence[str], keys2: Sequence[str]) -> DataFrame:
    """Inner equi-join that keeps both keys; a null key matches nothing. Fields of the same name on both sides are
    refused: which of the two Glue renames is not documented."""
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
    """The rows that meet every comparison (`{"age": {">": 10, "<": 20}}`), and all others."""
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
    """The staged rows, and of the source those whose keys are not staged; columns of both."""
    for frame in (source, staged):
        for key in keys:
            _existing(frame, key)
    kept = source.join(staged.select(*keys).distinct(), list(keys), "left_anti").select(source.columns)
    return kept.unionByName(staged, allowMissingColumns=True)


def drop_null_columns(frame: DataFrame) -> DataFrame:
    """Without the columns that are null in every row; looks at all rows, once."""
    if not frame.columns:
        return frame
    counts = frame.select(F.count(F.lit(1)), *[F.count(F.col(_paths.quoted((name,)))) for name in frame.columns])
    rows, *values = counts.collect()[0]
    kept = [name for name, count in zip(frame.columns, values, strict=True) if count or not rows]
    return frame.select([F.col(_paths.quoted((name,))) for name in kept])


def _existing(frame: DataFrame, name: str) -> _paths.Path:
    path = _paths.find(frame, name)
    if path is None:
        raise ValueError(f"no column {name!r}; there are {', '.join(frame.columns) or 'none'}")
    return path
