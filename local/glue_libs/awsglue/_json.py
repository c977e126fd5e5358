"""JSON as Glue reads it: JSON Lines, or whole files with `multiLine`.

Rows are read twice, as Spark does: first for their types, and for malformed ones. If all is well, Spark reads them
then. Where records disagree in type, or one is malformed, Python reads them: Spark would lose the difference between
`1` and `"1"`.
"""

from __future__ import annotations

import functools
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark import RDD
from pyspark.sql import DataFrame, DataFrameReader, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from awsglue import _errors
from awsglue._choice import choices_in, finished, merged_structs, plain_struct
from awsglue._coverage import check_options, is_true
from awsglue._files import CODECS, SMALL_BYTES, SPEED_ONLY_FORMAT, InputFiles, open_text
from awsglue._frames import Rows
from awsglue._records import writer
from awsglue._shapes import Shape, whole_number

SHOWN = 60  # characters of a malformed record
_sizes_of = json.JSONDecoder(parse_int=whole_number)
_values_of = json.JSONDecoder()


@dataclass(frozen=True)
class Malformed:
    """A text that is not a JSON object, why not, and the fields before the error."""

    text: str
    why: str
    fields: dict[str, Any]
    is_cut: bool = False  # it ends before the object does


@dataclass
class Found:
    """What reading the types found: the schema, and the malformed records."""

    schema: StructType
    malformed: int = 0
    one_each: bool = True  # a text is one record, as Spark expects
    listed: list[tuple[str, Malformed]] | None = None  # place and record: all of them, if the files are small


def read(spark: SparkSession, reader: DataFrameReader, files: InputFiles, options: Mapping[str, Any]) -> Rows:
    """Return the records of all files. A malformed one becomes an error record, of which a warning tells."""
    whole = _is_whole(options)
    small = not any(uri.endswith(CODECS) for uri in files.names) and files.size <= SMALL_BYTES
    found = _scan(files, whole) if small else _scan_by_spark(_texts(reader, files, whole), whole)
    keys = files.partition_keys
    schema = finished(StructType([field for field in found.schema if field.name not in keys]))
    choices = choices_in(schema)
    if found.one_each and not found.malformed and not choices:
        clean = reader.option("multiLine", whole).option("mode", "FAILFAST")
        return Rows(clean.schema(schema).json(list(files.names)))
    texts = _texts(reader, files, whole or small)
    parsed = _parsed(texts, schema, whole, one_each=whole or small)
    rows = parsed.filter(lambda item: item[0]).map(lambda item: item[1])
    columns = StructType([*plain_struct(schema), *texts.schema.fields[1:-1]])
    frame = spark.createDataFrame(rows, columns, verifySchema=False)
    if not found.malformed:
        return Rows(frame, choices)
    first = found.listed[0] if found.listed else _first(files.names, whole)
    why = _message(*first, whole) if first else "a record is malformed"
    _errors.warn_of(found.malformed, why)
    site = _errors.call_site()
    if found.listed:
        listed = [_error(place, record, whole, site) for place, record in found.listed]
        return Rows(frame, choices, (_errors.Errors.listed(listed),))
    errors = parsed.filter(lambda item: not item[0]).map(lambda item: _error(item[2], item[1], whole, site))
    return Rows(frame, choices, (_errors.Errors(lambda: errors, found.malformed),))


def read_strictly(reader: DataFrameReader, files: Mapping[str, str], options: Mapping[str, Any]) -> DataFrame:
    """Return the records as Spark reads them. Raise ValueError at the first malformed one, with its file and line."""
    whole = _is_whole(options)
    try:
        return reader.option("multiLine", whole).option("mode", "FAILFAST").json(list(files))
    except Py4JJavaError as error:
        failed = error
    found = _first(files, whole)  # outside of the except block: Spark's long traceback is not shown
    raise ValueError(_message(*found, whole)) if found else failed


def parse(
    lines: Iterable[str], whole: bool, *, sizes: bool = False, several: list[int] | None = None
) -> Iterator[tuple[int, Any]]:
    """Yield each record, or a Malformed, with its line. Several on one line are several records, as in Glue.

    The numbers of such lines are added to `several`. With `sizes`, whole numbers are replaced by what tells their size.

    A line that ends before its record does takes the next line with it: so it is in Glue's documented example.
    """
    json_of = _sizes_of if sizes else _values_of
    numbered = enumerate([("".join(lines))] if whole else lines, start=1)
    for number, line in numbered:
        try:
            values = [json_of.decode(line)]
        except ValueError:
            text = line.strip().removeprefix("\ufeff").strip()
            values = _values(text, json_of) if text else []
            if values and isinstance(values[-1], Malformed) and values[-1].is_cut and not whole:
                more = next(numbered, (0, ""))[1]
                values[-1] = replace(values[-1], text=f"{values[-1].text}\n{more.strip()}".strip())
            if several is not None and values:
                several.append(number)
        for value in values:
            if type(value) is dict or isinstance(value, Malformed):
                yield number, value
            elif type(value) is list and all(type(item) is dict for item in value):
                for item in value:
                    yield number, item
            else:
                yield number, Malformed(line.strip(), "it is no object", {})


