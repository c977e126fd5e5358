"""A script in a subfolder and Spark's workers find shared code, its data and the job's packages on local Spark."""

from pathlib import Path

import pytest

from local import job_environment, job_packages
from local.s3.store import FileStore
from tests.configs import load
from tests.template.config.test_job_code import CONFIG, HEAD
from tests.wheels import make_wheel, use_only
from tools.run_job.job_process import run_job

SCRIPT = """\
from importlib.resources import files
from awsglue.context import GlueContext
from pyspark.context import SparkContext
from pyspark.sql import functions as F
from money import cents
import sizes

spark = GlueContext(SparkContext.getOrCreate()).spark_session
in_workers = F.udf(lambda text: sizes.shown(cents.cents(text)))
rows = spark.createDataFrame([("1.50",), ("2",)], "price string").select(in_workers("price").alias("cents")).collect()
raise SystemExit(f"{[row.cents for row in rows]} {files('money').joinpath('rates.csv').read_text()}")
"""


def test_shared_code_and_packages_are_found_by_the_script_and_by_sparks_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_only(tmp_path / "wheels", monkeypatch)
    lock = "# sizes: sizes\n" + make_wheel(
        tmp_path / "wheels", "sizes", "1.0", {"sizes.py": "def shown(x):\n    return f'{x} c'\n"}
    )
    (tmp_path / "requirements-jobs.txt").write_text("sizes==1.0\n")
    (tmp_path / "requirements-jobs.lock").write_text(lock)
    monkeypatch.setattr(job_packages, "FOLDERS", tmp_path / "jobs")
    monkeypatch.setattr(job_environment, "PROJECT", tmp_path)
    scripts = tmp_path / "aws_glue_cdk_baseline" / "job_scripts"
    for name, text in {
        "deep/show.py": HEAD + SCRIPT,
        "money/cents.py": "def cents(text):\n    return round(float(text) * 100)\n",
        "money/rates.csv": "EUR",
    }.items():
        (scripts / name).parent.mkdir(parents=True, exist_ok=True)
        (scripts / name).write_text(text)
    config = CONFIG.replace("Show:", "Show: {script: deep/show.py}")
    job = load(tmp_path, config, {"join.py": HEAD}).stages[0].jobs[0]
    run = run_job(job, f"{job.name}-dev", {}, FileStore(tmp_path / "samples", tmp_path / "out"))
    assert run.reason == "SystemExit: ['150 c', '200 c'] EUR"
