"""S3 as awsglue and Spark see it: the same on the laptop's files and in MiniStack's S3."""

import json
from typing import Any

import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from pyspark.errors import AnalysisException


def put(s3: Any, **objects: str) -> None:
    for key, body in objects.items():
        s3.put_object(Bucket="data", Key=key.replace("__", "/"), Body=body.encode())


def keys(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket="data").get("Contents", [])]


def read(glue_context: GlueContext, *paths: str, **options: Any) -> DynamicFrame:
    return glue_context.create_dynamic_frame.from_options("s3", {"paths": list(paths), **options}, "json")


def test_an_object_and_a_folder_are_read(glue_context: GlueContext, s3: Any) -> None:
    put(
        s3,
        **{"in/a.json": '{"a": "é"}', "in/deep/b.json": '{"a": "b"}', "in/_hidden": "no", "in/": "", "inn.json": "no"},
    )
    assert read(glue_context, "s3://data/in/a.json").toDF().collect()[0]["a"] == "é"
    assert read(glue_context, "s3://data/in").count() == 1
    assert read(glue_context, "s3a://data/in/", recurse=True).count() == 2
    assert read(glue_context, "s3://data/in/", recurse=True, exclusions=["deep/**"]).count() == 1
    assert read(glue_context, "s3://data/in/a.json", "s3://data/in/deep").count() == 2


def test_a_name_may_have_any_characters(glue_context: GlueContext, s3: Any) -> None:
    names = ["in/[a] {b}*?.json", "in/a b/é%41+.json"]
    put(s3, **{name: json.dumps({"a": name}) for name in names})
    found = read(glue_context, "s3://data/in/", recurse=True).toDF().collect()
    assert {row["a"] for row in found} == set(names)


def test_a_missing_object_is_a_warning(glue_context: GlueContext, s3: Any) -> None:
    with pytest.warns(UserWarning, match="s3://data/none does not exist or is empty"):
        assert read(glue_context, "s3://data/none").count() == 0


def test_a_missing_bucket_is_an_error(glue_context: GlueContext, emulated_s3: Any) -> None:
    with pytest.raises(FileNotFoundError, match="s3://nobucket/x: the bucket does not exist"):
        read(glue_context, "s3://nobucket/x")


@pytest.mark.parametrize("format", ["json", "csv", "parquet", "orc"])
def test_a_dynamic_frame_is_written_and_read_again(glue_context: GlueContext, s3: Any, format: str) -> None:
    frame = DynamicFrame.fromDF(glue_context.createDataFrame([("x", "1"), ("y", "2")], ["a", "b"]), glue_context, "f")
    options = {"path": "s3://data/out/", "partitionKeys": ["b"]}
    glue_context.write_dynamic_frame.from_options(frame, "s3", options, format)
    assert sorted(key.rsplit("/", 1)[0] for key in keys(s3)) == ["out/b=1", "out/b=2"]
    again = glue_context.create_dynamic_frame.from_options(
        "s3", {"paths": ["s3://data/out"], "recurse": True}, format, {"withHeader": True} if format == "csv" else {}
    )
    assert sorted((row["a"], row["b"]) for row in again.toDF().collect()) == [("x", 1), ("y", 2)]


def test_sparks_own_readers_and_writers_take_s3_paths(glue_context: GlueContext, s3: Any) -> None:
    spark = glue_context.spark_session
    numbers = spark.range(10).selectExpr("id", "id % 2 as odd")
    numbers.write.partitionBy("odd").parquet("s3://data/numbers")
    assert spark.read.parquet("s3://data/numbers/").where("odd = 1").count() == 5
    assert spark.read.format("parquet").load(["s3://data/numbers/odd=0", "s3://data/numbers/odd=1"]).count() == 10
    assert spark.read.load("s3://data/numbers/odd=*/*.parquet").count() == 10
    numbers.write.json("s3://data/lines", mode="overwrite")
    assert spark.read.schema("id long").json("s3://data/lines").count() == 10
    with pytest.raises(AnalysisException, match="Path does not exist: s3://data/none"):
        spark.read.csv("s3://data/none")


def test_the_modes_of_sparks_writers(glue_context: GlueContext, s3: Any) -> None:
    spark = glue_context.spark_session
    target, kept = "s3://data/out", "outside"
    put(s3, **{"outside": "kept", "out2/x": "kept"})

    def count() -> int:
        return spark.read.parquet(target).count()

    spark.range(3).write.parquet(target)
    with pytest.raises(AnalysisException, match="Path s3://data/out already exists"):
        spark.range(1).write.parquet(target)
    spark.range(5).write.mode("ignore").parquet(target)
    assert count() == 3
    spark.range(2).write.mode("append").parquet(target)
    assert count() == 5
    for _ in range(2):
        spark.range(4).write.mode("overwrite").format("parquet").save(target)
    assert count() == 4
    assert {kept, "out2/x"} < set(keys(s3))


def test_only_the_written_partitions_are_replaced_in_dynamic_mode(glue_context: GlueContext, s3: Any) -> None:
    spark = glue_context.spark_session
    spark.range(4).selectExpr("id", "id % 2 as odd").write.partitionBy("odd").parquet("s3://data/out")
    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    try:
        row = spark.range(1).selectExpr("id + 9 as id", "1 as odd")
        row.write.mode("overwrite").partitionBy("odd").parquet("s3://data/out")
    finally:
        spark.conf.unset("spark.sql.sources.partitionOverwriteMode")
    assert sorted(row["id"] for row in spark.read.parquet("s3://data/out").collect()) == [0, 2, 9]


def test_old_objects_are_purged(glue_context: GlueContext, s3: Any) -> None:
    put(s3, **{"old/a": "x", "older": "x"})
    glue_context.purge_s3_path("s3://data/old/")
    assert keys(s3) == ["old/a", "older"]
    glue_context.purge_s3_path("s3://data/old/", {"retentionPeriod": 0})
    assert keys(s3) == ["older"]
