"""Writing to the Data Catalog: getSink, write_dynamic_frame.from_catalog and purge_table, on the laptop's files."""

import json
import os
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection

from tests.template.local.conftest import Frames

PATH = "s3://lake/orders/"


@pytest.fixture
def glue(laptop_s3: Any) -> Iterator[Any]:
    with closing(boto3.Session().client("glue")) as client:
        yield client


def write(
    glue_context: GlueContext, frame: DynamicFrame, format: str = "json", *, table: str = "orders", **options: Any
) -> None:
    writer = {"useGlueParquetWriter": True} if format == "parquet" else {}
    given = {"path": PATH, "enableUpdateCatalog": True, "partitionKeys": ["day"], **options}
    sink = glue_context.getSink(connection_type="s3", **given)
    sink.setFormat(format, **writer)
    sink.setCatalogInfo(catalogDatabase="shop", catalogTableName=table)
    sink.writeFrame(frame)


def read(glue_context: GlueContext, table: str = "orders", **options: Any) -> list[dict[str, Any]]:
    frame = glue_context.create_dynamic_frame.from_catalog(database="shop", table_name=table, **options)
    return sorted((row.asDict() for row in frame.toDF().collect()), key=repr)


def columns(glue: Any) -> dict[str, str]:
    found = glue.get_table(DatabaseName="shop", Name="orders")["Table"]["StorageDescriptor"]["Columns"]
    return {column["Name"]: column["Type"] for column in found}


def partitions(glue: Any) -> dict[tuple[str, ...], str]:
    found = glue.get_partitions(DatabaseName="shop", TableName="orders")["Partitions"]
    return {tuple(item["Values"]): item["StorageDescriptor"]["Location"] for item in found}


@pytest.mark.parametrize("format", ["json", "csv", "parquet", "glueparquet", "avro"])
def test_a_table_is_made_with_its_columns_keys_and_partitions(
    glue_context: GlueContext, glue: Any, frame: Frames, format: str
) -> None:
    rows: list[dict[str, Any]] = [
        {"Id": 1, "price": 9.5, "day": "2026-11-01"},
        {"Id": 2, "price": None, "day": "2026-11-02"},
    ]
    write(glue_context, frame(*rows, schema="Id bigint, price double, day string"), format)
    table = glue.get_table(DatabaseName="shop", Name="orders")["Table"]
    plain = "parquet" if format == "glueparquet" else format
    assert table["Parameters"]["classification"] == plain
    assert table["Parameters"].get("useGlueParquetWriter") == ("true" if plain == "parquet" else None)
    assert table["PartitionKeys"] == [{"Name": "day", "Type": "string"}]
    assert (columns(glue), table["StorageDescriptor"]["Location"]) == ({"id": "bigint", "price": "double"}, PATH)
    assert partitions(glue) == {("2026-11-01",): f"{PATH}day=2026-11-01/", ("2026-11-02",): f"{PATH}day=2026-11-02/"}
    found = [{name.lower(): value for name, value in row.items()} for row in read(glue_context)]
    assert sorted(found, key=lambda row: int(row["id"])) == [
        {name.lower(): value for name, value in row.items()} for row in rows
    ]
    assert [row["day"] for row in read(glue_context, push_down_predicate="day > '2026-11-01'")] == ["2026-11-02"]


def test_new_columns_and_partitions_are_added(glue_context: GlueContext, glue: Any, frame: Frames) -> None:
    write(glue_context, frame({"id": 1, "day": "1"}))
    write(glue_context, frame({"id": 2, "note": "x", "day": "1"}, {"id": 3, "note": "y", "day": "a b"}))
    assert columns(glue) == {"id": "bigint", "note": "string"}
    assert partitions(glue) == {("1",): f"{PATH}day=1/", ("a b",): f"{PATH}day=a b/"}
    assert read(glue_context) == [
        {"id": 1, "note": None, "day": "1"},
        {"id": 2, "note": "x", "day": "1"},
        {"id": 3, "note": "y", "day": "a b"},
    ]


def test_a_column_that_the_frame_lacks_is_lost_with_a_warning(
    glue_context: GlueContext, glue: Any, frame: Frames
) -> None:
    write(glue_context, frame({"id": 1, "note": "x", "day": "1"}))
    with pytest.warns(UserWarning, match="the table shop.orders loses note, which the frame does not have"):
        write(glue_context, frame({"id": 2.5, "day": "2"}))
    assert columns(glue) == {"id": "double"}


