"""Avro by the package fastavro. Spark's own reader of Avro is a jar that PyPI does not have.

Types as in Spark's: https://spark.apache.org/docs/latest/sql-data-sources-avro.html#supported-types-for-avro---spark-sql-conversion
"""

from __future__ import annotations

import importlib
import io
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader, Row
from pyspark.sql import types as T

from awsglue import _binary, _s3
from awsglue._coverage import check_options, not_covered

CODECS = ("null", "deflate", "snappy", "bzip2", "zstandard", "xz")
_PLAIN: Mapping[str, T.DataType] = {
    "null": T.NullType(),
    "boolean": T.BooleanType(),
    "int": T.IntegerType(),
    "long": T.LongType(),
    "float": T.FloatType(),
    "double": T.DoubleType(),
    "bytes": T.BinaryType(),
    "string": T.StringType(),
    "enum": T.StringType(),
    "fixed": T.BinaryType(),
}
_LOGICAL: Mapping[str, T.DataType] = {
    "date": T.DateType(),
    "timestamp-millis": T.TimestampType(),
    "timestamp-micros": T.TimestampType(),
    "time-millis": T.IntegerType(),
    "time-micros": T.LongType(),
    "uuid": T.StringType(),
}
_WRITTEN: Mapping[type[T.DataType], Any] = {
    T.BooleanType: "boolean",
    T.ByteType: "int",
    T.ShortType: "int",
    T.IntegerType: "int",
    T.LongType: "long",
    T.FloatType: "float",
    T.DoubleType: "double",
    T.BinaryType: "bytes",
    T.StringType: "string",
    T.DateType: {"type": "int", "logicalType": "date"},
    T.TimestampType: {"type": "long", "logicalType": "timestamp-micros"},
}


def read(reader: DataFrameReader, files: Mapping[str, str], options: Mapping[str, Any]) -> DataFrame:
    """Return the records of all files. Files may differ in their columns."""
    check_options("reading avro: format", options, ["version", "compression"])
    fastavro = _fastavro()
    groups: dict[str, tuple[T.StructType, list[str]]] = {}
    for uri, name in files.items():
        with _s3.local(uri).open("rb") as file:
            try:
                found = struct(fastavro.reader(file).writer_schema)
            except (ValueError, EOFError) as error:
                raise ValueError(f"{name}: is not an Avro file: {error}") from None
        groups.setdefault(found.json(), (found, []))[1].append(uri)
    return _binary.read(reader, groups.values(), records)


def records(content: bytes) -> Iterator[dict[str, Any]]:
    """Yield the records of an Avro file."""
    for record in _fastavro().reader(io.BytesIO(content)):
        yield _plain(record)


def write(frame: DataFrame, path: str, options: Mapping[str, Any], keys: list[str]) -> None:
    """Add a file for each partition of the frame below `path`, in a folder for each value of `keys`."""
    check_options("writing avro: format", options, ["version", "compression"])
    codec = str(options.get("compression") or "snappy")
    if codec not in CODECS:
        raise ValueError(f"avro compression {codec!r} is none of {', '.join(CODECS)}")
    _fastavro()
    columns = [name for name in frame.columns if name not in keys]
    schema = avro_schema(T.StructType([frame.schema[name] for name in columns]))
    run = uuid.uuid4()
    with tempfile.TemporaryDirectory(prefix="avro-") as folder:

        def save(index: int, rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
            return _save(rows, columns, keys, schema, codec, f"part-{index:05}-{run}.avro", folder)

        for name, file in frame.rdd.mapPartitionsWithIndex(save).collect():
            _s3.put(f"{path.rstrip('/')}/{name}", Path(file))


def _save(
    rows: Iterable[Row], columns: list[str], keys: list[str], schema: Any, codec: str, name: str, folder: str
) -> Iterator[tuple[str, str]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        place = "".join(f"{_binary.partition_folder(key, row[key])}/" for key in keys)
        groups.setdefault(place, []).append({column: _record(row[column]) for column in columns})
    for place, found in groups.items():
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            _fastavro().writer(file, schema, found, codec=codec)
        yield f"{place}{name}", file.name


def struct(schema: Any) -> T.StructType:
    """Return the Spark type of a record schema."""
    made = spark_type(schema)
    if not isinstance(made, T.StructType):
        raise ValueError("its records are no records")
    return made


def spark_type(schema: Any) -> T.DataType:
    """Return the Spark type of an Avro schema. A union with null is nullable; another one is not covered."""
    if isinstance(schema, list):
        kinds = [item for item in schema if item != "null"]
        if {*map(str, kinds)} == {"int", "long"}:
            return T.LongType()
        if {*map(str, kinds)} == {"float", "double"}:
            return T.DoubleType()
        if len(kinds) != 1:
            not_covered(f"the Avro union {schema}", "give the field one type")
        return spark_type(kinds[0])
    if isinstance(schema, str):
        return _PLAIN[schema]
    logical = schema.get("logicalType")
    if logical == "decimal":
        return T.DecimalType(schema["precision"], schema.get("scale", 0))
    if logical in _LOGICAL:
        return _LOGICAL[logical]
    kind = schema["type"]
    if kind in ("record", "error"):
        return T.StructType([T.StructField(field["name"], spark_type(field["type"])) for field in schema["fields"]])
    if kind == "array":
        return T.ArrayType(spark_type(schema["items"]))
    if kind == "map":
        return T.MapType(T.StringType(), spark_type(schema["values"]))
    return spark_type(kind)


def avro_schema(struct: T.StructType, name: str = "topLevelRecord") -> Any:
    """Return the Avro schema of a struct. Each field may be null."""
    fields = [
        {"name": field.name, "type": ["null", _avro_type(field.dataType, f"{name}_{field.name}")]} for field in struct
    ]
    return {"type": "record", "name": name, "fields": fields}


def _avro_type(data_type: T.DataType, name: str) -> Any:
    if isinstance(data_type, T.StructType):
        return avro_schema(data_type, name)
    if isinstance(data_type, T.ArrayType):
        return {"type": "array", "items": ["null", _avro_type(data_type.elementType, name)]}
    if isinstance(data_type, T.MapType):
        return {"type": "map", "values": ["null", _avro_type(data_type.valueType, name)]}
    if isinstance(data_type, T.DecimalType):
        scale = {"precision": data_type.precision, "scale": data_type.scale}
        return {"type": "bytes", "logicalType": "decimal", **scale}
    if type(data_type) not in _WRITTEN:
        not_covered(f"writing the type {data_type.simpleString()} as avro", "cast the column")
    return _WRITTEN[type(data_type)]


def _plain(value: Any) -> Any:
    """Convert a value of fastavro to one that Spark takes."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, time):
        micros = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
        return micros
    return str(value) if isinstance(value, uuid.UUID) else value


def _record(value: Any) -> Any:
    """Convert a value of a row to one that fastavro takes."""
    if isinstance(value, Row):
        return {name: _record(item) for name, item in value.asDict().items()}
    if isinstance(value, dict):
        return {name: _record(item) for name, item in value.items()}
    return [_record(item) for item in value] if isinstance(value, list) else value


def _fastavro() -> Any:
    try:
        return importlib.import_module("fastavro")
    except ImportError:
        not_covered("the format 'avro' without the package fastavro", "use another format")
