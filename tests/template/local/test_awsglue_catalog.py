"""Tables of the Data Catalog, in MiniStack's Glue on loopback."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import boto3
import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame

HIVE = "org.apache.hadoop.hive"
MakeTable = Callable[..., None]


@pytest.fixture
def glue(emulated_s3: Any) -> Iterator[Any]:
    client = boto3.Session().client("glue")
    client.create_database(DatabaseInput={"Name": "db"})
    yield client
    client.delete_database(Name="db")


@pytest.fixture
def make_table(glue: Any) -> MakeTable:
    def make(
        name: str, columns: dict[str, str], keys: dict[str, str] | None = None, serde: str = "none", **parameters: str
    ) -> None:
        glue.create_table(
            DatabaseName="db",
            TableInput={
                "Name": name,
                "Parameters": parameters,
                "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in (keys or {}).items()],
                "StorageDescriptor": {
                    "Columns": [{"Name": key, "Type": kind} for key, kind in columns.items()],
                    "Location": f"s3://data/{name}/",
                    "SerdeInfo": {"SerializationLibrary": serde},
                },
            },
        )

    return make


def read(glue_context: GlueContext, table: str, predicate: str = "") -> list[dict[str, Any]]:
    frame = glue_context.create_dynamic_frame.from_catalog(
        database="db", table_name=table, push_down_predicate=predicate
    )
    return sorted((row.asDict() for row in frame.toDF().collect()), key=repr)


def test_a_table_is_read(glue_context: GlueContext, emulated_s3: Any, make_table: MakeTable) -> None:
    make_table("lines", {"a": "int"}, classification="json")
    emulated_s3.put_object(Bucket="data", Key="lines/x/a.json", Body=b'{"a": 1}')
    assert read(glue_context, "lines") == [{"a": 1}]
    assert glue_context.create_data_frame.from_catalog(database="db", table_name="lines").count() == 1


def test_a_sample_and_the_schema_of_a_table(glue_context: GlueContext, emulated_s3: Any, make_table: MakeTable) -> None:
    make_table("sampled", {"a": "bigint", "tags": "array<string>"}, classification="json")
    emulated_s3.put_object(Bucket="data", Key="sampled/a.json", Body=b'{"a": 1}\n{"a": 2}\n{"a": 3}\n')
    sample = glue_context.create_sample_dynamic_frame_from_catalog("db", "sampled", num=2)
    assert [row["a"] for row in sample.toDF().collect()] == [1, 2]
    schema = glue_context.get_catalog_schema_as_spark_schema("db", "sampled")
    assert schema.simpleString() == "struct<a:bigint,tags:array<string>>"
    make_table("keyed", {"a": "int"}, {"day": "date"}, classification="json")
    assert glue_context.get_catalog_schema_as_spark_schema("db", "keyed").simpleString() == "struct<a:int,day:date>"


def test_a_csv_table_has_the_catalogs_names_and_types(
    glue_context: GlueContext, emulated_s3: Any, make_table: MakeTable
) -> None:
    options = {"field.delim": ";", "skip.header.line.count": "1"}
    make_table("rows", {"id": "bigint", "name": "string"}, serde=f"{HIVE}.serde2.lazy.LazySimpleSerDe", **options)
    emulated_s3.put_object(Bucket="data", Key="rows/a.csv", Body="ID;NAME\n1;Zoë\n".encode())
    assert read(glue_context, "rows") == [{"id": 1, "name": "Zoë"}]


def test_only_the_partitions_that_meet_the_predicate_are_read(
    glue_context: GlueContext, emulated_s3: Any, glue: Any, make_table: MakeTable
) -> None:
    make_table(
        "sales", {"a": "bigint"}, {"year": "int", "day": "string"}, f"{HIVE}.ql.io.parquet.serde.ParquetHiveSerDe"
    )
    spark = glue_context.spark_session
    for year, day in ((2025, "01"), (2026, "01"), (2026, "02")):
        location = f"s3://data/elsewhere/{year}-{day}/"
        spark.range(1).selectExpr(f"{year} as a").write.parquet(location)
        partition = {"Values": [str(year), day], "StorageDescriptor": {"Location": location}}
        glue.create_partition(DatabaseName="db", TableName="sales", PartitionInput=partition)
    assert len(read(glue_context, "sales")) == 3
    emulated_s3.delete_object(Bucket="data", Key="elsewhere/2025-01/none")
    assert read(glue_context, "sales", "year > 2025 and day = '02'") == [{"a": 2026, "year": 2026, "day": "02"}]
    assert read(glue_context, "sales", "year = 1999") == []
    frame = glue_context.create_dynamic_frame.from_catalog(
        "db",
        "sales",
        push_down_predicate="year = 2026",
        additional_options={"catalogPartitionPredicate": "day = '01' or year = 2025"},
    )
    assert [tuple(row) for row in frame.toDF().select("a", "day").collect()] == [(2026, "01")]


def test_rows_are_added_at_the_tables_location(
    glue_context: GlueContext, emulated_s3: Any, make_table: MakeTable
) -> None:
    make_table("out", {"a": "bigint"}, classification="parquet")
    frame = DynamicFrame.fromDF(glue_context.createDataFrame([(1,)], "a long"), glue_context, "f")
    for _ in range(2):
        glue_context.write_dynamic_frame.from_catalog(frame=frame, database="db", table_name="out")
    assert read(glue_context, "out") == [{"a": 1}, {"a": 1}]


def test_an_error_of_a_table_is_one_line(glue_context: GlueContext, emulated_s3: Any, make_table: MakeTable) -> None:
    make_table("odd", {"a": "int"}, classification="ion")
    make_table("few", {"a": "int"}, classification="csv")
    emulated_s3.put_object(Bucket="data", Key="few/a.csv", Body=b"1,2\n")
    for table, predicate, kind, message in (
        ("none", "", LookupError, "the Data Catalog's table db.none: An error occurred"),
        ("odd", "", NotImplementedError, "the table db.odd of classification 'ion' is not covered"),
        ("few", "", ValueError, "s3://data/few/: 2 columns, but the table db.few has 1"),
        ("few", "a = 1", ValueError, "db.few has no partition keys for the predicate (a = 1)"),
    ):
        with pytest.raises(kind, match=re.escape(message)) as raised:
            read(glue_context, table, predicate)
        assert "\n" not in str(raised.value)


def test_values_that_are_not_of_the_catalogs_type_make_a_choice_as_documented(
    glue_context: GlueContext, emulated_s3: Any, make_table: MakeTable, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example of resolveChoice in AWS's documentation: two rows of 160,000 have no number in `provider id`.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
    """
    make_table("medicare", {"drg definition": "string", "provider id": "bigint"}, classification="csv")
    body = b"039 - EXTRACRANIAL,10001\n039 - EXTRACRANIAL,10005\n948 - SIGNS,INC\n948 - SIGNS,\n"
    emulated_s3.put_object(Bucket="data", Key="medicare/a.csv", Body=body)
    medicare = glue_context.create_dynamic_frame.from_catalog(database="db", table_name="medicare")

    def schema(frame: DynamicFrame) -> list[str]:
        frame.printSchema()
        return capsys.readouterr().out.splitlines()[1:]

    def values(frame: DynamicFrame, *names: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in frame.toDF().select(*[f"`{name}`" for name in names]).collect()]

    drg = "|-- drg definition: string"
    assert schema(medicare) == [drg, "|-- provider id: choice", "|    |-- long", "|    |-- string"]
    assert values(medicare, "provider id") == [((10001, None),), ((10005, None),), ((None, "INC"),), (None,)]
    cast = medicare.resolveChoice(specs=[("provider id", "cast:long")])
    assert schema(cast) == [drg, "|-- provider id: long"]
    assert values(cast, "provider id") == [(10001,), (10005,), (None,), (None,)]
    columns = medicare.resolveChoice(choice="make_cols")
    assert schema(columns) == [drg, "|-- provider id_long: long", "|-- provider id_string: string"]
    assert values(columns, "provider id_long", "provider id_string")[1:3] == [(10005, None), (None, "INC")]
    struct = medicare.resolveChoice(specs=[("provider id", "make_struct")])
    assert schema(struct)[1:] == ["|-- provider id: struct", "|    |-- long: long", "|    |-- string: string"]
    project = medicare.resolveChoice(specs=[("provider id", "project:long")])
    assert values(project, "provider id") == values(cast, "provider id")
    plain = glue_context.create_data_frame.from_catalog(database="db", table_name="medicare")
    assert dict(plain.dtypes)["provider id"] == "bigint"


