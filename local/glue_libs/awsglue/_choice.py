"""Choices: a field whose records disagree in type, held as a struct with a nullable field for each type.

The fields of that struct are named as Glue names the types: `int`, `string`, `struct`, … For each record one of them is
not null. Spark knows only the struct: a DynamicFrame remembers the paths at which a struct is a choice.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, DecimalType, NullType, StringType, StructField, StructType

from awsglue._paths import ELEMENT, Path, quoted
from awsglue._types import ChoiceType, glue_name

Choices = frozenset[Path]
NO_CHOICES: Choices = frozenset()


def member_name(data_type: DataType) -> str:
    """Return the name of a type in a choice, as in make_cols and printSchema: `decimal` has no precision there."""
    return glue_name(data_type).partition("(")[0]


def choice_of(types: Iterable[DataType]) -> DataType:
    """Return the choice of these types, in the order of their names; the type itself if there is only one."""
    members: dict[str, DataType] = {}
    for data_type in types:
        name = member_name(data_type)
        members[name] = merged(members[name], data_type) if name in members else data_type
    if len(members) == 1:
        return next(iter(members.values()))
    return ChoiceType([StructField(name, members[name]) for name in sorted(members)])


def members(data_type: DataType) -> list[DataType]:
    """Return the types of a choice; of another type, itself."""
    return [field.dataType for field in data_type] if isinstance(data_type, ChoiceType) else [data_type]


def merged(one: DataType, two: DataType) -> DataType:
    """Return the type that holds the values of both: a choice where they disagree. A null goes with every type."""
    if isinstance(two, NullType) or (one == two and type(one) is type(two)):
        return one
    if isinstance(one, NullType):
        return two
    if isinstance(one, ChoiceType) or isinstance(two, ChoiceType):
        return choice_of([*members(one), *members(two)])
    if isinstance(one, StructType) and isinstance(two, StructType):
        return merged_structs(one, two)
    if isinstance(one, ArrayType) and isinstance(two, ArrayType):
        return ArrayType(merged(one.elementType, two.elementType))
    if isinstance(one, DecimalType) and isinstance(two, DecimalType):
        scale = max(one.scale, two.scale)
        return DecimalType(min(38, max(one.precision - one.scale, two.precision - two.scale) + scale), scale)
    return one if member_name(one) == member_name(two) else choice_of([one, two])


def merged_structs(one: StructType, two: StructType) -> StructType:
    """Return the fields of both, those of `one` first."""
    fields = {field.name: field.dataType for field in one}
    for field in two:
        fields[field.name] = merged(fields[field.name], field.dataType) if field.name in fields else field.dataType
    return StructType([StructField(name, data_type) for name, data_type in fields.items()])


def typed(schema: StructType, choices: Choices) -> StructType:
    """Return Spark's schema with a ChoiceType at each of the paths."""
    if not choices:
        return schema
    found = _typed(schema, choices, ())
    assert isinstance(found, StructType)
    return found


def _typed(data_type: DataType, choices: Choices, path: Path) -> DataType:
    if isinstance(data_type, ArrayType):
        return ArrayType(_typed(data_type.elementType, choices, (*path, ELEMENT)))
    if not isinstance(data_type, StructType):
        return data_type
    fields = [
        StructField(field.name, _typed(field.dataType, choices, (*path, field.name)), metadata=field.metadata)
        for field in data_type
    ]
    return ChoiceType(fields) if path in choices else StructType(fields)


def choices_in(data_type: DataType, path: Path = ()) -> Choices:
    """Return the paths of all choices in a schema of this library."""
    found: set[Path] = set()
    if isinstance(data_type, ChoiceType):
        found.add(path)
    if isinstance(data_type, StructType):
        for field in data_type:
            found |= choices_in(field.dataType, (*path, field.name))
    elif isinstance(data_type, ArrayType):
        found |= choices_in(data_type.elementType, (*path, ELEMENT))
    return frozenset(found)


