"""The comparison of what two runs wrote, on small files of every format."""

import bz2
import datetime
import gzip
import json
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest

from tools.upgrade_check import comparison
from tools.upgrade_check.comparison import Comparison, compare, shown
from tools.upgrade_check.data_files import DataFile, data_files

Rows = Sequence[dict[str, Any]]
Write = Callable[[Path, Rows], None]


def write_json(path: Path, rows: Rows) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def write_document(path: Path, rows: Rows) -> None:
    path.write_text(json.dumps(list(rows)), encoding="utf-8")


def write_gzip(path: Path, rows: Rows) -> None:
    path.write_bytes(gzip.compress("".join(f"{json.dumps(row)}\n" for row in rows).encode()))


def write_parquet(path: Path, rows: Rows, schema: pa.Schema | None = None) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows), schema), path)


def write_orc(path: Path, rows: Rows) -> None:
    orc.write_table(pa.Table.from_pylist(list(rows)), path)


def write_avro(path: Path, rows: Rows) -> None:
    kinds = {int: "long", float: "double", str: "string"}
    fields = [{"name": name, "type": kinds[type(value)]} for name, value in rows[0].items()]
    with path.open("wb") as file:
        fastavro.writer(file, {"type": "record", "name": "row", "fields": fields}, rows)


def write_csv(path: Path, rows: Rows) -> None:
    lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_csv_bz2(path: Path, rows: Rows) -> None:
    write_csv(path, rows)
    path.write_bytes(bz2.compress(path.read_bytes()))


ALL = [write_json, write_document, write_gzip, write_parquet, write_orc, write_avro, write_csv, write_csv_bz2]
formats = pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)


def compared(folder: Path, write: Write, one: Sequence[Rows], other: Sequence[Rows], **options: Any) -> Comparison:
    """Write each list of rows of the two sides as a file, and compare the sides."""
    sides: list[list[DataFile]] = []
    for name, files in (("one", one), ("other", other)):
        found = []
        for number, rows in enumerate(files):
            path = folder / f"{name}-{number}"
            write(path, rows)
            found.append((f"part-{number}", path))
        sides.append(data_files(found))
    return compare(sides[0], sides[1], **options)


def row(number: int, amount: float = 1.5) -> dict[str, Any]:
    return {"id": number, "name": f"name {number}", "amount": amount}


@formats
def test_rows_are_equal_in_any_order_and_any_files(tmp_path: Path, write: Write) -> None:
    result = compared(tmp_path, write, [[row(1), row(2)], [row(3), row(1)]], [[row(3), row(1), row(2), row(1)]])
    assert (result.equal, result.counts) == (True, (4, 4))


@formats
def test_a_row_that_is_there_once_more_differs(tmp_path: Path, write: Write) -> None:
    result = compared(tmp_path, write, [[row(1), row(1), row(2)]], [[row(1), row(2), row(2)]])
    assert not result.equal
    assert [len(side) for side in result.only] == [1, 1]
    assert result.only[0][0]["name"] == "name 1"
    assert result.only[1][0]["name"] == "name 2"


@formats
def test_another_value_is_shown_with_its_column(tmp_path: Path, write: Write) -> None:
    result = compared(tmp_path, write, [[row(1), row(2)]], [[row(1), row(2, 2.5)]])
    assert not result.equal
    assert (result.columns, result.differing) == ([], ["amount"])
    assert [[one["amount"] for one in side] for side in result.only] == [[1.5], [2.5]]


@formats
@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (0.30000000000000004, 0.3, True),
        (1e15 + 0.5, 1e15, True),
        (1e-10, 2e-10, True),
        (1.000001, 1.0, False),
        (3e-9, 5.5, False),
        (1e6, 1e6 + 0.01, False),
    ],
)
def test_numbers_with_a_fraction_are_equal_within_a_billionth(
    tmp_path: Path, write: Write, one: float, other: float, equal: bool
) -> None:
    assert compared(tmp_path, write, [[row(1, one), row(2)]], [[row(2), row(1, other)]]).equal is equal


def test_many_rows_with_almost_equal_numbers_are_matched_one_to_one(tmp_path: Path) -> None:
    one = [{"group": 1, "a": 0.1 * number, "b": float(number % 7)} for number in range(3000)]
    other = [{**item, "a": item["a"] * (1 + 1e-11)} for item in reversed(one)]
    assert compared(tmp_path, write_parquet, [one], [other]).equal
    other[5] = other[6]
    result = compared(tmp_path, write_parquet, [one], [other])
    assert [len(side) for side in result.only] == [1, 1]


@pytest.mark.parametrize("name", ["time", "boolean", "interval", "nan", "number"])
def test_a_number_in_a_field_of_any_name_may_be_almost_equal(tmp_path: Path, name: str) -> None:
    assert compared(tmp_path, write_json, [[{name: {name: 0.1 + 0.2}}]], [[{name: {name: 0.3}}]]).equal
    assert not compared(tmp_path, write_json, [[{name: {name: 0.1 + 0.2}}]], [[{name: {name: 0.4}}]]).equal


