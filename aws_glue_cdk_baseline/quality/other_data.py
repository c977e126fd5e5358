"""The rules that look at other data: a statement in SQL, and values that have to be in a second DataFrame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from aws_glue_cdk_baseline.quality.row_checks import quoted
from aws_glue_cdk_baseline.quality.rules import Rule, columns_of, reference_of

PRIMARY = "primary"  # the name of the data that is checked, in a statement


class OtherDataError(Exception):
    """The other data that a rule needs is not there. The message says what is missing."""


@dataclass(frozen=True)
class Partner:
    """Other rows, all different, and the pairs of columns, own and theirs, by which rows are found in them."""

    rows: DataFrame
    pairs: tuple[tuple[str, str], ...]
    null_safe: bool  # a null is found where the other is null, too

    def join(self, frame: DataFrame, how: str, marker: str = "") -> DataFrame:
        """Join the frame with the other rows: `left_semi` keeps the rows that are found, `left` adds a `marker`."""
        names = {name: f"other {number}" for number, name in enumerate(self.rows.columns)}
        other = self.rows.toDF(*names.values())
        terms: list[Column] = []
        for own, theirs in self.pairs:
            left, right = frame[quoted(own)], other[quoted(names[theirs])]
            terms.append(left.eqNullSafe(right) if self.null_safe else left == right)
        if marker:
            other = other.withColumn(marker, F.lit(True))
        joined = frame.join(other, reduce(lambda one, two: one & two, terms), how)
        return joined.drop(*names.values()) if marker else joined


def statement_result(frame: DataFrame, sources: Mapping[str, DataFrame], statement: str) -> float:
    """Return the one number that a statement results in."""
    with _views(frame, sources):
        rows = frame.sparkSession.sql(statement).take(2)
    if len(rows) != 1 or len(rows[0]) != 1:
        count = f"{len(rows)} row{'s' if len(rows) > 1 else ''} of {len(rows[0])} values" if rows else "no row"
        raise OtherDataError(f"the statement results in {count}, not in one number")
    try:
        return float(rows[0][0])
    except (TypeError, ValueError):
        raise OtherDataError(f"the statement results in {rows[0][0]!r}, which is no number") from None


def statement_rows(frame: DataFrame, sources: Mapping[str, DataFrame], statement: str) -> Partner:
    """Return the rows that a statement returns. They have columns of the frame."""
    with _views(frame, sources):
        rows = frame.sparkSession.sql(statement).distinct()
    if not set(rows.columns) & set(frame.columns):
        raise OtherDataError(
            "The output from CustomSQL must contain at least one column that matches the input dataset."
        )
    if more := set(rows.columns) - set(frame.columns):
        raise OtherDataError(f"The columns of the statement are not in the data: {', '.join(sorted(more))}")
    return Partner(rows, tuple((name, name) for name in rows.columns), null_safe=True)


def reference(sources: Mapping[str, DataFrame], rule: Rule) -> Partner:
    """Return the other data of ReferentialIntegrity. A null is in none."""
    alias, names = reference_of(rule)
    if alias not in sources:
        there = f"; there are {', '.join(sorted(sources))}" if sources else ""
        raise OtherDataError(f"{alias} is not among the additional data sources{there}")
    other = sources[alias]
    if missing := [name for name in names if name not in other.columns]:
        raise OtherDataError(f"{alias} does not include column {missing[0]}; columns: {', '.join(other.columns)}")
    rows = other.select(*[F.col(quoted(name)) for name in names]).distinct()
    return Partner(rows, tuple(zip(columns_of(rule), names, strict=True)), null_safe=False)


@contextmanager
def _views(frame: DataFrame, sources: Mapping[str, DataFrame]) -> Iterator[None]:
    """Let SQL find the data by name in the block. A script's own views of the same name are there afterwards."""
    spark = frame.sparkSession
    views = {**sources, PRIMARY: frame}
    before = {name: spark.table(name) for name in views if spark.catalog.tableExists(name)}
    for name, data in views.items():
        data.createOrReplaceTempView(name)
    try:
        yield
    finally:
        for name in views:
            if name in before:
                before[name].createOrReplaceTempView(name)
            else:
                spark.catalog.dropTempView(name)