def kept(frame: DataFrame, before: StructType, choices: Choices) -> Choices:
    """Return the choices that `frame` still has, of those in the schema `before`."""
    return frozenset(path for path in choices if _at(frame.schema, path) == _at(before, path))


def _at(data_type: DataType, path: Path) -> list[str] | None:
    for name in path:
        if name == ELEMENT and isinstance(data_type, ArrayType):
            data_type = data_type.elementType
        elif isinstance(data_type, StructType) and name in data_type.names:
            data_type = data_type[name].dataType
        else:
            return None
    return data_type.names if isinstance(data_type, StructType) else None


def moved(choices: Choices, source: Path, target: Path) -> Choices:
    """Return the choices at and below `source`, as they are after a move to `target`."""
    return frozenset((*target, *path[len(source) :]) for path in choices if path[: len(source)] == source)


def aligned(frame: DataFrame, schema: StructType, target: StructType) -> DataFrame:
    """Return the frame, of that schema, with the fields and types of `target`; a field that it lacks is null."""
    if schema == target and not choices_in(target):
        return frame
    columns = []
    for field in target:
        if field.name in schema.names:
            column = converted(F.col(quoted((field.name,))), schema[field.name].dataType, field.dataType)
        else:
            column = F.lit(None).cast(plain(field.dataType))
        columns.append(column.alias(field.name))
    return frame.select(columns)


def converted(column: Column, source: DataType, target: DataType) -> Column:
    """Return a column of the type `source` as `target`, which `merged` has made of it."""
    if source == target and type(source) is type(target):
        return column
    if isinstance(source, NullType):
        return F.lit(None).cast(plain(target))
    if isinstance(target, ChoiceType):
        own = {member_name(one): one for one in members(source)}
        fields = []
        for field in target:
            if field.name not in own:
                member = F.lit(None).cast(plain(field.dataType))
            else:
                value = column.getField(field.name) if isinstance(source, ChoiceType) else column
                member = converted(value, own[field.name], field.dataType)
            fields.append(member.alias(field.name))
        return F.when(column.isNotNull(), F.struct(*fields))
    if isinstance(source, StructType) and isinstance(target, StructType):
        fields = [
            (
                converted(column.getField(field.name), source[field.name].dataType, field.dataType)
                if field.name in source.names
                else F.lit(None).cast(plain(field.dataType))
            ).alias(field.name)
            for field in target
        ]
        return F.when(column.isNotNull(), F.struct(*fields))
    if isinstance(source, ArrayType) and isinstance(target, ArrayType):
        return F.transform(column, lambda item: converted(item, source.elementType, target.elementType))
    return column.cast(plain(target))


def plain(data_type: DataType) -> DataType:
    """Return the type as Spark knows it: a struct for a choice."""
    if isinstance(data_type, ArrayType):
        return ArrayType(plain(data_type.elementType), data_type.containsNull)
    return plain_struct(data_type) if isinstance(data_type, StructType) else data_type


def plain_struct(schema: StructType) -> StructType:
    return StructType([StructField(field.name, plain(field.dataType), field.nullable) for field in schema])


def finished(schema: StructType) -> StructType:
    """Return the schema without nulls: a field that is always null is a string; a struct without fields is left out."""
    fields = [
        StructField(field.name, _finished(field.dataType))
        for field in schema
        if isinstance(schema, ChoiceType) or not _is_empty(field.dataType)
    ]
    return type(schema)(fields)


def _finished(data_type: DataType) -> DataType:
    if isinstance(data_type, NullType):
        return StringType()
    if isinstance(data_type, ArrayType):
        return ArrayType(_finished(data_type.elementType))
    return finished(data_type) if isinstance(data_type, StructType) else data_type


def _is_empty(data_type: DataType) -> bool:
    return isinstance(data_type, StructType) and all(_is_empty(field.dataType) for field in data_type)