def test_log_keeps_the_schema_and_adds_partitions_only_of_its_columns(
    glue_context: GlueContext, glue: Any, frame: Frames
) -> None:
    write(glue_context, frame({"id": 1, "note": "x", "day": "1"}))
    write(glue_context, frame({"id": 2, "day": "2"}), updateBehavior="LOG")
    with pytest.warns(UserWarning, match="LOG: the table shop.orders has no column more; it gets no new partition"):
        write(glue_context, frame({"id": 3, "more": 1, "day": "3"}), updateBehavior="LOG")
    assert columns(glue) == {"id": "bigint", "note": "string"}
    assert set(partitions(glue)) == {("1",), ("2",)}


def test_without_partition_keys_the_table_is_made_and_its_schema_stays(
    glue_context: GlueContext, glue: Any, frame: Frames
) -> None:
    write(glue_context, frame({"id": 1}), partitionKeys=[])
    write(glue_context, frame({"id": 2, "note": "x"}), partitionKeys=[])
    assert (columns(glue), partitions(glue)) == ({"id": "bigint"}, {})
    assert [row["id"] for row in read(glue_context)] == [1, 2]


def test_without_enable_update_catalog_nothing_is_said_to_the_catalog(
    glue_context: GlueContext, glue: Any, frame: Frames, laptop_s3: Any
) -> None:
    write(glue_context, frame({"id": 1, "day": "1"}), enableUpdateCatalog=False)
    assert glue.get_tables(DatabaseName="shop")["TableList"] == []
    assert laptop_s3.list_objects_v2(Bucket="lake")["KeyCount"] == 1


def test_rows_are_added_to_a_table_by_its_name(glue_context: GlueContext, glue: Any, frame: Frames) -> None:
    write(glue_context, frame({"id": 1, "day": "1"}), "parquet")
    options = {"enableUpdateCatalog": True, "partitionKeys": ["day"]}
    glue_context.write_dynamic_frame.from_catalog(
        frame=frame({"id": 2, "day": "2"}), database="shop", table_name="orders", additional_options=options
    )
    more = frame({"id": 3, "day": "3"}).toDF()
    glue_context.write_data_frame_from_catalog(more, "shop", "orders", additional_options=options)
    plain = {"partitionKeys": ["day"]}
    glue_context.write_dynamic_frame.from_catalog(frame({"id": 4, "day": "4"}), "shop", "orders", "", "", plain)
    assert set(partitions(glue)) == {("1",), ("2",), ("3",)}
    assert [row["id"] for row in read(glue_context)] == [1, 2, 3]


def test_what_glue_refuses_is_refused_before_anything_is_written(
    glue_context: GlueContext, glue: Any, frame: Frames, laptop_s3: Any
) -> None:
    row = frame({"id": 1, "day": "1", "hour": "2"})
    nested = frame({"id": 1, "day": "1", "a": None}, schema="id int, day string, a struct<b: array<int>>")
    table = {"StorageDescriptor": {"Location": PATH}, "PartitionKeys": [{"Name": "day", "Type": "string"}]}
    glue.create_table(DatabaseName="shop", TableInput={"Name": "made", **table})
    sink = glue_context.getSink("s3", path=PATH, enableUpdateCatalog=True)
    sink.setFormat("json")
    with pytest.raises(ValueError, match=r"needs setCatalogInfo\(catalogDatabase="):
        sink.writeFrame(row)
    for given, options, said in (
        (row, {"format": "orc"}, "takes json, csv, avro and parquet, not 'orc'"),
        (nested, {}, "column a of type struct<b:array<int>> is nested more than once"),
        (row, {"updateBehavior": "LOGS"}, "updateBehavior 'LOGS' is none of UPDATE_IN_DATABASE, LOG"),
        (row, {"partitionKeys": ["week"]}, "partitionKeys: no column 'week'; there are day, hour, id"),
        (
            row,
            {"table": "made", "partitionKeys": ["hour", "day"]},
            r"partitionKeys \['hour', 'day'\] are not those of the table shop.made, \['day'\]",
        ),
        (row, {"path": "/tmp/x"}, "is for paths in S3, not for /tmp/x"),
    ):
        with pytest.raises(ValueError, match=said):
            write(glue_context, given, **options)
    plain = glue_context.getSink("s3", "parquet", path=PATH, enableUpdateCatalog=True)
    plain.setCatalogInfo("shop", "orders")
    with pytest.raises(ValueError, match=r"setFormat\('parquet', useGlueParquetWriter=True\)"):
        plain.writeFrame(row)
    with pytest.raises(LookupError, match=r"the Data Catalog's table shop\.none: .*there is no table none in shop"):
        glue_context.write_dynamic_frame.from_catalog(row, "shop", "none")
    assert laptop_s3.list_objects_v2(Bucket="lake")["KeyCount"] == 0


