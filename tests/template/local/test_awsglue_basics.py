"""Arguments, the job, the logger, and the error for a name that the stand-in does not cover."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from awsglue import _spark_classes
from awsglue._coverage import ELSEWHERE
from awsglue._version import GLUE_6
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import GlueArgumentError, getResolvedOptions
from awsglueml.transforms import FillMissingValues
from pyspark import SparkContext

from aws_glue_cdk_baseline.config import PROJECT
from local.spark import GLUE_LIBS
from tests.template.local.conftest import Frames

OWN = dict.fromkeys(  # what a script gets without asking for it
    (
        *("job_bookmark_from", "job_bookmark_to", "JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "encryption_type"),
        *("enable_data_lineage", "RedshiftTempDir", "TempDir"),
    )
) | {"job_bookmark_option": "job-bookmark-disable"}


@pytest.mark.parametrize("typed", [["--a", "1"], ["--a=1"], ["--a", "0", "--a", "1"], ["--unknown", "2", "--a", "1"]])
def test_an_option_is_read_however_it_is_written_and_the_last_wins(typed: list[str]) -> None:
    assert getResolvedOptions(["script", *typed], ["a"]) == {**OWN, "a": "1"}


def test_hyphens_come_back_as_underscores() -> None:
    assert getResolvedOptions(["script", "--my-opt", "x"], ["my-opt"]) == {**OWN, "my_opt": "x"}


def test_the_beginning_of_a_name_stands_for_it_on_glue_5_and_on_6_only_by_allow_abbrev() -> None:
    resolve: Any = getResolvedOptions
    typed, options = ["script", "--input", "x"], ["input_path"]
    if GLUE_6:
        with pytest.raises(GlueArgumentError, match="required: --input_path"):
            resolve(typed, options)
        assert resolve(typed, options, allow_abbrev=True) == {**OWN, "input_path": "x"}
    else:
        assert resolve(typed, options) == {**OWN, "input_path": "x"}


def test_a_missing_option_a_missing_value_and_a_reserved_name_raise() -> None:
    with pytest.raises(GlueArgumentError, match="the following arguments are required: --a, --b"):
        getResolvedOptions(["script"], ["a", "b"])
    with pytest.raises(GlueArgumentError, match="argument --a: expected one argument"):
        getResolvedOptions(["script", "--a"], ["a"])
    with pytest.raises(RuntimeError, match="job-bookmark-option"):
        getResolvedOptions(["script"], ["job-bookmark-option"])
    for reserved in ("JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "encryption-type", "help"):
        with pytest.raises(argparse.ArgumentError, match=f"--{reserved}: conflicting option string"):
            getResolvedOptions(["script", f"--{reserved}", "x"], [reserved])


def test_temp_dir_is_never_missing() -> None:
    given = {"TempDir": "s3://a", "RedshiftTempDir": "s3://a"}
    assert getResolvedOptions(["script"], ["TempDir"]) == OWN
    assert getResolvedOptions(["script", "--TempDir", "s3://a"], ["TempDir"]) == {**OWN, **given}
    assert getResolvedOptions(["script", "--TempDir", "s3://a"], []) == {**OWN, **given}


def test_a_range_of_bookmarks_is_for_bookmarks_that_pause() -> None:
    command = ["script", "--job-bookmark-from", "1", "--job-bookmark-to", "2"]
    with pytest.raises(RuntimeError, match="Invalid option"):
        getResolvedOptions(command, [])
    assert getResolvedOptions([*command, "--job-bookmark-option", "job-bookmark-pause"], []) == {
        **OWN,
        **{"job_bookmark_from": "1", "job_bookmark_to": "2", "job_bookmark_option": "job-bookmark-pause"},
    }


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from awsglueml.transforms import FindMatches as F; F.apply(1)", "FindMatches"),
        ("from awsglue.utils import makeOptions as m; m(None, {})", "awsglue.utils.makeOptions"),
        ("from awsglue.devutils import Job", "the module awsglue.devutils"),
        ("import awsglue.scripts.crawler_undo", "the module awsglue.scripts"),
    ],
)
def test_a_name_that_is_not_there_raises_with_its_name(source: str, name: str) -> None:
    with pytest.raises(NotImplementedError, match=f"^{name}.* is not covered by the local awsglue stand-in"):
        exec(source)


def test_the_readers_and_writers_can_be_imported_from_both_modules() -> None:
    from awsglue import DynamicFrame, _readers, _writers, dynamicframe
    from awsglue.dynamicframe import DynamicFrameReader, DynamicFrameWriter

    assert DynamicFrameReader is _readers.DynamicFrameReader
    assert DynamicFrameWriter is _writers.DynamicFrameWriter
    assert DynamicFrame is dynamicframe.DynamicFrame


def test_a_class_in_sparks_settings_that_is_not_on_this_machine_is_named(glue_context: GlueContext) -> None:
    spark = glue_context.spark_session.sparkContext
    conf = {
        "spark.sql.extensions": "org.apache.spark.sql.SparkSessionExtensions",
        "spark.sql.catalog.glue_catalog.warehouse": "s3://bucket/",
    }
    _spark_classes.check(stand_in(spark, conf))
    conf["spark.sql.catalog.glue_catalog"] = "org.apache.iceberg.spark.SparkCatalog"
    with pytest.raises(
        NotImplementedError,
        match=r"^the class org\.apache\.iceberg\.spark\.SparkCatalog \(spark\.sql\.catalog\.glue_catalog\) is not",
    ):
        _spark_classes.check(stand_in(spark, conf))


def stand_in(spark: SparkContext, settings: dict[str, str]) -> SparkContext:
    """Return a SparkContext with other settings and the same Java."""
    conf = SimpleNamespace(getAll=lambda: list(settings.items()))
    return cast("SparkContext", SimpleNamespace(_jvm=spark._jvm, getConf=lambda: conf))


def test_a_job_that_was_not_initialized_cannot_be_committed(glue_context: GlueContext) -> None:
    job = Job(glue_context)
    with pytest.raises(RuntimeError, match=r"before Job\.init"):
        job.commit()
    job.init("name", {})
    assert job.isInitialized()
    job.commit()


def test_a_name_that_is_not_covered_is_an_error_that_points_to_the_image(
    glue_context: GlueContext, frame: Frames
) -> None:
    rows = frame({"a": 1})
    read = glue_context.create_dynamic_frame.from_options
    attempts: dict[str, Callable[[], object]] = {
        "GlueContext.start_transaction": lambda: glue_context.start_transaction(True),
        "GlueContext.extract_jdbc_conf": lambda: glue_context.extract_jdbc_conf("x"),
        "connection_type='mysql'": lambda: read("mysql", {"url": "jdbc"}),
        "format='grokLog'": lambda: read("s3", {"paths": [__file__]}, "grokLog"),
        "reading json: format option 'jsonPath'": lambda: read("s3", {"paths": [__file__]}, "json", {"jsonPath": "$"}),
        "reading: connection option 'partitions'": lambda: read("s3", {"paths": [__file__], "partitions": 1}, "json"),
        "FillMissingValues": lambda: FillMissingValues.apply(rows, "a"),
    }
    for name, attempt in attempts.items():
        with pytest.raises(NotImplementedError, match=ELSEWHERE.partition("(")[0]) as raised:
            attempt()
        assert name in str(raised.value)
        assert "\n" not in str(raised.value)


def test_a_glue_context_is_an_sql_context_too(glue_context: GlueContext) -> None:
    assert glue_context.sql("select 7 as a").collect()[0]["a"] == 7
    assert glue_context.createDataFrame([(1,)], "a int").count() == 1


def test_the_logger_writes_to_standard_error() -> None:
    code = "from awsglue.context import GlueLogger as L; log = L(); log.info('a%d'); log.warn('b'); log.debug('c')"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr.splitlines() == ["INFO GlueLogger: a%d", "WARNING GlueLogger: b"]


def test_it_refuses_to_shadow_the_real_library(tmp_path: Path) -> None:
    (tmp_path / "awsglue").mkdir()
    (tmp_path / "awsglue" / "__init__.py").touch()
    environment = {**os.environ, "PYTHONPATH": f"{GLUE_LIBS}{os.pathsep}{tmp_path}"}
    result = subprocess.run(
        [sys.executable, "-c", "import awsglue"], env=environment, cwd=PROJECT, capture_output=True, text=True
    )
    assert result.returncode == 1
    assert f"would shadow the library at {tmp_path}" in result.stderr
