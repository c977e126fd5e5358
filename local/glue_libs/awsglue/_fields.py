"""The methods that change fields: apply_mapping, rename_field, select_fields, drop_fields."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from awsglue import _paths
from awsglue._choice import kept, moved
from awsglue._coverage import not_covered
from awsglue._frames import Rows
from awsglue._resolve import cast
from awsglue._types import glue_type


def mappings(given: Any) -> list[tuple[str, ...]]:
    """Return the mappings as a list: one tuple stands for a list of it."""
    return [given] if isinstance(given, tuple) and all(isinstance(part, str) for part in given) else list(given)


def apply_mapping(records: Rows, mappings: Sequence[tuple[str, ...]], *, case_sensitive: bool = False) -> Rows:
    """Return the mapped fields only. A value that cannot be cast becomes null; a missing source is a warning.

    All values of a choice are cast, whatever their type; mapped to `choice`, they stay as they are.
    Raise ValueError for a source that stands for several fields, which differ in upper and lower case only.
    """
    columns: list[tuple[_paths.Path, Column]] = []
    choices: set[_paths.Path] = set()
    for mapping in mappings:
        if not isinstance(mapping, tuple):
            raise TypeError(f"{mapping!r} is not a tuple (source, source type, target, target type)")
        if len(mapping) in (2, 3):
            not_covered(f"apply_mapping of {mapping!r}", "write (source, source type, target, target type)")
        if len(mapping) != 4 or not all(isinstance(part, str) for part in mapping):
            raise ValueError(f"{mapping!r} is not a mapping (source, source type, target, target type)")
        source, _, target, target_type = mapping
        path = _paths.find(records.frame, source, case_sensitive=case_sensitive)
        if path is None:
            warnings.warn(f"apply_mapping: no column {source!r}; {target!r} is left out", stacklevel=3)
            continue
        wanted = glue_type(target_type)
        place = _paths.parse(target)
        column, _ = cast(F.col(_paths.quoted(path)), _paths.typed_at(records.schema, path), wanted)
        columns.append((place, column))
        if wanted is None:
            choices |= moved(records.choices, path, place)
    frame = records.frame.select(_paths.structured(columns))
    return Rows(frame, frozenset(choices), records.errors)


def rename(records: Rows, old: str, new: str) -> Rows:
    """Return the records with the field at its new path; a field that does not exist changes nothing."""
    source, target = _paths.find(records.frame, old), _paths.parse(new)
    if source is None:
        return records
    frame = _renamed(records.frame, source, target)
    others = kept(frame, records.frame.schema, records.choices)
    return Rows(frame, others | moved(records.choices, source, target), records.errors)


def _renamed(frame: DataFrame, source: _paths.Path, target: _paths.Path) -> DataFrame:
    if len(source) == len(target) == 1:
        return frame.withColumnRenamed(source[0], target[0])
    column = F.col(_paths.quoted(source))
    if len(target) == 1:
        return _paths.drop(frame.withColumn(target[0], column), source)
    if source[:-1] != target[:-1]:
        names = f"{'.'.join(source)!r} to {'.'.join(target)!r}"
        not_covered(f"renaming {names}, in another struct", "rename within one struct or to the top level")
    inner = _paths.quoted(target[1:])
    moved = F.col(_paths.quoted(target[:1])).withField(inner, column)
    return _paths.drop(frame.withColumn(target[0], moved), source)


def select(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """Return the frame with these fields only. A path without a field is ignored."""
    found = [path for name in paths if (path := _paths.find(frame, name)) is not None]
    return frame.select(_paths.structured([(path, F.col(_paths.quoted(path))) for path in dict.fromkeys(found)]))


def drop(frame: DataFrame, paths: Sequence[str]) -> DataFrame:
    """Return the frame without these fields, also in the elements of arrays. A path without a field is ignored."""
    for name in paths:
        if (path := _paths.find(frame, name, in_arrays=True)) is not None:
            frame = _paths.drop(frame, path)
    return frame


def null_columns(frame: DataFrame) -> list[str]:
    """Return the columns that are null in every row, of which there is one. All rows are read once."""
    if not frame.columns:
        return []
    counts = frame.select(F.count(F.lit(1)), *[F.count(F.col(_paths.quoted((name,)))) for name in frame.columns])
    rows, *values = counts.collect()[0]
    return [name for name, count in zip(frame.columns, values, strict=True) if rows and not count]
