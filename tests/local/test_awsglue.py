"""The stand-in behaves as the documentation of awsglue says, and says what it does not cover."""

from collections.abc import Callable
from pathlib import Path

import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import DropFields, Join, RenameField, SelectFields
from awsglue.utils import GlueArgumentError, getResolvedOptions
from pyspark.context import SparkContext


@pytest.fixture(scope="module")
def glue_context() -> GlueContext:
    return GlueContext(SparkContext.getOrCreate())


def frame(glue_context: GlueContext, *rows: dict[str, object]) -> DynamicFrame:
    return DynamicFrame.fromDF(glue_context.spark_session.createDataFrame([*rows]), glue_context, "test")


@pytest.mark.parametrize("typed", [["--a", "1"], ["--a=1"], ["--a", "0", "--a", "1"], ["--unknown", "2", "--a", "1"]])
def test_an_option_is_read_however_it_is_written_and_the_last_wins(typed: list[str]) -> None:
    assert getResolvedOptions(["script", *typed], ["a"]) == {"a": "1"}


def test_hyphens_come_back_as_underscores_and_prefixes_match() -> None:
    assert getResolvedOptions(["script", "--my-opt", "x"], ["my-opt"]) == {"my_opt": "x"}
    assert getResolvedOptions(["script", "--input", "x"], ["input_path"]) == {"input_path": "x"}


def test_a_missing_option_a_missing_value_and_a_reserved_name_raise() -> None:
    with pytest.raises(GlueArgumentError, match="the following arguments are required: --a, --b"):
        getResolvedOptions(["script"], ["a", "b"])
    with pytest.raises(GlueArgumentError, match="argument --a: expected one argument"):
        getResolvedOptions(["script", "--a"], ["a"])
    with pytest.raises(RuntimeError, match="job-bookmark-option"):
        getResolvedOptions(["script"], ["job-bookmark-option"])


def test_a_missing_path_is_a_warning_and_no_rows(glue_context: GlueContext, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="does not exist"):
        missing = glue_context.create_dynamic_frame.from_options("s3", {"paths": [str(tmp_path / "no")]}, "json")
    assert missing.count() == 0


def test_json_is_json_lines_unless_it_is_said_to_be_multi_line(glue_context: GlueContext, tmp_path: Path) -> None:
    (tmp_path / "pretty.json").write_text('{\n"a": 1\n}')
    options = {"paths": [str(tmp_path)]}
    pretty = glue_context.create_dynamic_frame.from_options("s3", options, "json", {"multiLine": "true"})
    assert pretty.toDF().collect()[0]["a"] == 1


def test_fields_are_dropped_renamed_and_selected(glue_context: GlueContext) -> None:
    rows = frame(glue_context, {"a": 1, "b": 2, "c": 3})
    assert rows.drop_fields(["a", "none"]).toDF().columns == ["b", "c"]
    assert rows.rename_field("a", "z").toDF().columns == ["z", "b", "c"]
    assert rows.select_fields(["c", "none"]).toDF().columns == ["c"]
    assert DropFields.apply(rows, ["a"]).toDF().columns == ["b", "c"]
    assert RenameField.apply(rows, "a", "z").toDF().columns == ["z", "b", "c"]
    assert SelectFields.apply(rows, ["b"]).toDF().columns == ["b"]


def test_a_join_keeps_both_keys(glue_context: GlueContext) -> None:
    left, right = frame(glue_context, {"id": 1, "a": "x"}), frame(glue_context, {"other_id": 1, "b": "y"})
    joined = Join.apply(left, right, "id", "other_id").toDF().collect()
    assert [row.asDict() for row in joined] == [{"id": 1, "a": "x", "other_id": 1, "b": "y"}]


def test_a_join_of_fields_of_the_same_name_is_refused(glue_context: GlueContext) -> None:
    rows = frame(glue_context, {"id": 1})
    with pytest.raises(NotImplementedError, match="the fields id on both sides"):
        Join.apply(rows, rows, ["id"], ["id"])


def test_the_schema_is_printed_as_glue_prints_it(glue_context: GlueContext, capsys: pytest.CaptureFixture[str]) -> None:
    frame(glue_context, {"name": "x", "links": [{"url": "u"}]}).printSchema()
    assert capsys.readouterr().out.splitlines()[:3] == ["root", "|-- links: array", "|    |-- element: map"]


def test_rows_are_shown_as_json(glue_context: GlueContext, capsys: pytest.CaptureFixture[str]) -> None:
    frame(glue_context, {"a": 1}, {"a": 2}).show(1)
    assert capsys.readouterr().out == '{"a":1}\n'


def test_a_job_that_was_not_initialized_cannot_be_committed(glue_context: GlueContext) -> None:
    job = Job(glue_context)
    with pytest.raises(RuntimeError, match=r"before Job\.init"):
        job.commit()
    job.init("name", {})
    assert job.isInitialized()
    job.commit()


def test_what_is_not_covered_says_so_and_names_the_image(glue_context: GlueContext) -> None:
    rows = frame(glue_context, {"a": 1})
    attempts: dict[str, Callable[[], object]] = {
        "DynamicFrame.relationalize": lambda: rows.relationalize("root", "/tmp"),
        "GlueContext.extract_jdbc_conf": lambda: glue_context.extract_jdbc_conf("x"),
        "create_dynamic_frame.from_catalog": lambda: glue_context.create_dynamic_frame.from_catalog("d", "t"),
        "reading s3://bucket/key from S3": lambda: glue_context.create_dynamic_frame.from_options(
            "s3", {"paths": ["s3://bucket/key"]}, "json"
        ),
        "format='csv'": lambda: glue_context.create_dynamic_frame.from_options("s3", {"paths": []}, "csv"),
    }
    for name, attempt in attempts.items():
        with pytest.raises(NotImplementedError, match="run this job in the Glue image") as raised:
            attempt()
        assert name in str(raised.value)


def test_a_transform_that_is_not_covered_fails_at_its_import() -> None:
    with pytest.raises(NotImplementedError, match=r"awsglue\.transforms\.Relationalize"):
        from awsglue.transforms import Relationalize  # noqa: F401
