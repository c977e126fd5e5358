"""Glue's formats and their options, read and written with Spark.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader, DataFrameWriter, SparkSession
from pyspark.sql.types import StructType

from awsglue import _avro, _csv, _json, _json_text, _resolve, _xml
from awsglue._coverage import check_options, is_true, not_covered
from awsglue._files import SPEED_ONLY_FORMAT, InputFiles
from awsglue._frames import Rows

WRITTEN = ("json", "csv", "parquet", "glueparquet", "orc", "avro")
COVERED = (*WRITTEN, "xml")


def read(spark: SparkSession, files: InputFiles, format: str | None, options: Mapping[str, Any]) -> Rows:
    """Return the records of all files; without files, an empty frame without columns."""
    if format == "json" and files.names:
        return _json.read(spark, _reader(spark, files), files, options)
    if format == "csv" and files.names:
        return _csv.read(lambda: _reader(spark, files), files, options)
    return Rows(read_plainly(spark, files, format, options))


def read_plainly(spark: SparkSession, files: InputFiles, format: str | None, options: Mapping[str, Any]) -> DataFrame:
    """Return the records of all files as Spark reads them: a field has one type, and a malformed record fails."""
    if format not in COVERED:
        not_covered(f"reading format={format!r}", f"use one of {', '.join(COVERED)}")
    if not files.names:
        return spark.createDataFrame([], StructType([]))
    reader = _reader(spark, files)
    if format == "json":
        return _json.read_strictly(reader, files.names, options)
    if format == "csv":
        return _csv.read_strictly(reader, files.names, options)
    if format == "avro":
        return _avro.read(reader, files.names, options)
    if format == "xml":
        return _xml.read(reader, files.names, options)
    check_options(f"reading {format}: format", options, ["compression", *SPEED_ONLY_FORMAT])
    paths = list(files.names)
    reader = reader.option("mergeSchema", "true")  # the columns of all files
    return reader.orc(paths) if format == "orc" else reader.parquet(*paths)


def _reader(spark: SparkSession, files: InputFiles) -> DataFrameReader:
    reader = spark.read.option("__globPaths__", "false")  # *, ? and [ in a file's name are no pattern
    return reader.option("basePath", files.base) if files.base else reader


def write(records: Rows, path: str, format: str | None, options: Mapping[str, Any], keys: list[str]) -> None:
    """Add files below `path`, in a folder for each partition. Existing files stay, as in Glue.

    A choice that was not resolved is a value of its own type in JSON, text in CSV, and else a struct.
    """
    frame = records.frame
    if format not in WRITTEN:
        not_covered(f"writing format={format!r}", f"use one of {', '.join(WRITTEN)}")
    if not frame.columns and frame.isEmpty():
        return  # as a read of a bookmark without new files is: there is nothing to write
    if missing := [key for key in keys if key not in frame.columns]:
        raise ValueError(f"partitionKeys: no column {missing[0]!r}; there are {', '.join(frame.columns)}")
    if format == "avro":
        _avro.write(frame, path, options, keys)
        return
    with_choices = bool(records.choices)
    if with_choices and format == "json":
        frame = _json_text.lines(records, keys)
    elif with_choices and format == "csv":
        frame = _resolve.resolve(records, choice="cast:string").frame
    writer = frame.write.mode("append").partitionBy(*keys)
    writer = writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    if compression := options.get("compression"):
        writer = writer.option("compression", {"bzip": "bzip2"}.get(str(compression), str(compression)))
    if format == "csv":
        _csv_writer(writer, options).csv(path)
        return
    check_options(f"writing {format}: format", options, ["compression", *SPEED_ONLY_FORMAT])
    if format == "json" and with_choices:
        writer.text(path)
    elif format == "json":
        writer.json(path)
    elif format == "orc":
        writer.orc(path)
    else:
        writer.parquet(path)


def _csv_writer(writer: DataFrameWriter, options: Mapping[str, Any]) -> DataFrameWriter:
    covered = ["separator", "quoteChar", "writeHeader", "compression", "withHeader", *SPEED_ONLY_FORMAT]
    check_options("writing csv: format", options, covered)
    quote = _csv.quote_of(options)
    return (
        writer.option("sep", str(options.get("separator", ",")))
        .option("header", is_true(options.get("writeHeader", True)))
        .option("quote", quote or "\u0000")
        .option("escape", quote or "\u0000")
    )
