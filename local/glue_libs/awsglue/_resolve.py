"""resolveChoice: what becomes of the choices of a frame.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, NullType, StringType, StructField, StructType

from awsglue import _paths
from awsglue._choice import choices_in, plain
from awsglue._frames import Rows
from awsglue._paths import ELEMENT, Path
from awsglue._types import ChoiceType, can_cast, catalog_type, glue_type, try_cast

ACTIONS = "'cast:type', 'make_cols', 'make_struct' or 'project:type'"
Fields = list[tuple[str, Column, DataType]]


@dataclass(frozen=True)
class Action:
    """An action such as `cast:int`, with the type that it names."""

    text: str
    kind: str
    wanted: DataType | None = None


def resolve(
    records: Rows,
    specs: Sequence[tuple[str, str]] | None = None,
    choice: str = "",
    catalog_types: Callable[[], Mapping[str, str]] | None = None,
) -> Rows:
    """Return the records with an action done at each path of `specs`, or at every choice.

    `catalog_types` returns the names and types of the fields for the choice `match_catalog`.
    """
    if specs is not None and choice:
        raise ValueError("resolveChoice: give either specs or choice, not both")
    if specs is not None:
        for spec in specs:
            if isinstance(spec, str) or len(spec) != 2 or not all(isinstance(part, str) for part in spec):
                raise ValueError(f"resolveChoice: {spec!r} is no spec; a spec is (path, action) with {ACTIONS}")
        for place, text in specs:
            records = _at_path(records, place, _action(text))
        return records
    if not choice:
        actions = ACTIONS.replace(" or ", ", ")
        raise ValueError(f"resolveChoice: give specs, or choice as {actions} or 'match_catalog'")
    if choice.lower() == "match_catalog" and catalog_types:
        return _match_catalog(records, catalog_types())
    action = _action(choice)
    for path in _innermost_first(records):
        records = _done(records, path, action)
    return records


def with_options(records: Rows, options: Iterable[Any]) -> Rows:
    """Return the records with each ResolveOption done."""
    for option in options:
        kind = str(option.action).lower()
        if kind not in ("project", "cast", "keepasstruct"):
            raise ValueError(f"ResolveOption: {option.action!r} is no action; use 'Project', 'Cast' or 'KeepAsStruct'")
        if kind == "keepasstruct":
            records = _at_path(records, option.path, Action("make_struct", "make_struct"))
            continue
        if not hasattr(option.target, "typeName"):
            raise ValueError(f"ResolveOption: {option.action!r} needs a target type, such as DoubleType()")
        records = _at_path(records, option.path, _action(f"{kind}:{_type_name(option.target)}"))
    return records


def _type_name(data_type: Any) -> str:
    """Return the name of a type of Spark or of `awsglue.gluetypes`."""
    if hasattr(data_type, "simpleString"):
        return str(data_type.simpleString())
    sizes = f"({data_type.precision},{data_type.scale})" if hasattr(data_type, "precision") else ""
    return f"{data_type.typeName()}{sizes}"


def _action(text: str) -> Action:
    kind, _, type_name = text.partition(":")
    kind = kind.strip().lower()
    if kind in ("make_cols", "make_struct") and not type_name:
        return Action(text, kind)
    if kind not in ("cast", "project"):
        raise ValueError(f"resolveChoice: {text!r} is no action; use {ACTIONS}")
    if not type_name:
        raise ValueError(f"resolveChoice: {text!r} names no type; write '{kind}:string', for example")
    try:
        return Action(text, kind, glue_type(type_name))
    except ValueError as error:
        raise ValueError(f"resolveChoice: {text!r}: {error}") from None


def _at_path(records: Rows, text: str, action: Action) -> Rows:
    path = _paths.parse_elements(text)
    found = _with_elements(records.schema, path)
    if found is None:
        warnings.warn(f"resolveChoice: no field {text!r}; {action.text!r} does nothing", stacklevel=4)
        return records
    return _done(records, found, action)


def _with_elements(data_type: DataType, path: Path) -> Path | None:
    """Return the path of a field. `[]` may be left out before the name of a field; at the end it says: the elements."""
    if not path:
        return ()
    if isinstance(data_type, ArrayType):
        rest = _with_elements(data_type.elementType, path[1:] if path[0] == ELEMENT else path)
        return None if rest is None else (ELEMENT, *rest)
    if isinstance(data_type, StructType) and path[0] in data_type.names:
        rest = _with_elements(data_type[path[0]].dataType, path[1:])
        return None if rest is None else (path[0], *rest)
    return None


def _innermost_first(records: Rows) -> list[Path]:
    return sorted(records.choices, key=len, reverse=True)


def _done(records: Rows, path: Path, action: Action) -> Rows:
    """Return the records with the action done at a path that exists."""
    schema = records.schema
    fields: Fields = []
    for field in schema:
        column = F.col(_paths.quoted((field.name,)))
        fields += _field(field.name, column, field.dataType, path, action)
    frame = records.frame.select([column.alias(name) for name, column, _ in fields])
    made = StructType([StructField(name, data_type) for name, _, data_type in fields])
    return Rows(frame, choices_in(made), records.errors)


def _field(name: str, column: Column, data_type: DataType, path: Path, action: Action) -> Fields:
    """Return what a field becomes: one field, or one for each type if it is the choice that make_cols takes apart."""
    if path[0] != name:
        return [(name, column, data_type)]
    if path[1:]:
        return [(name, *_inside(column, data_type, path[1:], action))]
    if action.kind == "make_cols" and isinstance(data_type, ChoiceType):
        return [(f"{name}_{member.name}", column.getField(member.name), member.dataType) for member in data_type]
    return [(name, *_value(column, data_type, action))]


def _inside(column: Column, data_type: DataType, path: Path, action: Action) -> tuple[Column, DataType]:
    """Return a struct or an array with the action done at a path inside of it."""
    if isinstance(data_type, ArrayType):
        element = data_type.elementType
        change: Callable[[Column], tuple[Column, DataType]] = (
            (lambda item: _inside(item, element, path[1:], action))
            if path[1:]
            else (lambda item: _value(item, element, action))
        )
        made = change(F.lit(None).cast(plain(element)))[1]
        return F.transform(column, lambda item: change(item)[0]), ArrayType(made)
    assert isinstance(data_type, StructType)
    fields = [
        made
        for field in data_type
        for made in _field(field.name, column.getField(field.name), field.dataType, path, action)
    ]
    struct = F.struct(*[value.alias(name) for name, value, _ in fields])
    made_type = type(data_type)([StructField(name, kind) for name, _, kind in fields])
    return F.when(column.isNotNull(), struct), made_type


def _value(column: Column, data_type: DataType, action: Action) -> tuple[Column, DataType]:
    """Return a value with cast, project or make_struct done; make_cols has no columns for the elements of an array."""
    if action.kind in ("make_struct", "make_cols"):
        return column, StructType(list(data_type)) if isinstance(data_type, ChoiceType) else data_type
    if action.kind == "cast":
        return cast(column, data_type, action.wanted)
    if not isinstance(data_type, ChoiceType):
        return column, data_type
    wanted = action.text.partition(":")[2].strip().lower()
    for field in data_type:
        if field.name == wanted or field.dataType == action.wanted:
            return column.getField(field.name), field.dataType
    warnings.warn(
        f"resolveChoice: {action.text!r}: no value is one; they are {', '.join(data_type.names)}", stacklevel=2
    )
    made = action.wanted or NullType()
    return F.lit(None).cast(made), made


def cast(column: Column, data_type: DataType, wanted: DataType | None) -> tuple[Column, DataType]:
    """Return the value as another type: null if it cannot be cast. Without a type, such as for `struct`, it stays."""
    if wanted is None:
        return column, data_type
    if not isinstance(data_type, ChoiceType):
        return _cast(column, data_type, wanted), wanted
    values = [_cast(column.getField(field.name), field.dataType, wanted) for field in data_type]
    return F.coalesce(*values), wanted


def _cast(column: Column, data_type: DataType, wanted: DataType) -> Column:
    source = plain(data_type)
    if source == wanted:
        return column
    if isinstance(source, StructType | ArrayType) and isinstance(wanted, StringType):
        return F.to_json(column)
    return try_cast(column, wanted) if can_cast(source, wanted) else F.lit(None).cast(wanted)


def _match_catalog(records: Rows, types: Mapping[str, str]) -> Rows:
    """Cast each choice to the type of its field in a table of the Data Catalog. One that is not there stays."""
    types = {name.lower(): kind for name, kind in types.items()}
    for path in sorted(records.choices, key=len):
        if path not in records.choices:
            continue  # the cast of a field that it is part of has resolved it
        wanted = _in_catalog(catalog_type(types[path[0].lower()]), path[1:]) if path[0].lower() in types else None
        if wanted is not None:
            records = _done(records, path, Action("match_catalog", "cast", wanted))
    return records


def _in_catalog(data_type: DataType | None, path: Path) -> DataType | None:
    for name in path:
        if isinstance(data_type, ArrayType) and name == ELEMENT:
            data_type = data_type.elementType
        elif isinstance(data_type, StructType):
            data_type = next((field.dataType for field in data_type if field.name.lower() == name.lower()), None)
        else:
            return None
    return data_type
