"""The store behind `make run` and the job tests, as Spark and boto3 see it; `s3` is the laptop's, then MiniStack's."""

import io
import os
from pathlib import Path
from typing import Any

import boto3
import pytest
from awsglue.context import GlueContext
from botocore.exceptions import ClientError
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from local.s3.gateway import gateway
from local.s3.store import FileStore
from local.samples import place


@pytest.fixture
def spark(glue_context: GlueContext) -> SparkSession:
    session: SparkSession = glue_context.spark_session
    return session


def keys(s3: Any, prefix: str = "") -> list[str]:
    """List in pages of two objects."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="data", Prefix=prefix, PaginationConfig={"PageSize": 2})
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def names(s3: Any, prefix: str) -> list[str]:
    """Return the keys below a prefix. Of the names that Spark makes, only the ending is left."""
    found = [key.removeprefix(prefix) for key in keys(s3, prefix)]
    return sorted(key if "part-" not in key else f"{key.partition('part-')[0]}part{key[-5:]}" for key in found)


def write_sample(root: Path, location: str, text: str) -> None:
    file = place(location, root / "samples")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_every_way_of_spark_reads_the_same_rows(spark: SparkSession, s3: Any) -> None:
    for name in ("2026-01.json", "2026-02.json", "2025-12.json"):
        s3.put_object(Bucket="data", Key=f"in/{name}", Body=f'{{"month": "{name[:7]}"}}\n'.encode())
    months = ["2025-12", "2026-01", "2026-02"]
    for scheme in ("s3", "s3a", "s3n"):
        assert sorted(row.month for row in spark.read.json(f"{scheme}://data/in/").collect()) == months
    assert [row.month for row in spark.sql("SELECT * FROM json.`s3://data/in/` ORDER BY month").collect()] == months
    assert sorted(row.month for row in spark.read.json("s3://data/in/2026-*.json").collect()) == months[1:]
    lines = spark.sparkContext.textFile("s3://data/in/2026-0{1,2}.json").collect()
    assert sorted(lines) == ['{"month": "2026-01"}', '{"month": "2026-02"}']
    assert spark.sparkContext.wholeTextFiles("s3a://data/in").keys().count() == 3


def test_each_mode_leaves_the_same_files(spark: SparkSession, s3: Any) -> None:
    rows = spark.createDataFrame([(1, "a"), (2, "b"), (3, "a")], "n int, day string").coalesce(1)
    rows.write.partitionBy("day").json("s3://data/out/")
    assert names(s3, "out/") == ["_SUCCESS", "day=a/part.json", "day=b/part.json"]
    rows.write.mode("append").partitionBy("day").json("s3://data/out/")
    assert names(s3, "out/") == ["_SUCCESS", *["day=a/part.json"] * 2, *["day=b/part.json"] * 2]
    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    try:
        rows.where("day = 'a'").write.mode("overwrite").partitionBy("day").json("s3://data/out/")
    finally:
        spark.conf.unset("spark.sql.sources.partitionOverwriteMode")
    assert names(s3, "out/") == ["_SUCCESS", "day=a/part.json", *["day=b/part.json"] * 2]
    assert spark.read.json("s3://data/out/").groupBy("day").count().orderBy("day").collect() == [("a", 2), ("b", 2)]
    rows.write.mode("overwrite").json("s3://data/out/")
    assert names(s3, "out/") == ["_SUCCESS", "part.json"]
    with pytest.raises(AnalysisException, match=r"PATH_ALREADY_EXISTS.* s3://data/out already exists"):
        rows.write.json("s3://data/out")


def test_a_table_is_saved_at_a_location(spark: SparkSession, s3: Any) -> None:
    spark.range(3).write.option("path", "s3://data/table/").saveAsTable("numbers")
    try:
        assert spark.sql("SELECT sum(id) FROM numbers").collect() == [(3,)]
        spark.sql("INSERT INTO numbers VALUES (10)")
        assert spark.table("numbers").count() == 4
    finally:
        spark.sql("DROP TABLE numbers")
    assert spark.read.parquet("s3://data/table").count() == 4  # the table was external


def test_spark_and_boto3_see_what_the_other_writes_and_deletes(spark: SparkSession, s3: Any) -> None:
    spark.range(4).coalesce(2).write.csv("s3://data/out")
    parts = [key for key in keys(s3) if "part-" in key]
    assert len(parts) == 2
    s3.delete_object(Bucket="data", Key=parts[0])
    assert spark.read.csv("s3://data/out").count() == 2
    s3.put_object(Bucket="data", Key="out/more.csv", Body=b"7\n8\n")
    assert spark.read.csv("s3://data/out").count() == 4
    s3.copy_object(Bucket="data", Key="copies/é +.csv", CopySource={"Bucket": "data", "Key": "out/more.csv"})
    assert spark.read.text("s3://data/copies").collect() == [("7",), ("8",)]
    s3.delete_objects(Bucket="data", Delete={"Objects": [{"Key": key} for key in keys(s3)]})
    assert keys(s3) == []
    with pytest.raises(AnalysisException, match=r"Path does not exist: s3://data/out"):
        spark.read.csv("s3://data/out")


def test_boto3_uploads_in_parts_and_reads_a_range(s3: Any) -> None:
    content = os.urandom(9_000_000)
    s3.upload_fileobj(io.BytesIO(content), "data", "large.bin")
    assert s3.head_object(Bucket="data", Key="large.bin")["ContentLength"] == 9_000_000
    assert s3.get_object(Bucket="data", Key="large.bin", Range="bytes=100-199")["Body"].read() == content[100:200]
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket="data", Key="none")
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket="data", Key="none")


def test_what_is_written_wins_over_a_sample_and_stays_a_plain_file(
    spark: SparkSession, laptop_s3: Any, tmp_path: Path
) -> None:
    write_sample(tmp_path, "s3://data/in/a.csv", "sample\n")
    laptop_s3.put_object(Bucket="data", Key="in/a.csv", Body=b"written\n")
    assert spark.read.text("s3://data/in/").collect() == [("written",)]
    assert (tmp_path / "out/data/in/a.csv").read_text() == "written\n"
    assert (tmp_path / "samples/data/in/a.csv").read_text() == "sample\n"
    assert [bucket["Name"] for bucket in laptop_s3.list_buckets()["Buckets"]] == ["data"]


def test_two_stores_in_one_process_list_their_own_buckets(tmp_path: Path) -> None:
    def listed(name: str) -> list[str]:
        with gateway(FileStore(tmp_path / name / "samples", tmp_path / name / "out")) as s3:
            variables = s3.aws_variables()
            keys = variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
            client = boto3.Session(*keys, region_name="us-east-1").client(
                "s3", endpoint_url=variables["AWS_ENDPOINT_URL"]
            )
            client.put_object(Bucket=name, Key="a.json", Body=b"{}")
            return [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]

    assert (listed("one"), listed("two")) == (["one"], ["two"])


def test_a_deleted_sample_is_hidden_until_it_is_newer(spark: SparkSession, laptop_s3: Any, tmp_path: Path) -> None:
    sample = tmp_path / "samples/data/in/a.csv"
    write_sample(tmp_path, "s3://data/in/a.csv", "sample\n")
    spark.range(1).write.mode("overwrite").csv("s3://data/in")
    assert spark.read.csv("s3://data/in").collect() == [("0",)]
    assert sample.exists()
    os.utime(sample, (2_000_000_000, 2_000_000_000))
    assert sorted(row[0] for row in spark.read.csv("s3://data/in").collect()) == ["0", "sample"]


def test_samples_of_a_location_that_a_job_writes_are_set_aside(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "samples", tmp_path / "out")
    for name in ("clean/a.json", "clean/deep/b.json", "cleaner/c.json"):
        write_sample(tmp_path, f"s3://lake/{name}", "{}")
    store.set_samples_aside("lake", "clean/")
    assert [entry.key for entry in store.below("lake", "")] == ["cleaner/c.json"]
    assert store.find("lake", "clean/a.json") is None


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("../x", "keeps objects as files, and no file has such a path"),
        ("a//b", "keeps objects as files, and no file has such a path"),
        ("file/below", "another object stands where this one needs a folder, or the other way round"),
    ],
)
def test_a_key_that_no_file_can_have_is_refused_by_name(laptop_s3: Any, key: str, message: str) -> None:
    laptop_s3.put_object(Bucket="data", Key="file", Body=b"x")
    with pytest.raises(ClientError, match=message):
        laptop_s3.put_object(Bucket="data", Key=key, Body=b"x")


def test_an_empty_object_marks_a_folder_and_metadata_is_kept(laptop_s3: Any) -> None:
    laptop_s3.put_object(Bucket="data", Key="folder/", Body=b"")
    laptop_s3.put_object(Bucket="data", Key="a", Body=b"x", Metadata={"owner": "me"}, ContentType="text/csv")
    assert keys(laptop_s3) == ["a", "folder/"]
    found = laptop_s3.head_object(Bucket="data", Key="a")
    assert (found["Metadata"], found["ContentType"]) == ({"owner": "me"}, "text/csv")


@pytest.mark.parametrize(
    ("service", "call", "name"),
    [
        ("glue", "get_jobs", "glue GetJobs"),
        ("sts", "get_caller_identity", "sts"),
        ("sqs", "list_queues", "sqs"),
    ],
)
def test_another_service_is_refused_with_the_ways_to_have_it(
    laptop_s3: Any, service: str, call: str, name: str
) -> None:
    with pytest.raises(
        ClientError,
        match=rf"NotOnLaptop.*{name}.*the laptop has only S3 and tables of the Data Catalog; give PROFILE=name",
    ):
        getattr(boto3.Session().client(service), call)()
