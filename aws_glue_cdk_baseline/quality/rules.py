"""The parts of a DQDL rule, and the rule types with what each takes.

Source: https://docs.aws.amazon.com/glue/latest/dg/dqdl.html and the pages of its rule types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum


class RuleError(ValueError):
    """A text that is not a rule. The message says what is wrong in it, and what is allowed."""


class NotCoveredError(RuleError):
    """DQDL that AWS Glue has, and this project has not. `name` is what is missing, the message how to do without."""

    def __init__(self, name: str, instead: str) -> None:
        super().__init__(f"{name} is not covered; {instead}")
        self.name, self.instead = name, instead


class Keyword(Enum):
    """A value that is written as a word."""

    NULL = "NULL"
    EMPTY = "EMPTY"
    WHITESPACES_ONLY = "WHITESPACES_ONLY"


@dataclass(frozen=True)
class Now:
    """The time of the evaluation, plus `offset`."""

    offset: timedelta = timedelta()


Value = int | float | str | date | timedelta | Now | Keyword


@dataclass(frozen=True)
class Condition:
    """The condition on a value, such as `between 1 and 5`. `text` is how it is written.

    `operator` is one of = > >= < <= between in matches; `negated` stands for !=, and for `not` before the last three.
    """

    operator: str
    values: tuple[Value, ...]
    text: str
    negated: bool = False

    @property
    def words(self) -> set[Keyword]:
        return {value for value in self.values if isinstance(value, Keyword)}

    def others(self, kind: type | tuple[type, ...]) -> list[Value]:
        """Return the values of one type. No keyword is among them."""
        return [value for value in self.values if isinstance(value, kind)]


@dataclass(frozen=True)
class Rule:
    """One rule. `parameters` are its columns, or the statement of CustomSql."""

    text: str
    type: str
    parameters: tuple[str, ...] = ()
    condition: Condition | None = None
    where: str = ""
    threshold: Condition | None = None


@dataclass(frozen=True)
class Composite:
    """Rules that are joined by `operator`, which is AND or OR."""

    text: str
    operator: str
    rules: tuple[Rule | Composite, ...]


AnyRule = Rule | Composite


@dataclass(frozen=True)
class RuleType:
    """The parts of the rules of a type: columns, at least and at most, and a condition on `value`, or none.

    `value` is number, ratio (a number from 0 to 1), duration, type, or any. `example` is a rule of the type.
    """

    example: str
    columns: tuple[int, int] = (1, 1)
    value: str = ""
    optional: bool = False  # the condition may be left out
    where: bool = True
    threshold: bool = False


MANY = (1, 100)
RULE_TYPES = {
    "ColumnCount": RuleType("ColumnCount >= 4", columns=(0, 0), value="number", where=False),
    "ColumnDataType": RuleType('ColumnDataType "day" = "DATE"', value="type", threshold=True),
    "ColumnExists": RuleType('ColumnExists "order_id"', where=False),
    "ColumnLength": RuleType('ColumnLength "zip" = 5', value="number"),
    "ColumnValues": RuleType('ColumnValues "amount" > 0', value="any", threshold=True),
    "Completeness": RuleType('Completeness "name" >= 0.95', value="ratio"),
    "CustomSql": RuleType(
        'CustomSql "select count(*) from primary" > 0', value="number", optional=True, where=False, threshold=True
    ),
    "DataFreshness": RuleType('DataFreshness "day" <= 2 days', value="duration"),
    "DistinctValuesCount": RuleType('DistinctValuesCount "country" > 1', value="number"),
    "IsComplete": RuleType('IsComplete "order_id"'),
    "IsPrimaryKey": RuleType('IsPrimaryKey "order_id"', columns=MANY),
    "IsUnique": RuleType('IsUnique "order_id"', columns=MANY),
    "Mean": RuleType('Mean "amount" between 10 and 100', value="number"),
    "ReferentialIntegrity": RuleType(
        'ReferentialIntegrity "customer_id" "inputLocationCustomers.id" >= 0.99',
        columns=(2, 2),
        value="ratio",
        where=False,
    ),
    "RowCount": RuleType("RowCount > 0", columns=(0, 0), value="number"),
    "StandardDeviation": RuleType('StandardDeviation "amount" < 10', value="number"),
    "Sum": RuleType('Sum "amount" > 0', value="number"),
    "Uniqueness": RuleType('Uniqueness "name" > 0.9', columns=MANY, value="ratio"),
}
# What AWS Glue has besides.
OTHER_TYPES = frozenset(
    [
        *("AggregateMatch", "AllStatistics", "ColumnCorrelation", "ColumnNamesMatchPattern", "DatasetMatch"),
        *("DetectAnomalies", "DuplicateRowCount", "Entropy", "FileFreshness", "FileMatch"),
        *("FileSize", "FileUniqueness", "InterquartileRange", "Kurtosis", "Range"),
        *("RowCountMatch", "SchemaMatch", "Skewness", "UniqueValueRatio", "Variance"),
        *("ZerosCount",),
    ]
)
# The types that ColumnDataType knows, and what Spark calls them.
DATA_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "double",
    "FLOAT": "float",
    "INTEGER": "int",
    "LONG": "bigint",
    "TIMESTAMP": "timestamp",
}


def single_rules(rule: AnyRule) -> Iterator[Rule]:
    """Yield the rule, or the rules that a composite is made of."""
    if isinstance(rule, Rule):
        yield rule
    else:
        for part in rule.rules:
            yield from single_rules(part)


def reference_of(rule: Rule) -> tuple[str, tuple[str, ...]]:
    """Return the alias and the columns that ReferentialIntegrity compares with: `orders.{id,day}`, or `orders.id`."""
    written = rule.parameters[1]
    alias, _, column = written.rpartition(".")
    if written.endswith("}") and ".{" in written:
        alias, _, column = written[:-1].partition(".{")
    return alias, tuple(name.strip() for name in column.split(","))


def columns_of(rule: Rule) -> tuple[str, ...]:
    """Return the columns that the rule needs in the data."""
    if rule.type == "ReferentialIntegrity":
        return tuple(name.strip() for name in rule.parameters[0].split(","))
    return () if rule.type in ("CustomSql", "ColumnExists") else rule.parameters
