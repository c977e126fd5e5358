"""Paths of fields as Glue writes them: `address.zip`, with back-ticks around a name that contains a dot."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, StructField, StructType

from awsglue._coverage import not_covered

Path = tuple[str, ...]
ELEMENT = "[]"  # in a path: the elements of an array


def parse(path: str) -> Path:
    """Split a path into names: ``a.`b.c``` is ("a", "b.c")."""
    parts = re.findall(r"`([^`]*)`|([^.`]+)", path)
    names = tuple(quoted or plain for quoted, plain in parts)
    if not names or any(name.endswith("[]") for name in names):
        not_covered(f"the path {path!r}", "name a field that is not inside an array")
    return names


def parse_elements(path: str) -> Path:
    """Split a path in which `[]` after the name of an array stands for its elements: ``a[].b`` is ("a", "[]", "b")."""
    names: list[str] = []
    for quoted, plain in re.findall(r"`([^`]*)`|([^.`]+)", path):
        name, elements = (quoted, "") if quoted else (plain.rstrip("[]"), plain[len(plain.rstrip("[]")) :])
        names += [name] if name else []
        names += [ELEMENT] * elements.count(ELEMENT)
    if not names or names[0] == ELEMENT:
        raise ValueError(f"{path!r} is not the path of a field, such as 'a.b' or 'list[].price'")
    return tuple(names)


def listed(paths: str | Sequence[str]) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)


def quoted(path: Path) -> str:
    """Write a path as Spark reads it, each name in back-ticks."""
    return ".".join(f"`{name}`" for name in path)


def type_at(schema: StructType, path: Path, *, in_arrays: bool = False) -> DataType | None:
    """Return the type of the field at a path; None if there is no such field.

    With `in_arrays` a path goes on to the fields of an array's elements, as in drop_fields.
    """
    data_type: DataType = schema
    for name in path:
        while in_arrays and isinstance(data_type, ArrayType):
            data_type = data_type.elementType
        if not isinstance(data_type, StructType) or name not in data_type.names:
            return None
        data_type = data_type[name].dataType
    return data_type


def typed_at(schema: StructType, path: Path) -> DataType:
    """Return the type of a field that exists."""
    found = type_at(schema, path)
    assert found is not None, path
    return found


def find(frame: DataFrame, path: str, *, case_sensitive: bool = True, in_arrays: bool = False) -> Path | None:
    """Return the path of a field, as the frame spells it; None if there is no such field.

    Raise ValueError for a column with a dot in its name that is written without back-ticks: Glue does not find it
    either.
    """
    names = parse(path)
    if type_at(frame.schema, names, in_arrays=in_arrays) is not None:
        return names
    if not case_sensitive and (found := _same_letters(frame.schema, names)):
        if len(found) > 1:
            spelled = ", ".join(".".join(one) for one in found)
            raise ValueError(f"the path {path!r} stands for the fields {spelled}; write it as one of them")
        return found[0]
    if path in frame.columns:
        raise ValueError(f"the column {path!r} has a dot in its name; write it in back-ticks: '`{path}`'")
    return None


def existing(frame: DataFrame, name: str) -> Path:
    """Return the path of a field. Raise ValueError if there is no such field."""
    path = find(frame, name)
    if path is None:
        raise ValueError(f"no column {name!r}; there are {', '.join(frame.columns) or 'none'}")
    return path


def _same_letters(schema: StructType, path: Path) -> list[Path]:
    """Return the paths of all fields that differ from `path` in upper and lower case only."""
    found: list[Path] = []
    for field in schema.fields:
        if field.name.lower() != path[0].lower():
            continue
        if len(path) == 1:
            found.append((field.name,))
        elif isinstance(field.dataType, StructType):
            found += [(field.name, *rest) for rest in _same_letters(field.dataType, path[1:])]
    return found


def drop(frame: DataFrame, path: Path) -> DataFrame:
    """Return the frame without the field. A struct is dropped together with its last field."""
    parent = path[:-1]
    if not parent:
        return frame.select([F.col(quoted((name,))) for name in frame.columns if name != path[0]])
    holder = type_at(frame.schema, parent, in_arrays=True)
    while isinstance(holder, ArrayType):
        holder = holder.elementType
    if isinstance(holder, StructType) and len(holder) == 1:
        return drop(frame, parent)
    column = F.col(quoted(path[:1]))
    return frame.withColumn(path[0], _without(column, frame.schema[path[0]].dataType, path[1:]))


def _without(column: Column, data_type: DataType, path: Path) -> Column:
    """Return a struct, or an array of structs, without the field at a path inside of it."""
    if isinstance(data_type, ArrayType):
        element = data_type.elementType
        return F.transform(column, lambda item: _without(item, element, path))
    if len(path) == 1:
        return column.dropFields(quoted(path))
    inner = typed_at(StructType([StructField("", data_type)]), ("", path[0]))
    return column.withField(quoted(path[:1]), _without(column.getField(path[0]), inner, path[1:]))


def structured(columns: Sequence[tuple[Path, Column]]) -> list[Column]:
    """Return top-level columns for columns at paths: those with the same first name become one struct."""
    groups: dict[str, list[tuple[Path, Column]]] = {}
    for path, column in columns:
        groups.setdefault(path[0], []).append((path[1:], column))
    result = []
    for name, members in groups.items():
        plain = [column for rest, column in members if not rest]
        if len(plain) == len(members):
            result.append(plain[-1].alias(name))  # of several columns with this name the last one stays
        else:
            result.append(F.struct(*structured([(rest, column) for rest, column in members if rest])).alias(name))
    return result