def test_match_catalog_casts_choices_to_the_types_of_a_table(
    glue_context: GlueContext, emulated_s3: Any, make_table: MakeTable
) -> None:
    types = {"A": "string", "s": "struct<b:double>", "l": "array<struct<c:bigint>>"}
    make_table("typed", types, {"day": "date"}, classification="json")
    records = b"""{"a": 1, "s": {"b": 1}, "l": [{"c": 1}, {"c": "2"}], "day": 1, "other": 1}
        {"a": "x", "s": {"b": "2.5"}, "l": [], "day": "2026-11-27", "other": "y"}"""
    emulated_s3.put_object(Bucket="data", Key="records/a.json", Body=records)
    frame = glue_context.create_dynamic_frame.from_options("s3", {"paths": ["s3://data/records/"]}, "json")
    resolved = frame.resolveChoice(choice="MATCH_CATALOG", database="db", table_name="typed")
    assert [row.asDict(recursive=True) for row in resolved.toDF().collect()] == [
        {"a": "1", "s": {"b": 1.0}, "l": [{"c": 1}, {"c": 2}], "day": None, "other": {"int": 1, "string": None}},
        {"a": "x", "s": {"b": 2.5}, "l": [], "day": date(2026, 11, 27), "other": {"int": None, "string": "y"}},
    ]
    with pytest.raises(LookupError, match=r"the Data Catalog's table db\.none"):
        frame.resolveChoice(choice="match_catalog", database="db", table_name="none")
