"""`awsgluedq.transforms`: EvaluateDataQuality.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-EvaluateDataQuality.html
Nothing is published: neither metrics nor results, whatever `publishing_options` say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from awsglue._coverage import check_options, not_covered
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform
from pyspark.sql import DataFrame

from awsgluedq._engine import Evaluation, NotCoveredError, Outcome, RowLevel, Rules, composites, parse_ruleset

ELSEWHERE = "run this job in AWS, since the Glue image has no data quality,"
PUBLISHING = (
    "dataQualityEvaluationContext",
    "enableDataQualityCloudWatchMetrics",
    "enableDataQualityResultsPublishing",
    "resultsS3Prefix",
)
# What has one value that is covered, or changes nothing here.
ADDITIONAL = {
    "compositeRuleEvaluation.method": ("ROW", "COLUMN"),
    "dataQualityResultsPublishing.strategy": ("BEST_EFFORT",),  # of each script that Glue Studio generates
    "observations.scope": ("ALL", "NONE"),
    "performanceTuning.caching": ("CACHE_NOTHING", "CACHE_INPUT"),
    "publishAggregatedMetrics.status": ("DISABLED",),
    "rowLevelConfiguration.filteredRowLabel": ("PASSED", "SKIPPED"),
    "rowLevelConfiguration.ruleWithLabels": ("DISABLED",),
}
OUTCOMES = (
    "Rule string, Outcome string, FailureReason string, EvaluatedMetrics map<string,double>, EvaluatedRule string"
)


class EvaluateDataQuality(GlueTransform):
    """Evaluate a ruleset on a frame."""

    def __call__(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, Any] = {},
        additional_options: Mapping[str, Any] = {},
        additional_data_sources: Mapping[str, DynamicFrame] = {},
    ) -> DynamicFrame:
        """Return a frame with a row for each rule."""
        return self.process_rows(
            frame, ruleset, publishing_options, additional_options, additional_data_sources
        ).select("ruleOutcomes")

    def process_rows(
        self,
        frame: DynamicFrame,
        ruleset: str,
        publishing_options: Mapping[str, Any] = {},
        additional_options: Mapping[str, Any] = {},
        additional_data_sources: Mapping[str, DynamicFrame] = {},
    ) -> DynamicFrameCollection:
        """Return the frames `ruleOutcomes`, `rowLevelOutcomes` and `originalData`."""
        _check(publishing_options, additional_options)
        rules = _rules(ruleset)
        evaluation = Evaluation(frame.toDF(), {name: data.toDF() for name, data in additional_data_sources.items()})
        by_row = RowLevel(evaluation, additional_options.get("rowLevelConfiguration.filteredRowLabel") == "SKIPPED")
        outcomes = evaluation.outcomes(rules)
        if additional_options.get("compositeRuleEvaluation.method") == "ROW":
            outcomes = composites(by_row, outcomes)
        frames = {
            "ruleOutcomes": _table(frame.toDF(), outcomes),
            "rowLevelOutcomes": by_row.result(rules),
            "originalData": frame.toDF(),
        }
        context = frame.glue_ctx
        made = {name: DynamicFrame.fromDF(data, context, name) for name, data in frames.items()}
        return DynamicFrameCollection(made, context)


def _check(publishing_options: Mapping[str, Any], additional_options: Mapping[str, Any]) -> None:
    check_options("EvaluateDataQuality publishing_options", publishing_options, PUBLISHING, elsewhere=ELSEWHERE)
    check_options("EvaluateDataQuality additional_options", additional_options, ADDITIONAL, elsewhere=ELSEWHERE)
    for name, value in additional_options.items():
        if str(value) not in ADDITIONAL[name]:
            not_covered(f"EvaluateDataQuality option {name!r} with {value!r}", "leave it out", elsewhere=ELSEWHERE)


def _rules(ruleset: str) -> Rules:
    try:
        return parse_ruleset(ruleset)
    except NotCoveredError as error:
        not_covered(
            f"EvaluateDataQuality with {error.name}", f"change the ruleset: {error.instead}", elsewhere=ELSEWHERE
        )


def _table(frame: DataFrame, outcomes: list[Outcome]) -> DataFrame:
    rows = [
        (item.rule.text, "Passed" if item.passed else "Failed", item.reason or None, item.metrics, item.rule.text)
        for item in outcomes
    ]
    return frame.sparkSession.createDataFrame(rows, OUTCOMES)


__all__ = ["EvaluateDataQuality"]


def __getattr__(name: str) -> NoReturn:
    if name.startswith("__"):
        raise AttributeError(name)
    not_covered(f"awsgluedq.transforms.{name}", elsewhere=ELSEWHERE)
