"""What a GlueContext, awsglue.functions and awsglue.gluetypes offer beside readers and writers."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from awsglue import DynamicFrame
from awsglue.context import GlueContext
from awsglue.dataframe_transforms import ApplyMapping
from awsglue.functions import explodeWithIndex, namedStruct
from awsglue.gluetypes import DoubleType, DynamicRecord, Field, LongType, StringType, StructType, mergeDataTypes
from awsglue.job import Job
from awsglue.transforms import Relationalize, describe_transform, get_transform
from awsglue.utils import getResolvedOptions
from pyspark.sql import SQLContext

from tests.template.local.conftest import Frames


def test_a_glue_context_needs_no_spark_context(glue_context: GlueContext) -> None:
    made = [GlueContext(), GlueContext(glue_context.spark_session), GlueContext(minPartitions=2)]
    assert [context.sql("select 7 as a").collect()[0]["a"] for context in made] == [7, 7, 7]
    assert isinstance(made[0], SQLContext)
    assert abs(made[0].currentTimeMillis() - time.time() * 1000) < 60_000


def test_a_job_takes_a_glue_context_or_a_session(glue_context: GlueContext) -> None:
    job = Job(glue_context.spark_session)
    job.init("name")
    assert job.isInitialized()
    with pytest.raises(Exception, match="a GlueContext or a SparkSession, not str"):
        Job("name")  # type: ignore[arg-type]


def test_a_sample_has_the_first_records(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text("".join(f'{{"id": {number}}}\n' for number in range(20)))
    options = {"paths": [str(tmp_path)]}
    sample = glue_context.create_sample_dynamic_frame_from_options(
        "file", options, 3, {"maxSampleFilesPerPartition": 10}, "json"
    )
    assert [row["id"] for row in sample.toDF().collect()] == [0, 1, 2]
    with pytest.raises(ValueError, match="num is missing"):
        glue_context.create_sample_dynamic_frame_from_options("file", options, format="json")


@pytest.mark.parametrize(
    ("granularity", "columns"),
    [
        ("day", ["ingest_year", "ingest_month", "ingest_day"]),
        ("hour", ["ingest_year", "ingest_month", "ingest_day", "ingest_hour"]),
        ("minute", ["ingest_year", "ingest_month", "ingest_day", "ingest_hour", "ingest_minute"]),
    ],
)
def test_columns_of_the_time_of_ingestion_are_appended(
    glue_context: GlueContext, granularity: str, columns: list[str]
) -> None:
    before = datetime.now(UTC)
    frame = glue_context.add_ingestion_time_columns(glue_context.spark_session.range(1), granularity)
    assert frame.columns == ["id", *columns]
    [row] = frame.collect()
    times = [moment.strftime("%Y %m %d %H %M").split() for moment in (before, datetime.now(UTC))]
    assert list(row)[1:] in [parts[: len(columns)] for parts in times]


def test_another_granularity_is_refused(glue_context: GlueContext) -> None:
    with pytest.raises(ValueError, match="time_granularity is day, hour, minute, not 'week'"):
        glue_context.add_ingestion_time_columns(glue_context.spark_session.range(1), "week")


def test_functions_of_columns(glue_context: GlueContext) -> None:
    frame = glue_context.createDataFrame([("x", 1, ["a", "b"])], "name string, id int, tags array<string>")
    assert frame.select(namedStruct("name", frame.id).alias("s")).collect()[0]["s"].asDict() == {"name": "x", "id": 1}
    assert frame.select(namedStruct(["name"]).alias("s")).schema.simpleString() == "struct<s:struct<name:string>>"
    exploded = [row.asDict() for row in frame.select(explodeWithIndex(frame.tags)).collect()]
    assert exploded == [{"index": 0, "val": "a"}, {"index": 1, "val": "b"}]


def test_a_mapping_of_a_data_frame(glue_context: GlueContext) -> None:
    frame = glue_context.createDataFrame([("1", "x")], "id string, name string")
    mapped = ApplyMapping.apply(frame, [("id", "string", "number", "int")])
    assert [row.asDict() for row in mapped.collect()] == [{"number": 1}]
    assert ApplyMapping.apply(frame, ("name", "string", "n", "string")).columns == ["n"]


def test_an_action_of_to_df_is_a_spec_of_resolve_choice(glue_context: GlueContext) -> None:
    convert = glue_context.convert_resolve_option
    assert convert("a.b", "KeepAsStruct", None) == ("a.b", "make_struct")
    assert convert("a.b", "Project", DoubleType()) == ("a.b", "project:double")
    with pytest.raises(ValueError, match="'Project' is no action"):
        convert("a.b", "Project", None)


def test_types_are_merged_and_written_as_json() -> None:
    one, two = StructType([Field("a", LongType())]), StructType([Field("a", StringType()), Field("b", StringType())])
    both = mergeDataTypes(one, two)
    assert str(both) == (
        "StructType([Field(a, ChoiceType([LongType({}),StringType({})], {}), {}),Field(b, StringType({}), {})], {})"
    )
    assert isinstance(both, StructType)
    assert StructType.fromJsonValue(both.jsonValue()) == both
    own = StructType()
    own.add(Field("c", LongType()))
    assert not StructType().hasField("c")  # the default of one is not that of another


def test_a_record_is_a_dict_with_attributes() -> None:
    record = DynamicRecord({"a": 1})
    record.b = 2
    assert (record.a, record["b"], dict(record)) == (1, 2, {"a": 1, "b": 2})
    with pytest.raises(KeyError):
        _ = record.none


def test_a_transform_describes_itself() -> None:
    transform: Any = get_transform("selectfields")
    assert [(item["name"], item["optional"], item["defaultValue"]) for item in transform.describeArgs()] == [
        ("frame", False, None),
        ("paths", False, None),
        ("transformation_ctx", True, ""),
        ("info", True, ""),
        ("stageThreshold", True, "0"),
        ("totalThreshold", True, "0"),
    ]
    assert transform.describeReturn()["type"] == "DynamicFrame"
    assert '"name": "SelectFields"' in describe_transform("SelectFields")
    assert describe_transform("none") == "{}"


def test_relationalize_without_a_staging_path_needs_the_jobs_temporary_folder(
    frame: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("awsglue.utils._global_args", {})
    nested: DynamicFrame = frame({"id": 1, "tags": ["a"]})
    with pytest.raises(RuntimeError, match=r"staging_path is missing, and the job has no --TempDir"):
        Relationalize.apply(nested)
    getResolvedOptions(["script", "--TempDir", "s3://bucket/temporary/"], [])
    assert sorted(Relationalize.apply(nested).keys()) == ["roottable", "roottable_tags"]
