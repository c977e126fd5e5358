"""Arguments, the job, the logger, and the error for a name that the stand-in does not cover."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import FillMissingValues
from awsglue.utils import GlueArgumentError, getResolvedOptions

from aws_glue_cdk_baseline.config import PROJECT
from local.spark import GLUE_LIBS
from tests.template.local.conftest import Frames


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
        "DynamicFrame.spigot": lambda: rows.spigot("/tmp"),
        "GlueContext.extract_jdbc_conf": lambda: glue_context.extract_jdbc_conf("x"),
        "connection_type='mysql'": lambda: read("mysql", {"url": "jdbc"}),
        "format='xml'": lambda: read("s3", {"paths": [__file__]}, "xml"),
        "reading json: format option 'jsonPath'": lambda: read("s3", {"paths": [__file__]}, "json", {"jsonPath": "$"}),
        "reading: connection option 'partitions'": lambda: read("s3", {"paths": [__file__], "partitions": 1}, "json"),
        "the transform FillMissingValues": lambda: FillMissingValues.apply(rows, "a"),
        "resolveChoice(choice='make_cols')": lambda: rows.resolveChoice(choice="make_cols"),
        "'project:int'": lambda: rows.resolveChoice(specs=[("a", "project:int")]),
    }
    for name, attempt in attempts.items():
        with pytest.raises(NotImplementedError, match="run this job in the Glue image") as raised:
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
