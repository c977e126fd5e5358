"""Evaluate rules on a DataFrame. All that a single pass over the rows can tell is asked in one."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import NumericType

from aws_glue_cdk_baseline.quality import glue_words
from aws_glue_cdk_baseline.quality.glue_words import not_met
from aws_glue_cdk_baseline.quality.other_data import OtherDataError, reference, statement_result, statement_rows
from aws_glue_cdk_baseline.quality.outcomes import SHARES, Outcome, holds, number, share
from aws_glue_cdk_baseline.quality.row_checks import WrongTypeError, data_type, measured, quoted, row_check
from aws_glue_cdk_baseline.quality.rules import AnyRule, Rule, columns_of, single_rules

FAILED = (PySparkException, Py4JJavaError)


@dataclass(frozen=True)
class Asked:
    """A rule whose answer is in aggregates of the rows, by their names, and the function that judges these."""

    rule: Rule
    columns: dict[str, Column]
    judge: Callable[[Mapping[str, Any]], Outcome]


class Evaluation:
    """Evaluates rules on `frame`. `sources` are further data by their names, for ReferentialIntegrity and CustomSql."""

    def __init__(self, frame: DataFrame, sources: Mapping[str, DataFrame] | None = None, now: datetime | None = None):
        self.frame, self.sources, self.now = frame, sources or {}, now or datetime.now(UTC)

    def outcomes(self, rules: Sequence[AnyRule]) -> list[Outcome]:
        """Return the outcome of each rule, in their order."""
        found: dict[Rule, Outcome] = {}
        asked = []
        for rule in dict.fromkeys(single for given in rules for single in single_rules(given)):
            checked = self._prepared(rule)
            if isinstance(checked, Asked):
                asked.append(checked)
            else:
                found[rule] = checked
        found |= self._answered(asked)
        return [_composed(rule, found) for rule in rules]

    def problem(self, rule: Rule) -> Outcome | None:
        """Return the outcome of a rule that cannot be asked of this data, or None."""
        for name in columns_of(rule):
            if name not in self.frame.columns:
                return Outcome(rule, False, glue_words.no_column(name), f'no column "{name}"; {self._columns()}')
        try:
            if rule.where:
                self.frame.where(rule.where)  # Spark reads the text here
        except FAILED as error:
            return _broken(rule, error)
        return None

    def _prepared(self, rule: Rule) -> Asked | Outcome:
        """Return what to ask of the rows for a rule, or its outcome if it is clear or takes a query of its own."""
        try:
            return self.problem(rule) or _WAYS[rule.type](self, rule)
        except (WrongTypeError, OtherDataError) as error:
            return Outcome(rule, False, str(error), str(error).removesuffix("!"))
        except FAILED as error:
            return _broken(rule, error)

    def _answered(self, asked: list[Asked]) -> dict[Rule, Outcome]:
        """Ask all at once. If an error stops the pass, ask for each half: the other rules have an answer then."""
        if not asked:
            return {}
        columns = [
            column.alias(f"{place} {name}") for place, item in enumerate(asked) for name, column in item.columns.items()
        ]
        try:
            row = self.frame.agg(*columns).collect()[0].asDict()
        except FAILED as error:
            if len(asked) == 1:
                return {asked[0].rule: _broken(asked[0].rule, error)}
            half = len(asked) // 2
            return {**self._answered(asked[:half]), **self._answered(asked[half:])}
        return {
            item.rule: item.judge({name: row[f"{place} {name}"] for name in item.columns})
            for place, item in enumerate(asked)
        }

    def _column_exists(self, rule: Rule) -> Outcome:
        there = rule.parameters[0] in self.frame.columns
        metrics = {f"Dataset.{rule.parameters[0]}.ColumnExists": float(there)}
        return _judged(rule, there, not_met(float(there)), self._columns(), metrics)

    def _column_count(self, rule: Rule) -> Outcome:
        count = len(self.frame.columns)
        return _of_number(rule, count, {"Dataset.*.ColumnCount": float(count)})

    def _row_count(self, rule: Rule) -> Asked:
        def judge(values: Mapping[str, Any]) -> Outcome:
            return _of_number(rule, values["count"], {"Dataset.*.RowCount": float(values["count"])})

        return Asked(rule, {"count": F.count(_filtered(rule, F.lit(1)))}, judge)

    def _share_of_rows(self, rule: Rule) -> Asked:
        """Ask how many rows are as the rule says, of those that its `where` lets through."""
        null = F.col(quoted(rule.parameters[0])).isNull()
        columns = {
            "hits": F.count(_filtered(rule, F.when(row_check(self.frame, rule, self.now), 1))),
            "total": F.count(_filtered(rule, F.lit(1))),
            "nulls": F.count(_filtered(rule, F.when(null, 1))),
        }
        if (values := measured(self.frame, rule)) is not None:
            columns |= {"least": F.min(_filtered(rule, values)), "most": F.max(_filtered(rule, values))}

        def judge(values: Mapping[str, Any]) -> Outcome:
            if not values["total"]:
                return _without_rows(rule)
            found, nulls = share(values["hits"], values["total"]), values["nulls"]
            if nulls and rule.type == "ColumnValues":
                found += f"; {nulls} {'are' if nulls > 1 else 'is'} null"
            metrics = glue_words.share_metrics(rule, values)
            return _of_share(
                rule, values["hits"] / values["total"], metrics, found, glue_words.share_reason(rule, values)
            )

        return Asked(rule, columns, judge)

    def _uniqueness(self, rule: Rule) -> Outcome:
        """Count the keys that are there once. Rows without any value have no key, as in AWS's open engine."""
        names = [quoted(name) for name in rule.parameters]
        given = [F.col(name).isNotNull() for name in names]
        has_key, whole = reduce(operator.or_, given), reduce(operator.and_, given)
        rows = self.frame.where(rule.where) if rule.where else self.frame
        groups = rows.groupBy(*[F.col(name) for name in names]).agg(F.count(F.lit(1)).alias("rows of a key"))
        count = F.col("`rows of a key`")
        sums = (
            count,
            F.when(has_key, count),
            F.when(has_key & (count == 1), 1),
            F.when(whole, count),
        )
        total, keys, once, complete = (int(value or 0) for value in groups.agg(*map(F.sum, sums)).collect()[0])
        if not total:
            return _without_rows(rule)
        place = f"{'Column' if len(names) == 1 else 'Multicolumn'}.{','.join(rule.parameters)}"
        unique = once / keys if keys else 0.0
        metrics = {f"{place}.Uniqueness": unique}
        found = share(once, keys) if keys else "no row with a value"
        if rule.type != "IsPrimaryKey":
            return _of_share(rule, unique, metrics, found, not_met(unique))
        metrics[f"{place}.Completeness"] = complete / total
        if complete < total:
            found += f"; {total - complete} {'lack' if total - complete > 1 else 'lacks'} a value"
        reason = not_met(unique if unique < 1 else complete / total)
        return _judged(rule, unique == 1 and complete == total, reason, found, metrics)

    def _distinct(self, rule: Rule) -> Outcome:
        """Count the different values; all nulls together are one, as in AWS's open engine."""
        rows = self.frame.where(rule.where) if rule.where else self.frame
        count = rows.select(F.col(quoted(rule.parameters[0]))).distinct().count()
        return _of_number(rule, count, {f"Column.{rule.parameters[0]}.DistinctValuesCount": float(count)})

    def _statistic(self, rule: Rule) -> Asked:
        """Ask for the sum, mean or standard deviation (of the population) of the values that are not null."""
        kind = data_type(self.frame, rule.parameters[0])
        if not isinstance(kind, NumericType):
            raise WrongTypeError(glue_words.wrong_type(rule.parameters[0], "NumericType", kind))
        function = {"Sum": F.sum, "Mean": F.avg, "StandardDeviation": F.stddev_pop}[rule.type]
        numbers = F.col(quoted(rule.parameters[0])).cast("double")
        columns = {"value": function(_filtered(rule, numbers)), "total": F.count(_filtered(rule, F.lit(1)))}

        def judge(values: Mapping[str, Any]) -> Outcome:
            if not values["total"]:
                return _without_rows(rule)
            value = values["value"]
            if value is None or math.isnan(value):
                return Outcome(rule, False, not_met("NULL"), "no number in any row")
            return _of_number(rule, value, {f"Column.{rule.parameters[0]}.{rule.type}": value})

        return Asked(rule, columns, judge)

    def _statement(self, rule: Rule) -> Outcome:
        if rule.condition:
            value = statement_result(self.frame, self.sources, rule.parameters[0])
            return _of_number(rule, value, {"Dataset.*.CustomSQL": value})
        found = statement_rows(self.frame, self.sources, rule.parameters[0])
        return self._found(rule, found.join(self.frame, "left_semi"), "Dataset.*.CustomSQL.Compliance")

    def _reference(self, rule: Rule) -> Outcome:
        alias = rule.parameters[1].partition(".")[0]
        found = reference(self.sources, rule)
        return self._found(rule, found.join(self.frame, "left_semi"), f"Column.{alias}.ReferentialIntegrity")

    def _found(self, rule: Rule, rows: DataFrame, metric: str) -> Outcome:
        total = self.frame.count()
        if not total:
            return _without_rows(rule)
        hits = rows.count()
        return _of_share(rule, hits / total, {metric: hits / total}, share(hits, total), not_met(hits / total))

    def _columns(self) -> str:
        return f"columns: {', '.join(self.frame.columns)}" if self.frame.columns else "the data has no column"


