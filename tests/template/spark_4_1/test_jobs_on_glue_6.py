"""Jobs on Glue 6.0, from run to rehearsal: each runs on the Spark of its own version. Slow, and sets up Spark 4.1."""

import re
import subprocess
import sys

import pytest

from aws_glue_cdk_baseline.config import PROJECT
from local import job_packages
from local.sparks import spark_of
from tests.template.rehearsal.projects import QUICK_BUILD, Outcome, Project, environment, this_project

pytestmark = pytest.mark.slow

SCRIPTS = "aws_glue_cdk_baseline/job_scripts"
# In dev the examples are on 6.0, in prod still on 5.1. The new job is on 6.0 alone.
CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: us-east-1}
jobs:
  ParseOrders: {glueVersion: "6.0", expect: {outputRows: 3}}
  OldParse: {glueVersion: "6.0", script: cast_orders.py, defaultArguments: {--conf: spark.sql.ansi.enabled=false}}
dev:
  jobs:
    ProcessLegislators: &process
      inputLocation: s3://awsglue-datasets/examples/us-legislators/all/persons.json
      glueVersion: "6.0"
    JoinLegislators: &join
      inputLocationOrgs: s3://awsglue-datasets/examples/us-legislators/all/organizations.json
      inputLocationPersons: s3://awsglue-datasets/examples/us-legislators/all/persons.json
      inputLocationMemberships: s3://awsglue-datasets/examples/us-legislators/all/memberships.json
      glueVersion: "6.0"
    ParseOrders: &orders {inputLocation: s3://shop/orders.csv, outputLocation: s3://lake/orders/}
    OldParse: {inputLocation: s3://shop/orders.csv, outputLocation: s3://lake/old/}
prod:
  jobs:
    ProcessLegislators: {<<: *process, glueVersion: "5.1"}
    JoinLegislators: {<<: *join, glueVersion: "5.1"}
    ParseOrders: *orders
"""
SCRIPT = """\
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
spark = GlueContext(SparkContext.getOrCreate()).spark_session
rows = spark.read.csv(args["input_path"], header=True)
rows.selectExpr("id", "CAST_AS(amount AS INT) AS amount").coalesce(1).write.csv(args["output_path"], header=True)
print("ran on Spark", spark.version)
"""
TEST = """\
from awsglue.context import GlueContext


def test_an_amount_that_is_no_number_is_empty(run_script, sample, tmp_path, glue_context: GlueContext) -> None:
    assert glue_context.spark_session.version == "4.1.1"
    run_script({"input_path": sample("inputLocation"), "output_path": tmp_path / "out"})
    rows = glue_context.spark_session.read.csv(str(tmp_path / "out"), header=True)
    assert [tuple(row) for row in rows.orderBy("id").collect()] == [("1", "10"), ("2", None), ("3", "30")]
"""
BUILD = f"""{QUICK_BUILD}mkdir -p reports
python -m build_stage.job_tests --config "$1" --reports reports -q -k "shows or empty"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = this_project(tmp_path_factory.mktemp("six") / "project")
    project.write("default-config.yaml", CONFIG)
    project.write(f"{SCRIPTS}/parse_orders.py", SCRIPT.replace("CAST_AS", "try_cast"))
    project.write(f"{SCRIPTS}/cast_orders.py", SCRIPT.replace("CAST_AS", "cast"))
    project.write(f"{SCRIPTS}/tests/test_parse_orders.py", TEST)
    project.write("build_stage/build.sh", BUILD)
    (project.folder / "samples/shop").mkdir(parents=True)
    project.write("samples/shop/orders.csv", "id,amount\n1,10\n2,ten\n3,30\n")
    project.commit()
    return project


def run(project: Project, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the project with the Spark 4.1 of this one."""
    variables = environment() | {job_packages.VARIABLE: str(job_packages.PLACE)}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project.folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_jobs_of_a_stage_run_on_the_spark_of_their_versions(project: Project) -> None:
    result = run(project, "tools.run_job")
    assert result.returncode == 0, result.stdout
    assert "4 jobs of dev on local Spark 4.1.1, in this order:" in result.stdout
    assert result.stdout.count("ran on Spark 4.1.1") == 2
    assert "\n10439\n" in result.stdout
    assert "\n1961\n" in result.stdout
    old = "".join(file.read_text() for file in (project.folder / "out/lake/old").glob("*.csv"))
    assert old == "id,amount\n1,10\n2,\n3,30\n"  # spark.sql.ansi.enabled=false
    prod = run(project, "tools.run_job", "--stage", "prod", "ProcessLegislators")
    assert "on local Spark 3.5.6 (on AWS: Glue 5.1)" in prod.stdout, prod.stdout


def test_a_cast_that_fails_under_ansi_sql_fails_the_run(project: Project) -> None:
    result = run(
        project,
        "tools.run_job",
        "OldParse",
        *("--conf", "spark.sql.ansi.enabled=true", "--output_path", "s3://lake/new/"),
    )
    assert result.returncode == 1
    assert "OldParse failed (exit code 1): NumberFormatException: [CAST_INVALID_INPUT] The value 'ten'" in result.stdout


def test_job_tests_run_on_each_spark_of_their_jobs(project: Project) -> None:
    """The examples' on both, since prod is still on 5.1; those of the new job on Spark 4.1 alone."""
    result = run(project, "pytest", f"{SCRIPTS}/tests", "-q", "-k", "shows or empty")
    assert result.returncode == 0, result.stdout
    first, second = result.stdout.split("The tests of the jobs on Glue 6.0, on local Spark 4.1.1:")
    assert "\n3 passed, " in first
    assert "\n4 passed, " in second


@pytest.fixture(scope="module")
def rehearsed(project: Project) -> Outcome:
    return project.rehearse("--approve")


def test_the_rehearsal_runs_what_was_deployed(rehearsed: Outcome) -> None:
    assert rehearsed.code == 0, rehearsed.output
    runs = dict(re.findall(r"job run (\S+-dev) SUCCEEDED on local Spark (\S+)", rehearsed.output))
    names = ("ProcessLegislators", "JoinLegislators", "ParseOrders", "OldParse")
    assert runs == {f"{name}-dev": "4.1.1" for name in names}


def test_the_stand_in_does_the_same_on_spark_41() -> None:
    packages = spark_of("6.0").packages
    files = ["frames", "choice", "basics"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *(f"tests/template/local/test_awsglue_{name}.py" for name in files),
    ]
    result = subprocess.run(
        command, cwd=PROJECT, env=environment() | {"PYTHONPATH": str(packages)}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout
