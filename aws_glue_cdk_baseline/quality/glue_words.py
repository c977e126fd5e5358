"""What AWS Glue says of a rule: its metrics (EvaluatedMetrics) and its reasons (FailureReason)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_glue_cdk_baseline.quality.outcomes import holds
from aws_glue_cdk_baseline.quality.rules import Rule

EMPTY = "Input data is empty!"
SHARES = {
    "ColumnDataType": "ColumnDataType.Compliance",
    "ColumnLength": "LengthCompliance",
    "ColumnValues": "ColumnValues.Compliance",
    "Completeness": "Completeness",
    "DataFreshness": "DataFreshness.Compliance",
    "IsComplete": "Completeness",
}
ENDS = {
    "=": ("Minimum", "Maximum"),
    ">": ("Minimum",),
    ">=": ("Minimum",),
    "<": ("Maximum",),
    "<=": ("Maximum",),
    "between": ("Minimum", "Maximum"),
}


def not_met(value: object) -> str:
    return f"Value: {value} does not meet the constraint requirement!"


def no_column(name: str) -> str:
    return f"Input data does not include column {name}!"


def wrong_type(name: str, needed: str, found: object) -> str:
    return f"Expected type of column {name} to be {needed}, but found {type(found).__name__} instead!"


def ends(rule: Rule) -> tuple[str, ...]:
    """Return which ends Glue tells of a rule that orders numbers: the least value, the most, or both."""
    condition = rule.condition
    if not condition or rule.threshold or condition.negated or condition.words or not condition.others((int, float)):
        return ()
    return ENDS.get(condition.operator, ())


def share_metrics(rule: Rule, values: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics of a rule about each row, whose `values` are counts, and perhaps the least and the most."""
    name = rule.parameters[0]
    if "least" in values:
        told = {"Minimum": values["least"], "Maximum": values["most"]}
        ending = "Length" if rule.type == "ColumnLength" else ""
        return {f"Column.{name}.{end}{ending}": told[end] for end in ends(rule) if told[end] is not None}
    kind = SHARES[rule.type]
    if rule.condition and rule.condition.operator == "matches":
        kind = "PatternMatch"
    return {f"Column.{name}.{kind}": values["hits"] / values["total"]}


def share_reason(rule: Rule, values: Mapping[str, Any]) -> str:
    """Return why such a rule failed."""
    part = values["hits"] / values["total"]
    if rule.type == "DataFreshness":
        return f"{100 * part:.2f} % of rows passed the threshold"
    if "least" not in values or not rule.condition:
        return not_met(part)
    found = [values["least" if end == "Minimum" else "most"] for end in ends(rule)]
    outside = [value for value in found if value is not None and not holds(rule.condition, value)]
    return not_met(outside[0] if outside else "NULL")


def invalid(rule: Rule, problem: str) -> str:
    what = "where clause" if rule.where else "rule"
    return f"Rule {rule.text} has provided an invalid {what} : {problem}"
