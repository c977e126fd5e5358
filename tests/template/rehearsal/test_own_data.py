"""Jobs of one's own on samples of one's own: a chain, expectations, a broken job, a missing sample. Slow."""

import re

import pytest

from tests.template.rehearsal.projects import Outcome, Project, this_project

pytestmark = pytest.mark.slow

CONFIG = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: us-east-1}
jobs:
  CleanOrders:
    script: above.py
    expect:
      outputRows: 4
      quality:
        - IsComplete "name"
        - (ColumnValues "id" between 1 and 4) and (RowCount = 4)
        - ReferentialIntegrity "id" "inputLocation.id" = 1.0
  Doubled: {script: above.py, after: CleanOrders, expect: {quality: [IsUnique "id", RowCount < 9]}}
  CountOrders: {script: above.py, after: CleanOrders, expect: {outputRows: 2}}
  Fails: {script: fails.py, after: CountOrders}
  Report: {script: above.py, after: [Fails, CleanOrders]}
  Refunds: {script: above.py}
  RefundReport: {script: above.py, after: Refunds}
dev:
  jobs: &jobs
    CleanOrders: {minimum: 1, inputLocation: s3://shop/orders/, outputLocation: s3://lake/orders/}
    Doubled: {minimum: 0, inputLocation: s3://lake/orders/, outputLocation: s3://lake/doubled/}
    CountOrders: {minimum: 2, inputLocation: s3://lake/orders/, outputLocation: s3://lake/counts/}
    Fails: {outputLocation: s3://lake/fails/}
    Report: {minimum: 0, inputLocation: s3://lake/counts/, outputLocation: s3://lake/report/}
    Refunds: {minimum: 0, inputLocation: s3://shop/refunds/, outputLocation: s3://lake/refunds/}
    RefundReport: {minimum: 0, inputLocation: s3://lake/refunds/, outputLocation: s3://lake/refund-report/}
prod:
  jobs: *jobs
"""
ABOVE = """\
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "minimum", "input_path", "output_path"])
spark = GlueContext(SparkContext.getOrCreate()).spark_session
rows = spark.read.csv(args["input_path"], header=True)
rows.filter(f"id > {args['minimum']}").coalesce(1).write.csv(args["output_path"], header=True)
"""
FAILS = """\
import sys

import boto3
from awsglue.utils import getResolvedOptions

bucket, _, key = getResolvedOptions(sys.argv, ["output_path"])["output_path"].removeprefix("s3://").partition("/")
boto3.client("s3").put_object(Bucket=bucket, Key=f"{key}one.json", Body=b'{"id": 1}\\n')
raise ValueError("no orders of 1789")
"""
SCRIPTS = "aws_glue_cdk_baseline/job_scripts"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = this_project(tmp_path_factory.mktemp("own") / "project")
    project.write("default-config.yaml", CONFIG)
    project.write(f"{SCRIPTS}/above.py", ABOVE)
    project.write(f"{SCRIPTS}/fails.py", FAILS)
    project.commit()
    for day in (1, 2):
        folder = f"samples/shop/orders/day={day}"
        (project.folder / folder).mkdir(parents=True)
        project.write(f"{folder}/part.csv", "id,name\n1,a\n2,b\n3,c\n")
    (project.folder / "samples/lake/orders").mkdir(parents=True)
    project.write("samples/lake/orders/old.csv", "id,name\n7,old\n8,old\n9,old\n")  # what CleanOrders writes counts
    return project


@pytest.fixture(scope="module")
def outcome(project: Project) -> Outcome:
    return project.rehearse("--without-samples")


def job_table(outcome: Outcome) -> list[str]:
    """Return the lines of the table of the job runs, without their seconds."""
    lines = outcome.output.partition("\n\njob run ")[2].partition("\n\n")[0].splitlines()
    return [re.sub(r" [0-9]+\.[0-9] ", " ", re.sub(" +", " ", line)).strip() for line in lines]


def test_each_run_says_what_it_read_and_wrote_and_which_were_not_started(outcome: Outcome) -> None:
    beside_the_chain = "Doubled-dev SUCCEEDED 1 file, 4 rows, 36 B 1 file, 4 rows, 36 B"
    assert [line for line in job_table(outcome) if line != beside_the_chain] == [
        "state seconds read wrote",
        "CleanOrders-dev SUCCEEDED 2 files, 6 rows, 40 B 1 file, 4 rows, 36 B",
        "CountOrders-dev SUCCEEDED 1 file, 4 rows, 36 B 1 file, 2 rows, 24 B",
        "Fails-dev FAILED nothing 1 file, 1 row, 10 B",
        "ValueError: no orders of 1789",
        "RefundReport-dev skipped after Refunds, which is skipped",
        "Refunds-dev skipped no sample of s3://shop/refunds/",
        "Report-dev NOT STARTED Fails-dev failed",
    ], outcome.output


def test_the_end_names_the_stage_the_job_and_those_that_were_not_started(outcome: Outcome) -> None:
    assert (outcome.code, outcome.failed()) == (1, [("DeployDev", "IntegrationTest")])
    assert "\njobs that failed: Fails-dev; jobs that were not started: Report-dev\n" in outcome.output
    assert "2 of 7 jobs passed, 4 of 5 quality rules" in outcome.output


def test_a_quality_rule_that_fails_turns_the_integration_test_red(outcome: Outcome) -> None:
    assert (
        'Doubled-dev SUCCEEDED: 1 of 2 quality rules failed: IsUnique "id": '
        "expected a value of its own in every row, found 0 of 4 rows (0)"
    ) in outcome.output


def test_samples_that_are_not_committed_are_used_and_named_first(outcome: Outcome) -> None:
    assert outcome.output.splitlines()[0] == (
        "3 samples are not in the last commit, and used all the same: samples/lake/orders/old.csv, "
        "samples/shop/orders/day=1/part.csv, samples/shop/orders/day=2/part.csv"
    )


def test_without_the_option_nothing_runs(project: Project) -> None:
    outcome = project.rehearse()
    assert (outcome.code, outcome.output.splitlines()) == (
        1,
        [
            "default-config.yaml:26: Refunds reads s3://shop/refunds/, and there is no sample of it: get one "
            "(make sample JOB=Refunds PROFILE=…, or made-up rows: make new-sample JOB=Refunds), "
            "or put files into samples/shop/refunds",
            "or skip these jobs and those after them: make rehearse ARGS=--without-samples",
        ],
    )
