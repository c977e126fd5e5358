"""Parse DQDL: one rule, as in the config, or the ruleset of a script."""

from __future__ import annotations

from difflib import get_close_matches

from aws_glue_cdk_baseline.quality.condition_parser import parse_condition, threshold_parser
from aws_glue_cdk_baseline.quality.reader import Reader
from aws_glue_cdk_baseline.quality.rules import (
    DATA_TYPES,
    OTHER_TYPES,
    RULE_TYPES,
    AnyRule,
    Composite,
    Condition,
    NotCoveredError,
    Rule,
    RuleError,
    RuleType,
    reference_of,
)
from aws_glue_cdk_baseline.quality.tokens import joined, tokens

MAX_DEPTH = 20  # rules in parentheses in parentheses


def parse_rule(text: str) -> AnyRule:
    """Return the rule in a text. Raise RuleError if it is none, and NotCoveredError if only AWS Glue has it."""
    reader = Reader(tokens(text))
    if reader.at("Rules"):
        raise RuleError("write each rule as an item of its own, without `Rules = [ ]`")
    rule = _any_rule(reader)
    if reader.at(","):
        raise RuleError("these are several rules; write each as an item of its own")
    if not reader.ended:
        raise RuleError(f"{reader.rest} follows the rule; {_ending(rule)}")
    return rule


def parse_ruleset(text: str) -> list[AnyRule]:
    """Return the rules in `Rules = [ … ]`. Raise RuleError or NotCoveredError, with the rule that is wrong."""
    reader = Reader(tokens(text))
    if reader.at("Analyzers"):
        raise NotCoveredError("Analyzers", "they only gather statistics; write rules")
    if reader.next != "Rules":
        if reader.next and reader.follows("="):
            raise NotCoveredError(f"`{reader.next} = …` above the rules", "write the values into the rules")
        raise RuleError("a ruleset is written as Rules = [ rule, rule ]")
    for sign in ("Rules", "=", "["):
        reader.take(sign, "a ruleset is written as Rules = [ rule, rule ]")
    if reader.at("]"):
        raise RuleError("a ruleset has at least one rule, as in Rules = [ RowCount > 0 ]")
    rules = [_any_rule(reader)]
    while reader.at(","):
        reader.skip()
        rules.append(_any_rule(reader))
    reader.take("]", "rules are separated by commas, and the list ends with ]")
    if reader.at(","):
        reader.skip()
    if reader.at("Analyzers"):
        raise NotCoveredError("Analyzers", "they only gather statistics; remove them")
    if not reader.ended:
        raise RuleError(f"{reader.rest} follows the ruleset; remove it")
    return rules


def _any_rule(reader: Reader, depth: int = 0) -> AnyRule:
    """Read a rule, or rules in parentheses that are joined: `and` binds more closely than `or`."""
    if not reader.at("("):
        rule = _rule(reader)
        if reader.at("and", "AND", "or", "OR"):
            raise RuleError(
                f"put each rule around `{reader.next}` in parentheses, as in (RowCount > 0) and ({rule.text})"
            )
        return rule
    if depth > MAX_DEPTH:
        raise RuleError(f"has more than {MAX_DEPTH} parentheses in each other; write less deep ones")
    either = [_together(reader, depth)]
    while reader.at("or", "OR"):
        reader.skip()
        either.append(_together(reader, depth))
    return _joined("OR", either)


def _together(reader: Reader, depth: int) -> AnyRule:
    parts = [_in_parentheses(reader, depth)]
    while reader.at("and", "AND"):
        reader.skip()
        parts.append(_in_parentheses(reader, depth))
    return _joined("AND", parts)


def _in_parentheses(reader: Reader, depth: int) -> AnyRule:
    reader.take("(", "each rule beside `and` or `or` is in parentheses")
    rule = _any_rule(reader, depth + 1)
    reader.take(")", "each rule beside `and` or `or` is in parentheses")
    return rule


def _joined(operator: str, rules: list[AnyRule]) -> AnyRule:
    if len(rules) == 1:
        return rules[0]
    return Composite(f" {operator} ".join(f"({rule.text})" for rule in rules), operator, tuple(rules))


def _rule(reader: Reader) -> Rule:
    start, name = reader.position, reader.next
    if name not in RULE_TYPES:
        raise _unknown_type(name)
    rule_type, example = RULE_TYPES[name], f"write it as in {RULE_TYPES[name].example}"
    reader.skip()
    parameters = _parameters(reader, name, rule_type, example)
    condition = _condition(reader, name, rule_type, example)
    where = _where(reader, name, rule_type)
    threshold = _threshold(reader, name, rule_type, condition)
    if reader.at("labels"):
        raise NotCoveredError("`labels`", "remove them")
    rule = Rule(joined(reader.since(start)), name, parameters, condition, where, threshold)
    _check(rule, example)
    return rule


