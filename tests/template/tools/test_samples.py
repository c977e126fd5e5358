"""`make sample FROM=folder`: what is taken of each format, and how much."""

import bz2
import gzip
import io
import json
import socket
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pytest
from pyarrow import orc
from pyarrow import parquet as pq

from tests.template.tools.sample_projects import Project, json_lines, parquet, parquet_rows, unzipped
from tools.samples import csv_rows
from tools.samples.__main__ import main
from tools.samples.text_formats import compressed

ONE = {"inputLocation": "s3://data/in/"}


def only(project: Project) -> bytes:
    (content,) = project.files().values()
    return content


def test_json_lines_are_cut_after_the_asked_rows_and_stay_as_they_are(tmp_path: Path) -> None:
    project = Project(tmp_path, {"inputLocation": "s3://data/deep/in.json"})
    content = project.put("in.json", '{"a": 1.10}\n\n{"a":  2}\r\n{"a": 3}\n')
    project.fetch("--rows", "2")
    assert project.files() == {"data/deep/in.json": b'{"a": 1.10}\n{"a":  2}\r\n'}
    project.fetch()
    assert only(project) == content.replace(b"\n\n", b"\n")


def test_a_dirty_row_is_kept_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = Project(tmp_path, ONE)
    content = project.put("in/a.json", '{"a": 1}\n{"a": \n{"a": 3}\n')
    project.fetch()
    assert only(project) == content
    assert "a.json: row 2 is no valid JSON, and was taken as it is" in capsys.readouterr().out


