"""Paths of fields as Glue writes them: `address.zip`, back-ticks around a name that has a dot in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StructType

from awsglue._coverage import not_covered

Path = tuple[str, ...]


def parse(path: str) -> Path:
    """``a.`b.c``` -> ("a", "b.c")."""
    parts = re.findall(r"`([^`]*)`|([^.`]+)", path)
    names = tuple(quoted or plain for quoted, plain in parts)
    if not names or any(name.endswith("[]") for name in names):
        not_covered(f"the path {path!r}", "name a field that is in no array")
    return names


def listed(paths: str | Sequence[str]) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)


def quoted(path: Path) -> str:
    """As Spark wants it."""
    return ".".join(f"`{name}`" for name in path)


def type_at(schema: StructType, path: Path) -> DataType | None:
    """The type of the field at a path, or none where there is no such field."""
    data_type: DataType = schema
    for name in path:
        if not isinstance(data_type, StructType) or name not in data_type.names:
            return None
        data_type = data_type[name].dataType
    return data_type


def find(frame: DataFrame, path: str) -> Path | None:
    """The path, if the frame has the field. A dotted column named without back-ticks is refused: Glue does not
    find it either."""
    names = parse(path)
    if type_at(frame.schema, names) is not None:
        return names
    if path in frame.columns:
        raise ValueError(f"the column {path!r} has a dot in its name; write it in back-ticks: '`{path}`'")
    return None


def drop(frame: DataFrame, path: Path) -> DataFrame:
    """Without the field; a struct that loses its last field goes with it."""
    parent = path[:-1]
    if not parent:
        return frame.select([F.col(quoted((name,))) for name in frame.columns if name != path[0]])
    holder = type_at(frame.schema, parent)
    if isinstance(holder, StructType) and len(holder) == 1:
        return drop(frame, parent)
    inner = quoted(path[1:])
    return frame.withColumn(path[0], F.col(quoted(path[:1])).dropFields(inner))


def structured(columns: Sequence[tuple[Path, Column]]) -> list[Column]:
    """Columns at paths as top-level columns: those that share their first name become one struct, in first order."""
    groups: dict[str, list[tuple[Path, Column]]] = {}
    for path, column in columns:
        groups.setdefault(path[0], []).append((path[1:], column))
    result = []
    for name, members in groups.items():
        plain = [column for rest, column in members if not rest]
        if len(plain) == len(members):
            result.append(plain[-1].alias(name))  # the last of several wins
        else:
            result.append(F.struct(*structured([(rest, column) for rest, column in members if rest])).alias(name))
    return result