def test_whole_numbers_are_never_almost_equal(tmp_path: Path) -> None:
    assert not compared(tmp_path, write_parquet, [[{"id": 10**15}]], [[{"id": 10**15 + 1}]]).equal


def test_nan_equals_nan_and_not_null(tmp_path: Path) -> None:
    schema = pa.schema([("a", pa.float64())])

    def write(path: Path, rows: Rows) -> None:
        write_parquet(path, rows, schema)

    assert compared(tmp_path, write, [[{"a": math.nan}, {"a": None}]], [[{"a": None}, {"a": math.nan}]]).equal
    assert not compared(tmp_path, write, [[{"a": math.nan}]], [[{"a": None}]]).equal


def test_nested_values_are_compared_and_a_map_has_no_order(tmp_path: Path) -> None:
    struct = pa.struct([("x", pa.float64()), ("y", pa.string())])
    schema = pa.schema([("list", pa.list_(struct)), ("map", pa.map_(pa.string(), pa.int32()))])

    def write(path: Path, rows: Rows) -> None:
        write_parquet(path, rows, schema)

    one = {"list": [{"x": 0.1 + 0.2, "y": "a"}], "map": [("a", 1), ("b", 2)]}
    assert compared(tmp_path, write, [[one]], [[{"list": [{"x": 0.3, "y": "a"}], "map": [("b", 2), ("a", 1)]}]]).equal
    assert not compared(tmp_path, write, [[one]], [[{**one, "map": [("a", 2), ("b", 1)]}]]).equal
    assert not compared(tmp_path, write, [[one]], [[{**one, "list": [{"x": 0.3, "y": "b"}]}]]).equal


def test_times_are_compared_by_instant_and_decimals_by_value(tmp_path: Path) -> None:
    at = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)
    sides = []
    for name, zone, unit, scale in (("one", "UTC", "us", 2), ("other", "Europe/Berlin", "ms", 3)):
        schema = pa.schema([("at", pa.timestamp(unit, zone)), ("sum", pa.decimal128(10, scale))])
        write_parquet(tmp_path / name, [{"at": at, "sum": Decimal("1.50")}], schema)
        sides.append(data_files([("part", tmp_path / name)]))
    result = compare(sides[0], sides[1])
    assert result.only == ([], [])
    assert result.columns == [
        "column at: timestamp[us, tz=UTC], then timestamp[ms, tz=Europe/Berlin]",
        "column sum: decimal128(10, 2), then decimal128(10, 3)",
    ]


def test_columns_that_differ_are_named_with_their_types(tmp_path: Path) -> None:
    result = compared(tmp_path, write_parquet, [[{"a": 1, "b": "x"}]], [[{"a": 1.0, "c": "x"}]])
    assert result.columns == [
        "column a: int64, then double",
        "column b: string, then missing",
        "column c: missing, then string",
    ]


def test_the_types_of_parquet_are_those_that_spark_wrote(tmp_path: Path) -> None:
    fields = [
        {"name": "id", "type": "integer", "nullable": True, "metadata": {}},
        {"name": "tags", "type": {"type": "array", "elementType": "long", "containsNull": True}},
        {"name": "m", "type": {"type": "map", "keyType": "string", "valueType": {"type": "struct", "fields": []}}},
    ]
    metadata = {"org.apache.spark.sql.parquet.row.metadata": json.dumps({"type": "struct", "fields": fields})}
    path = tmp_path / "part"
    pq.write_table(pa.table({"id": pa.array([1], pa.int32())}).replace_schema_metadata(metadata), path)
    (file,) = data_files([("part", path)])
    assert file.columns == {"id": "int", "tags": "array<bigint>", "m": "map<string,struct<>>"}


def test_columns_of_json_and_csv_are_compared_by_what_their_values_are(tmp_path: Path) -> None:
    one: Rows = [{"a": 1, "b": "x"}, {"a": None}]
    other: Rows = [{"a": "1", "b": "x"}, {"a": 2.5}]
    result = compared(tmp_path, write_json, [one], [other])
    assert result.columns == ["column a: whole number, then number or text"]
    assert compared(tmp_path, write_csv, [[{"a": 1, "b": 2}]], [[{"a": 1, "c": 2}]]).columns == [
        "column b: text, then missing",
        "column c: missing, then text",
    ]


def test_a_null_in_json_is_as_a_field_that_is_missing(tmp_path: Path) -> None:
    assert compared(tmp_path, write_json, [[{"a": 1, "b": None}]], [[{"a": 1}]]).equal


