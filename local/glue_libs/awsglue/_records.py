"""Records as Python has them, from rows and back: a field that is a choice has the value of its own type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pyspark.sql.types import (
    ArrayType,
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    MapType,
    StringType,
    StructType,
)
from pyspark.sql.types import _infer_type as spark_type

from awsglue._choice import member_name
from awsglue._shapes import TYPES, WHOLE, sized
from awsglue._types import ChoiceType
from awsglue.gluetypes import DynamicRecord

Converter = Callable[[Any], Any]


def reader(data_type: DataType, struct: Callable[[Any], Any] = DynamicRecord) -> Converter:
    """Return the function that makes a record of a row of this schema; `struct` makes the records."""
    if isinstance(data_type, ChoiceType):
        readers = [reader(field.dataType, struct) for field in data_type]

        def read_choice(row: Any) -> Any:
            for value, read in zip(row or (), readers, strict=False):
                if value is not None:
                    return read(value)
            return None

        return read_choice
    if isinstance(data_type, StructType):
        fields = [(field.name, reader(field.dataType, struct)) for field in data_type]

        def read_struct(row: Any) -> Any:
            if row is None:
                return None
            return struct({name: read(value) for (name, read), value in zip(fields, row, strict=True)})

        return read_struct
    if isinstance(data_type, ArrayType):
        read = reader(data_type.elementType, struct)
        return lambda values: None if values is None else [read(value) for value in values]
    return _same


def writer(data_type: DataType) -> Converter:
    """Return the function that makes a row of this schema of a record. A value of another type becomes null."""
    if isinstance(data_type, ChoiceType):
        writers = {field.name: (index, writer(field.dataType)) for index, field in enumerate(data_type)}

        def write_choice(value: Any) -> Any:
            if value is None or (found := writers.get(_member(value, writers))) is None:
                return None
            row: list[Any] = [None] * len(writers)
            row[found[0]] = found[1](value)
            return tuple(row)

        return write_choice
    if isinstance(data_type, StructType):
        fields = [(field.name, writer(field.dataType)) for field in data_type]

        def write_struct(value: Any) -> Any:
            return tuple(write(value.get(name)) for name, write in fields) if isinstance(value, dict) else None

        return write_struct
    if isinstance(data_type, ArrayType):
        write = writer(data_type.elementType)
        return lambda value: [write(item) for item in value] if isinstance(value, list | tuple) else None
    if isinstance(data_type, MapType):
        return _same
    if isinstance(data_type, DoubleType | FloatType):
        return lambda value: float(value) if isinstance(value, int | float) else None
    if isinstance(data_type, DecimalType):
        return lambda value: None if value is None else Decimal(value)
    if isinstance(data_type, StringType):
        return lambda value: value if isinstance(value, str) else None
    return _same


def _same(value: Any) -> Any:
    return value


def _member(value: Any, members: Mapping[str, Any]) -> str:
    """Return the name of a value's type in a choice. A whole number fits a wider type, too."""
    kind = type(value)
    if kind is dict or isinstance(value, dict):
        return "struct"
    if kind is list:
        return "array"
    if kind is int:
        size = sized(value)
        names = ("int", "long", "decimal") if size == 0 else ("long", "decimal")
        return next((name for name in names if name in members), "decimal")
    return member_name(TYPES.get(kind) or WHOLE.get(kind) or spark_type(value))
