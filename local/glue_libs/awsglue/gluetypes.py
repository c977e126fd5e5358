"""`awsglue.gluetypes`: the types of a DynamicFrame's schema, and their JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any


class DataType:
    """Base of the types. `properties` are notes on the type, which no method of a frame reads."""

    def __init__(self, properties: Mapping[str, Any] = {}) -> None:
        self.properties = properties

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(str(type(self)))

    @classmethod
    def typeName(cls) -> str:
        return cls.__name__.removesuffix("Type").lower()

    def jsonValue(self) -> dict[str, Any]:
        return {"dataType": self.typeName(), "properties": self.properties}


class AtomicType(DataType):
    """Base of the types without types inside."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.properties})"

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> AtomicType:
        return cls(**{name: value for name, value in json_value.items() if name != "dataType"})


class BinaryType(AtomicType):
    """Bytes."""


class BooleanType(AtomicType):
    """True or false."""


class ByteType(AtomicType):
    """A whole number of 1 byte."""


class DateType(AtomicType):
    """A day."""


class DecimalType(AtomicType):
    """A number with a fixed count of decimals."""

    def __init__(self, precision: int = 10, scale: int = 2, properties: Mapping[str, Any] = {}) -> None:
        super().__init__(properties)
        self.precision = precision
        self.scale = scale

    def __repr__(self) -> str:
        return f"DecimalType({self.precision}, {self.scale}, {self.properties})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "precision": self.precision, "scale": self.scale}


class DoubleType(AtomicType):
    """A floating-point number of 8 bytes."""


class EnumType(AtomicType):
    """One of a few values."""

    def __init__(self, options: Sequence[str], properties: Mapping[str, Any] = {}) -> None:
        super().__init__(properties)
        self.options = options

    def __repr__(self) -> str:
        more = ",..." if len(self.options) > 3 else ""
        return f"EnumType([{','.join(self.options[:3])}{more}], {self.properties})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "options": list(self.options)}


class FloatType(AtomicType):
    """A floating-point number of 4 bytes."""


class IntegerType(AtomicType):
    """A whole number of 4 bytes."""

    @classmethod
    def typeName(cls) -> str:
        return "int"


class LongType(AtomicType):
    """A whole number of 8 bytes."""


class NullType(AtomicType):
    """No value."""


class ShortType(AtomicType):
    """A whole number of 2 bytes."""


class StringType(AtomicType):
    """Text."""


class TimestampType(AtomicType):
    """A moment."""


class TimestampNTZType(AtomicType):
    """A date with a time of day, in no time zone."""


class UnknownType(AtomicType):
    """Not known: it gives way to every other type."""


class ArrayType(DataType):
    """A list."""

    def __init__(self, elementType: DataType = UnknownType(), properties: Mapping[str, Any] = {}) -> None:  # noqa: B008
        _check("elementType", elementType, DataType)
        super().__init__(properties)
        self.elementType = elementType

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.elementType}, {self.properties})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "elementType": self.elementType.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> ArrayType:
        return cls(_deserialize_json_value(json_value["elementType"]), json_value.get("properties", {}))


class SetType(DataType):
    """A list in which each value is there once."""

    def __init__(self, elementType: DataType = UnknownType(), properties: Mapping[str, Any] = {}) -> None:  # noqa: B008
        _check("elementType", elementType, DataType)
        super().__init__(properties)
        self.elementType = elementType

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.elementType}, {self.properties})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "elementType": self.elementType.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> SetType:
        return cls(_deserialize_json_value(json_value["elementType"]), json_value.get("properties", {}))


class ChoiceType(DataType):
    """Several types: the values of a field differ in type from record to record."""

    def __init__(self, choices: Iterable[DataType] = [], properties: Mapping[str, Any] = {}) -> None:
        super().__init__(properties)
        self.choices: dict[str, DataType] = {}
        for choice in choices:
            self.add(choice)

    def __repr__(self) -> str:
        inside = ",".join(str(self.choices[name]) for name in sorted(self.choices))
        return f"ChoiceType([{inside}], {self.properties})"

    def add(self, new_choice: DataType) -> None:
        """Add a type. Raise ValueError if one of that name is there."""
        if new_choice.typeName() in self.choices:
            raise ValueError("this choice has the type already", new_choice)
        self.choices[new_choice.typeName()] = new_choice

    def merge(self, new_choices: DataType | list[DataType]) -> None:
        """Add types; one of a name that is there is merged with it."""
        for choice in new_choices if isinstance(new_choices, list) else [new_choices]:
            before = self.choices.get(choice.typeName(), UnknownType())
            self.choices[choice.typeName()] = mergeDataTypes(before, choice)

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "choices": [choice.jsonValue() for choice in self.choices.values()]}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> ChoiceType:
        choices = [_deserialize_json_value(choice) for choice in json_value["choices"]]
        return cls(choices, json_value.get("properties", {}))


