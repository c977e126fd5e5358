"""CSV as Glue reads it: every value is a string; without `withHeader` the columns are named col0, col1, …

A record with more or fewer values than its file has columns becomes an error record.
Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

from __future__ import annotations

import atexit
import csv
import functools
import itertools
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame, DataFrameReader, Row
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from awsglue._coverage import check_options, is_true, not_covered
from awsglue._errors import ErrorRecord, Errors, call_site, error_record, warn_of
from awsglue._files import CODECS, SMALL_BYTES, InputFiles, open_text
from awsglue._frames import Rows

SHOWN = 60  # characters of a malformed record
MALFORMED, URI = "\0malformed", "\0uri"  # columns that no file has
READ_OPTIONS = (
    *("separator", "quoteChar", "escaper", "multiLine", "multiline", "withHeader", "skipFirst"),
    *("writeHeader", "optimizePerformance"),
)


def quote_of(options: Mapping[str, Any]) -> str:
    """Return the quote character; empty if it is -1, which turns quoting off."""
    given = str(options.get("quoteChar", '"'))
    return "" if given == "-1" else given


def read(spark_reader: Callable[[], DataFrameReader], files: InputFiles, options: Mapping[str, Any]) -> Rows:
    """Return the records of all files. Those of another length become error records, of which a warning tells.

    They are looked for only where a first look, at the separators of each line, finds that there may be one.
    """
    if not _may_be_malformed(files, options):
        return Rows(read_strictly(spark_reader(), files.names, options))
    both = _read(spark_reader(), files.names, options, permissive=True).withColumn(URI, F.input_file_name())
    # Spark refuses a query of the corrupt column alone: the other one changes nothing.
    malformed, other = F.col(f"`{MALFORMED}`"), F.length(F.col(f"`{both.columns[0]}`"))
    bad = both.where(malformed.isNotNull() & (other.isNull() | (other >= 0))).select(malformed, F.col(f"`{URI}`"))
    good = both.where(malformed.isNull() & (other.isNull() | (other >= 0))).drop(MALFORMED, URI)
    count = bad.count()
    if not count:
        return Rows(read_strictly(spark_reader(), files.names, options))
    names = {unquote(uri).rpartition("/")[2]: name for uri, name in files.names.items()}
    text, uri = bad.first() or ("", "")
    place = _place(files, text, unquote(uri).rpartition("/")[2])
    warn_of(count, _message(place, text))
    site = call_site()

    def error(row: Row) -> ErrorRecord:
        name = unquote(row[1]).rpartition("/")[2]
        where = names.get(name, name)
        return error_record(_message(where, row[0]), "", row[0], where, {}, site)

    return Rows(good, errors=(Errors(lambda: bad.rdd.map(error), count),))


def read_strictly(reader: DataFrameReader, files: Mapping[str, str], options: Mapping[str, Any]) -> DataFrame:
    """Return the records of all files; one of another length fails the run."""
    return _read(reader, files, options, permissive=False)


def _read(
    reader: DataFrameReader, files: Mapping[str, str], options: Mapping[str, Any], *, permissive: bool
) -> DataFrame:
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
        .option("mode", "PERMISSIVE" if permissive else "FAILFAST")
        .option("columnNameOfCorruptRecord", MALFORMED)
        .option("columnPruning", "false")  # a wrong number of values counts, even if few columns are read
    )
    frames = []
    for names in dict.fromkeys(columns.values()):
        schema = StructType(
            [StructField(name, StringType()) for name in [*names, *([MALFORMED] if permissive else [])]]
        )
        same_columns = [uri for uri in files if columns[uri] == names]
        if names:
            frames.append(reader.schema(schema).csv(same_columns))
    if not frames:
        return reader.schema(StructType([])).csv(list(files))
    return functools.reduce(lambda one, two: one.unionByName(two, allowMissingColumns=True), frames)


def _may_be_malformed(files: InputFiles, options: Mapping[str, Any]) -> bool:
    """Return false if each line of all files has as many values as the first one. Of large files nobody knows."""
    if files.size > SMALL_BYTES or any(uri.endswith(CODECS) for uri in files.names):
        return True
    separator, quote = str(options.get("separator", ",")), quote_of(options)
    quoting: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    if is_true(options.get("multiLine", options.get("multiline", False))):
        return True
    for uri in files.names:
        with open_text(uri) as lines:
            found: int | None = None
            for line in lines:
                if not line.strip():
                    continue
                if not quote or quote not in line:
                    count = line.count(separator) + 1
                else:
                    count = len(next(csv.reader([line], delimiter=separator, **quoting)))
                found = found or count
                if count != found:
                    return True
    return False


def _place(files: InputFiles, text: str, name: str) -> str:
    """Return the file, and the line, of a malformed record."""
    for uri, shown in files.names.items():
        if uri.rpartition("/")[2] == name:
            with open_text(uri) as lines:
                for number, line in enumerate(lines, start=1):
                    if line.rstrip("\r\n") == text.splitlines()[0]:
                        return f"{shown}:{number}"
            return shown
    return name


def _message(place: str, text: str) -> str:
    return f"{place}: not as many values as columns: {text[:SHOWN]!r}"


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
