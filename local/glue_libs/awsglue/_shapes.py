"""The schema of records: the types of their values, and a choice where records disagree.

Values are those of `json.loads` or of a map function: dicts, lists, texts, numbers, …
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    NullType,
    StringType,
    StructField,
    StructType,
)
from pyspark.sql.types import _infer_type as spark_type

from awsglue._choice import choice_of

SMALL, WIDE = 2**31, 2**63
KNOWN_SHAPES = 10_000  # combinations of names and types that are remembered; a record of a known one is read quickly
TYPES: Mapping[type, DataType] = {
    str: StringType(),
    int: IntegerType(),
    float: DoubleType(),
    bool: BooleanType(),
    type(None): NullType(),
}


class Long:
    """Stands for a whole number of more than 32 bits."""


class Huge(Long):
    """Stands for a whole number of more than 64 bits."""


LONG, HUGE = Long(), Huge()
WHOLE: Mapping[type, DataType] = {Long: LongType(), Huge: DecimalType(38, 0)}
PLAIN = TYPES.keys() | WHOLE.keys()  # the types that tell all of a value


def whole_number(text: str) -> Any:
    """Return a value whose type tells the size of a whole number, for `json.JSONDecoder(parse_int=…)`."""
    return 0 if len(text) < 10 else sized(int(text))


def sized(value: int) -> Any:
    if -SMALL <= value < SMALL:
        return 0
    return LONG if -WIDE <= value < WIDE else HUGE


def with_sizes(value: Any) -> Any:
    """Return a value with whole numbers replaced by what tells their size."""
    if isinstance(value, dict):
        return {name: with_sizes(item) for name, item in value.items()}
    if isinstance(value, list):
        return [with_sizes(item) for item in value]
    return sized(value) if type(value) is int else value


class Shape:
    """The types that a value has had so far, in all records."""

    __slots__ = ("element", "fields", "others", "seen", "types")

    def __init__(self) -> None:
        self.types: dict[type, None] = {}  # in the order in which they came
        self.others: list[DataType] = []  # of values that JSON does not have, such as dates
        self.fields: dict[str, Shape] = {}
        self.element: Shape | None = None
        self.seen: dict[Any, list[tuple[str, Shape, type]]] = {}

    def add_struct(self, record: Mapping[str, Any]) -> None:
        kinds = tuple(map(type, record.values()))
        key = (tuple(record), kinds)
        nested = self.seen.get(key)
        if nested is None:
            nested = self._new_shape(record, kinds, key)
        for name, field, kind in nested:
            if kind is dict:
                field.add_struct(record[name])
            elif kind is list:
                field.add_array(record[name])
            else:
                field._add_other(record[name])

    def _new_shape(self, record: Mapping[str, Any], kinds: tuple[type, ...], key: Any) -> list[tuple[str, Shape, type]]:
        """Remember a combination of names and types. Return the fields whose types are not known by these alone."""
        if len(self.seen) >= KNOWN_SHAPES:
            self.seen.clear()
        nested = self.seen[key] = []
        for name, kind in zip(record, kinds, strict=True):
            field = self.fields.setdefault(name, Shape())
            field.types[kind] = None
            if kind not in PLAIN:
                nested.append((name, field, kind))
        return nested

    def add_array(self, values: list[Any]) -> None:
        if self.element is None:
            self.element = Shape()
        element = self.element
        kinds = set(map(type, values))
        if not kinds <= element.types.keys():
            element.types.update(dict.fromkeys(map(type, values)))
        if kinds <= PLAIN:
            return
        for value in values:
            kind = type(value)
            if kind is dict:
                element.add_struct(value)
            elif kind is list:
                element.add_array(value)
            elif kind not in PLAIN:
                element._add_other(value)

    def _add_other(self, value: Any) -> None:
        if (other := _other_type(value)) not in self.others:
            self.others.append(other)

    def type(self) -> DataType:
        """Return the type; NullType if all values are null, and a ChoiceType if they disagree."""
        found: list[DataType] = []
        for kind in self.types:
            if kind is dict:
                found.append(self.schema())
            elif kind is list:
                found.append(ArrayType(self.element.type() if self.element else NullType()))
            elif kind in WHOLE:
                found.append(WHOLE[kind])
            elif kind in TYPES and kind is not type(None):
                found.append(TYPES[kind])
        found += self.others
        return choice_of(found) if found else NullType()

    def schema(self) -> StructType:
        """Return the fields, in the order in which they came."""
        return StructType([StructField(name, field.type()) for name, field in self.fields.items()])


def _other_type(value: Any) -> DataType:
    """Return the type of a value that JSON does not have; of a decimal, the least that holds it."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return spark_type(value)
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)  # as of each finite number
    scale = max(0, -exponent)
    return DecimalType(min(38, max(len(digits) + max(0, exponent), scale)), min(38, scale))