class MapType(DataType):
    """Values by name."""

    def __init__(self, valueType: DataType = UnknownType(), properties: Mapping[str, Any] = {}) -> None:  # noqa: B008
        _check("valueType", valueType, DataType)
        super().__init__(properties)
        self.valueType = valueType

    def __repr__(self) -> str:
        return f"MapType({self.valueType}, {self.properties})"

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "valueType": self.valueType.jsonValue()}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> MapType:
        return cls(_deserialize_json_value(json_value["valueType"]), json_value.get("properties", {}))


class Field:
    """A field of a struct."""

    def __init__(self, name: str, dataType: DataType, properties: Mapping[str, Any] = {}) -> None:
        _check("dataType", dataType, DataType)
        _check("name", name, str)
        self.name = name
        self.dataType = dataType
        self.properties = properties

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and (self.name, self.dataType) == (other.name, other.dataType)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Field({self.name}, {self.dataType}, {self.properties})"

    def jsonValue(self) -> dict[str, Any]:
        return {"name": self.name, "container": self.dataType.jsonValue(), "properties": self.properties}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> Field:
        container = _deserialize_json_value(json_value["container"])
        return cls(json_value["name"], container, json_value.get("properties", {}))


class StructType(DataType):
    """Fields with names, such as a record."""

    def __init__(self, fields: list[Field] = [], properties: Mapping[str, Any] = {}) -> None:  # noqa: B006
        super().__init__(properties)
        for field in fields:
            _check("fields", field, Field)
        self.fields = fields or []
        self.field_map = {field.name: field for field in fields}

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __repr__(self) -> str:
        return f"StructType([{','.join(str(field) for field in self.fields)}], {self.properties})"

    def add(self, field: Field) -> None:
        _check("field", field, Field)
        self.fields.append(field)
        self.field_map[field.name] = field

    def hasField(self, field: Field | str) -> bool:
        return (field.name if isinstance(field, Field) else field) in self.field_map

    def getField(self, field: Field | str) -> Field:
        """Return the field of that name. Raise KeyError if there is none."""
        return self.field_map[field.name if isinstance(field, Field) else field]

    def jsonValue(self) -> dict[str, Any]:
        return {**super().jsonValue(), "fields": [field.jsonValue() for field in self.fields]}

    @classmethod
    def fromJsonValue(cls, json_value: Mapping[str, Any]) -> StructType:
        fields = [Field.fromJsonValue(field) for field in json_value["fields"]]
        return cls(fields, json_value.get("properties", {}))


class EntityType(DataType):
    """A type of a type. Glue itself has no such types yet."""

    def __init__(self, entity: Any, base_type: DataType, properties: Mapping[str, Any]) -> None:
        raise NotImplementedError("EntityType is not implemented, in Glue neither")


class DynamicRecord(dict[str, Any]):
    """The argument of a filter or map function: `record["name"]` or `record.name`."""

    def __getattr__(self, attr: str) -> Any:
        if attr.startswith("__"):
            raise AttributeError(attr)
        return self[attr]

    def __setattr__(self, attr: str, value: Any) -> None:
        self[attr] = value


_NESTED: list[Any] = [ArrayType, ChoiceType, MapType, SetType, StructType]
_TYPES = {kind.typeName(): kind for kind in [*AtomicType.__subclasses__(), *_NESTED]}


def mergeDataTypes(s1: DataType, s2: DataType) -> DataType:
    """Return the type of values of both types. A type that is not known or null gives way; else two are a choice."""
    for one, other in ((s1, s2), (s2, s1)):
        if isinstance(one, UnknownType | NullType):
            return other
    if s1.__class__ is not s2.__class__ or isinstance(s1, ChoiceType):
        return _choice(s1, s2)
    if isinstance(s1, StructType) and isinstance(s2, StructType):
        both = [
            Field(field.name, mergeDataTypes(field.dataType, s2.getField(field).dataType), field.properties)
            if s2.hasField(field)
            else Field(field.name, field.dataType, field.properties)
            for field in s1
        ]
        more = [Field(field.name, field.dataType, field.properties) for field in s2 if not s1.hasField(field)]
        return StructType([*both, *more], s1.properties)
    if isinstance(s1, ArrayType) and isinstance(s2, ArrayType):
        return ArrayType(mergeDataTypes(s1.elementType, s2.elementType))
    if isinstance(s1, MapType) and isinstance(s2, MapType):
        return MapType(mergeDataTypes(s1.valueType, s2.valueType))
    if isinstance(s1, EnumType) and isinstance(s2, EnumType):
        return EnumType([*s1.options, *s2.options])
    return s1


def _choice(s1: DataType, s2: DataType) -> ChoiceType:
    made = ChoiceType(list(s2.choices.values()) if isinstance(s2, ChoiceType) else [s2], s1.properties)
    made.merge(list(s1.choices.values()) if isinstance(s1, ChoiceType) else [s1])
    return made


def _deserialize_json_string(json_str: str) -> Any:
    return _deserialize_json_value(json.loads(json_str))


def _deserialize_json_value(json_val: Mapping[str, Any]) -> Any:
    return _TYPES[json_val["dataType"]].fromJsonValue(json_val)


def _check(what: str, value: object, kind: type[Any]) -> None:
    if not isinstance(value, kind):
        raise AssertionError(f"{what}: {value!r} is not a {kind.__name__}")
