"""ruff and mypy find mistakes in job scripts, and ask nobody for annotations or docstrings."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT

JOB_SCRIPTS = Path("aws_glue_cdk_baseline", "job_scripts")
ORDINARY = {
    "clean_orders.py": """\
import sys

import boto3
import pandas as pd
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F
from shared_dates import add_load_date


def clean(df, columns=None, suffix: str = None):
    seen = []
    totals = {}
    for name in columns or df.columns:
        seen.append(name)
        totals[name] = suffix
    return df.filter(df.active == True).na.fill(0).dropDuplicates(["order_id"])


class Runner:
    def __init__(self, args):
        self.args = args
        self.last = None
        self.frames = {}

    def run(self, spark):
        df = spark.read.option("header", "true").csv(self.args["input_path"])
        self.last = clean(df)
        self.frames["orders"] = self.last.withColumn("name", F.upper("name"))
        return add_load_date(self.frames["orders"])


def main():
    args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path"])
    glue_context = GlueContext(SparkContext.getOrCreate())
    job = Job(glue_context)
    job.init(args["JOB_NAME"], args)
    result = Runner(args).run(glue_context.spark_session)
    result = result.toPandas()
    result["day"] = pd.to_datetime(result["day"])
    boto3.client("s3").put_object(Bucket="b", Key="k", Body=b"")
    job.commit()


if __name__ == "__main__":
    main()
""",
    "shared_dates.py": """\
from pyspark.sql import functions as F


def add_load_date(df, date=None):
    value = F.lit(date) if date else F.current_date()
    return df.withColumn("load_date", value)
""",
    "studio_job.py": """\
import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path"])
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

from awsglue.dynamicframe import DynamicFrame

source = glueContext.create_dynamic_frame.from_options("s3", connection_options={"paths": []}, format="json")
mapped = ApplyMapping.apply(frame=source, mappings=[("id", "string", "id", "string")], transformation_ctx="mapped")
frame = DynamicFrame.fromDF(mapped.toDF(), glueContext, "frame")
job.commit()
""",
    "tests/test_clean_orders.py": """\
from unittest.mock import MagicMock

import clean_orders
import pytest


@pytest.fixture
def runner():
    return clean_orders.Runner({"input_path": "a"})


def test_orders_are_read(runner, monkeypatch):
    spark = MagicMock()
    runner.last = 1
    monkeypatch.setattr(clean_orders, "clean", lambda df: df)
    assert runner.run(spark) is not None


def test_main_needs_arguments():
    with pytest.raises(SystemExit):
        clean_orders.main()
""",
}
# The file, the right text, the wrong text, and the only line that is found.
MISTAKES = [
    (
        "shared_dates.py",
        "F.current_date()",
        "F.curent_date()",
        'error: Module has no attribute "curent_date"; maybe "current_date"?  [attr-defined]',
    ),
    (
        "clean_orders.py",
        "clean(df)",
        "clean(df, colums=[])",
        'error: Unexpected keyword argument "colums" for "clean"',
    ),
    (
        "clean_orders.py",
        "Runner(args).run(",
        "Runner(args).runs(",
        'error: "Runner" has no attribute "runs"; maybe "run"?  [attr-defined]',
    ),
    (
        "tests/test_clean_orders.py",
        "clean_orders.main()",
        "clean_orders.mian()",
        'error: Module has no attribute "mian"  [attr-defined]',
    ),
    ("studio_job.py", "awsglue.dynamicframe import", "awsglue.dynamicframes import", "Cannot find implementation"),
]


def check(project: Path) -> list[str]:
    """Return the findings of ruff and mypy in the job scripts of `project`, one a line."""
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--quiet", "--output-format", "concise"]
    mypy = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found = [
        subprocess.run([*command, str(JOB_SCRIPTS)], cwd=project, env=environment, capture_output=True, text=True)
        for command in (ruff, mypy)
    ]
    assert [result.stderr for result in found] == ["", ""]
    return [line for result in found for line in result.stdout.splitlines() if ": note:" not in line]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("project")
    shutil.copy(PROJECT / "pyproject.toml", project)
    shutil.copytree(PROJECT / "local" / "glue_libs", project / "local" / "glue_libs")
    for name, text in ORDINARY.items():
        (project / JOB_SCRIPTS / name).parent.mkdir(parents=True, exist_ok=True)
        (project / JOB_SCRIPTS / name).write_text(text, encoding="utf-8")
    return project


def write(file: Path, text: str, age: int) -> None:
    """Write a file that is `age` minutes old: mypy takes one of the same size and second for unchanged."""
    file.write_text(text, encoding="utf-8")
    os.utime(file, (time.time() - 60 * age,) * 2)


@pytest.mark.slow
def test_an_ordinary_project_has_no_findings_and_each_mistake_is_one(project: Path) -> None:
    assert check(project) == []
    for number, (name, right, wrong, message) in enumerate(MISTAKES, start=1):
        script = project / JOB_SCRIPTS / name
        before, after = ORDINARY[name].rsplit(right, 1)
        write(script, f"{before}{wrong}{after}", age=2 * number + 1)
        found = check(project)
        write(script, ORDINARY[name], age=2 * number)
        assert len(found) == 1, found
        assert found[0].startswith(f"{JOB_SCRIPTS / name}:")
        assert message in found[0]
