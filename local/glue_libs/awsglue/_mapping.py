"""Columns named, typed and moved: apply_mapping, rename_field, select_fields, resolveChoice."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from awsglue import _paths
from awsglue._coverage import not_covered
from awsglue._schema import spark_type


def apply_mapping(frame: DataFrame, mappings: Sequence[tuple[str, str, str, str]]) -> DataFrame:
    """Only the mapped columns. A source that is not there is a warning and left out; what cannot be cast is null."""
    columns: list[tuple[_paths.Path, Column]] = []
    for mapping in mappings:
        if len(mapping) != 4 or not all(isinstance(part, str) for part in mapping):
            raise ValueError(f"{mapping!r} is not a mapping (source, source type, target, target type)")
        source, _, target, target_type = mapping
        path = _paths.find(frame, source)
        if path is None:
            warnings.warn(f"apply_mapping: no column {source!r}; {target!r} is left out", stacklevel=3)
            continue
        column, wanted = F.col(_paths.quoted(path)), spark_type(target_type)
        columns.append((_paths.parse(target), column if wanted is None else column.cast(wanted)))
    return frame.select(_paths.structured(columns))


def rename(frame: DataFrame, old: str, new: str) -> DataFrame:
    """A field under its new path; where there is no such field, the frame as it is."""
    source, target = _paths.find(frame, old), _paths.parse(new)
    if source is None:
        return frame
    if len(source) == len(target) == 1:
        return frame.withColumnRenamed(source[0], target[0])
    column = F.col(_paths.quoted(source))
    if len(target) == 1:
        return _paths.drop(frame.withColumn(target[0], column), source)
    if source[:-1] != target[:-1]:
        not_covered(f"renaming {old!r} to {new!r}, in another struct", "rename within one struct or to the top level")
    inner = _paths.quoted(target[1:])
    moved = F.col(_paths.quoted(target[:1])).withField(inner, column)
    return _paths.drop(frame.withColumn(target[0], moved), source)


def select(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """Only these fields; a path that is not there is passed over."""
    found = [path for name in paths if (path := _paths.find(frame, name)) is not None]
    return frame.select(_paths.structured([(path, F.col(_paths.quoted(path))) for path in dict.fromkeys(found)]))


def drop(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """Without these fields; a path that is not there is passed over."""
    for name in paths:
        if (path := _paths.find(frame, name)) is not None:
            frame = _paths.drop(frame, path)
    return frame


def resolve(frame: DataFrame, specs: Sequence[tuple[str, str]] | None, choice: str) -> DataFrame:
    """The `cast:type` of each spec. A Spark column has one type, so that there is no choice to resolve otherwise."""
    if (specs is not None) == bool(choice):
        raise ValueError("resolveChoice: give specs or choice, and not both")
    if choice:
        not_covered(f"resolveChoice(choice={choice!r})", "use specs=[(path, 'cast:type')]")
    for path, action in specs or []:
        kind, _, type_name = action.partition(":")
        if kind != "cast":
            not_covered(f"the resolveChoice action {action!r}", "use 'cast:type'")
        frame = _cast(frame, path, type_name)
    return frame


def _cast(frame: DataFrame, name: str, type_name: str) -> DataFrame:
    path, wanted = _paths.find(frame, name), spark_type(type_name)
    if path is None or wanted is None:
        return frame
    column: Any = F.col(_paths.quoted(path)).cast(wanted)
    if len(path) > 1:
        column = F.col(_paths.quoted(path[:1])).withField(_paths.quoted(path[1:]), column)
    return frame.withColumn(path[0], column)