def _unknown_type(name: str) -> RuleError:
    allowed = ", ".join(RULE_TYPES)
    if name in OTHER_TYPES:
        return NotCoveredError(name, f"allowed: {allowed}")
    if not name:
        return RuleError(f"a rule is missing; allowed: {allowed}")
    ignoring_case = {known.lower(): known for known in RULE_TYPES}
    near = get_close_matches(name.lower(), ignoring_case, 1, 0.7)
    hint = f"; did you mean {ignoring_case[near[0]]}?" if near else ""
    return RuleError(f"{name} is no rule type{hint}; allowed: {allowed}")


def _parameters(reader: Reader, name: str, rule_type: RuleType, example: str) -> tuple[str, ...]:
    found = []
    if reader.at("$"):
        raise NotCoveredError("a constant ($name)", "write the value into the rule")
    while reader.kind == "text":
        found.append(reader.skip().content)
    least, most = rule_type.columns
    if len(found) == least == most or least <= len(found) <= most:
        return tuple(found)
    if name == "CustomSql":
        raise RuleError(f"CustomSql takes one statement in double quotes; {example}")
    count = {(0, 0): "no column", (1, 1): "one column", (2, 2): "two texts"}.get((least, most), "columns")
    raise RuleError(f"{name} takes {count}{' in double quotes' if most else ''}, here {len(found)}; {example}")


def _condition(reader: Reader, name: str, rule_type: RuleType, example: str) -> Condition | None:
    if not reader.begins_condition:
        if rule_type.value and not rule_type.optional and not reader.ended and not reader.at(")", ",", "]", "where"):
            raise RuleError(f"{reader.next} is no condition; {example}")
        if rule_type.value and not rule_type.optional:
            raise RuleError(f"{name} needs a condition; {example}")
        return None
    if not rule_type.value:
        raise RuleError(f"{name} takes no condition, here {reader.rest}; {example}")
    return parse_condition(reader, rule_type.value, example)


def _where(reader: Reader, name: str, rule_type: RuleType) -> str:
    if not reader.at("where"):
        return ""
    if not rule_type.where:
        raise RuleError(f"{name} takes no `where`; remove it")
    reader.skip()
    if reader.kind != "text" or not reader.text.strip():
        raise RuleError('`where` takes a condition of Spark SQL in double quotes, as in where "amount > 0"')
    return reader.skip().content


def _threshold(reader: Reader, name: str, rule_type: RuleType, condition: Condition | None) -> Condition | None:
    if not reader.at("with"):
        return None
    reader.skip()
    tag = reader.next
    if tag != "threshold":
        raise NotCoveredError(f"`with {tag}`", "remove it; `with threshold > 0.9` is covered")
    reader.skip()
    if not rule_type.threshold:
        takers = ", ".join(other for other, known in RULE_TYPES.items() if known.threshold)
        raise RuleError(f"{name} takes no `with threshold`; {takers} do")
    if name == "CustomSql" and condition:
        raise RuleError("CustomSql takes a condition or `with threshold`, not both; remove one")
    if not reader.begins_condition:
        raise RuleError("`with threshold` needs a number from 0 to 1, as in with threshold >= 0.9")
    return threshold_parser(reader)


def _check(rule: Rule, example: str) -> None:
    """Raise RuleError for what the grammar allows and no data can have."""
    if any(not text.strip() for text in rule.parameters):
        raise RuleError(f"a name is empty; {example}")
    if rule.type == "ReferentialIntegrity":
        alias, columns = reference_of(rule)
        wanted = len(rule.parameters[0].split(","))
        if not alias or not all(columns):
            raise RuleError(
                f'{rule.parameters[1]} is not a place such as "orders.id" or "orders.{{id,day}}"; {example}'
            )
        if len(columns) != wanted:
            raise RuleError(f"compares {wanted} columns with {len(columns)}; name as many on both sides")
    if rule.type == "ColumnDataType" and rule.condition:
        [name] = rule.condition.others(str) or [""]
        if str(name).upper() not in DATA_TYPES or rule.condition.operator != "=":
            raise RuleError(f'"{name}" is no data type here; allowed: = or != {", ".join(DATA_TYPES)}')


def _ending(rule: AnyRule) -> str:
    return f"write it as in {RULE_TYPES[rule.type].example}" if isinstance(rule, Rule) else "remove it"
