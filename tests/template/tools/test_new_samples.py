"""`make new-sample`: rows that are made up by the schema in a script or of a catalog table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from local.emulator import Emulator, emulator
from tests.template.tools.sample_projects import Project, json_rows, parquet_rows
from tools.samples.schemas import SchemaError, parse_ddl, parse_type

ONE = {"inputLocation": "s3://data/orders/"}
STRUCT = """
ORDERS = StructType([
    StructField("order_id", LongType(), False),
    StructField("email", StringType(), nullable=False),
    StructField("amount", DecimalType(10, 2)),
    StructField("day", T.DateType()),
    StructField("customer", StructType().add("name", "string").add("born", DateType(), True)),
    StructField("tags", ArrayType(StringType())),
])
"""


def only(project: Project) -> bytes:
    (content,) = project.files().values()
    return content


def test_rows_follow_the_struct_type_that_the_reader_gets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = Project(tmp_path, ONE, STRUCT + 'frame = spark.read.schema(ORDERS).json(args["input_path"])\n')
    project.run("invent", "--rows", "200")
    assert list(project.files()) == ["data/orders/sample.json"]
    rows = list(json_rows(only(project)))
    assert len(rows) == 200
    assert [row["order_id"] for row in rows] == list(range(1, 201))
    assert all(row["email"].endswith("@example.com") for row in rows)
    assert 0 < sum(row["amount"] is None for row in rows) < 40
    assert {len(row["day"]) for row in rows if row["day"]} == {10}
    assert {type(row["customer"]) for row in rows} == {dict, type(None)}
    said = capsys.readouterr().out
    assert "inputLocation s3://data/orders/: by the schema of read.py" in said
    assert "samples/data/orders: written" in said
    before = project.files()
    project.run("invent", "--rows", "200")
    assert project.files() == before  # the same seed


def test_each_input_gets_the_schema_of_its_own_read(tmp_path: Path) -> None:
    script = """
def read(path, schema="order_id BIGINT NOT NULL, customer_id INT"):
    return spark.read.option("header", True).csv(path, schema=schema)

def main():
    orders = args["input_path_orders"]
    reader = spark.read.format("csv").options(header="true", sep=";")
    frame = reader.schema("order_id BIGINT, customer_id INT").load(orders)
    people = read_people(args["input_path_customers"])

def read_people(place):
    return spark.read.schema("customer_id INT NOT NULL, `full name` STRING COMMENT 'x, y'").parquet(place)
"""
    inputs = {"inputLocationOrders": "s3://data/orders/", "inputLocationCustomers": "s3://data/customers/"}
    project = Project(tmp_path, inputs, script)
    project.run("invent", "--rows", "30")
    files = project.files()
    assert list(files) == ["data/customers/sample.parquet", "data/orders/sample.csv"]
    orders = list(csv.DictReader(io.StringIO(files["data/orders/sample.csv"].decode()), delimiter=";"))
    customers = parquet_rows(files["data/customers/sample.parquet"])
    assert [row["customer_id"] for row in customers] == list(range(1, 31))
    assert {row["customer_id"] for row in orders} - {""} <= {str(number) for number in range(1, 31)}
    schema = pq.read_schema(io.BytesIO(files["data/customers/sample.parquet"]))
    assert [(column.name, str(column.type), column.nullable) for column in schema] == [
        ("customer_id", "int32", False),
        ("full name", "string", True),
    ]


def test_the_extension_of_the_location_decides_the_format(tmp_path: Path) -> None:
    script = 'spark.read.schema("id INT, name STRING").csv(args["input_path"])\n'
    project = Project(tmp_path, {"inputLocation": "s3://data/people.csv.gz"}, script)
    project.run("invent", "--rows", "3")
    assert list(project.files()) == ["data/people.csv.gz"]
    assert only(project).startswith(b"\x1f\x8b")


def test_the_reader_of_awsglue_decides_the_format(tmp_path: Path) -> None:
    script = STRUCT.replace(
        '    StructField("customer", StructType().add("name", "string").add("born", DateType(), True)),\n', ""
    )
    script = script.replace('    StructField("tags", ArrayType(StringType())),\n', "") + (
        'glue.create_dynamic_frame.from_options("s3", connection_options={"paths": [args["input_path"]]},'
        ' format="csv", format_options={"withHeader": True, "separator": "|"})\n'
    )
    project = Project(tmp_path, ONE, script)
    project.run("invent", "--rows", "3")
    assert only(project).splitlines()[0] == b"order_id|email|amount|day"


def test_without_a_schema_one_line_says_what_is_needed(tmp_path: Path) -> None:
    project = Project(tmp_path, ONE, 'spark.read.json(args["input_path"])\n')
    assert project.error(command="invent") == (
        "s3://data/orders/: read.py has no schema for it: write `spark.read.schema(…)` with a StructType or a DDL"
        " text where it reads --input_path, or take other inputs with PARAMETER=; PROFILE=name looks for a table of the"
        " catalog"
    )
    project = Project(tmp_path, ONE, 'spark.read.schema("id WRONG").json(args["input_path"])\n')
    assert project.error(command="invent") == "read.py:5: the schema has an unknown type 'wrong'"


def test_a_list_of_paths_and_other_parameters_are_followed(tmp_path: Path) -> None:
    script = """
