"""The methods that work on rows: filter, map, mergeDynamicFrame, split_rows."""

from __future__ import annotations

import operator
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark import RDD
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DecimalType,
    IntegerType,
    IntegralType,
    LongType,
    NullType,
    StringType,
    StructField,
    StructType,
)

from awsglue import _paths
from awsglue._choice import (
    choice_of,
    choices_in,
    member_name,
    members,
    merged,
    merged_structs,
    plain_struct,
)
from awsglue._errors import ErrorRecord, Errors, call_site, error_record, teller, warn_of
from awsglue._frames import Rows, union
from awsglue._records import reader, writer
from awsglue._shapes import Shape, with_sizes
from awsglue._types import ChoiceType

NO_MATCH = (KeyError, ValueError, TypeError)  # a filter function that raises one of these drops the row, as in Glue
NOT_FOR_RECORDS = (NotImplementedError, MemoryError)  # not of the record: such an exception fails the run
COMPARATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}


def filter_records(records: Rows, function: Callable[[Any], object]) -> Rows:
    """Return the rows for which the function is true. If it raises, the record becomes an error record."""
    read = reader(records.schema)
    plain_record = reader(records.schema, dict)
    spark = records.frame.sparkSession
    site = call_site()
    told = teller(spark.sparkContext)
    stage = f"{site}{id(records)}"

    def keeps(partition: int, rows: Iterable[Row]) -> Iterator[tuple[bool, Any]]:
        failed = 0
        for row in rows:
            try:
                if function(read(row)):
                    yield True, row
            except NO_MATCH:
                continue
            except NOT_FOR_RECORDS:
                raise
            except Exception as error:
                failed += 1
                found = _failure("filter", error, plain_record(row), site)
                told.add({(stage, partition): (failed, found["msg"])})
                yield False, found

    tagged = records.frame.rdd.mapPartitionsWithIndex(keeps)
    kept = tagged.filter(_is_good).map(_content)
    errors = Errors(lambda: tagged.filter(_is_bad).map(_content))
    return Rows(spark.createDataFrame(kept, records.frame.schema, verifySchema=False), records.choices, (errors,))


def map_records(records: Rows, function: Callable[[Any], Any]) -> Rows:
    """Return the records (dicts) that the function makes of the rows. If it raises, it is an error record."""
    read = reader(records.schema)
    plain_record = reader(records.schema, dict)
    site = call_site()

    def made(row: Row) -> tuple[bool, Any]:
        try:
            result = function(read(row))
            if not isinstance(result, dict):
                raise TypeError(f"the function of map returned {type(result).__name__}, not a record")
            return True, _plain(result)
        except NOT_FOR_RECORDS:
            raise
        except Exception as error:
            return False, _failure("map", error, plain_record(row), site)

    return _mapped(records, records.frame.rdd.map(made))


def map_partitions(records: Rows, function: Callable[[int, Iterable[Any]], Iterable[Any]]) -> Rows:
    """Return the records that the function makes of those of a partition, whose number it gets too.

    Each is a dict with `record`, and what Glue has beside it: `isError` and `errorMessage`, of an error record.
    """
    plain_record = reader(records.schema, dict)
    site = call_site()

    def made(partition: int, rows: Iterable[Row]) -> Iterator[tuple[bool, Any]]:
        given = ({"record": plain_record(row), "isError": False, "errorMessage": ""} for row in rows)
        for item in function(partition, given):
            if not isinstance(item, dict) or not isinstance(item.get("record"), dict):
                raise TypeError(f'the function of mapPartitions made {item!r}, not a dict {{"record": {{…}}}}')
            content = _plain(item["record"])
            if item.get("isError"):
                yield False, error_record(str(item.get("errorMessage") or "an error record"), "", "", "", content, site)
            else:
                yield True, content

    return _mapped(records, records.frame.rdd.mapPartitionsWithIndex(made))


def _mapped(records: Rows, made: RDD[tuple[bool, Any]]) -> Rows:
    """Return the rows of records that were made (true, record), or became error records (false, error record)."""
    spark = records.frame.sparkSession
    mapped = made.cache()  # read twice: for the types, and for the rows
    found = mapped.mapPartitions(_types).collect()
    schema = reduce(merged_structs, (part for part, _, _ in found), StructType())
    count = sum(errors for _, errors, _ in found)
    if count:
        warn_of(count, next(first for _, errors, first in found if errors))
    errors = (Errors(lambda: mapped.filter(_is_bad).map(_content), count),) if count else ()
    if not schema.fields:
        empty = records.frame.where("false") if count else records.frame
        return Rows(empty, records.choices, errors)
    known = _as_before(schema, records.schema)
    write = writer(known)
    rows = mapped.filter(_is_good).map(lambda item: write(item[1]))
    return Rows(spark.createDataFrame(rows, plain_struct(known), verifySchema=False), choices_in(known), errors)


