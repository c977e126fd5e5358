"""The join of two frames."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce

from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from awsglue import _paths
from awsglue._choice import choices_in, converted, merged
from awsglue._frames import Rows


def join(left: Rows, right: Rows, keys1: Sequence[str], keys2: Sequence[str]) -> Rows:
    """Return the inner equi-join with the keys of both sides. A null key matches nothing.

    A field that both sides have is there twice: `name` is the right side's, `.name` the left side's. A null is no
    value: where the right side has none, `name` is the left side's, and a `.name` without any value is left out.
    """
    if len(keys1) != len(keys2):
        raise ValueError(f"join: {len(keys1)} keys on one side, {len(keys2)} on the other")
    for side, keys in ((left, keys1), (right, keys2)):
        for key in keys:
            if _paths.existing(side.frame, key) in side.choices:
                raise ValueError(
                    f"join: {key!r} is a choice; resolve it first: resolveChoice(specs=[({key!r}, 'cast:…')])"
                )
    both = [name for name in left.frame.columns if name in right.frame.columns]
    dotted = left.frame
    for name in both:
        dotted = dotted.withColumnRenamed(name, f".{name}")
    renamed = {name: f".{name}" for name in both}
    conditions = []
    for one, two in zip(keys1, keys2, strict=True):
        path = _paths.existing(left.frame, one)
        path = (renamed.get(path[0], path[0]), *path[1:])
        conditions.append(dotted[_paths.quoted(path)] == right.frame[_paths.quoted(_paths.existing(right.frame, two))])
    joined = dotted.join(right.frame, reduce(operator.and_, conditions))
    choices = right.choices | {(renamed.get(path[0], path[0]), *path[1:]) for path in left.choices}
    errors = (*left.errors, *right.errors)
    same_keys = {key for key, other in zip(keys1, keys2, strict=True) if key == other}
    return _undotted(Rows(joined, choices, errors), [name for name in both if name not in same_keys])


def _undotted(joined: Rows, names: list[str]) -> Rows:
    """Return the join in which `name` takes the value of `.name` where it has none, and a `.name` has values."""
    if not names:
        return joined
    schema = joined.schema
    types = {name: merged(schema[name].dataType, schema[f".{name}"].dataType) for name in names}
    columns = []
    for field in schema:
        own = F.col(_paths.quoted((field.name,)))
        name = field.name.removeprefix(".")
        if name not in names:
            columns.append(own)
            continue
        right = F.col(_paths.quoted((name,)))
        if field.name == name:
            left = F.col(_paths.quoted((f".{name}",)))
            values = [(right, field.dataType), (left, schema[f".{name}"].dataType)]
            columns.append(F.coalesce(*[converted(value, kind, types[name]) for value, kind in values]).alias(name))
        else:
            columns.append(F.when(right.isNotNull(), own).alias(field.name))
    frame = joined.frame.select(columns)
    counts = frame.select([F.count(F.col(_paths.quoted((f".{name}",)))) for name in names]).collect()[0]
    empty = {f".{name}" for name, count in zip(names, counts, strict=True) if not count}
    made = [StructField(field.name, types.get(field.name, field.dataType)) for field in schema]
    left_in = [field for field in made if field.name not in empty]
    kept = frame.select([F.col(_paths.quoted((field.name,))) for field in left_in])
    return Rows(kept, choices_in(StructType(left_in)), joined.errors)