_WAYS: dict[str, Callable[[Evaluation, Rule], Asked | Outcome]] = {
    "ColumnCount": Evaluation._column_count,
    "ColumnDataType": Evaluation._share_of_rows,
    "ColumnExists": Evaluation._column_exists,
    "ColumnLength": Evaluation._share_of_rows,
    "ColumnValues": Evaluation._share_of_rows,
    "Completeness": Evaluation._share_of_rows,
    "CustomSql": Evaluation._statement,
    "DataFreshness": Evaluation._share_of_rows,
    "DistinctValuesCount": Evaluation._distinct,
    "IsComplete": Evaluation._share_of_rows,
    "IsPrimaryKey": Evaluation._uniqueness,
    "IsUnique": Evaluation._uniqueness,
    "Mean": Evaluation._statistic,
    "ReferentialIntegrity": Evaluation._reference,
    "RowCount": Evaluation._row_count,
    "StandardDeviation": Evaluation._statistic,
    "Sum": Evaluation._statistic,
    "Uniqueness": Evaluation._uniqueness,
}


def _filtered(rule: Rule, column: Column) -> Column:
    """Return the column in the rows that the rule's `where` lets through, and null in the others."""
    return F.when(F.expr(rule.where), column) if rule.where else column


def _of_share(rule: Rule, value: float, metrics: dict[str, float], found: str, reason: str) -> Outcome:
    condition = rule.condition if rule.type in SHARES else rule.threshold
    return _judged(rule, holds(condition, value) if condition else value == 1, reason, found, metrics)


def _of_number(rule: Rule, value: float, metrics: dict[str, float]) -> Outcome:
    assert rule.condition
    return _judged(rule, holds(rule.condition, value), not_met(value), number(value), metrics)


def _judged(rule: AnyRule, passed: bool, reason: str, found: str, metrics: dict[str, float]) -> Outcome:
    return Outcome(rule, passed, "" if passed else reason, "" if passed else found, metrics)


def _without_rows(rule: Rule) -> Outcome:
    """Return the outcome of a rule that was asked of no row: it holds if its `where` lets none through, only then."""
    return _judged(rule, bool(rule.where), glue_words.EMPTY, "no rows", {})


def message(error: Exception) -> str:
    """Return the first line of what Spark says of an error."""
    java = getattr(error, "java_exception", None)
    lines = str(java.getMessage() if java is not None else error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _broken(rule: Rule, error: Exception) -> Outcome:
    said = message(error)
    return Outcome(rule, False, glue_words.invalid(rule, said), f"that Spark cannot evaluate it: {said}")


def _composed(rule: AnyRule, found: Mapping[Rule, Outcome]) -> Outcome:
    """Return the outcome of a rule. A composite's parts are evaluated on all rows first, and joined then."""
    if isinstance(rule, Rule):
        return found[rule]
    parts = [_composed(part, found) for part in rule.rules]
    passed = all(part.passed for part in parts) if rule.operator == "AND" else any(part.passed for part in parts)
    failed = [part for part in parts if not part.passed]
    reason, why = "\n".join(part.reason for part in failed), "; ".join(part.line for part in failed)
    return _judged(rule, passed, reason, why, {name: value for part in parts for name, value in part.metrics.items()})
