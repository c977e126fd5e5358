"""Tables of the Glue Data Catalog. boto3 asks for them: credentials, profile and AWS_ENDPOINT_URL apply."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType, StructField, StructType

from awsglue import _bookmarks, _formats
from awsglue._choice import Choices, member_name
from awsglue._coverage import not_covered
from awsglue._files import InputFiles, input_files
from awsglue._frames import Rows, union
from awsglue._types import catalog_type, try_cast

# A part of the name of a SerDe or an input format -> Glue's format.
FORMATS = {"json": "json", "parquet": "parquet", "orc": "orc", "csv": "csv", "lazysimple": "csv", "avro": "avro"}


@dataclass(frozen=True)
class Table:
    """A table, with the properties that reading and writing need."""

    name: str  # database.table
    location: str
    format: str
    columns: Mapping[str, str]  # name -> Hive type
    partition_keys: Mapping[str, str]
    parameters: Mapping[str, str]
    partitions: tuple[tuple[tuple[str, ...], str], ...]  # values, location

    @property
    def spark_schema(self) -> StructType:
        """The columns and then the partition keys."""
        kinds = {**self.columns, **self.partition_keys}
        return StructType([StructField(name, catalog_type(kind) or StringType()) for name, kind in kinds.items()])

    @property
    def read_options(self) -> dict[str, Any]:
        """Glue's format options, from the parameters of the table."""
        if self.format != "csv":
            return {}
        separator = self.parameters.get("field.delim") or self.parameters.get("separatorChar") or ","
        header = int(self.parameters.get("skip.header.line.count") or 0)
        if header > 1:
            not_covered(f"{self.name}: skip.header.line.count={header}")
        return {
            "separator": separator,
            "quoteChar": self.parameters.get("quoteChar", '"'),
            "withHeader": header == 1,
        }

    @property
    def write_options(self) -> dict[str, Any]:
        options = self.read_options
        return {**options, "writeHeader": options.pop("withHeader")} if options else {}


def named(database: str | None, table_name: str | None, more: Mapping[str, Any]) -> tuple[str, str]:
    """Return the database and the table that a call names. `name_space` in `more` is another word for `database`."""
    given = [name for name in (database, more.get("name_space")) if name]
    if len(given) != 1:
        raise ValueError("give either database or name_space" + (", not both" if given else ": it is missing"))
    if not table_name:
        raise ValueError("table_name is missing")
    return given[0], table_name


def find_table(
    database: str, table_name: str, catalog_id: str | None = None, parameter: str = "inputDatabase"
) -> Table:
    """Get a table from the catalog. Raise LookupError if there is none, PermissionError if access is denied.

    `parameter` is the one of the config that permits what the table is for.
    """
    where: dict[str, Any] = {"DatabaseName": database, **({"CatalogId": catalog_id} if catalog_id else {})}
    name = f"{database}.{table_name}"
    with explained(name, parameter):
        glue = client()
        found = glue.get_table(Name=table_name, **where)["Table"]
        keys = {key["Name"]: key["Type"] for key in found.get("PartitionKeys", [])}
        pages = glue.get_paginator("get_partitions").paginate(TableName=table_name, **where) if keys else []
        partitions = tuple(
            (tuple(partition["Values"]), partition["StorageDescriptor"]["Location"])
            for page in pages
            for partition in page["Partitions"]
        )
    storage = found["StorageDescriptor"]
    serde = storage.get("SerdeInfo", {})
    return Table(
        name=name,
        location=storage.get("Location", ""),
        format=_format(name, found.get("Parameters", {}), serde, storage),
        columns={column["Name"]: column["Type"] for column in storage.get("Columns", [])},
        partition_keys=keys,
        parameters={**found.get("Parameters", {}), **serde.get("Parameters", {})},
        partitions=partitions,
    )


