"""The outcome of a rule: passed or not, what was expected and found, and the words and metrics of AWS Glue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from aws_glue_cdk_baseline.quality.rules import AnyRule, Composite, Condition, Rule

EVERY_ROW = {
    "ColumnDataType": "a value of this type",
    "ColumnLength": "a value of this length",
    "ColumnValues": "such a value",
    "DataFreshness": "such an age",
    "IsComplete": "a value",
    "IsUnique": "a value of its own",
    "IsPrimaryKey": "a key of its own",
    "CustomSql": "a result",
}
OF_TABLE = {
    "ColumnCount": "columns",
    "DistinctValuesCount": "different values",
    "Mean": "as the mean",
    "RowCount": "rows",
    "StandardDeviation": "as the standard deviation",
    "Sum": "as the sum",
    "CustomSql": "as the result",
}
SHARES = {"Completeness": "has a value", "Uniqueness": "is unique", "ReferentialIntegrity": "is in the other data"}


@dataclass(frozen=True)
class Outcome:
    """The result of one rule.

    `reason` is in the words of AWS Glue (FailureReason), `found` in this project's; both are empty if it passed.
    """

    rule: AnyRule
    passed: bool
    reason: str = ""
    found: str = ""
    metrics: dict[str, float] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The rule, what it expected and what was found."""
        if isinstance(self.rule, Composite) or self.passed:
            return f"{self.rule.text}: {self.found or 'passed'}"
        return f"{self.rule.text}: expected {expected(self.rule)}, found {self.found}"


def expected(rule: Rule) -> str:
    """Return what a rule expects, as a part of a sentence."""
    where = f" where {rule.where}" if rule.where else ""
    if rule.type == "ColumnExists":
        return "this column"
    if rule.condition and rule.type in SHARES:
        return f"that a share {rule.condition.text} of the rows{where} {SHARES[rule.type]}"
    if rule.condition and rule.type in OF_TABLE:
        return f"{rule.condition.text} {OF_TABLE[rule.type]}{where}"
    what = EVERY_ROW[rule.type]
    if rule.threshold:
        return f"{what} in a share {rule.threshold.text} of the rows{where}"
    return f"{what} in every row{where}"


def holds(condition: Condition, value: float) -> bool:
    """Return true if a number is as the condition says. `between` excludes its bounds, as AWS documents."""
    numbers = [_hours(item) if isinstance(item, timedelta) else float(str(item)) for item in condition.values]
    first = numbers[0]
    result = {
        "=": value == first,
        ">": value > first,
        ">=": value >= first,
        "<": value < first,
        "<=": value <= first,
        "between": first < value < numbers[-1],
        "in": value in numbers,
    }[condition.operator]
    return result != condition.negated


def _hours(duration: timedelta) -> float:
    return duration.total_seconds() / 3600


def number(value: float) -> str:
    """Return a number as a person writes it."""
    return f"{value:.10g}"


def share(rows: int, total: int) -> str:
    return f"{rows} of {total} rows ({number(rows / total)})"
