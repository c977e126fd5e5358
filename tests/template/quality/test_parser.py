"""DQDL is read as AWS documents it, and what is wrong in a rule is said with the way out."""

from datetime import date, timedelta

import pytest

from aws_glue_cdk_baseline.quality.parser import parse_rule, parse_ruleset
from aws_glue_cdk_baseline.quality.rules import (
    RULE_TYPES,
    Composite,
    Condition,
    Keyword,
    NotCoveredError,
    Now,
    Rule,
    RuleError,
    reference_of,
)


def only(text: str) -> Rule:
    rule = parse_rule(text)
    assert isinstance(rule, Rule)
    return rule


def condition(text: str) -> Condition:
    found = only(text).condition
    assert found
    return found


@pytest.mark.parametrize("name", RULE_TYPES)
def test_the_example_of_each_rule_type_is_a_rule_of_it(name: str) -> None:
    rule = only(RULE_TYPES[name].example)
    assert (rule.type, rule.text) == (name, RULE_TYPES[name].example)


@pytest.mark.parametrize(
    ("text", "operator", "negated", "values"),
    [
        ("= 5", "=", False, (5,)),
        ("!= 2.5", "=", True, (2.5,)),
        ("> -3", ">", False, (-3,)),
        ("between 1 and 5", "between", False, (1, 5)),
        ("not between 1 and 5", "between", True, (1, 5)),
        ("in [1, 2]", "in", False, (1, 2)),
        ('not in ["a", NULL, EMPTY]', "in", True, ("a", Keyword.NULL, Keyword.EMPTY)),
        ("= whitespaces_only", "=", False, (Keyword.WHITESPACES_ONLY,)),
        ('matches "[a-z]+"', "matches", False, ("[a-z]+",)),
        ('not matches "a\\"b"', "matches", True, ('a"b',)),
        ('> "2026-01-31"', ">", False, (date(2026, 1, 31),)),
        ('in ["2026-01-31", NULL]', "in", False, (date(2026, 1, 31), Keyword.NULL)),
        (">= now()", ">=", False, (Now(),)),
        ("> (now() - 3 days)", ">", False, (Now(timedelta(days=-3)),)),
        ("between (now() - 2 hours) and (now() + 5 minutes)", "between", False, None),
    ],
)
def test_a_condition(text: str, operator: str, negated: bool, values: tuple[object, ...] | None) -> None:
    found = condition(f'ColumnValues "x" {text}')
    assert (found.operator, found.negated, found.text) == (operator, negated, text)
    if values is None:
        values = (Now(timedelta(hours=-2)), Now(timedelta(minutes=5)))
    assert found.values == values


def test_a_where_and_a_threshold() -> None:
    rule = only('ColumnValues "x" in ["a"] where "y > \\"b\\"" with threshold between 0.5 and 1.0')
    assert (rule.where, rule.threshold and rule.threshold.values) == ('y > "b"', (0.5, 1.0))


def test_durations_and_keys_of_several_columns() -> None:
    assert condition('DataFreshness "d" between 2 days and 5 days').values == (timedelta(days=2), timedelta(days=5))
    assert only('IsPrimaryKey "a" "b"').parameters == ("a", "b")
    assert reference_of(only('ReferentialIntegrity "a,b" "other.{c,d}" = 1.0')) == ("other", ("c", "d"))
    assert reference_of(only('ReferentialIntegrity "a" "other.c" = 1.0')) == ("other", ("c",))


def test_and_binds_more_closely_than_or() -> None:
    rule = parse_rule('(RowCount > 0) or (IsComplete "a") AND ((IsUnique "a") or (IsUnique "b"))')
    assert isinstance(rule, Composite)
    assert rule.text == '(RowCount > 0) OR ((IsComplete "a") AND ((IsUnique "a") OR (IsUnique "b")))'
    assert rule.operator == "OR"


def test_a_ruleset_has_comments_and_line_breaks() -> None:
    rules = parse_ruleset('# why\nRules = [\n  IsComplete "a",  # each\n  RowCount between\n 1 and 5\n]\n')
    assert [rule.text for rule in rules] == ['IsComplete "a"', "RowCount between 1 and 5"]


