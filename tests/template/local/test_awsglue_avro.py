"""Avro: read and written by fastavro, in Spark's workers."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame

from tests.template.local.conftest import Frames

ORDER = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "name", "type": ["null", "string"]},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}},
        {
            "name": "lines",
            "type": {
                "type": "array",
                "items": {"type": "record", "name": "L", "fields": [{"name": "sku", "type": "string"}]},
            },
        },
    ],
}
ROW = {
    "id": 1,
    "name": "Zoë",
    "day": date(2026, 11, 1),
    "at": datetime(2026, 11, 1, 12, 30, tzinfo=UTC),
    "price": Decimal("9.90"),
    "lines": [{"sku": "a"}, {"sku": "b"}],
}


def avro(schema: dict[str, Any], *rows: dict[str, Any], codec: str = "snappy") -> bytes:
    file = io.BytesIO()
    fastavro.writer(file, schema, rows, codec=codec)
    return file.getvalue()


def read(glue_context: GlueContext, *paths: str, recurse: bool = False) -> DynamicFrame:
    return glue_context.create_dynamic_frame.from_options("s3", {"paths": [*paths], "recurse": recurse}, "avro")


def test_avro_is_read_with_its_types(glue_context: GlueContext, laptop_s3: Any) -> None:
    laptop_s3.put_object(Bucket="data", Key="in/a.avro", Body=avro(ORDER, ROW, {**ROW, "id": 2, "name": None}))
    frame = read(glue_context, "s3://data/in/")
    assert frame.toDF().schema.simpleString() == (
        "struct<id:bigint,name:string,day:date,at:timestamp,price:decimal(6,2),lines:array<struct<sku:string>>>"
    )
    one, two = sorted(frame.toDF().collect())
    assert one.asDict(recursive=True) == {**ROW, "at": datetime(2026, 11, 1, 12, 30)}
    assert (two.id, two.name) == (2, None)


def test_files_may_differ_in_columns_and_folders_are_partitions(glue_context: GlueContext, laptop_s3: Any) -> None:
    fields = [{"name": "id", "type": "int"}]
    more = [*fields, {"name": "note", "type": "string"}]
    one, two = ({"type": "record", "name": "R", "fields": chosen} for chosen in (fields, more))
    laptop_s3.put_object(Bucket="data", Key="in/year=2025/a.avro", Body=avro(one, {"id": 1}, codec="null"))
    laptop_s3.put_object(Bucket="data", Key="in/year=2026/a.avro", Body=avro(two, {"id": 2, "note": "x"}))
    rows = read(glue_context, "s3://data/in/", recurse=True).toDF().select("id", "note", "year").collect()
    assert sorted(map(tuple, rows)) == [(1, None, 2025), (2, "x", 2026)]


def test_what_is_written_is_read_again(glue_context: GlueContext, frame: Frames, tmp_path: Path) -> None:
    schema = "id int, day string, tags array<string>, inner struct<a: double>, more map<string, bigint>, at timestamp"
    rows: list[dict[str, Any]] = [
        {"id": 1, "day": "a b", "tags": ["x"], "inner": {"a": 0.5}, "more": {"k": 2}, "at": datetime(2026, 1, 1)},
        {"id": 2, "day": None, "tags": None, "inner": None, "more": None, "at": None},
    ]
    options = {"path": str(tmp_path / "out"), "partitionKeys": ["day"]}
    made = frame(*rows, schema=schema)
    glue_context.write_dynamic_frame.from_options(made, "file", options, "avro", {"compression": "deflate"})
    folders = sorted(file.parent.name for file in (tmp_path / "out").rglob("*.avro"))
    assert folders == ["day=__HIVE_DEFAULT_PARTITION__", "day=a b"]
    again = read(glue_context, str(tmp_path / "out"), recurse=True).toDF().select(*made.toDF().columns)
    assert sorted((row.asDict(recursive=True) for row in again.collect()), key=lambda row: row["id"]) == rows


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"no avro", ValueError, r"in/a\.avro: is not an Avro file"),
        (
            avro({"type": "record", "name": "R", "fields": [{"name": "a", "type": ["int", "string"]}]}, {"a": 1}),
            NotImplementedError,
            r"the Avro union \['int', 'string'\] is not covered",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line(
    glue_context: GlueContext, laptop_s3: Any, content: bytes, kind: type[Exception], said: str
) -> None:
    laptop_s3.put_object(Bucket="data", Key="in/a.avro", Body=content)
    with pytest.raises(kind, match=said) as raised:
        read(glue_context, "s3://data/in/a.avro")
    assert "\n" not in str(raised.value)
