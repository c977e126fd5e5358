"""EvaluateDataQuality gives the documented frames, on local Spark."""

import importlib
import sys
from typing import Any

import pytest
from awsglue.dynamicframe import DynamicFrame
from awsglue.transforms import SelectFromCollection
from awsgluedq import _engine
from awsgluedq.transforms import EvaluateDataQuality

from tests.template.local.conftest import Frames

RESULT = "DataQualityEvaluationResult"
PASS, FAIL, SKIP = "DataQualityRulesPass", "DataQualityRulesFail", "DataQualityRulesSkip"


@pytest.fixture
def areas(frame: Frames) -> DynamicFrame:
    return frame({"id": 1, "name": "a"}, {"id": 2, "name": None}, {"id": 2, "name": "c"}, schema="id int, name string")


def rows(found: DynamicFrame, *columns: str) -> list[Any]:
    return [tuple(row) for row in found.toDF().select(*columns).collect()]


def test_the_documented_example(areas: DynamicFrame, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = EvaluateDataQuality.apply(
        frame=areas,
        ruleset="""Rules = [ColumnExists "id", IsComplete "id"]""",
        publishing_options={
            "dataQualityEvaluationContext": "legislatorsAreas",
            "enableDataQualityCloudWatchMetrics": True,
            "enableDataQualityResultsPublishing": True,
            "resultsS3Prefix": "amzn-s3-demo-bucket1",
        },
    )
    outcomes.printSchema()
    assert capsys.readouterr().out.splitlines() == [
        "root",
        "|-- Rule: string",
        "|-- Outcome: string",
        "|-- FailureReason: string",
        "|-- EvaluatedMetrics: map",
        "|    |-- keyType: string",
        "|    |-- valueType: double",
        "|-- EvaluatedRule: string",
    ]
    assert rows(outcomes, "Rule", "Outcome", "FailureReason", "EvaluatedMetrics", "EvaluatedRule") == [
        ('ColumnExists "id"', "Passed", None, {"Dataset.id.ColumnExists": 1.0}, 'ColumnExists "id"'),
        ('IsComplete "id"', "Passed", None, {"Column.id.Completeness": 1.0}, 'IsComplete "id"'),
    ]


def test_each_row_has_the_rules_that_it_passes_and_fails(areas: DynamicFrame) -> None:
    found = EvaluateDataQuality().process_rows(
        frame=areas,
        ruleset='Rules = [ IsComplete "name", IsUnique "id", RowCount > 9 ]',
        publishing_options={"dataQualityEvaluationContext": "areas"},
        additional_options={"performanceTuning.caching": "CACHE_NOTHING", "observations.scope": "ALL"},
    )
    assert sorted(found.keys()) == ["originalData", "rowLevelOutcomes", "ruleOutcomes"]
    outcomes = SelectFromCollection.apply(dfc=found, key="ruleOutcomes")
    assert rows(outcomes, "Outcome", "FailureReason") == [
        ("Failed", f"Value: {2 / 3} does not meet the constraint requirement!"),
        ("Failed", f"Value: {1 / 3} does not meet the constraint requirement!"),
        ("Failed", "Value: 3 does not meet the constraint requirement!"),
    ]
    by_row = SelectFromCollection.apply(dfc=found, key="rowLevelOutcomes")
    assert by_row.toDF().columns == ["id", "name", PASS, FAIL, SKIP, RESULT]
    complete, unique, count = 'IsComplete "name"', 'IsUnique "id"', "RowCount > 9"
    assert sorted(rows(by_row, "id", "name", PASS, FAIL, SKIP, RESULT), key=str) == [
        (1, "a", [complete, unique], [], [count], "Passed"),
        (2, "c", [complete], [unique], [count], "Failed"),
        (2, None, [], [complete, unique], [count], "Failed"),
    ]
    assert rows(found["originalData"], "id") == [(1,), (2,), (2,)]


@pytest.mark.parametrize(("label", "outcome"), [("PASSED", ([0], [], [])), ("SKIPPED", ([], [], [0]))])
def test_a_row_that_where_leaves_out_is_passed_or_skipped(
    areas: DynamicFrame, label: str, outcome: tuple[list[int], ...]
) -> None:
    rule = 'IsComplete "name" where "id = 1"'
    found = EvaluateDataQuality().process_rows(
        areas, f"Rules = [ {rule} ]", additional_options={"rowLevelConfiguration.filteredRowLabel": label}
    )
    left_out = rows(found["rowLevelOutcomes"], "name", PASS, FAIL, SKIP)[1]
    assert left_out == (None, *([rule] * len(part) for part in outcome))


@pytest.mark.parametrize(("method", "outcome"), [("COLUMN", "Failed"), ("ROW", "Passed")])
def test_a_composite_rule_by_column_or_by_row(frame: Frames, method: str, outcome: str) -> None:
    """The documented example: neither column has only large values, each row has one."""
    rule = '(ColumnValues "myCol1" > 1) OR (ColumnValues "myCol2" > 2)'
    found = EvaluateDataQuality().process_rows(
        frame({"myCol1": 2, "myCol2": 1}, {"myCol1": 0, "myCol2": 3}),
        f"Rules = [ {rule} ]",
        additional_options={"compositeRuleEvaluation.method": method},
    )
    assert rows(found["ruleOutcomes"], "Rule", "Outcome") == [(rule, outcome)]
    assert rows(found["rowLevelOutcomes"], PASS, RESULT) == [([rule], "Passed"), ([rule], "Passed")]


def test_other_data_by_its_alias(areas: DynamicFrame, frame: Frames) -> None:
    reference, sql = (
        'ReferentialIntegrity "id" "zones.zone" >= 0.9',
        'CustomSql "select name from primary where id = 1"',
    )
    found = EvaluateDataQuality().process_rows(
        frame=areas, additional_data_sources={"zones": frame({"zone": 2})}, ruleset=f"Rules = [ {reference}, {sql} ]"
    )
    assert rows(found["ruleOutcomes"], "Outcome", "EvaluatedMetrics") == [
        ("Failed", {"Column.zones.ReferentialIntegrity": 2 / 3}),
        ("Failed", {"Dataset.*.CustomSQL.Compliance": 1 / 3}),
    ]
    assert sorted(rows(found["rowLevelOutcomes"], "id", PASS, FAIL), key=str) == [
        (1, [sql], [reference]),
        (2, [reference], [sql]),
        (2, [reference], [sql]),
    ]


@pytest.mark.parametrize(
    ("ruleset", "options", "name"),
    [
        ('Rules = [ Entropy "id" > 1 ]', {}, "EvaluateDataQuality with Entropy is"),
        ("Rules = [ RowCount > avg(last(3)) ]", {}, r"EvaluateDataQuality with a dynamic rule, with avg\(…\), is"),
        ("Rules = [ RowCount > 1 ] Analyzers = [ RowCount ]", {}, "EvaluateDataQuality with Analyzers is"),
        ("Rules = [ RowCount > 1 ]", {"new.option": "x"}, "additional_options option 'new.option' is"),
        (
            "Rules = [ RowCount > 1 ]",
            {"publishAggregatedMetrics.status": "ENABLED"},
            "option 'publishAggregatedMetrics.status' with 'ENABLED' is",
        ),
    ],
)
def test_what_is_not_covered_raises_with_its_name(
    ruleset: str, options: dict[str, str], name: str, areas: DynamicFrame
) -> None:
    with pytest.raises(
        NotImplementedError,
        match=f"{name} not covered by the local awsglue stand-in; run this job in AWS, since the Glue image",
    ):
        EvaluateDataQuality().process_rows(areas, ruleset, additional_options=options)


def test_the_options_of_a_script_of_glue_studio_change_nothing(areas: DynamicFrame) -> None:
    found = EvaluateDataQuality().process_rows(
        frame=areas,
        ruleset="Rules = [\n ColumnCount > 0\n]",
        publishing_options={"dataQualityEvaluationContext": "node7", "enableDataQualityResultsPublishing": True},
        additional_options={"dataQualityResultsPublishing.strategy": "BEST_EFFORT", "observations.scope": "ALL"},
    )
    assert rows(found["ruleOutcomes"], "Outcome") == [("Passed",)]


def test_a_ruleset_that_is_wrong_raises(areas: DynamicFrame) -> None:
    with pytest.raises(ValueError, match=r"IsComplet is no rule type; did you mean IsComplete\?"):
        EvaluateDataQuality.apply(frame=areas, ruleset='Rules = [ IsComplet "id" ]')


def test_the_path_of_a_job_is_as_before() -> None:
    before = list(sys.path)
    importlib.reload(_engine)
    assert sys.path == before
