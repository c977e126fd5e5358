"""Every rule type, by value: true and false, nulls, no rows, a column that is not there."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from aws_glue_cdk_baseline.quality.evaluation import Evaluation
from aws_glue_cdk_baseline.quality.outcomes import Outcome
from aws_glue_cdk_baseline.quality.parser import parse_rule
from aws_glue_cdk_baseline.quality.rules import RULE_TYPES

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SCHEMA = "id int, name string, amount double, price decimal(10,2), day date, seen timestamp, text string, sold boolean"
ROWS = [
    (1, "a", 2.0, 1, date(2026, 11, 25), datetime(2026, 11, 27, 11, tzinfo=UTC), "7", True),
    (2, None, 3.0, 2, date(2026, 11, 26), datetime(2026, 11, 27, 10, tzinfo=UTC), "2026-01-01", False),
    (3, "c", None, 3, date(2026, 11, 27), None, "x", None),
    (3, " ", 9.0, 4, None, datetime(2026, 11, 20, 12, tzinfo=UTC), "", True),
]
RULES = {
    "RowCount = 4": True,
    "RowCount between 4 and 9": "4",
    'RowCount = 2 where "id > 2"': True,
    "ColumnCount = 8": True,
    "ColumnCount < 8": "8",
    'ColumnExists "name"': True,
    'ColumnExists "Name"': "columns: id, name, amount, price, day, seen, text, sold",
    'IsComplete "id"': True,
    'IsComplete "name"': "3 of 4 rows (0.75)",
    'IsComplete "name" where "id != 2"': True,
    'IsComplete "name" where "id = 77"': True,  # no row is left to be wrong
    'Completeness "name" >= 0.75': True,
    'Completeness "name" > 0.75': "3 of 4 rows (0.75)",
    'IsUnique "name"': True,  # a null has no key
    'IsUnique "id"': "2 of 4 rows (0.5)",
    'IsUnique "id" "name"': True,
    'IsUnique "id" where "amount is not null"': True,
    'Uniqueness "id" > 0.4': True,
    'Uniqueness "id" > 0.5': "2 of 4 rows (0.5)",
    'IsPrimaryKey "price"': True,
    'IsPrimaryKey "id"': "2 of 4 rows (0.5)",
    'IsPrimaryKey "name"': "3 of 3 rows (1); 1 lacks a value",
    'IsPrimaryKey "id" "name"': "4 of 4 rows (1); 1 lacks a value",
    'ColumnValues "id" > 0': True,
    'ColumnValues "id" > 1': "3 of 4 rows (0.75)",
    'ColumnValues "id" > 1 with threshold > 0.7': True,
    'ColumnValues "id" > 1 with threshold > 0.8': "3 of 4 rows (0.75)",
    'ColumnValues "id" between 0 and 4': True,
    'ColumnValues "id" between 1 and 4': "3 of 4 rows (0.75)",  # the bounds are not in the range
    'ColumnValues "id" not between 3 and 9': True,  # and are outside of it
    'ColumnValues "id" not between 1 and 9': "1 of 4 rows (0.25)",
    'ColumnValues "amount" > 0': "3 of 4 rows (0.75); 1 is null",
    'ColumnValues "amount" != 7': True,  # a null passes != and `not in`
    'ColumnValues "amount" not in [7, NULL]': "3 of 4 rows (0.75); 1 is null",
    'ColumnValues "amount" in [2, 3.0, 9, NULL]': True,
    'ColumnValues "amount" in [2, 3.0, 9]': "3 of 4 rows (0.75); 1 is null",
    'ColumnValues "amount" = NULL with threshold = 0.25': True,
    'ColumnValues "amount" != NULL': "3 of 4 rows (0.75); 1 is null",
    'ColumnValues "price" <= 4': True,
    'ColumnValues "price" in [1, 2, 3.0, 4]': True,
    'ColumnValues "name" in ["a", "c", NULL, WHITESPACES_ONLY]': True,
    'ColumnValues "name" in ["a", "c"]': "2 of 4 rows (0.5); 1 is null",
    'ColumnValues "name" not in ["b", EMPTY]': True,
    'ColumnValues "name" != WHITESPACES_ONLY': "3 of 4 rows (0.75); 1 is null",
    'ColumnValues "text" = EMPTY with threshold = 0.25': True,
    'ColumnValues "text" in [7, NULL] with threshold = 0.25': True,  # a text in a list of numbers
    'ColumnValues "name" matches "[a-z]" with threshold = 0.5': True,
    'ColumnValues "name" matches "a|c" with threshold = 0.5': True,  # the whole value matches
    'ColumnValues "text" matches ".*"': "3 of 4 rows (0.75)",  # an empty text matches nothing
    'ColumnValues "name" not matches "a"': "2 of 4 rows (0.5); 1 is null",
    'ColumnValues "id" in ["1", "2", "3"]': True,
    'ColumnValues "day" > "2026-11-24"': "3 of 4 rows (0.75); 1 is null",
    'ColumnValues "day" > "2026-11-24" where "day is not null"': True,
    'ColumnValues "day" between "2026-11-24" and "2026-11-28" with threshold = 0.75': True,
    'ColumnValues "day" in ["2026-11-25", "2026-11-26", "2026-11-27", NULL]': True,
    'ColumnValues "day" > (now() - 2 days) with threshold = 0.5': True,  # days are compared with days
    'ColumnValues "seen" > (now() - 90 minutes) with threshold = 0.25': True,
    'ColumnValues "seen" > "2026-11-26" with threshold = 0.5': True,
    'ColumnValues "text" = "2026-01-01" with threshold = 0.25': True,
    'ColumnDataType "id" = "INTEGER"': True,
    'ColumnDataType "text" = "INTEGER"': "1 of 4 rows (0.25)",
    'ColumnDataType "text" = "date" with threshold >= 0.25': True,
    'ColumnDataType "text" != "TIMESTAMP" with threshold >= 0.5': True,
    'ColumnDataType "amount" = "DOUBLE"': "3 of 4 rows (0.75)",
    'DistinctValuesCount "id" = 3': True,
    'DistinctValuesCount "name" = 4': True,  # null is one of them
    'DistinctValuesCount "name" > 4': "4",
    'Sum "amount" = 14': True,
    'Sum "price" = 10.0': True,
    'Sum "amount" > 14': "14",
    'Sum "amount" = 5 where "id < 3"': True,
    'Mean "amount" between 4.6 and 4.7': True,
    'Mean "amount" > 5': "4.666666667",
    'StandardDeviation "amount" between 3.09 and 3.1': True,  # of the population
    'StandardDeviation "amount" < 3': "3.091206165",
    'ColumnLength "name" <= 1': True,
    'ColumnLength "name" = 1': "3 of 4 rows (0.75)",  # the length of null is 0
    'ColumnLength "text" in [0, 1, 10]': True,
    'CustomSql "select count(*) from primary" = 4': True,
    'CustomSql "select max(amount) from primary" < 9': "9",
    'CustomSql "select count(*) from primary join other using (id)" = 3': True,
    'CustomSql "select name from primary where id > 1" with threshold >= 0.75': True,
    'CustomSql "select name from primary where id > 1"': "3 of 4 rows (0.75)",
    'ReferentialIntegrity "id" "other.id" >= 0.5': True,
    'ReferentialIntegrity "id" "other.id" = 1.0': "2 of 4 rows (0.5)",
    'ReferentialIntegrity "id,name" "other.{id,label}" >= 0.25': True,
    'DataFreshness "day" <= 3 days where "day is not null"': True,
    'DataFreshness "day" <= 3 days': "3 of 4 rows (0.75)",
    'DataFreshness "seen" between 0 hours and 3 hours where "id < 3"': True,
    'DataFreshness "seen" <= 30 minutes where "id < 3"': "0 of 2 rows (0)",
    '(RowCount > 9) or (IsComplete "id")': True,
    '(RowCount > 9) or (IsComplete "name")': (
        'RowCount > 9: expected > 9 rows, found 4; IsComplete "name": expected a value in every row, '
        "found 3 of 4 rows (0.75)"
    ),
    '(RowCount > 3) and ((IsComplete "name") or (IsUnique "name"))': True,
}
CANNOT = {
    'Sum "name" > 0': "Expected type of column name to be NumericType, but found StringType instead",
    'ColumnValues "text" > 5': "Expected type of column text to be NumericType, but found StringType instead",
    'ColumnValues "sold" > 5': "Expected type of column sold to be NumericType, but found BooleanType instead",
    'ColumnLength "id" = 1': "Expected type of column id to be StringType, but found IntegerType instead",
    'CustomSql "select id from primary" > 0': "the statement results in 2 rows of 1 values, not in one number",
    'CustomSql "select id from primary where id > 9" > 0': "the statement results in no row, not in one number",
    'CustomSql "select max(name) from primary" > 0': "the statement results in 'c', which is no number",
    'CustomSql "select 1 as one from primary"': "The output from CustomSQL must contain at least one column that",
    'CustomSql "select id, 1 as one from primary"': "The columns of the statement are not in the data: one",
    'ReferentialIntegrity "id" "orders.id" = 1.0': "orders is not among the additional data sources; there are other",
    'ReferentialIntegrity "id" "other.key" = 1.0': "other does not include column key; columns: id, label",
    'CustomSql "selec 1" > 0': "that Spark cannot evaluate it: ",
    'CustomSql "select count(*) from nowhere" > 0': "that Spark cannot evaluate it: [TABLE_OR_VIEW_NOT_FOUND]",
    'RowCount > 0 where "nonsense = 1"': "that Spark cannot evaluate it: [UNRESOLVED_COLUMN",
    'ColumnValues "name" matches "*a"': "that Spark cannot evaluate it: ",
}
COLUMN_RULES = [
    name for name, kind in RULE_TYPES.items() if kind.columns[1] and name not in ("ColumnExists", "CustomSql")
]


@pytest.fixture(scope="module")
def frame(spark: SparkSession) -> DataFrame:
    rows = [(*row[:3], Decimal(str(row[3])), *row[4:]) for row in ROWS]
    return spark.createDataFrame(rows, SCHEMA).coalesce(1).cache()


@pytest.fixture(scope="module")
def other(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([(1, "a"), (2, "b"), (2, "b")], "id int, label string")


@pytest.fixture(scope="module")
def outcomes(frame: DataFrame, other: DataFrame) -> dict[str, Outcome]:
    """Evaluate all rules at once, as many share a pass over the rows."""
    rules = [*RULES, *CANNOT]
    found = outcomes_of(frame, rules, {"other": other})
    return dict(zip(rules, found, strict=True))


def outcomes_of(
    frame: DataFrame, rules: Iterable[str], sources: Mapping[str, DataFrame] | None = None
) -> list[Outcome]:
    return Evaluation(frame, sources, NOW).outcomes([parse_rule(rule) for rule in rules])


@pytest.mark.parametrize("rule", RULES)
def test_a_rule(rule: str, outcomes: dict[str, Outcome]) -> None:
    expected, outcome = RULES[rule], outcomes[rule]
    assert (outcome.passed, outcome.found) == (expected is True, "" if expected is True else expected)


@pytest.mark.parametrize("rule", CANNOT)
def test_a_rule_that_cannot_be_asked_of_the_data_fails_alone(rule: str, outcomes: dict[str, Outcome]) -> None:
    assert not outcomes[rule].passed
    assert outcomes[rule].found.startswith(CANNOT[rule])


def test_every_rule_type_is_tested_with_both_outcomes() -> None:
    for name in RULE_TYPES:
        of_type = [expected is True for rule, expected in RULES.items() if rule.startswith(f"{name} ")]
        assert set(of_type) == {True, False}, name


@pytest.mark.parametrize("name", COLUMN_RULES)
def test_a_column_that_is_not_there_is_named(name: str, frame: DataFrame, other: DataFrame) -> None:
    rule = parse_rule(RULE_TYPES[name].example)
    [outcome] = Evaluation(frame.select("seen"), {"inputLocationCustomers": other}, NOW).outcomes([rule])
    column = rule.parameters[0]  # type: ignore[union-attr]
    assert not outcome.passed
    assert outcome.reason == f"Input data does not include column {column}!"
    assert outcome.found == f'no column "{column}"; columns: seen'


def test_without_rows_a_rule_about_values_does_not_hold(frame: DataFrame, other: DataFrame) -> None:
    empty = frame.limit(0)
    rules = {
        "RowCount = 0": "",
        "ColumnCount = 8": "",
        'DistinctValuesCount "name" = 0': "",
        'IsComplete "name"': "no rows",
        'ColumnValues "id" > 0': "no rows",
        'ColumnDataType "text" = "DATE"': "no rows",
        'DataFreshness "day" <= 3 days': "no rows",
        'ColumnLength "name" >= 0': "no rows",
        'IsUnique "id"': "no rows",
        'IsPrimaryKey "id"': "no rows",
        'Sum "amount" >= 0': "no rows",
        'ReferentialIntegrity "id" "other.id" >= 0.0': "no rows",
        'CustomSql "select id from primary"': "no rows",
        'IsComplete "name" where "id > 0"': "",
    }
    found = outcomes_of(empty, rules, {"other": other})
    assert {rule: outcome.found for rule, outcome in zip(rules, found, strict=True)} == rules
    assert [outcome.passed for outcome in found] == [not text for text in rules.values()]


def test_data_without_a_column(spark: SparkSession) -> None:
    nothing = spark.createDataFrame([], "")
    [rows, complete] = outcomes_of(nothing, ["RowCount = 0", 'IsComplete "a"'])
    assert (rows.passed, complete.found) == (True, 'no column "a"; the data has no column')


def test_an_error_while_spark_reads_the_rows_is_that_of_one_rule(frame: DataFrame) -> None:
    rules = ["RowCount = 4", 'IsComplete "id" where "raise_error(name) = 1"', 'IsComplete "id"', 'Sum "amount" = 14']
    found = outcomes_of(frame, rules)
    assert [outcome.passed for outcome in found] == [True, False, True, True]
    assert found[1].found.startswith("that Spark cannot evaluate it: ")


def test_only_nulls(spark: SparkSession) -> None:
    nulls = spark.createDataFrame([(None, None), (None, None)], "a double, b string")
    rules = ['Sum "a" >= 0', 'IsUnique "a"', 'Completeness "b" = 0.0', 'ColumnValues "a" < 5', 'ColumnLength "b" = 0']
    found = outcomes_of(nulls, rules)
    assert [outcome.found or "passed" for outcome in found] == [
        "no number in any row",
        "no row with a value",
        "passed",
        "0 of 2 rows (0); 2 are null",
        "passed",
    ]


def test_a_column_may_have_any_name(spark: SparkSession) -> None:
    names = ["a.b", "two words", "straße", "ticked`", "count"]
    frame = spark.createDataFrame([(1,) * 5, (2,) * 5], [f"c{number}" for number in range(5)]).toDF(*names)
    kinds = ['IsComplete "{}"', 'Sum "{}" = 3', 'ColumnDataType "{}" = "LONG"', 'ColumnValues "{}" in [1, 2]']
    rules = [kind.format(name) for kind in kinds for name in names]
    rules.append("IsUnique " + " ".join(f'"{name}"' for name in names))
    assert [outcome.line for outcome in outcomes_of(frame, rules) if not outcome.passed] == []


def test_a_view_of_the_script_is_there_afterwards(spark: SparkSession, frame: DataFrame) -> None:
    spark.range(7).createOrReplaceTempView("primary")
    outcomes_of(frame, ['CustomSql "select count(*) from primary" > 0'], {"mine": frame})
    assert spark.table("primary").count() == 7
    assert not spark.catalog.tableExists("mine")
    spark.catalog.dropTempView("primary")


WORDS = {
    'IsComplete "name"': ("Value: 0.75 does", {"Column.name.Completeness": 0.75}),
    'ColumnValues "id" < 3': ("Value: 3.0 does", {"Column.id.Maximum": 3.0}),
    'ColumnValues "amount" > 1': ("Value: NULL does", {"Column.amount.Minimum": 2.0}),
    'IsUnique "id"': ("Value: 0.5 does", {"Column.id.Uniqueness": 0.5}),
    "RowCount > 9": ("Value: 4 does", {"Dataset.*.RowCount": 4.0}),
    'DataFreshness "day" <= 3 days': ("75.00 % of rows passed", {"Column.day.DataFreshness.Compliance": 0.75}),
    'ColumnLength "name" > 1': ("Value: 0.0 does", {"Column.name.MinimumLength": 0.0}),
}


def test_reasons_and_metrics_are_those_of_aws(frame: DataFrame) -> None:
    for rule, outcome in zip(WORDS, outcomes_of(frame, WORDS), strict=True):
        reason, metrics = WORDS[rule]
        assert outcome.reason.startswith(reason), rule
        assert outcome.metrics == metrics, rule