def test_each_frame_of_a_collection_goes_to_a_folder_of_its_name(
    glue_context: GlueContext, frame: Frames, laptop_s3: Any
) -> None:
    both = DynamicFrameCollection({"a": frame({"id": 1}), "b": frame({"id": 2})}, glue_context)
    glue_context.write_from_options(both, "s3", {"path": "s3://lake/both"}, "json")
    keys = [item["Key"] for item in laptop_s3.list_objects_v2(Bucket="lake")["Contents"]]
    assert {key.rpartition("/")[0] for key in keys} == {"both/a", "both/b"}


def test_a_source_reads_what_a_sink_wrote(glue_context: GlueContext, frame: Frames, laptop_s3: Any) -> None:
    sink = glue_context.getSink("s3", path="s3://lake/rows/")
    sink.setFormat("csv", separator=";")
    sink.write(frame({"id": 1}, {"id": 2}))
    source = glue_context.getSource("s3", paths=["s3://lake/rows/"], recurse=True)
    source.setFormat("csv", separator=";", withHeader=True)
    assert sorted(row.id for row in source.getFrame().toDF().collect()) == ["1", "2"]
    assert source.getSampleFrame(1).count() == 1


def age(folder: Path, hours: int) -> None:
    for file in (file for file in folder.rglob("*") if file.is_file()):
        os.utime(file, (time.time() - hours * 3600,) * 2)


def test_purge_table_deletes_old_objects_and_the_partitions_that_are_empty_then(
    glue_context: GlueContext, glue: Any, frame: Frames, laptop_s3: Any, tmp_path: Path
) -> None:
    for day in ("1", "2", "3"):
        write(glue_context, frame({"id": 1, "day": day}))
    age(tmp_path / "out", 24 * 8)
    write(glue_context, frame({"id": 2, "day": "2"}))
    options = {"partitionPredicate": "day < '3'", "manifestFilePath": "s3://lake/manifest/"}
    glue_context.purge_table("shop", "orders", {**options, "excludeStorageClasses": ["STANDARD"]}, "none")
    assert set(partitions(glue)) == {("1",), ("2",), ("3",)}
    glue_context.purge_table("shop", "orders", options, "nightly")
    assert set(partitions(glue)) == {("2",), ("3",)}
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # no partition without its objects is left
        assert [row["id"] for row in read(glue_context)] == [1, 2]
    done = laptop_s3.get_object(Bucket="lake", Key="manifest/nightly/Success.csv")["Body"].read().decode().splitlines()
    assert sorted(line.rpartition("/")[0] for line in done) == ["lake,orders/day=1", "lake,orders/day=2"]
    assert laptop_s3.get_object(Bucket="lake", Key="manifest/nightly/Failed.csv")["Body"].read() == b""


def test_purge_s3_path_keeps_what_is_younger(glue_context: GlueContext, laptop_s3: Any, tmp_path: Path) -> None:
    laptop_s3.put_object(Bucket="lake", Key="old/a", Body=b"x")
    age(tmp_path / "out", 3)
    laptop_s3.put_object(Bucket="lake", Key="old/b", Body=b"x")
    glue_context.purge_s3_path("s3://lake/old/", {"retentionPeriod": 4})
    assert laptop_s3.list_objects_v2(Bucket="lake")["KeyCount"] == 2
    glue_context.purge_s3_path("s3://lake/old/", {"retentionPeriod": 2})
    assert [item["Key"] for item in laptop_s3.list_objects_v2(Bucket="lake")["Contents"]] == ["old/b"]
    glue_context.purge_s3_path("s3://lake/old/", {"retentionPeriod": 0})
    assert laptop_s3.list_objects_v2(Bucket="lake")["KeyCount"] == 0
    with pytest.raises(ValueError, match="'/tmp/x' is not a path in S3"):
        glue_context.purge_s3_path("/tmp/x")


def test_spigot_writes_some_records_and_returns_the_frame(frame: Frames, tmp_path: Path) -> None:
    many = frame(*({"id": number} for number in range(50)))
    assert many.spigot(str(tmp_path / "top"), {"topk": 5}) is many
    many.spigot(str(tmp_path / "none"), {"prob": "0.0"})
    many.spigot(str(tmp_path / "all"))

    def written(name: str) -> list[Any]:
        files = (tmp_path / name).rglob("*.json")
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    assert [len(written(name)) for name in ("top", "none", "all")] == [5, 0, 50]
    assert {tuple(row) for row in written("top")} == {("id",)}
    for options, said in (({"prob": 2}, "prob is a number from 0 to 1, not 2"), ({"topk": 0}, "from 1 on, not 0")):
        with pytest.raises(ValueError, match=said):
            many.spigot(str(tmp_path / "x"), options)
