"""The result of the rules for each row: the columns that AWS Glue adds to the data (rowLevelOutcomes)."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from aws_glue_cdk_baseline.quality.evaluation import FAILED, Evaluation
from aws_glue_cdk_baseline.quality.glue_words import not_met
from aws_glue_cdk_baseline.quality.other_data import OtherDataError, reference, statement_rows
from aws_glue_cdk_baseline.quality.outcomes import SHARES, Outcome, share
from aws_glue_cdk_baseline.quality.row_checks import WrongTypeError, is_row_check, quoted, row_check
from aws_glue_cdk_baseline.quality.rules import AnyRule, Composite, Rule, single_rules

PASS, FAIL, SKIP = "DataQualityRulesPass", "DataQualityRulesFail", "DataQualityRulesSkip"
RESULT = "DataQualityEvaluationResult"
UNIQUE = ("IsPrimaryKey", "IsUnique", "Uniqueness")


@dataclass(frozen=True)
class RowLevel:
    """Marks the rows of an evaluation's frame. A row that a rule's `where` leaves out passes it, or is skipped."""

    evaluation: Evaluation
    skip_filtered: bool = False

    def result(self, rules: Sequence[AnyRule]) -> DataFrame:
        """Return the frame with the rules that each row passes and fails, and those that are not about rows."""
        frame = self.evaluation.frame
        marks: list[tuple[str, Column]] = []
        for rule in rules:
            frame, mark = self._marked(frame, rule, f"mark {len(marks)}")
            marks.append((rule.text, mark))
        texts = {
            PASS: [F.when(mark, F.lit(text)) for text, mark in marks],
            FAIL: [F.when(~mark, F.lit(text)) for text, mark in marks],
            SKIP: [F.when(mark.isNull(), F.lit(text)) for text, mark in marks],
        }
        own = [F.col(quoted(name)) for name in self.evaluation.frame.columns]
        added = [F.array_compact(F.array(*columns)).alias(name) for name, columns in texts.items()]
        marked = frame.select(*own, *added)
        return marked.withColumn(RESULT, F.when(F.size(F.col(FAIL)) == 0, "Passed").otherwise("Failed"))

    def composite(self, rule: Composite, by_table: Outcome) -> Outcome:
        """Return the outcome of a composite that is asked of each row, and not of the table and then joined.

        A rule that relies on a share of the rows cannot be asked so: then the outcome is the one by table.
        """
        if any(single.threshold or single.type in SHARES for single in single_rules(rule)):
            return by_table
        frame, mark = self._marked(self.evaluation.frame, rule, "mark")
        total, hits, asked = frame.agg(
            F.count(F.lit(1)), F.count(F.when(mark, 1)), F.count(F.when(mark.isNotNull(), 1))
        ).collect()[0]
        if not asked:
            return by_table
        part = hits / asked
        passed = part == 1
        return Outcome(
            rule, passed, "" if passed else not_met(part), "" if passed else share(hits, total), by_table.metrics
        )

    def _marked(self, frame: DataFrame, rule: AnyRule, name: str) -> tuple[DataFrame, Column]:
        """Return the frame, perhaps with more columns, and one that is true where a row passes, null where skipped."""
        nothing = F.lit(None).cast("boolean")
        if isinstance(rule, Composite):
            parts = []
            for place, part in enumerate(rule.rules):
                frame, mark = self._marked(frame, part, f"{name} {place}")
                parts.append(mark)
            joined = reduce(operator.and_ if rule.operator == "AND" else operator.or_, parts)
            there = reduce(operator.and_, [part.isNotNull() for part in parts])
            return frame, F.when(there, joined)
        if self.evaluation.problem(rule):
            return frame, nothing
        try:
            more, found = self._mark(frame, rule, name)
        except (*FAILED, WrongTypeError, OtherDataError):  # the outcome of the rule says why
            return frame, nothing
        if found is None:
            return frame, nothing
        frame, mark = more, found
        if rule.where:
            mark = F.when(F.expr(rule.where), mark).otherwise(nothing if self.skip_filtered else F.lit(True))
        return frame, mark

    def _mark(self, frame: DataFrame, rule: Rule, name: str) -> tuple[DataFrame, Column | None]:
        if is_row_check(rule):
            return frame, row_check(self.evaluation.frame, rule, self.evaluation.now)
        if rule.type in UNIQUE:
            return _counted(frame, rule, name)
        if rule.type == "ReferentialIntegrity":
            partner = reference(self.evaluation.sources, rule)
        elif rule.type == "CustomSql" and not rule.condition:
            partner = statement_rows(self.evaluation.frame, self.evaluation.sources, rule.parameters[0])
        else:
            return frame, None
        return partner.join(frame, "left", marker=name), F.col(quoted(name)).isNotNull()


def _counted(frame: DataFrame, rule: Rule, name: str) -> tuple[DataFrame, Column]:
    """Add how many rows have the key of each row."""
    keys = [F.col(quoted(column)) for column in rule.parameters]
    counted = F.when(F.expr(rule.where), 1) if rule.where else F.lit(1)
    frame = frame.withColumn(name, F.count(counted).over(Window.partitionBy(*keys)))
    given = [key.isNotNull() for key in keys]
    once = F.col(quoted(name)) == 1
    if rule.type == "IsPrimaryKey":
        return frame, reduce(operator.and_, given) & once
    return frame, once | ~reduce(operator.or_, given)
