"""Parse the condition of a rule: its operator, and the numbers, texts, dates or durations that it compares with."""

from __future__ import annotations

from datetime import date, timedelta

from aws_glue_cdk_baseline.quality.reader import Reader
from aws_glue_cdk_baseline.quality.rules import Condition, Keyword, NotCoveredError, Now, RuleError, Value
from aws_glue_cdk_baseline.quality.tokens import Token, joined

ORDER = (">", ">=", "<", "<=", "between")
UNITS = {"days": 86400, "hours": 3600, "minutes": 60}
KEYWORDS = {name: word for word in Keyword for name in (word.value, word.value.lower())}
KINDS = {"number": "a number", "ratio": "a number", "duration": "a number of days, hours or minutes", "type": "a text"}
NOW = "(now() - 3 days)"
MAX_SECONDS = 100 * 366 * 86400


def parse_condition(reader: Reader, wanted: str, example: str) -> Condition:
    """Read a condition. `wanted` is the `value` of a RuleType, `example` the end of an error's message."""
    start = reader.position
    negated = reader.at("!=", "not")
    operator = "=" if reader.at("!=") else reader.next
    reader.skip()
    if operator == "not":
        if not reader.at("between", "in", "matches"):
            raise RuleError(f"`not` is followed by between, in or matches; {example}")
        operator = reader.skip().written
    values = _values(reader, operator, wanted, example)
    condition = Condition(operator, tuple(values), joined(reader.since(start)), negated)
    _check(condition, wanted, example)
    return condition


def threshold_parser(reader: Reader) -> Condition:
    """Read what follows `with threshold`."""
    return parse_condition(reader, "ratio", "a threshold is written as in with threshold >= 0.9")


def _values(reader: Reader, operator: str, wanted: str, example: str) -> list[Value]:
    if operator == "between":
        first = _value(reader, wanted, example)
        if not reader.at("and", "AND"):
            raise RuleError(f"`between` takes two values, as in between 1 and 5; {example}")
        reader.skip()
        last = _value(reader, wanted, example)
        if _is_empty(first, last):
            raise RuleError(f"nothing is between the two values, the smaller of which comes first; {example}")
        return [first, last]
    if operator != "in":
        return [_value(reader, wanted, example)]
    if reader.at("$"):
        raise NotCoveredError("a constant ($name)", "write the values into the rule")
    reader.take("[", f"`in` takes a list, as in in [1, 2]; {example}")
    values = [_value(reader, wanted, example)]
    while reader.at(","):
        reader.skip()
        values.append(_value(reader, wanted, example))
    reader.take("]", "the values of a list are separated by commas")
    return values


def _is_empty(first: Value, last: Value) -> bool:
    """Return true if no value is between the two, which `between` leaves out. Times from now() are not compared."""
    if isinstance(first, int | float) and isinstance(last, int | float):
        return first >= last
    if isinstance(first, timedelta) and isinstance(last, timedelta):
        return first >= last
    return isinstance(first, date) and isinstance(last, date) and first >= last


def _value(reader: Reader, wanted: str, example: str) -> Value:
    if reader.at("$"):
        raise NotCoveredError("a constant ($name)", "write the value into the rule")
    if reader.kind == "text":
        return _text(reader.skip().content)
    if reader.kind == "number":
        number = _number(reader.skip())
        if reader.at("+", "-", "*", "/") or reader.kind == "number":
            raise NotCoveredError("arithmetic", "write the result")
        if wanted == "duration" or reader.at(*UNITS):
            return _duration(number, _unit(reader, example))
        return number
    if reader.at(*KEYWORDS):
        return KEYWORDS[reader.skip().written]
    if reader.at("now", "("):
        return _now(reader, example)
    if reader.kind == "word" and reader.follows("("):
        raise NotCoveredError(
            f"a dynamic rule, with {reader.next}(…),", "it needs the results of earlier runs; write a number"
        )
    if reader.kind == "number" or not reader.ended:
        raise RuleError(f"{reader.next} is no value; {example}")
    raise RuleError(f"a value is missing at the end; {example}")