def _types(items: Iterable[tuple[bool, Any]]) -> Iterator[tuple[StructType, int, str]]:
    """Return the types of the records of a partition, the number of errors in it, and the first one's message."""
    shape = Shape()
    errors, first = 0, ""
    for good, content in items:
        if good:
            shape.add_struct(with_sizes(content))
        else:
            first = first or content["msg"]
            errors += 1
    yield shape.schema(), errors, first


def _as_before(found: StructType, before: StructType) -> StructType:
    """Return the schema of a map's result, in which unclear types are those from before.

    Python has one type for whole numbers: a column that was long stays long, and int and long together are long. A
    decimal keeps its digits, and gets more where its values need them. A field that is null in every record keeps its
    type.
    """
    fields = []
    for field in found:
        old = before[field.name].dataType if field.name in before.names else NullType()
        fields.append(StructField(field.name, _type_as_before(field.dataType, old)))
    return StructType(fields)


def _type_as_before(found: DataType, old: DataType) -> DataType:
    if isinstance(found, NullType):
        return StringType() if isinstance(old, NullType) else old
    if isinstance(found, ChoiceType):
        before = {member_name(one): one for one in members(old)}
        kept = [field.dataType for field in found if not (field.name == "int" and "long" in found.names)]
        return choice_of([_type_as_before(one, before.get(member_name(one), NullType())) for one in kept])
    if isinstance(found, DecimalType):
        return merged(found, old) if isinstance(old, DecimalType) else found
    if isinstance(found, IntegerType | LongType) and isinstance(old, IntegralType):
        return LongType() if isinstance(found, LongType) else old
    if isinstance(found, StructType):
        return _as_before(found, old if isinstance(old, StructType) else StructType())
    if isinstance(found, ArrayType):
        return ArrayType(
            _type_as_before(found.elementType, old.elementType if isinstance(old, ArrayType) else NullType())
        )
    return found


def _failure(method: str, error: Exception, record: dict[str, Any], site: str) -> ErrorRecord:
    reason = "".join(traceback.format_exception_only(error)).strip()
    trace = "".join(traceback.format_exception(error))
    return error_record(f"the function of {method} raised {reason}", trace, "", "", record, site)


def _is_good(item: tuple[bool, Any]) -> bool:
    return item[0]


def _is_bad(item: tuple[bool, Any]) -> bool:
    return not item[0]


def _content(item: tuple[bool, Any]) -> Any:
    return item[1]


def split(frame: DataFrame, comparisons: Mapping[str, Mapping[str, Any]]) -> tuple[DataFrame, DataFrame]:
    """Return the rows that meet every comparison (`{"age": {">": 10, "<": 20}}`), and all other rows."""
    conditions: list[Column] = []
    for name, comparison in comparisons.items():
        column = F.col(_paths.quoted(_paths.existing(frame, name)))
        for comparator, value in comparison.items():
            if comparator not in COMPARATORS:
                raise ValueError(f"split_rows: {comparator!r} is none of {' '.join(COMPARATORS)}")
            conditions.append(COMPARATORS[comparator](column, value))
    meets = F.coalesce(reduce(operator.and_, conditions, F.lit(True)), F.lit(False))
    return frame.where(meets), frame.where(~meets)


def merge(source: Rows, staged: Rows, keys: Sequence[str]) -> Rows:
    """Return the staged rows and the source rows whose keys are not staged, with the columns of both."""
    for records in (source, staged):
        for key in keys:
            _paths.existing(records.frame, key)
    conditions = [
        source.frame[_paths.quoted(_paths.existing(source.frame, key))] == staged.frame[_paths.quoted((key,))]
        for key in keys
    ]
    kept = source.frame.join(staged.frame, reduce(operator.and_, conditions), "left_anti")
    return union([source._replace(frame=kept), staged])


def _plain(value: Any) -> Any:
    """Return a record as plain dicts and lists."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, Row):
        return _plain(value.asDict())
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