WRONG = {
    "": "a rule is missing; allowed: ",
    "IsComplete": 'IsComplete takes one column in double quotes, here 0; write it as in IsComplete "order_id"',
    'IsComplete "a" "b"': "IsComplete takes one column in double quotes, here 2; ",
    'IsComplete "a" > 3': "IsComplete takes no condition, here > 3; ",
    'isComplete "a"': "isComplete is no rule type; did you mean IsComplete?; allowed: ColumnCount, ",
    "RowCount": "RowCount needs a condition; write it as in RowCount > 0",
    "RowCount >": "a value is missing at the end; ",
    'RowCount "id" > 100': "RowCount takes no column, here 1; ",
    'RowCount = "5"': '= "5" does not compare with a number; ',
    "RowCount > 0, RowCount > 1": "these are several rules; write each as an item of its own",
    "RowCount > 0 RowCount": "RowCount follows the rule; ",
    'RowCount > 0 whre "a"': 'whre "a" follows the rule; ',
    "Rules = [ RowCount > 0 ]": "write each rule as an item of its own, without `Rules = [ ]`",
    'RowCount > 0 and IsComplete "a"': "put each rule around `and` in parentheses, as in ",
    "(RowCount > 0) and RowCount > 1": "expected (, found RowCount; each rule beside `and` or `or` is in parentheses",
    "(RowCount > 0": "expected ), found the end; ",
    'Completeness "a" > 95': "> 95 compares a share of the rows, which is from 0 to 1; ",
    'ColumnValues "a" > "abc"': '> "abc" orders what is not a number or a date; ',
    'ColumnValues "a" > now() - 3 days': "a time that is reckoned from now() is in parentheses, as in (now() - 3 days)",
    'ColumnValues "a" > (now() - 3 weeks)': "a duration has a unit: days, hours, minutes; ",
    'ColumnValues "a" > 3 days': "> 3 days compares with a duration; only DataFreshness does; ",
    'ColumnValues "a" in 1': "expected [, found 1; `in` takes a list, as in in [1, 2]; ",
    'ColumnValues "a" in [1, "b"]': 'in [1, "b"] mixes numbers, texts and dates; take one of them',
    'ColumnValues "a" in [1, EMPTY]': "in [1, EMPTY] has a word for texts beside numbers; use NULL",
    'ColumnValues "a" matches "[a"': '"[a" is no regular expression: a bracket or a parenthesis is not closed',
    'ColumnValues "a" matches 5': "`matches` takes a regular expression in double quotes, ",
    'ColumnValues "a" between 5.5 and 1': "nothing is between the two values, the smaller of which comes first; ",
    'ColumnValues "a" between "2026-11-02" and "2026-11-02"': "nothing is between the two values, ",
    'DataFreshness "a" between 3 days and 5 hours': "nothing is between the two values, ",
    'ColumnValues "a" not 3': "`not` is followed by between, in or matches; ",
    'ColumnValues "a" = "2026-02-30"': '"2026-02-30" is no date of the calendar',
    'ColumnValues "a" with threshold > 0.9': "with is no condition; ",
    'ColumnValues "a" = 1 with threshold': "`with threshold` needs a number from 0 to 1, ",
    'ColumnLength "a" > 3 with threshold > 0.9': "ColumnLength takes no `with threshold`; ColumnDataType, ",
    'ColumnDataType "a" = "String"': '"String" is no data type here; allowed: = or != BOOLEAN, DATE, ',
    'ColumnCount > 3 where "a = 1"': "ColumnCount takes no `where`; remove it",
    'IsComplete "a" where ""': "`where` takes a condition of Spark SQL in double quotes, ",
    'CustomSql "select 1" > 0 with threshold > 0.5': "CustomSql takes a condition or `with threshold`, not both; ",
    "CustomSql > 0": "CustomSql takes one statement in double quotes; ",
    'DataFreshness "a" <= 3': "a duration has a unit: days, hours, minutes; ",
    'DataFreshness "a" <= 99999999 days': "a duration of ",
    'ReferentialIntegrity "a" "b" > 0.5': 'b is not a place such as "orders.id" or "orders.{id,day}"; ',
    'ReferentialIntegrity "a,b" "o.c" > 0.5': "compares 2 columns with 1; name as many on both sides",
    'IsComplete "a': 'the quote of "a is never closed; end it with another one',
    "IsComplete 'a'": "' is not a quote of DQDL; write names and texts in straight double quotes, ",
    "RowCount > 0 ; x": "; has no meaning in DQDL",
    'IsComplete ""': "a name is empty; ",
    "(" * 30: "has more than 20 parentheses in each other; ",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_in_a_rule_is_said(text: str) -> None:
    with pytest.raises(RuleError) as raised:
        parse_rule(text)
    assert str(raised.value).startswith(WRONG[text])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('Entropy "a" > 1', "Entropy"),
        ("RowCount > avg(last(5))", "a dynamic rule, with avg(…),"),
        ("RowCount > 2 * 3", "arithmetic"),
        ("RowCount > $least", "a constant ($name)"),
        ('IsComplete "a" labels=["team"="x"]', "`labels`"),
        ('ColumnValues "a" in ["A"] with ignoreCase = "true"', "`with ignoreCase`"),
    ],
)
def test_what_only_aws_has_is_named(text: str, name: str) -> None:
    with pytest.raises(NotCoveredError, match="is not covered") as raised:
        parse_rule(text)
    assert raised.value.name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("IsComplete", "a ruleset is written as Rules = \\[ rule, rule \\]"),
        ("Rules = [ ]", "a ruleset has at least one rule, as in Rules = \\[ RowCount > 0 \\]"),
        ("Rules = [ RowCount > 0", "expected \\], found the end"),
        ("Rules = [ RowCount > 0 ] more", "more follows the ruleset"),
        ("Rules = [ RowCount > 0 ] Analyzers = [ RowCount ]", "Analyzers is not covered"),
        ("Analyzers = [ RowCount ]", "Analyzers is not covered"),
        ('least = "5" Rules = [ RowCount > 0 ]', "`least = …` above the rules is not covered"),
    ],
)
def test_a_ruleset_that_is_none(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        parse_ruleset(text)
