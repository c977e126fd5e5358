"""The jobs that `make job` writes pass their own tests, and a test that fails does so for the right reason."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT, load_config
from build_stage.job_inputs import inputs_of
from tests.configs import CONFIG, make_project
from tools.new_job.__main__ import add_job
from tools.new_job.plan import Request

OLD_SCRIPT = """\
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path", "minimum_age"])
spark = GlueContext(SparkContext()).spark_session
spark.read.option("header", True).csv(args["input_path"]).createOrReplaceTempView("people")
adults = spark.sql(f"select name from people where age >= {int(args['minimum_age'])}")
adults.write.mode("overwrite").parquet(args["output_path"])
sys.exit(0)
"""


@pytest.mark.slow
def test_the_tests_that_come_with_new_jobs_pass_in_each_format(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    tests = project / "aws_glue_cdk_baseline" / "job_scripts" / "tests"
    tests.mkdir()
    shutil.copy(PROJECT / "aws_glue_cdk_baseline" / "job_scripts" / "tests" / "conftest.py", tests)
    config = project / "c.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    for ending in ("jsonl", "tsv", "parquet"):
        name = f"Read{ending.capitalize()}"
        add_job(Request(name, input=f"s3://data/records.{ending}"), config, project)
    add_job(Request("ReadShell", input="s3://data/x/", type="pythonshell"), config, project)
    stream = Request("ReadStream", input="s3://data/stream/", output="s3://data/kept/", type="streaming")
    add_job(stream, config, project)
    (tmp_path / "adults.py").write_text(OLD_SCRIPT, encoding="utf-8")
    given = {"input": "s3://data/people.csv", "output": "s3://data/adults/", "words": ("--minimum_age", "21")}
    add_job(Request("", tmp_path / "adults.py", **given), config, project)  # type: ignore[arg-type]
    add_job(Request("WithoutSample", tmp_path / "adults.py", **{**given, "input": "s3://x-y/z"}), config, project)  # type: ignore[arg-type]
    (project / "samples" / "data").mkdir(parents=True)
    (project / "samples" / "data" / "people.csv").write_text("name,age\nZoë,40\nOtis,7\n", encoding="utf-8")

    inputs = tmp_path / "inputs.json"
    inputs.write_text(json.dumps(inputs_of(load_config(config, project))), encoding="utf-8")
    path = os.pathsep.join([str(tests.parent), os.environ["PYTHONPATH"]])
    environment = {**os.environ, "PYTHONPATH": path, "JOB_INPUTS": str(inputs), "JOB_SAMPLES": f"{project}/samples"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "build_stage.sample_fixture"]
    command += ["--config-file", str(PROJECT / "pyproject.toml"), str(tests)]
    result = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert "1 failed, 14 passed" in result.stdout, result.stdout + result.stderr
    assert "WithoutSample: the sample of inputLocation (s3://x-y/z) is missing; to get it: " in result.stdout
