"""Compare values of rows: numbers with a fraction within 1e-9, times by instant, nulls, NaN, and what is nested."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

TOLERANCE = 1e-9  # of the larger value, or in all
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
Value = Any  # a number, a text, None, or a tuple of these that begins with the name of its kind


def canonical(value: Any) -> Value:
    """Return a value in one form: two that are equal have the same. A field that is null is as one that is missing."""
    match value:
        case None | str():
            return value
        case bool():
            return ("boolean", value)
        case float():
            return ("nan",) if math.isnan(value) else value + 0.0  # -0.0 is 0.0
        case int():
            return value
        case Decimal():
            return ("nan",) if value.is_nan() else value.normalize()
        case datetime.datetime():
            at = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
            return ("time", (at - EPOCH) // datetime.timedelta(microseconds=1))
        case datetime.timedelta():
            return ("interval", value // datetime.timedelta(microseconds=1))
        case bytes() | bytearray():
            return ("bytes", bytes(value).hex())
        case dict():
            names = sorted(key for key, item in value.items() if item is not None)
            return ("struct", *(("field", name, canonical(value[name])) for name in names))
        case list() if value and all(isinstance(item, tuple) for item in value):  # pyarrow's form of a map
            return ("map", *sorted((("entry", *map(canonical, item)) for item in value), key=repr))
        case list() | tuple():
            return ("array", *map(canonical, value))
    return (type(value).__name__, str(value))


def split_numbers(value: Value) -> tuple[Value, tuple[float | int | Decimal, ...]]:
    """Return a canonical value with a mark in place of each number, and the numbers."""
    numbers: list[float | int | Decimal] = []

    def marked(item: Value) -> Value:
        if isinstance(item, tuple):
            return item if item[0] in ("time", "interval", "boolean") else tuple(map(marked, item))
        if isinstance(item, int | float | Decimal):
            numbers.append(item)
            return ("number",)
        return item

    return marked(value), tuple(numbers)


def close(one: float | int | Decimal, other: float | int | Decimal) -> bool:
    """Return true if two numbers are equal, or one of them has a fraction and they differ by no more than 1e-9."""
    if one == other:
        return True
    if not isinstance(one, float) and not isinstance(other, float):
        return False
    return math.isclose(float(one), float(other), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