def _text(content: str) -> Value:
    """Return a date if the text has the form of one: so AWS's parser does, too."""
    parts = content.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not all(part.isascii() and part.isdigit() for part in parts):
        return content
    try:
        return date.fromisoformat(content)
    except ValueError:
        raise RuleError(f'"{content}" is no date of the calendar') from None


def _number(token: Token) -> int | float:
    return float(token.written) if "." in token.written else int(token.written)


def _unit(reader: Reader, example: str) -> int:
    if not reader.at(*UNITS):
        raise RuleError(f"a duration has a unit: {', '.join(UNITS)}; {example}")
    return UNITS[reader.skip().written]


def _duration(number: float, unit: int) -> timedelta:
    if abs(number * unit) > MAX_SECONDS:
        raise RuleError(f"a duration of {number:g} times {unit} seconds is too long; at most 100 years")
    return timedelta(seconds=number * unit)


def _now(reader: Reader, example: str) -> Now:
    """Read `now()`, or `(now() - 3 days)`. AWS's parser wants the parentheses around a sum, too."""
    in_parentheses = reader.at("(")
    if in_parentheses:
        reader.skip()
    for sign in ("now", "(", ")"):
        reader.take(sign, f"a time is written as in {NOW}")
    if not in_parentheses:
        if reader.at("+", "-") or reader.kind == "number":
            raise RuleError(f"a time that is reckoned from now() is in parentheses, as in {NOW}")
        return Now()
    if not reader.at("+", "-"):
        raise RuleError(f"a time is written as in {NOW}")
    direction = -1 if reader.skip().written == "-" else 1
    if reader.kind != "number":
        raise RuleError(f"a time is written as in {NOW}")
    number = direction * float(reader.skip().written)
    offset = _duration(number, _unit(reader, example))
    reader.take(")", f"a time is written as in {NOW}")
    return Now(offset)


def _check(condition: Condition, wanted: str, example: str) -> None:
    operator, values, texts = condition.operator, condition.values, condition.others(str)
    if wanted == "any":
        _check_any(condition, example)
        return
    kinds: dict[str, tuple[type, ...]] = {"duration": (timedelta,), "type": (str,)}
    right = kinds.get(wanted, (int, float))
    if operator == "matches" or not all(type(value) in right for value in values):
        raise RuleError(f"{condition.text} does not compare with {KINDS[wanted]}; {example}")
    if wanted == "ratio" and not all(0 <= float(str(value)) <= 1 for value in values):
        raise RuleError(f"{condition.text} compares a share of the rows, which is from 0 to 1; {example}")
    if wanted == "type" and (operator in ORDER or len(texts) != 1):
        raise RuleError(f"{condition.text} does not name one data type; {example}")


def _check_any(condition: Condition, example: str) -> None:
    operator, values = condition.operator, condition.values
    if condition.others(timedelta):
        raise RuleError(f"{condition.text} compares with a duration; only DataFreshness does; a time is {NOW}")
    groups = [condition.others(str), condition.others((int, float)), condition.others((date, Now))]
    if sum(map(bool, groups)) > 1:
        raise RuleError(f"{condition.text} mixes numbers, texts and dates; take one of them")
    if operator == "matches":
        if not condition.others(str):
            raise RuleError(f'`matches` takes a regular expression in double quotes, as in matches "[a-z]+"; {example}')
    elif operator in ORDER and (condition.others(str) or condition.words):
        raise RuleError(
            f"{condition.text} orders what is not a number or a date; texts take =, !=, in and matches, and a date"
            ' is written as in "2026-01-31"'
        )
    elif condition.words - {Keyword.NULL} and any(groups[1:]):
        raise RuleError(f"{condition.text} has a word for texts beside {'numbers' if groups[1] else 'dates'}; use NULL")
    if operator == "matches":
        _check_pattern(str(values[0]))


def _check_pattern(pattern: str) -> None:
    """Refuse what no engine of regular expressions can read: unclosed brackets. Spark reads the rest as Java does."""
    depth, in_class, escaped = 0, False, False
    for sign in pattern:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth < 0:
                break
    if (depth or in_class or escaped) and "\\Q" not in pattern:
        raise RuleError(f'"{pattern}" is no regular expression: a bracket or a parenthesis is not closed')