def test_csv_without_a_header_has_numbers_for_names_and_all_its_rows(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1,a\n2,b\n")
    other.write_text("2,b\n1,c\n")
    result = compare(data_files([("p", one)]), data_files([("p", other)]))
    assert (result.counts, result.differing) == ((2, 2), ["column 2"])


def test_the_folders_of_partitions_are_columns(tmp_path: Path) -> None:
    path = tmp_path / "part"
    write_json(path, [{"a": 1}])
    sides = [data_files([(f"day={day}/part", path)]) for day in ("2026-01-01", "2026-01-02", "2026-01-01")]
    assert compare(sides[0], sides[2]).equal
    result = compare(sides[0], sides[1])
    assert result.only == ([{"a": 1, "day": "2026-01-01"}], [{"a": 1, "day": "2026-01-02"}])
    assert result.differing == ["day"]


def test_markers_of_spark_and_empty_files_are_no_data(tmp_path: Path) -> None:
    path, empty = tmp_path / "part", tmp_path / "empty"
    write_json(path, [{"a": 1}])
    empty.touch()
    assert [file.key for file in data_files([("_SUCCESS", path), (".x.crc", path), ("e", empty), ("p", path)])] == ["p"]


def test_files_of_another_format_are_compared_by_their_bytes(tmp_path: Path) -> None:
    files = {"one": b"<a/>", "same": b"<a/>", "other": b"<b/>"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    sides = {name: data_files([(f"{name}.xml", tmp_path / name)]) for name in files}
    result = compare(sides["one"], sides["same"])
    assert (result.equal, result.notes) == (True, ["files compared by their bytes, their format is not read here: 1"])
    assert compare(sides["one"], sides["other"]).others == ["files with other bytes: 1, then 1"]


def test_a_damaged_file_is_compared_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "part"
    path.write_bytes(b"PAR1 and nothing else")
    (file,) = data_files([("part", path)])
    assert (file.format, file.rows) == ("not readable", None)


@pytest.mark.parametrize("write", [write_gzip, write_csv_bz2, write_document, write_parquet, write_avro, write_orc])
def test_a_file_that_ends_too_early_is_compared_by_its_bytes(tmp_path: Path, write: Write) -> None:
    rows = [row(number) for number in range(5000)]
    for name in ("one", "same"):
        write(tmp_path / name, rows)
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-200])
    (tmp_path / "same").write_bytes((tmp_path / "one").read_bytes())
    (tmp_path / "other").write_bytes((tmp_path / "one").read_bytes()[:-100])
    sides = {name: data_files([("part", tmp_path / name)]) for name in ("one", "same", "other")}
    assert compare(sides["one"], sides["same"]).equal
    result = compare(sides["one"], sides["other"])
    assert (result.counts, result.others) == ((0, 0), ["files with other bytes: 1, then 1"])


def test_a_time_that_python_does_not_have_is_compared_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "part"
    pq.write_table(pa.table({"at": pa.array([2**62], pa.timestamp("us"))}), path)
    result = compare(data_files([("part", path)]), data_files([("part", path)]))
    assert (result.equal, result.counts, len(result.notes)) == (True, (0, 0), 1)


def test_another_format_is_said(tmp_path: Path) -> None:
    write_json(tmp_path / "one", [{"a": 1}])
    write_parquet(tmp_path / "other", [{"a": 1}])
    result = compare(data_files([("p", tmp_path / "one")]), data_files([("p", tmp_path / "other")]))
    assert result.others == ["the format is json, then parquet"]


def test_an_output_that_only_one_run_wrote_differs(tmp_path: Path) -> None:
    write_json(tmp_path / "one", [{"a": 1}])
    result = compare(data_files([("p", tmp_path / "one")]), [])
    assert (result.equal, result.counts, result.only) == (False, (1, 0), ([{"a": 1}], []))


def test_columns_that_are_ignored_are_left_out(tmp_path: Path) -> None:
    one, other = [{"a": 1, "at": "10:00"}], [{"a": 1, "at": "11:00"}]
    assert compared(tmp_path, write_json, [one], [other]).differing == ["at"]
    assert compared(tmp_path, write_json, [one], [other], ignored=["at"]).equal


def test_of_too_many_rows_it_is_not_searched_which_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "MOST_ROWS", 2)
    rows = [row(number) for number in range(3)]
    assert compared(tmp_path, write_json, [rows], [rows[::-1]]).equal
    result = compared(tmp_path, write_json, [rows], [[*rows[:2], row(9)]])
    assert result.others == ["the rows differ; of more than 2 it is not searched which, nor whether by 1e-09 only"]


def test_a_row_is_shown_in_one_line_that_is_not_too_long() -> None:
    assert shown({"a": 1, "at": datetime.date(2026, 1, 2), "ü": None}) == '{"a": 1, "at": "2026-01-02", "ü": null}'
    assert len(shown({"a": "x" * 1000})) == 300
