"""CSV as Glue reads it: every value is a string; without `withHeader` the columns are named col0, col1, …

A record with more or fewer values than its file has columns fails the run.
Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

from __future__ import annotations

import atexit
import csv
import functools
import itertools
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, DataFrameReader
from pyspark.sql.types import StringType, StructField, StructType

from awsglue._coverage import check_options, is_true, not_covered
from awsglue._files import open_text

READ_OPTIONS = (
    *("separator", "quoteChar", "escaper", "multiLine", "multiline", "withHeader", "skipFirst"),
    *("writeHeader", "optimizePerformance"),
)


def quote_of(options: Mapping[str, Any]) -> str:
    """Return the quote character; empty if it is -1, which turns quoting off."""
    given = str(options.get("quoteChar", '"'))
    return "" if given == "-1" else given


def read(reader: DataFrameReader, files: Mapping[str, str], options: Mapping[str, Any]) -> DataFrame:
    """Return the records of all files. Columns are matched by name: files may differ in their columns and the order."""
    check_options("reading csv: format", options, READ_OPTIONS)
    separator, quote = str(options.get("separator", ",")), quote_of(options)
    if len(separator) != 1:
        raise ValueError(f"csv separator must be one character, not {separator!r}")
    header = is_true(options.get("withHeader", False))
    if is_true(options.get("skipFirst", False)):
        files = _without_first(files, header)
    columns = {uri: _columns(uri, name, separator, quote, header) for uri, name in files.items()}
    reader = (
        reader.option("sep", separator)
        .option("quote", quote)
        .option("escape", str(options.get("escaper") or quote or "\\"))
        .option("multiLine", is_true(options.get("multiLine", options.get("multiline", False))))
        .option("header", header)
        .option("mode", "FAILFAST")
        .option("columnPruning", "false")  # a wrong number of values fails, even if few columns are read
    )
    frames = []
    for names in dict.fromkeys(columns.values()):
        schema = StructType([StructField(name, StringType()) for name in names])
        same_columns = [uri for uri in files if columns[uri] == names]
        if names:
            frames.append(reader.schema(schema).csv(same_columns))
    if not frames:
        return reader.schema(StructType([])).csv(list(files))
    return functools.reduce(lambda one, two: one.unionByName(two, allowMissingColumns=True), frames)


def _columns(uri: str, name: str, separator: str, quote: str, header: bool) -> tuple[str, ...]:
    quoting = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    with open_text(uri) as lines:
        first: list[str] = next(csv.reader(lines, delimiter=separator, **quoting), [])
    names = tuple(first) if header else tuple(f"col{index}" for index in range(len(first)))
    if twice := sorted({column for column in names if names.count(column) > 1 or not column}):
        not_covered(
            f"the csv header of {name} with the column {twice[0]!r} twice or empty",
            "give each column a name of its own",
        )
    return tuple(column.removeprefix("\ufeff") for column in names)


def _without_first(files: Mapping[str, str], header: bool) -> dict[str, str]:
    """Copy the files without their first line of data; a header stays."""
    folder = Path(tempfile.mkdtemp(prefix="skipped-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # Spark reads the copies later
    copies = {}
    for number, (uri, name) in enumerate(files.items()):
        copy = folder / f"{number}.csv"
        with open_text(uri) as lines, copy.open("w", encoding="utf-8") as target:
            target.writelines(itertools.islice(lines, 1) if header else [])
            next(lines, None)
            shutil.copyfileobj(lines, target)
        copies[f"file://{copy}"] = name
    return copies