def _values(text: str, json_of: json.JSONDecoder) -> list[Any]:
    """Return the values that stand one after the other in a text; what follows the last whole one is a Malformed."""
    values: list[Any] = []
    start = 0
    while start < len(text):
        try:
            value, end = json_of.raw_decode(text, start)
        except json.JSONDecodeError as error:
            rest = text[start:]
            cut = error.pos >= len(text) and not error.msg.startswith("Unterminated")
            return [*values, Malformed(rest, f"{type(error).__name__}: {error}", _fields(rest), cut)]
        values.append(value)
        start = end + len(text[end:]) - len(text[end:].lstrip())
    return values


def _fields(text: str) -> dict[str, Any]:
    """Return the fields of a broken JSON object that stand before the error."""
    fields: dict[str, Any] = {}
    rest = text[1:]
    while text.startswith("{"):
        try:
            name, end = _values_of.raw_decode(rest.lstrip())
            rest = rest.lstrip()[end:].lstrip()
            if not rest.startswith(":") or not isinstance(name, str):
                break
            value, end = _values_of.raw_decode(rest[1:].lstrip())
            fields[name] = value
            rest = rest[1:].lstrip()[end:].lstrip()
        except ValueError:
            break
        if not rest.startswith(","):
            break
        rest = rest[1:]
    return fields


def _scan(files: InputFiles, whole: bool) -> Found:
    """Read the types in this process."""
    shape = Shape()
    malformed = []
    several: list[int] = []
    for uri, name in files.names.items():
        with open_text(uri) as lines:
            for number, value in parse(lines, whole, sizes=True, several=several):
                if type(value) is dict:
                    shape.add_struct(value)
                else:
                    malformed.append((name if whole else f"{name}:{number}", value))
    return Found(shape.schema(), len(malformed), not several, malformed)


def _scan_by_spark(texts: DataFrame, whole: bool) -> Found:
    """Read the types in Spark's workers."""

    def types(rows: Iterable[Row]) -> Iterator[tuple[StructType, int, bool]]:
        shape = Shape()
        malformed = 0
        several: list[int] = []
        for _, lines in _by_file(rows, one_each=whole):
            for _, value in parse((row[0] for row in lines), whole, sizes=True, several=several):
                if type(value) is dict:
                    shape.add_struct(value)
                else:
                    malformed += 1
        yield shape.schema(), malformed, not several

    schemas, counts, one_each = zip(*texts.rdd.mapPartitions(types).collect(), strict=True)
    return Found(functools.reduce(merged_structs, schemas), sum(counts), all(one_each))


def _texts(reader: DataFrameReader, files: InputFiles, whole: bool) -> DataFrame:
    """Return the lines of the files, or each `whole` file, with the partition columns and, last, the URI."""
    return reader.text(list(files.names), wholetext=whole).withColumn("\0uri", F.input_file_name())


def _by_file(rows: Iterable[Row], one_each: bool) -> Iterator[tuple[str, Iterable[Row]]]:
    if one_each:
        return ((row[-1], [row]) for row in rows)
    return itertools.groupby(rows, key=lambda row: row[-1])


def _parsed(texts: DataFrame, schema: StructType, whole: bool, one_each: bool) -> RDD[Any]:
    """Return a tuple for each record: true and its row, or false, the Malformed, and its URI."""
    write = writer(schema)

    def rows(texts_of_partition: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
        for uri, texts_of_file in _by_file(texts_of_partition, one_each):
            keys: tuple[Any, ...] = ()

            def lines(of: Iterable[Row] = texts_of_file) -> Iterator[str]:
                nonlocal keys
                for row in of:
                    keys = tuple(row[1:-1])
                    yield from io.StringIO(row[0], None) if one_each and not whole else [row[0]]

            for _, value in parse(lines(), whole):
                yield (True, (*write(value), *keys)) if type(value) is dict else (False, value, uri)

    return texts.rdd.mapPartitions(rows)


def _first(files: Mapping[str, str], whole: bool) -> tuple[str, Malformed] | None:
    """Return the place of the first malformed record, and the record."""
    for uri, name in files.items():
        with open_text(uri) as lines:
            for number, value in parse(lines, whole):
                if isinstance(value, Malformed):
                    return name if whole else f"{name}:{number}", value
    return None


def _is_whole(options: Mapping[str, Any]) -> bool:
    check_options("reading json: format", options, ["multiLine", "multiline", "withHeader", *SPEED_ONLY_FORMAT])
    return is_true(options.get("multiLine", options.get("multiline", False)))


def _message(place: str, record: Malformed, whole: bool) -> str:
    hint = "" if whole else "; a record that spans lines needs format_options={'multiLine': True}"
    return f"{place}: not a JSON object: {record.text.splitlines()[0][:SHOWN]!r}{hint}"


def _error(place: str, record: Malformed, whole: bool, site: str) -> _errors.ErrorRecord:
    message = _message(place, record, whole)
    return _errors.error_record(message, record.why, record.text, place, record.fields, site)
