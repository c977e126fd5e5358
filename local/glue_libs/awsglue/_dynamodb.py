"""DynamoDB JSON, as an export of a table has it, `{"Item": {"id": {"S": "x"}, "n": {"N": "1"}}}`, as plain fields.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html, of
unnest_ddb_json and simplify_ddb_json. Numbers stay strings, as there.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, StructType

from awsglue import _paths
from awsglue._coverage import not_covered

MARKS = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})  # DynamoDB's names of types


def simplify(frame: DataFrame, *, nested: bool) -> DataFrame:
    """Return the items' attributes as columns, without DynamoDB's names of types.

    A map stays a struct if `nested`; else each of its fields becomes a column `map.field`. A list of maps, or of
    elements that differ in type, keeps these names.
    """
    columns: dict[str, Column] = {}
    for name, column in _attributes(frame):
        if name in columns:
            not_covered(f"DynamoDB JSON with the attribute {name!r} in two columns", "select one of the columns first")
        columns[name] = column
    simple = frame.select([column.alias(name) for name, column in columns.items()])
    if nested:
        return simple
    return simple.select([column.alias(".".join(path)) for path, column in _leaves(simple.schema)])


def _attributes(frame: DataFrame) -> Iterator[tuple[str, Column]]:
    """Yield the name and the value of each attribute: of those inside an item, and of those at the top level."""
    for field in frame.schema:
        column, kind = F.col(_paths.quoted((field.name,))), field.dataType
        if isinstance(kind, StructType) and not _is_value(kind) and any(_is_value(item.dataType) for item in kind):
            for inner in kind:
                yield inner.name, _plain(column.getField(inner.name), inner.dataType, (field.name, inner.name))
        else:
            yield field.name, _plain(column, kind, (field.name,))


def _is_value(kind: DataType) -> bool:
    """Return true if a type is that of an attribute: a struct whose fields are DynamoDB's names of types."""
    return isinstance(kind, StructType) and len(kind) > 0 and set(kind.names) <= MARKS


def _plain(column: Column, kind: DataType, path: _paths.Path) -> Column:
    """Return the value of an attribute; what is none stays as it is."""
    if not isinstance(kind, StructType) or not _is_value(kind):
        return column
    marks = sorted(name for name in kind.names if name != "NULL")
    if len(marks) > 1:
        not_covered(
            f"DynamoDB JSON whose attribute {'.'.join(path)!r} has values of the types {', '.join(sorted(marks))}"
        )
    if not marks:
        return F.lit(None)
    [mark] = marks
    value, inner = column.getField(mark), kind[mark].dataType
    if mark == "M" and isinstance(inner, StructType):
        fields = [
            _plain(value.getField(item.name), item.dataType, (*path, item.name)).alias(item.name) for item in inner
        ]
        return F.when(value.isNotNull(), F.struct(*fields)) if fields else value
    if mark == "L" and isinstance(inner, ArrayType) and _is_simple(inner.elementType):
        element = inner.elementType
        return F.transform(value, lambda item: _plain(item, element, path))
    return value


def _is_simple(element: DataType) -> bool:
    """Return true if the elements of a list are values of one type that is no map."""
    return (
        isinstance(element, StructType)
        and _is_value(element)
        and len(marks := [name for name in element.names if name != "NULL"]) <= 1
        and "M" not in marks
    )


def _leaves(kind: StructType, path: _paths.Path = ()) -> Iterator[tuple[_paths.Path, Column]]:
    for field in kind:
        inner = (*path, field.name)
        if isinstance(field.dataType, StructType):
            yield from _leaves(field.dataType, inner)
        else:
            yield inner, F.col(_paths.quoted(inner))
