"""The methods that change fields: apply_mapping, rename_field, select_fields, drop_fields, resolveChoice."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from awsglue import _paths
from awsglue._coverage import not_covered
from awsglue._types import glue_type, try_cast


def mappings(given: Any) -> list[tuple[str, ...]]:
    """Return the mappings as a list: one tuple stands for a list of it."""
    return [given] if isinstance(given, tuple) and all(isinstance(part, str) for part in given) else list(given)


def apply_mapping(frame: DataFrame, mappings: Sequence[tuple[str, ...]], *, case_sensitive: bool = False) -> DataFrame:
    """Return the mapped fields only. A value that cannot be cast becomes null; a missing source is a warning.

    Raise ValueError for a source that stands for several fields, which differ in upper and lower case only.
    """
    columns: list[tuple[_paths.Path, Column]] = []
    for mapping in mappings:
        if not isinstance(mapping, tuple):
            raise TypeError(f"{mapping!r} is not a tuple (source, source type, target, target type)")
        if len(mapping) in (2, 3):
            not_covered(f"apply_mapping of {mapping!r}", "write (source, source type, target, target type)")
        if len(mapping) != 4 or not all(isinstance(part, str) for part in mapping):
            raise ValueError(f"{mapping!r} is not a mapping (source, source type, target, target type)")
        source, _, target, target_type = mapping
        path = _paths.find(frame, source, case_sensitive=case_sensitive)
        if path is None:
            warnings.warn(f"apply_mapping: no column {source!r}; {target!r} is left out", stacklevel=3)
            continue
        column, wanted = F.col(_paths.quoted(path)), glue_type(target_type)
        columns.append((_paths.parse(target), column if wanted is None else try_cast(column, wanted)))
    return frame.select(_paths.structured(columns))


def rename(frame: DataFrame, old: str, new: str) -> DataFrame:
    """Return the frame with the field at its new path; a field that does not exist changes nothing."""
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
    """Return the frame with these fields only. A path without a field is ignored."""
    found = [path for name in paths if (path := _paths.find(frame, name)) is not None]
    return frame.select(_paths.structured([(path, F.col(_paths.quoted(path))) for path in dict.fromkeys(found)]))


def drop(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """Return the frame without these fields. A path without a field is ignored."""
    for name in paths:
        if (path := _paths.find(frame, name)) is not None:
            frame = _paths.drop(frame, path)
    return frame


def null_columns(frame: DataFrame) -> list[str]:
    """Return the columns that are null in every row, of which there is one. All rows are read once."""
    if not frame.columns:
        return []
    counts = frame.select(F.count(F.lit(1)), *[F.count(F.col(_paths.quoted((name,)))) for name in frame.columns])
    rows, *values = counts.collect()[0]
    return [name for name, count in zip(frame.columns, values, strict=True) if rows and not count]


def resolve(frame: DataFrame, specs: Sequence[tuple[str, str]] | None, choice: str) -> DataFrame:
    """Cast each field to the type of its spec `cast:type`.

    Other actions are not covered: a Spark column has one type, so there is no choice to resolve.
    """
    if (specs is not None) == bool(choice):
        raise ValueError("resolveChoice: give either specs or choice, not both")
    if choice:
        not_covered(f"resolveChoice(choice={choice!r})", "use specs=[(path, 'cast:type')]")
    for path, action in specs or []:
        kind, _, type_name = action.partition(":")
        if kind != "cast":
            not_covered(f"the resolveChoice action {action!r}", "use 'cast:type'")
        frame = _cast(frame, path, type_name)
    return frame


def _cast(frame: DataFrame, name: str, type_name: str) -> DataFrame:
    path, wanted = _paths.find(frame, name), glue_type(type_name)
    if path is None or wanted is None:
        return frame
    column: Any = try_cast(F.col(_paths.quoted(path)), wanted)
    if len(path) > 1:
        column = F.col(_paths.quoted(path[:1])).withField(_paths.quoted(path[1:]), column)
    return frame.withColumn(path[0], column)
