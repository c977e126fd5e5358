"""Jobs of one's own on samples of one's own: a chain, expectations, tables, a broken job, a missing sample. Slow."""

import json
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
  Fails: {type: pythonshell, script: fails.py, after: CountOrders}
  Manifest: {type: pythonshell, after: CleanOrders, expect: {outputRows: 1}}
  Report: {script: above.py, after: [Fails, CleanOrders]}
  Stream: {type: streaming}
  Refunds: {script: above.py}
  RefundReport: {script: above.py, after: Refunds}
dev:
  jobs: &jobs
    CleanOrders: {minimum: 1, inputLocation: s3://shop/orders/, outputLocation: s3://lake/orders/}
    Doubled: {minimum: 0, inputLocation: s3://lake/orders/, outputLocation: s3://lake/doubled/}
    CountOrders: {minimum: 2, inputLocation: s3://lake/orders/, outputLocation: s3://lake/counts/}
    Fails: {outputLocation: s3://lake/fails/}
    Manifest: {inputLocation: s3://lake/orders/, outputLocation: s3://lake/manifest/}
    Report: {minimum: 0, inputLocation: s3://lake/counts/, outputLocation: s3://lake/report/}
    Refunds: {minimum: 0, inputLocation: s3://shop/refunds/, outputLocation: s3://lake/refunds/}
    RefundReport: {minimum: 0, inputLocation: s3://lake/refunds/, outputLocation: s3://lake/refund-report/}
    Tables: {inputDatabase: shop, inputLocation: s3://shop/orders/, outputDatabase: clean, outputLocation: s3://lake/a/}
    Strays:
      {script: tables.py, inputDatabase: shop, inputLocation: s3://shop/orders/, outputLocation: s3://lake/b/}
    Stream: {outputLocation: s3://lake/stream/}
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
# A Python shell job, with a module beside it that it gets as a wheel.
MANIFEST = """\
import sys

import boto3
from awsglue.utils import getResolvedOptions
from places import parts

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
s3 = boto3.client("s3")
bucket, key = parts(args["input_path"])
names = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"] if "part-" in item["Key"]]
rows = sum(len(s3.get_object(Bucket=bucket, Key=name)["Body"].read().split()) - 1 for name in names)
bucket, key = parts(args["output_path"])
s3.put_object(Bucket=bucket, Key=f"{key}manifest.json", Body=b'{"rows": %d}\\n' % rows)
"""
# A stream without an end.
STREAM = """\
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "output_path"])
context = GlueContext(SparkContext.getOrCreate())
rows = context.spark_session.readStream.format("rate").option("rowsPerSecond", 5).load()


def write(batch, batch_id):
    print("batch", batch_id)
    batch.limit(1).write.mode("append").json(args["output_path"])


options = {"windowSize": "1 second", "checkpointLocation": args["output_path"] + "checkpoint/"}
context.forEachBatch(frame=rows, batch_function=write, options=options)
"""
PLACES = """\
def parts(location):
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key
"""
# A job with an output database makes the table there. One without it tries that in another database.
TABLES = """\
import sys

from awsglue.context import GlueContext
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_database", "output_path"])
named = "--output_database" in sys.argv
database = getResolvedOptions(sys.argv, ["output_database"])["output_database"] if named else "shop"
context = GlueContext(SparkContext.getOrCreate())
orders = context.create_dynamic_frame.from_catalog(args["input_database"], "orders")
sink = context.getSink("s3", path=args["output_path"], enableUpdateCatalog=True, partitionKeys=["day"])
sink.setFormat("json")
sink.setCatalogInfo(database, "made")
sink.writeFrame(orders)
context.create_dynamic_frame.from_catalog(database, "made", push_down_predicate="day = '2'").show()
"""
ORDERS = {
    "Table": {
        "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
        "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "int"}, {"Name": "name", "Type": "string"}],
            "Location": "s3://shop/orders/",
        },
    },
    "Partitions": [
        {"Values": [day], "StorageDescriptor": {"Location": f"s3://shop/orders/day={day}/"}} for day in ("1", "2")
    ],
}
SCRIPTS = "aws_glue_cdk_baseline/job_scripts"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = this_project(tmp_path_factory.mktemp("own") / "project")
    project.write("default-config.yaml", CONFIG)
    project.write(f"{SCRIPTS}/above.py", ABOVE)
    project.write(f"{SCRIPTS}/fails.py", FAILS)
    project.write(f"{SCRIPTS}/tables.py", TABLES)
    project.write(f"{SCRIPTS}/manifest.py", MANIFEST)
    project.write(f"{SCRIPTS}/places.py", PLACES)
    project.write(f"{SCRIPTS}/stream.py", STREAM)
    (project.folder / "samples/.catalog/shop").mkdir(parents=True)
    project.write("samples/.catalog/shop/orders.json", json.dumps(ORDERS))
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
    """Return the lines of the table of the job runs, without their seconds and the names of sessions, in order.

    Runs are in the order of their ends, which differs for those side by side.
    """
    lines = outcome.output.partition("\n\njob run ")[2].partition("\n\n")[0].splitlines()
    plain = [re.sub(r" [0-9]+\.[0-9] ", " ", re.sub(" +", " ", line)).strip() for line in lines]
    told = [re.sub(r"User: .* because", "User: ... because", line) for line in plain]
    return sorted(line for line in told if not line.startswith("Stream-dev"))  # a stream has no amount of its own


def test_each_run_says_what_it_read_and_wrote_and_which_were_not_started(outcome: Outcome) -> None:
    assert job_table(outcome) == sorted(
        [
            "state seconds read wrote",
            "CleanOrders-dev SUCCEEDED 2 files, 6 rows, 40 B 1 file, 4 rows, 36 B",
            "CountOrders-dev SUCCEEDED 1 file, 4 rows, 36 B 1 file, 2 rows, 24 B",
            "Doubled-dev SUCCEEDED 1 file, 4 rows, 36 B 1 file, 4 rows, 36 B",
            "Fails-dev FAILED nothing 1 file, 1 row, 10 B",
            "ValueError: no orders of 1789",
            "Manifest-dev SUCCEEDED 1 file, 4 rows, 36 B 1 file, 1 row, 12 B",
            "RefundReport-dev skipped after Refunds, which is skipped",
            "Refunds-dev skipped no sample of s3://shop/refunds/",
            "Report-dev NOT STARTED Fails-dev failed",
            "Strays-dev FAILED 2 files, 6 rows, 40 B 2 files, 6 rows, 120 B",
            "PermissionError: the Data Catalog's table shop.made: An error occurred (AccessDeniedException) when"
            " calling the CreateTable operation: User: ... because no identity-based policy allows the"
            " glue:CreateTable action; name its database in the config: outputDatabase: shop",
            "Tables-dev SUCCEEDED 2 files, 6 rows, 40 B 2 files, 6 rows, 120 B",
        ]
    ), outcome.output


def test_a_table_is_made_in_the_output_database_and_in_no_other(outcome: Outcome) -> None:
    assert "in the Data Catalog: shop, clean with 1 table of samples/.catalog" in outcome.output
    denied = [line for line in outcome.output.splitlines() if "may not glue:" in line]
    assert [line.partition(" may not ")[2] for line in denied] == [
        "glue:CreateTable on arn:aws:glue:us-east-1:222222222222:table/shop/made"
    ], outcome.output


def test_the_end_names_the_stage_the_job_and_those_that_were_not_started(outcome: Outcome) -> None:
    assert (outcome.code, outcome.failed()) == (1, [("DeployDev", "IntegrationTest")])
    [failed] = re.findall(r"^jobs that failed: (.*); jobs that were not started: Report-dev$", outcome.output, re.M)
    assert sorted(failed.split(", ")) == ["Fails-dev", "Strays-dev"]
    assert "5 of 11 jobs passed, 4 of 5 quality rules" in outcome.output


def test_a_python_shell_job_runs_in_python_alone_and_is_billed_by_its_capacity(outcome: Outcome) -> None:
    assert re.search(r"^job run Manifest-dev SUCCEEDED on local Python 3\.\d+$", outcome.output, re.M), outcome.output
    assert re.search(r"^job run CleanOrders-dev SUCCEEDED on local Spark 3\.5\.\d+$", outcome.output, re.M)
    assert "$0.44 (Python shell)" in outcome.output


def test_a_streaming_job_is_started_seen_running_and_stopped(outcome: Outcome) -> None:
    assert re.search(r"^job run Stream-dev STOPPED on local Spark 3\.5\.\d+$", outcome.output, re.M), outcome.output
    assert "Stream-dev" not in outcome.output.partition("jobs that failed: ")[2].partition("\n")[0]


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
            "default-config.yaml:29: Refunds reads s3://shop/refunds/, and there is no sample of it: get one "
            "(make sample JOB=Refunds PROFILE=…, or made-up rows: make new-sample JOB=Refunds), "
            "or put files into samples/shop/refunds",
            "or skip these jobs and those after them: make rehearse ARGS=--without-samples",
        ],
    )
