"""The rules that look at each row: as a column of Spark that is true where a row is as the rule says, else false."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, NumericType, StringType, TimestampNTZType, TimestampType

from aws_glue_cdk_baseline.quality.glue_words import ends, wrong_type
from aws_glue_cdk_baseline.quality.rules import DATA_TYPES, Condition, Keyword, Now, Rule

ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
}


class WrongTypeError(Exception):
    """A column whose type the rule cannot be asked of. The message says so, in the words of AWS Glue."""


def is_row_check(rule: Rule) -> bool:
    return rule.type in _CHECKS


def row_check(frame: DataFrame, rule: Rule, now: datetime) -> Column:
    """Return the column of a rule about one column of the frame, which must have it. Raise WrongTypeError."""
    name = rule.parameters[0]
    return _CHECKS[rule.type](frame, quoted(name), data_type(frame, name), rule, now)


def measured(frame: DataFrame, rule: Rule) -> Column | None:
    """Return the numbers of which AWS Glue tells the least or the most: values or lengths, or None if it tells none."""
    column = F.col(quoted(rule.parameters[0]))
    if not ends(rule):
        return None
    if rule.type == "ColumnLength":
        return F.length(F.coalesce(column, F.lit(""))).cast("double")
    if rule.type == "ColumnValues" and isinstance(data_type(frame, rule.parameters[0]), NumericType):
        return column.cast("double")
    return None


def quoted(name: str) -> str:
    """Return the name of a column as Spark's SQL reads it."""
    return f"`{name.replace('`', '``')}`"


def data_type(frame: DataFrame, name: str) -> DataType:
    return frame.schema[name].dataType


def _complete(frame: DataFrame, name: str, kind: DataType, rule: Rule, now: datetime) -> Column:
    return F.col(name).isNotNull()


def _length(frame: DataFrame, name: str, kind: DataType, rule: Rule, now: datetime) -> Column:
    """A null has the length 0, as AWS documents."""
    if not isinstance(kind, StringType):
        raise WrongTypeError(wrong_type(rule.parameters[0], "StringType", kind))
    assert rule.condition
    return _result(rule.condition, F.length(F.coalesce(F.col(name), F.lit(""))), list(rule.condition.values))


def _castable(frame: DataFrame, name: str, kind: DataType, rule: Rule, now: datetime) -> Column:
    """A value that Spark can cast. Where a cast raises an error (ANSI), `try_cast` asks without one."""
    assert rule.condition
    target = DATA_TYPES[str(rule.condition.values[0]).upper()]
    ansi = str(frame.sparkSession.conf.get("spark.sql.ansi.enabled")).lower() == "true"
    castable = F.expr(f"{'try_cast' if ansi else 'cast'}({name} as {target})").isNotNull()
    return ~castable if rule.condition.negated else castable


def _fresh(frame: DataFrame, name: str, kind: DataType, rule: Rule, now: datetime) -> Column:
    assert rule.condition
    seconds = F.lit(int(now.timestamp())) - _timestamp(name, kind).cast("long")
    hours = [value.total_seconds() / 3600 for value in rule.condition.values if isinstance(value, timedelta)]
    return F.coalesce(_result(rule.condition, F.round(seconds / 3600, 2), hours), F.lit(False))


def _values(frame: DataFrame, name: str, kind: DataType, rule: Rule, now: datetime) -> Column:
    condition = rule.condition
    assert condition
    column = F.col(name)
    if condition.others((date, Now)):
        checked = _moments(condition, name, kind, now)
    elif condition.others((int, float)):
        checked = _numbers(condition, name, kind, rule)
    elif condition.others(str) or condition.words - {Keyword.NULL}:
        checked = _texts(frame, condition, column.cast("string"))
    else:
        checked = F.when(column.isNotNull(), F.lit(condition.negated))  # NULL alone
    # != and `not in` let a null pass, unless NULL is among the values; all others let none pass that is not. What
    # is no number or date differs from every number or date.
    of_values = condition.operator in ("=", "in")
    null_passes = of_values and (Keyword.NULL in condition.words) != condition.negated
    otherwise = F.when(column.isNull(), F.lit(null_passes)).otherwise(F.lit(of_values and condition.negated))
    return F.coalesce(checked, otherwise)


def _numbers(condition: Condition, name: str, kind: DataType, rule: Rule) -> Column:
    numbers = condition.others((int, float))
    if isinstance(kind, NumericType):
        return _result(condition, F.col(name), numbers)
    # Texts can be in a list of numbers; all else needs a column of numbers, as in AWS's open engine.
    if not isinstance(kind, StringType) or not (condition.operator == "in" or condition.negated):
        raise WrongTypeError(wrong_type(rule.parameters[0], "NumericType", kind))
    return _result(condition, F.expr(f"try_cast({name} as double)"), numbers)


def _texts(frame: DataFrame, condition: Condition, text: Column) -> Column:
    texts = condition.others(str)
    if condition.operator == "matches":
        java: Any = frame.sparkSession._jvm
        java.java.util.regex.Pattern.compile(texts[0])  # an error is the rule's own, and not that of a whole pass
        matches = text.rlike(f"^(?:{texts[0]})$")
        # As in AWS's open engine, an empty text matches nothing and is not among those that do not match.
        return (~matches if condition.negated else matches) & (text != "")
    found = text.isin(texts) if texts else F.when(text.isNotNull(), F.lit(False))
    if Keyword.EMPTY in condition.words:
        found = found | (text == "")
    if Keyword.WHITESPACES_ONLY in condition.words:
        found = found | ((F.trim(text) == "") & (text != ""))
    return ~found if condition.negated else found


def _moments(condition: Condition, name: str, kind: DataType, now: datetime) -> Column:
    """Days are compared with days. What is reckoned from now() is a time, where the column has times."""
    by_time = bool(condition.others(Now)) and not isinstance(kind, DateType)
    values: list[Any] = []
    for value in condition.others((date, Now)):
        moment = now + value.offset if isinstance(value, Now) else datetime.combine(value, time(), UTC)  # type: ignore[arg-type]
        values.append(moment if by_time else moment.date())
    column = _timestamp(name, kind) if by_time else F.expr(f"try_cast({name} as date)")
    return _result(condition, column, values)


def _timestamp(name: str, kind: DataType) -> Column:
    if isinstance(kind, DateType | TimestampType | TimestampNTZType):
        return F.col(name).cast("timestamp")
    return F.expr(f"try_cast({name} as timestamp)")


def _result(condition: Condition, column: Column, values: list[Any]) -> Column:
    """Compare the column with the values. The result is null where the column is."""
    if condition.operator == "between":
        result = (column > F.lit(values[0])) & (column < F.lit(values[1]))
    elif condition.operator in ("in", "="):
        result = column.isin([F.lit(value) for value in values])
    else:
        result = ORDERS[condition.operator](column, F.lit(values[0]))
    return ~result if condition.negated else result


_CHECKS: dict[str, Callable[[DataFrame, str, DataType, Rule, datetime], Column]] = {
    "ColumnDataType": _castable,
    "ColumnLength": _length,
    "ColumnValues": _values,
    "Completeness": _complete,
    "DataFreshness": _fresh,
    "IsComplete": _complete,
}
