"""Glue's formats and their options, read and written with Spark. A malformed record fails and names its place.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql.types import StructType

from awsglue import _csv, _malformed
from awsglue._coverage import check_options, is_true, not_covered
from awsglue._files import InputFiles

COVERED = ("json", "csv", "parquet", "glueparquet", "orc")
SPEED_ONLY = ("blockSize", "pageSize", "optimizePerformance", "useGlueParquetWriter")


def read(spark: SparkSession, files: InputFiles, format: str | None, options: Mapping[str, Any]) -> DataFrame:
    """The records of all files; of none, an empty frame without columns."""
    if format not in COVERED:
        not_covered(f"reading format={format!r}", f"use one of {', '.join(COVERED)}")
    if not files.names:
        return spark.createDataFrame([], StructType([]))
    reader = spark.read.option("__globPaths__", "false")  # a name is a name, whatever characters are in it
    if files.base:
        reader = reader.option("basePath", f"file://{files.base}")
    if format == "json":
        return _read_json(reader, files, options)
    if format == "csv":
        return _csv.read(reader, files.names, options)
    check_options(f"reading {format}: format", options, ["compression", *SPEED_ONLY])
    paths = [f"file://{file}" for file in files.names]
    reader = reader.option("mergeSchema", "true")  # as many columns as any file has
    return reader.orc(paths) if format == "orc" else reader.parquet(*paths)


def write(frame: DataFrame, path: str, format: str | None, options: Mapping[str, Any], keys: list[str]) -> None:
    """Add files below `path`, in folders by the partition keys; what is there already stays, as with Glue."""
    if format not in COVERED:
        not_covered(f"writing format={format!r}", f"use one of {', '.join(COVERED)}")
    if missing := [key for key in keys if key not in frame.columns]:
        raise ValueError(f"partitionKeys: no column {missing[0]!r}; there are {', '.join(frame.columns)}")
    writer = frame.write.mode("append").partitionBy(*keys)
    writer = writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    if compression := options.get("compression"):
        writer = writer.option("compression", {"bzip": "bzip2"}.get(str(compression), str(compression)))
    if format == "csv":
        _csv_writer(writer, options).csv(path)
        return
    check_options(f"writing {format}: format", options, ["compression", *SPEED_ONLY])
    if format == "json":
        writer.json(path)
    elif format == "orc":
        writer.orc(path)
    else:
        writer.parquet(path)


def _csv_writer(writer: DataFrameWriter, options: Mapping[str, Any]) -> DataFrameWriter:
    covered = ["separator", "quoteChar", "writeHeader", "compression", "withHeader", *SPEED_ONLY]
    check_options("writing csv: format", options, covered)
    quote = _csv.quote_of(options)
    return (
        writer.option("sep", str(options.get("separator", ",")))
        .option("header", is_true(options.get("writeHeader", True)))
        .option("quote", quote or "\u0000")
        .option("escape", quote or "\u0000")
    )


def _read_json(reader: DataFrameReader, files: InputFiles, options: Mapping[str, Any]) -> DataFrame:
    check_options("reading json: format", options, ["multiLine", "multiline", "withHeader", *SPEED_ONLY])
    whole = is_true(options.get("multiLine", options.get("multiline", False)))
    try:
        strict = reader.option("multiLine", whole).option("mode", "FAILFAST")
        return strict.json([f"file://{file}" for file in files.names])
    except Py4JJavaError as error:
        failed = error
    _malformed.check_json(files.names, whole)  # out here, so that what it raises stands alone
    raise failed