def client() -> Any:
    """Return the client of Glue for this environment."""
    return _client(*(os.environ.get(name, "") for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_PROFILE")))


@functools.cache
def _client(*environment: str) -> Any:
    return boto3.Session().client("glue")


def types_of(database: str | None, table_name: str | None, catalog_id: str | None) -> dict[str, str]:
    """Return the names and types of a table's columns and partition keys, for resolveChoice."""
    if not database or not table_name:
        raise ValueError("resolveChoice: 'match_catalog' needs database and table_name")
    table = find_table(database, table_name, catalog_id)
    return {**table.columns, **table.partition_keys}


@contextmanager
def explained(name: str, parameter: str) -> Iterator[None]:
    """Raise the answer of the Data Catalog as one line about the table `name` (database.table).

    The error is LookupError if it does not exist, PermissionError if access is denied: then `parameter` is the one of
    the config that permits it.
    """
    about = f"the Data Catalog's table {name}"
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "AccessDeniedException":
            hint = f"; name its database in the config: {parameter}: {name.partition('.')[0]}"
            raise PermissionError(f"{about}: {error}{hint}") from None
        raise (LookupError if code == "EntityNotFoundException" else ValueError)(f"{about}: {error}") from None
    except BotoCoreError as error:
        raise ConnectionError(f"{about}: {error}") from None


def _format(name: str, parameters: Mapping[str, str], serde: Mapping[str, Any], storage: Mapping[str, Any]) -> str:
    said = [parameters.get("classification", ""), serde.get("SerializationLibrary", ""), storage.get("InputFormat", "")]
    for text in said:
        for part, format in FORMATS.items():
            if part in text.lower():
                return format
    not_covered(f"the table {name} of classification {said[0] or said[1] or 'none'!r}", "read its files")


def read(spark: SparkSession, table: Table, predicate: str, transformation_ctx: str, *, plainly: bool = False) -> Rows:
    """Return the rows of the table's partitions, or of its location if it has no partition keys.

    Files that the job's bookmark leaves out are not read. `plainly`, the rows are as Spark reads them, without choices.
    """
    if not table.partition_keys:
        if predicate:
            raise ValueError(f"{table.name} has no partition keys for the predicate {predicate}")
        (files,) = _bookmarks.only_new(transformation_ctx, [_files(table, table.location)])
        return _read(spark, table, table.location, files, plainly)
    meet = chosen(spark, table, predicate)
    partitions = [partition for partition in table.partitions if partition[0] in meet]
    found = _bookmarks.only_new(transformation_ctx, [_files(table, location) for _, location in partitions])
    parts = []
    for (values, location), files in zip(partitions, found, strict=True):
        if files.names:
            part = _read(spark, table, location, files, plainly)
            frame = functools.reduce(
                lambda frame, key: frame.withColumn(key[0], _as(F.lit(key[1]), table.partition_keys[key[0]])),
                zip(table.partition_keys, values, strict=True),
                part.frame,
            )
            parts.append(part._replace(frame=frame))
    return union(parts) if parts else Rows(spark.createDataFrame([], StructType([])))


def chosen(spark: SparkSession, table: Table, predicate: str) -> set[tuple[str, ...]]:
    """Return the values of the partitions that meet the predicate. Spark evaluates it on these values alone."""
    values = [values for values, _ in table.partitions]
    if not predicate or not values:
        return set(values)
    raw = [StructField(f"\0{key}", StringType()) for key in table.partition_keys]
    frame = spark.createDataFrame(values, StructType(raw))
    for key, kind in table.partition_keys.items():
        frame = frame.withColumn(key, _as(F.col(f"`\0{key}`"), kind))
    rows = frame.where(predicate).select([f"`{field.name}`" for field in raw]).collect()
    return {tuple(row) for row in rows}


def _files(table: Table, location: str) -> InputFiles:
    try:
        return input_files({"paths": [location], "recurse": True})
    except PermissionError as error:
        place = f"name the place of its data in the config: inputLocation: {table.location}"
        raise PermissionError(f"the Data Catalog's table {table.name}: {error}; {place}") from None


def _read(spark: SparkSession, table: Table, location: str, files: InputFiles, plainly: bool) -> Rows:
    given = (spark, files, table.format, table.read_options)
    records = Rows(_formats.read_plainly(*given)) if plainly else _formats.read(*given)
    frame = records.frame
    if table.format != "csv" or not frame.columns:
        return records
    # Names and types are the catalog's: a csv file has no types, and its header may have other names.
    if len(frame.columns) != len(table.columns):
        raise ValueError(
            f"{location}: {len(frame.columns)} columns, but the table {table.name} has {len(table.columns)}"
        )
    types = [catalog_type(kind) or StringType() for kind in table.columns.values()]
    named = frame.select(
        [F.col(f"`{column}`").alias(name) for column, name in zip(frame.columns, table.columns, strict=True)]
    )
    if plainly:
        typed = [
            try_cast(F.col(f"`{name}`"), kind).alias(name) for name, kind in zip(named.columns, types, strict=True)
        ]
        return Rows(named.select(typed))
    return Rows(*_typed_values(named, types), records.errors)


def _typed_values(frame: DataFrame, types: Sequence[DataType]) -> tuple[DataFrame, Choices]:
    """Return the frame of strings with these types. A column with values that are not of its type is a choice."""
    texts = [F.col(f"`{name}`") for name in frame.columns]
    values = [try_cast(text, kind) for text, kind in zip(texts, types, strict=True)]
    others = [text.isNotNull() & value.isNull() for text, value in zip(texts, values, strict=True)]
    typed = [index for index, kind in enumerate(types) if not isinstance(kind, StringType)]
    found = frame.select([F.max(others[index]) for index in typed]).first() if typed else None
    disagree = {index for index, other in zip(typed, found or (), strict=False) if other}
    columns = []
    for index, name in enumerate(frame.columns):
        column = values[index]
        if index in disagree:
            other = F.when(others[index], texts[index])
            members = sorted([(member_name(types[index]), column), ("string", other)], key=lambda member: member[0])
            choice = F.struct(*[member.alias(kind) for kind, member in members])
            column = F.when(texts[index].isNotNull(), choice)
        columns.append(column.alias(name))
    return frame.select(columns), frozenset((frame.columns[index],) for index in disagree)


def _as(column: Column, kind: str) -> Column:
    """Return a column of strings as a type of the catalog."""
    return try_cast(column, catalog_type(kind) or StringType())
