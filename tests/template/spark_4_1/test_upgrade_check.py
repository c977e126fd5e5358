"""`make upgrade-check` from Glue 5.1 to 6.0, on both Sparks."""

import subprocess
import sys
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT, load_config
from tests.configs import make_project, needs_the_examples
from tests.template.rehearsal.projects import environment
from tools.upgrade_check import __main__ as command

pytestmark = pytest.mark.slow

CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
jobs:
  Old: {glueVersion: "5.1"}
  Mended: {glueVersion: "5.1"}
dev:
  jobs:
    Old: {inputLocation: "s3://orders-dev/in/", outputLocation: "s3://orders-dev/old/", least: 1}
    Mended: {inputLocation: "s3://orders-dev/in/", outputLocation: "s3://orders-dev/mended/"}
"""
OPTIONS = """\
import sys

from awsglue.utils import getResolvedOptions


def read_options():
    return getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path", "least_amount"])
"""
OLD = """\
import imp
import warnings

from awsglue.context import GlueContext
from pyspark.context import SparkContext
from pyspark.sql import functions as F
from old_options import read_options

args = read_options()
spark = GlueContext(SparkContext.getOrCreate()).spark_session
orders = spark.read.json(args["input_path"]).where(F.col("amount") >= args["least_amount"])
orders = orders.withColumn("small", F.col("amount").cast("int"))
orders.write.mode("overwrite").parquet(args["output_path"])
"""
MENDED = """\
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
spark = GlueContext(SparkContext.getOrCreate()).spark_session
orders = spark.read.json(args["input_path"])
orders = orders.withColumn("small", F.expr("try_cast(name AS int)")).withColumn("share", F.col("amount") * 0.1)
orders = orders.withColumn("at", F.lit("2026-11-27 10:00:00").cast("timestamp"))
orders.printSchema()
orders.write.mode("overwrite").partitionBy("name").parquet(args["output_path"])
"""


@needs_the_examples
def test_both_examples_are_equal_on_glue_6() -> None:
    command = [sys.executable, "-m", "tools.upgrade_check", "--to=6.0"]
    result = subprocess.run(command, cwd=PROJECT, env=environment(), capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if " equal: " in line}
    row = ["5.1", "0", "0", "succeeded", "succeeded", "equal:", "lines", "printed", "$0.0440", "unknown"]
    assert rows == {"ProcessLegislators": row, "JoinLegislators": row}
    assert result.stdout.count("printed schemas: equal (1)") == 2


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_project(tmp_path, {"old.py": OLD, "old_options.py": OPTIONS, "mended.py": MENDED})
    (tmp_path / "c.yaml").write_text(CONFIG)
    sample = tmp_path / "samples" / "orders-dev" / "in" / "orders.json"
    sample.parent.mkdir(parents=True)
    sample.write_text('{"name": "a", "amount": 30000000000}\n{"name": "b", "amount": 7}\n')
    monkeypatch.setattr(command, "load_config", lambda path: load_config(path, project=tmp_path))
    monkeypatch.setattr(command, "SAMPLES", tmp_path / "samples")
    monkeypatch.setattr(command, "OUT", tmp_path / "out")
    for name in ("JAVA_HOME", "PYSPARK_SUBMIT_ARGS", "PYTHONPATH"):  # of the tests' own Spark
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_script_for_glue_5_is_told_what_breaks_with_its_lines(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--config", str(project / "c.yaml"), "--to=6.0"]) == 1
    old, mended = capsys.readouterr().out.split("Mended: from Glue", 1)
    lines = [line.strip() for line in old.splitlines()]
    assert lines[1:6] == [
        "breaks on 6.0:",
        "job_scripts/old.py:1: imports imp, which Python 3.13 of Glue 6.0 does not have any more; use importlib",
        "job_scripts/old_options.py:7: --least is read as --least_amount on Glue 5.1, which takes abbreviations; on 6.0"
        ' the run ends with "the following arguments are required: --least_amount"; give --least_amount, or,'
        " on 6.0 alone, pass allow_abbrev=True",
        "may break, which depends on the data:",
        'job_scripts/old.py:12: .cast("int") may raise: a value that does not fit ended as null or was cut; where that'
        ' is meant, write F.expr("try_cast(x as int)")',
    ]
    assert any(line.startswith("run on 5.1: succeeded") for line in lines)
    failed = next(line for line in lines if line.startswith("run on 6.0: failed"))
    assert (
        "job_scripts/old_options.py:7: GlueArgumentError: the following arguments are required: --least_amount"
        in failed
    )
    assert "s3://orders-dev/mended/: 2 rows, equal\n" in mended
    assert "printed schemas: equal (1)\n" in mended
    assert [line.split()[4:6] for line in mended.splitlines() if line.startswith(("Old ", "Mended "))] == [
        ["succeeded", "failed"],
        ["succeeded", "succeeded"],
    ]
    assert not (project / "out").exists()


def test_a_cast_that_overflows_fails_on_glue_6_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--config", str(project / "c.yaml"), "--to=6.0", "Old", "--least_amount", "1"]
    assert command.main(arguments) == 1
    out = capsys.readouterr().out
    assert "  run on 5.1: succeeded after " in out
    assert '[CAST_OVERFLOW] The value 30000000000L of the type "BIGINT" cannot be cast to "INT"' in out
    assert "  nothing was compared: it fails on 6.0\n" in out