sources = [args["input_path"], settings["region"]]
for source in sources[:1]:
    spark.read.schema("id INT, name STRING").json(sources[0] + f"{args['JOB_NAME']}")
"""
    project = Project(tmp_path, ONE, script)
    project.run("invent", "--rows", "2")
    assert len(only(project).splitlines()) == 2


def test_of_two_schemas_that_could_be_meant_none_is_guessed(tmp_path: Path) -> None:
    script = STRUCT + STRUCT.replace("ORDERS", "OTHER")
    inputs = {"inputLocationA": "s3://data/a/", "inputLocationOrders": "s3://data/orders/"}
    project = Project(tmp_path, inputs, script)
    assert "read.py has the schemas ORDERS, OTHER, and none of them is clearly its own" in project.error(
        command="invent"
    )
    project.run("invent", "--parameter", "inputLocationOrders", "--rows", "2")
    assert list(project.files()) == ["data/orders/sample.json"]


def test_ddl_is_read() -> None:
    text = "a decimal(12,2) NOT NULL, b: array<struct<c:int,`d e`:map<string,double>>> COMMENT 'it''s', f VARCHAR(10)"
    inner = pa.struct([("c", pa.int32()), ("d e", pa.map_(pa.string(), pa.float64()))])
    assert parse_ddl(text) == pa.schema(
        [
            pa.field("a", pa.decimal128(12, 2), nullable=False),
            pa.field("b", pa.list_(pa.field("element", inner))),
            pa.field("f", pa.string()),
        ]
    )
    assert parse_type("timestamp") == pa.timestamp("us", "UTC")
    for wrong in ("a", "a int b int", "a array<int", "a int,, b int", "a foo", ""):
        with pytest.raises(SchemaError):
            parse_ddl(wrong)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("aws")) as running:
        yield running


def table(name: str, location: str, library: str, columns: dict[str, str], **more: Any) -> dict[str, Any]:
    storage = {
        "Location": location,
        "Columns": [{"Name": column, "Type": kind} for column, kind in columns.items()],
        "SerdeInfo": {"SerializationLibrary": library},
    }
    return {"Name": name, "StorageDescriptor": storage, **more}


def test_rows_follow_the_table_of_the_catalog(
    aws: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in aws.environment("222222222222").items():
        monkeypatch.setenv(name, value)
    (tmp_path / "aws").write_text("[profile dev]\naws_access_key_id = 222222222222\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws"))
    glue = boto3.Session().client("glue")
    glue.create_database(DatabaseInput={"Name": "sales"})
    parquet = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    glue.create_table(DatabaseName="sales", TableInput=table("other", "s3://data/x/", parquet, {"id": "int"}))
    columns = {"order_id": "string", "price": "decimal(8,2)", "lines": "array<struct<sku:string,n:int>>"}
    more = {"PartitionKeys": [{"Name": "day", "Type": "string"}]}
    glue.create_table(DatabaseName="sales", TableInput=table("orders", "s3://data/orders", parquet, columns, **more))
    project = Project(tmp_path, ONE, 'spark.table("sales.orders")\n')
    project.run("invent", "--profile", "dev", "--rows", "10")
    assert "s3://data/orders/: by the schema of the table sales.orders" in capsys.readouterr().out
    files = project.files()
    assert len(files) == 2
    assert {name.split("/")[2][:9] for name in files} == {"day=2026-"}
    rows = [row for content in files.values() for row in parquet_rows(content)]
    assert sorted(row["order_id"] for row in rows) == [f"order-{number:05d}" for number in range(1, 11)]
    assert {type(row["price"]) for row in rows} <= {Decimal, type(None)}
    assert "day" not in rows[0]
    project = Project(tmp_path, {"inputLocation": "s3://data/none/"}, "")
    assert project.error("--profile", "dev", command="invent").endswith("; no table of the catalog is there")


def test_a_json_document_is_written_for_a_reader_of_documents(tmp_path: Path) -> None:
    script = (
        'spark.read.option("multiLine", True).schema("id INT, at TIMESTAMP, raw BINARY").json(args["input_path"])\n'
    )
    project = Project(tmp_path, ONE, script)
    project.run("invent", "--rows", "4")
    assert [row["id"] for row in json.loads(only(project))] == [1, 2, 3, 4]
