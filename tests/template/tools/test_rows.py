"""Rows are counted by the content of files."""

import bz2
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest

from tools.rows import Rows, count_rows, hidden, total

TABLE = pa.table({"id": [1, 2, 3], "name": ["a", "b", "c"]})
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in TABLE.to_pylist())


def parquet() -> bytes:
    pq.write_table(TABLE, file := io.BytesIO())
    return file.getvalue()


def orc_file() -> bytes:
    orc.write_table(TABLE, file := io.BytesIO())
    return file.getvalue()


def zstandard(content: bytes) -> bytes:
    compressed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return compressed


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (parquet(), Rows(3)),
        (orc_file(), Rows(3)),
        (LINES, Rows(3)),
        (LINES.rstrip(), Rows(3)),
        (b"\xef\xbb\xbf" + LINES + b"\n  \n", Rows(3)),
        (b"[{}, {}, {}, {}]", Rows(4)),
        (b'{\n "a": [1,\n 2]\n}\n', Rows(1)),
        (b"id,name\n1,a\n2,b\n", Rows(3, csv=True, names=("id", "name"))),
        (b"1,a\r\n2,b\r\n", Rows(2, csv=True)),
        (b'1;"two\nlines"\n\n2;b\n', Rows(2, csv=True)),
        (b"name,name\nx,y", Rows(2, csv=True)),
        (b"", Rows(0, csv=True)),
        (gzip.compress(LINES, mtime=0), Rows(3)),
        (2 * gzip.compress(LINES, mtime=0), Rows(6)),
        (bz2.compress(b"1,a\n2,b\n"), Rows(2, csv=True)),
        (zstandard(LINES), Rows(3)),
        (b"<orders/>", None),
        (b"PK\x03\x04\x00\x00", None),
        (b"[not json", None),
        (b'a,"never closed\n' + b"x" * 200_000, None),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, bytes) else "",
)
def test_rows_are_counted_in_each_format(content: bytes, rows: Rows | None) -> None:
    assert count_rows(io.BytesIO(content)) == rows


def test_a_file_of_the_disk_is_counted_like_one_in_memory(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(LINES)
    with (tmp_path / "f").open("rb") as file:
        assert count_rows(file) == Rows(3)


def test_a_damaged_file_raises() -> None:
    with pytest.raises(pa.ArrowException):
        count_rows(io.BytesIO(b"PAR1damaged"))
    with pytest.raises(EOFError):
        count_rows(io.BytesIO(gzip.compress(LINES)[:-9]))


HEADER = ("id", "name")


@pytest.mark.parametrize(
    ("files", "rows"),
    [
        ([Rows(3), Rows(4)], 7),
        ([Rows(3, True, HEADER)], 2),
        ([Rows(1, True, HEADER)], 0),  # a file with a header alone has no rows
        ([Rows(3, True, HEADER), Rows(1, True, HEADER), Rows(0, True)], 2),
        ([Rows(3, True, HEADER), Rows(2, True, ("a", "b"))], 5),  # values that look like names
        ([Rows(3, True, HEADER), Rows(2, True)], 5),
        ([], 0),
    ],
)
def test_the_headers_of_csv_files_are_no_rows(files: list[Rows], rows: int) -> None:
    assert total(files) == rows


@pytest.mark.parametrize(
    ("key", "is_hidden"),
    [
        ("out/part-0.json", False),
        ("out/_SUCCESS", True),
        ("out/.part-0.crc", True),
        ("out/_temporary/0/part-0", True),
        ("out/_day=1/part-0", False),
    ],
)
def test_keys_that_spark_does_not_read_are_hidden(key: str, is_hidden: bool) -> None:
    assert hidden(key) == is_hidden