def test_an_array_and_documents_stay_valid(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    items = [{"a": number, "text": 'x]},[{\\"' * 9} for number in range(3000)]
    project.put("in/array.json", json.dumps(items, indent=1))
    project.fetch("--rows", "1500")
    assert json.loads(only(project)) == items[:1500]
    project.put("in/array.json", '{\n "a": {\n  "b": 1}\n}\n{\n "a": 2\n}\n')
    project.fetch("--rows", "1")
    assert only(project) == b'{\n "a": {\n  "b": 1}\n}\n'


def test_a_csv_keeps_its_header_and_line_breaks_in_quotes(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    project.put("in/a.csv", 'id,text\r\n1,"a ""b""\r\nc"\r\n2,"d \\" e\nf"\r\n3,5" pipe\r\n4,x\r\n')
    project.fetch("--rows", "3")
    assert only(project) == b'id,text\r\n1,"a ""b""\r\nc"\r\n2,"d \\" e\nf"\r\n3,5" pipe\r\n'


def test_a_quote_that_is_never_closed_is_text() -> None:
    lines = [b'1,"open\n', *[b"2,x\n"] * 50_000]
    found = list(csv_rows.rows(io.BytesIO(b"".join(lines)), b","))
    assert found == lines


def test_a_csv_without_a_header_has_sparks_names(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    project.put("in/a.tsv", "1\ta@b.cd\n2\te@f.gh\n3\ti@j.kl\n")
    project.fetch("--rows", "2", "--mask", "_c1")
    rows = [line.split("\t") for line in only(project).decode().splitlines()]
    assert [row[0] for row in rows] == ["1", "2"]
    assert all(row[1].endswith("@example.com") for row in rows)


@pytest.mark.parametrize(("ending", "codec"), [("gz", "gz"), ("bz2", "bz2"), ("zst", "zst")])
def test_a_compressed_file_stays_compressed(tmp_path: Path, ending: str, codec: str) -> None:
    project = Project(tmp_path, ONE)
    project.put(f"in/a.json.{ending}", compressed(json_lines(5000).encode(), codec))
    project.fetch("--rows", "7")
    assert only(project) == compressed(json_lines(7).encode(), codec)
    assert project.files().keys() == {f"data/in/a.json.{ending}"}


def test_several_parts_of_a_gzip_file_are_read(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    project.put("in/a.csv.gz", gzip.compress(b"id\n1\n") + gzip.compress(b"2\n3\n"))
    project.fetch("--rows", "2")
    assert unzipped(only(project)) == "id\n1\n2\n"


def test_without_an_extension_the_content_tells_the_format(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    contents = {
        "a": json_lines(3).encode(),
        "b": bz2.compress(b"id;n\n1;2\n3;4\n"),
        "c": parquet([{"id": 1}, {"id": 2}]),
        "d": b"one\ntwo\n",
    }
    for name, content in contents.items():
        for old in project.data.rglob("in/*"):
            old.unlink()
        project.put(f"in/{name}", content)
        project.fetch("--rows", "1")
    assert only(project) == b"one\n"
    project.put("in/d", contents["b"])
    project.fetch("--rows", "1")
    assert bz2.decompress(only(project)) == b"id;n\n1;2\n"
    project.put("in/d", contents["c"])
    project.fetch("--rows", "1")
    assert parquet_rows(only(project)) == [{"id": 1}]


NESTED = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("at", pa.timestamp("us", "UTC")),
        pa.field("price", pa.decimal128(12, 2)),
        pa.field("customer", pa.struct([pa.field("email", pa.string(), False), pa.field("born", pa.date32())])),
        pa.field("lines", pa.list_(pa.struct([("sku", pa.string()), ("tags", pa.map_(pa.string(), pa.int32()))]))),
    ]
)


def nested(number: int) -> dict[str, object]:
    return {
        "id": number,
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "price": Decimal("12.50"),
        "customer": None if number % 3 == 0 else {"email": f"u{number}@corp.com", "born": date(1990, 1, 2)},
        "lines": [{"sku": "A1", "tags": [("x", 1)]}] * (number % 3),
    }


@pytest.mark.parametrize("codec", ["snappy", "gzip", "zstd", "none"])
def test_parquet_keeps_its_schema_and_its_compression(tmp_path: Path, codec: str) -> None:
    project = Project(tmp_path, ONE)
    rows = [nested(number) for number in range(500)]
    content = project.put("in/part-0.parquet", parquet(rows, NESTED, compression=codec, row_group_size=40))
    project.fetch("--rows", "100", "--mask", "customer.email,lines.sku")
    file = pq.ParquetFile(io.BytesIO(only(project)))
    assert file.schema_arrow.equals(NESTED)
    assert file.metadata.row_group(0).column(0).compression == codec.upper().replace("NONE", "UNCOMPRESSED")
    taken = file.read().to_pylist()
    for row, source in zip(taken, rows[:100], strict=True):
        if source["customer"]:
            assert row["customer"].pop("email").endswith("@example.com")
            source["customer"].pop("email")  # type: ignore[attr-defined]
        assert [line.pop("sku") != "A1" for line in row["lines"]] == [True] * len(row["lines"])
        source["lines"] = [{"tags": [("x", 1)]}] * len(row["lines"])
        assert row == source
    project.fetch()
    assert only(project) == content  # all of it


def test_timestamps_that_spark_writes_as_int96_stay_so(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    rows = [{"at": datetime(2026, 1, 1, number)} for number in range(9)]
    project.put("in/a.parquet", parquet(rows, use_deprecated_int96_timestamps=True))
    project.fetch("--rows", "2")
    file = pq.ParquetFile(io.BytesIO(only(project)))
    assert file.schema.column(0).physical_type == "INT96"
    assert file.read().to_pylist() == rows[:2]


def test_orc_is_cut(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    sink = io.BytesIO()
    orc.write_table(pa.table({"id": list(range(50)), "email": ["a@b.cd"] * 50}), sink, compression="zlib")
    project.put("in/a.orc", sink.getvalue())
    project.fetch("--rows", "3", "--mask", "email")
    table = orc.ORCFile(io.BytesIO(only(project)))
    assert table.compression == "ZLIB"
    assert table.read().column("id").to_pylist() == [0, 1, 2]
    assert len(set(table.read().column("email").to_pylist())) == 1


def test_avro_is_cut(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    schema = {
        "type": "record",
        "name": "r",
        "fields": [{"name": "id", "type": "long"}, {"name": "email", "type": ["null", "string"]}],
    }
    sink = io.BytesIO()
    fastavro.writer(sink, schema, [{"id": n, "email": "a@b.cd" if n else None} for n in range(9)], codec="deflate")
    project.put("in/a.avro", sink.getvalue())
    project.fetch("--rows", "3", "--mask", "email")
    reader = fastavro.reader(io.BytesIO(only(project)))
    rows: list[Any] = list(reader)
    assert (reader.codec, [row["id"] for row in rows], rows[0]["email"]) == ("deflate", [0, 1, 2], None)
    assert rows[1]["email"] == rows[2]["email"] != "a@b.cd"


def test_the_newest_partitions_are_taken_until_there_are_enough_rows(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    for day in (9, 10, 11):
        for hour in (9, 10):
            project.put(f"in/day={day}/hour={hour}/part-0.json", json_lines(4, day * 100 + hour))
    project.put("in/day=__HIVE_DEFAULT_PARTITION__/hour=1/part-0.json", json_lines(1))
    project.put("in/day=11/hour=10/_SUCCESS", "")
    project.put("in/day=11/hour=10/.part-0.json.crc", "x")
    project.fetch("--rows", "10")
    rows = {name.removeprefix("data/in/"): len(data.splitlines()) for name, data in project.files().items()}
    assert rows == {
        "day=11/hour=10/part-0.json": 4,
        "day=11/hour=9/part-0.json": 4,
        "day=10/hour=10/part-0.json": 2,
    }


def test_of_a_folder_the_last_file_by_name_is_taken_but_of_sparks_parts_the_first(tmp_path: Path) -> None:
    for folder, names in (
        ("dated", ["2026-9.json", "2026-10.json"]),
        ("parts", ["part-00000-x.json", "part-00001.json"]),
    ):
        (tmp_path / folder).mkdir()
        project = Project(tmp_path / folder, ONE)
        for name in names:
            project.put(f"in/{name}", json_lines(5))
        project.fetch("--rows", "5")
        assert list(project.files()) == ["data/in/2026-10.json" if folder == "dated" else "data/in/part-00000-x.json"]


def test_never_more_than_five_megabytes_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = Project(tmp_path, ONE)
    line = json.dumps({"text": "x" * 99_000}) + "\n"
    project.put("in/a.json", line * 70)
    project.fetch()
    assert len(only(project).splitlines()) == 50
    assert "s3://data/in/: 50 of 1,000 rows, since more would have over 5,000,000 bytes; MB= takes more" in (
        capsys.readouterr().out
    )
    project.fetch("--mb", "6")
    assert len(only(project).splitlines()) == 60
    project.put("in/a.json", json.dumps({"text": "x" * 6_000_000}))
    assert "or has more than 5,000,000 bytes; MB= takes more" in project.error("--from", str(project.data))


def test_the_limit_of_bytes_is_that_of_all_files_of_a_location(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    for day in (1, 2, 3):
        project.put(f"in/day={day}/a.json", (json.dumps({"text": "x" * 99_000}) + "\n") * 7)
    project.fetch("--mb", "1")
    assert {name: len(content.splitlines()) for name, content in project.files().items()} == {
        "data/in/day=2/a.json": 3,
        "data/in/day=3/a.json": 7,
    }


def test_another_file_is_taken_whole_if_it_is_small(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    content = project.put("in/a.xml", "<a><b/></a>")
    project.fetch()
    assert only(project) == content
    project.put("in/a.xml", b"<a>" + b" " * 5_000_000)
    assert project.error("--from", str(project.data)).endswith(
        "a.xml: is of a format of which no part can be taken, and has 5,000,003 bytes (at most 5,000,000);"
        " put a smaller one of your own into samples/, or give a larger MB="
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"not json\n", "row 1 is no valid JSON"),
        ("a.json", b'[{"a": 1}, {"a": }]', "row 2 is no valid JSON"),
        ("a.json.gz", gzip.compress(json_lines(9000).encode())[:9000], "cannot be read after row "),
        ("a.json.gz", b"no gzip", "cannot be read after row 0: Not a gzipped file"),
        ("a.parquet", b"PAR1" + b"x" * 99, "is no valid parquet file: Parquet magic bytes not found in footer"),
        ("a.orc", b"x" * 99, "is no valid orc file: "),
    ],
)
def test_a_corrupt_file_is_named_with_the_row(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    project = Project(tmp_path, ONE)
    project.put(f"in/{name}", content)
    assert f"in/{name}: {message}" in project.error("--from", str(project.data), "--rows", "9000")


def test_old_samples_are_replaced_only_when_all_new_ones_are_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(tmp_path, {"inputLocationA": "s3://data/a/", "inputLocationB": "s3://data/b/"})
    project.put("a/old.json", json_lines(1))
    project.put("b/b.json", json_lines(2))
    project.fetch()
    (project.data / "a" / "old.json").rename(project.data / "a" / "new.json")
    before = project.files()
    project.put("b/b.json", "broken")
    project.error("--from", str(project.data))
    assert project.files() == before
    project.put("b/b.json", json_lines(1))
    capsys.readouterr()
    project.fetch()
    assert list(project.files()) == ["data/a/new.json", "data/b/b.json"]
    assert "samples/data/a: replaced" in capsys.readouterr().out
    assert not list(project.samples.glob(".new-*"))


def test_an_interruption_brings_the_old_samples_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path, {"inputLocationA": "s3://data/a/", "inputLocationB": "s3://data/b/"})
    project.put("a/a.json", json_lines(1))
    project.put("b/b.json", json_lines(1))
    project.fetch()
    before = project.files()
    project.put("a/a.json", json_lines(2))
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.parts[-2:] == ("new", "1"):
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        project.fetch()
    assert project.files() == before


def test_a_location_within_another_one_keeps_its_own_sample(tmp_path: Path) -> None:
    project = Project(tmp_path, {"inputLocationAll": "s3://data/raw/", "inputLocationOne": "s3://data/raw/one/"})
    project.put("data/raw/one/a.json", json_lines(3))
    project.put("data/raw/z.json", json_lines(1))
    project.fetch("--rows", "2")
    project.fetch("--rows", "2")
    assert {name: len(data.splitlines()) for name, data in project.files().items()} == {
        "data/raw/one/a.json": 2,
        "data/raw/z.json": 1,
    }


def test_what_another_job_writes_is_left_out_unless_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "    Write:\n      outputLocation: s3://data/clean/\n"
    inputs = {"inputLocationRaw": "s3://data/raw/", "inputLocationClean": "s3://data/clean/"}
    project = Project(tmp_path, inputs, more=more)
    for name in ("raw", "clean"):
        project.put(f"{name}/a.json", json_lines(1))
    project.fetch()
    assert list(project.files()) == ["data/raw/a.json"]
    assert (
        "s3://data/clean/: left out, since Write writes it (it comes from out/);"
        " PARAMETER=inputLocationClean takes it all the same"
    ) in capsys.readouterr().out
    project.fetch("--parameter", "inputLocationClean")
    assert list(project.files()) == ["data/clean/a.json", "data/raw/a.json"]
    assert "did you mean inputLocationRaw?" in project.error("--parameter", "inputLocationRow", "--from", "x")


def test_a_table_whose_files_need_their_log_is_refused(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    project.put("in/_delta_log/0.json", "{}")
    project.put("in/a.parquet", parquet([{"id": 1}]))
    assert "s3://data/in/: is a Delta table, and some of its files are no table" in project.error(
        "--from", str(project.data)
    )


def test_without_a_way_to_read_both_are_named(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    assert project.error() == (
        "Read reads s3://data/in/; give PROFILE=name to take a sample from S3 with an AWS profile, or FROM=folder to"
        " take one from files of this machine"
    )
    assert project.error("--from", "none").startswith("FROM=none does not exist")
    assert project.error("--from", "x", "--profile", "y").startswith("PROFILE and FROM are two ways")
    assert project.error("--rows", "0") == "ROWS=0: is not a whole number from 1 to 1000000000"


def test_without_a_profile_no_connection_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_PROFILE", "dev")
    project = Project(tmp_path, ONE)
    assert "give PROFILE=name" in project.error()
    assert "PROFILE=name looks for a table" in project.error(command="invent")
    project.put("in/a.json", json_lines(1))
    project.fetch()
    assert list(project.files()) == ["data/in/a.json"]


def test_a_folder_has_each_location_under_its_last_name(tmp_path: Path) -> None:
    project = Project(tmp_path, {"inputLocationA": "s3://data/x/a/", "inputLocationB": "s3://data/x/b.json"})
    project.put("a/1.json", json_lines(1))
    assert project.error("--from", str(project.data)).endswith(
        "does not hold s3://data/x/b.json; it must have b.json or data/x/b.json in it"
    )
    project.put("b.json", json_lines(1))
    project.fetch()
    assert list(project.files()) == ["data/x/a/1.json", "data/x/b.json"]


def test_one_file_stands_for_the_only_location(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE)
    project.put("orders.json", json_lines(1))
    project.run("fetch", "--from", str(project.data / "orders.json"))
    assert list(project.files()) == ["data/in/orders.json"]


def test_the_public_example_has_generated_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = Project(tmp_path, {"inputLocation": "s3://awsglue-datasets/examples/us-legislators/all/persons.json"})
    project.run("fetch")
    assert list(project.files()) == ["awsglue-datasets/examples/us-legislators/all/persons.json"]
    assert len(only(project).splitlines()) == 1961
    assert "Read reads the public example, which has generated data" in capsys.readouterr().out


def test_errors_are_one_line_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "NoSuchJob"]) == 1
    assert main(["fetch", "--rows", "many", "X"]) == 1
    printed = capsys.readouterr()
    assert "has no job 'NoSuchJob' in dev" in printed.err
    assert "ROWS=many: is not a whole number" in printed.err
    assert printed.out == ""


def test_a_file_of_another_format_than_the_locations_name_is_refused(tmp_path: Path) -> None:
    project = Project(tmp_path, {"inputLocation": "s3://data/orders.json"})
    project.put("orders.csv", "id\n1\n")
    assert project.error("--from", str(project.data / "orders.csv")).endswith(
        "orders.csv is csv, and s3://data/orders.json is named as json; take such a file"
    )
    project.put("lines.jsonl", json_lines(1))
    project.run("fetch", "--from", str(project.data / "lines.jsonl"))
    assert list(project.files()) == ["data/orders.json"]
