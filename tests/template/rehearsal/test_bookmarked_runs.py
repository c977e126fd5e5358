"""Two rehearsed runs of a deployed job with a bookmark: the second reads only the file that was added. Slow."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import DefaultStackSynthesizer, Environment

from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from rehearsal.aws.cloud import Cloud, cloud
from rehearsal.aws.processes import DENIALS, JOB_RUNS
from rehearsal.samples import create_bucket
from tests.apps import make_app
from tests.configs import DEV, make_job, make_stage
from tests.template.iam.attempts import script

pytestmark = pytest.mark.slow

JOB = "Load-dev"
SCRIPT = """\
import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
glue = GlueContext(SparkContext.getOrCreate())
job = Job(glue)
job.init(args["JOB_NAME"], args)
source = {"paths": [args["input_path"]], "recurse": True}
orders = glue.create_dynamic_frame.from_options("s3", source, "json", transformation_ctx="orders")
glue.write_dynamic_frame.from_options(orders.coalesce(1), "s3", {"path": args["output_path"]}, "json")
job.commit()
"""


class Account:
    """The account of dev in the emulated cloud, with the stack of the job deployed."""

    def __init__(self, running: Cloud, folder: Path) -> None:
        self.cloud = running
        session = running.sessions.user(DEV.aws_account_id, DEV.aws_region)
        self.s3, self.glue, self._stacks = map(session.client, ("s3", "glue", "cloudformation"))
        self._deploy(folder)

    def _deploy(self, folder: Path) -> None:
        job = make_job(
            folder,
            "Load",
            bookmark=True,
            arguments={"--input_path": "s3://shop/orders/", "--output_path": "s3://lake/orders/"},
            input_locations=("s3://shop/orders/",),
            output_locations=("s3://lake/orders/",),
        )
        job.script.write_text(SCRIPT, encoding="utf-8")
        app = make_app()
        place = Environment(account=DEV.aws_account_id, region=DEV.aws_region)
        synthesizer = DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
        GlueAppStack(app, "Dev", stage=make_stage(job), env=place, synthesizer=synthesizer)
        (stack,) = app.synth().stacks
        resources = stack.template["Resources"].values()
        assets, key = script(next(item["Properties"] for item in resources if item["Type"] == "AWS::Glue::Job"))
        for bucket in (assets, "shop", "lake"):
            create_bucket(self.s3, bucket, DEV.aws_region)
        self.s3.put_object(Bucket=assets, Key=key, Body=SCRIPT.encode())
        template = json.dumps(stack.template)
        self._stacks.create_stack(StackName="Dev", TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
        self._stacks.get_waiter("stack_create_complete").wait(StackName="Dev", WaiterConfig={"Delay": 1})

    def put(self, name: str, *ids: int) -> None:
        rows = "".join(f'{{"id":{number}}}\n' for number in ids)
        self.s3.put_object(Bucket="shop", Key=f"orders/{name}", Body=rows.encode())

    def run(self) -> dict[str, Any]:
        """Run the job to its end. Return the emulator's record of the run, with the objects that it `got`."""
        records = self.cloud.new_records(JOB_RUNS)
        run_id = self.glue.start_job_run(JobName=JOB)["JobRunId"]
        while not (found := records.read()):
            time.sleep(0.1)
        (record,) = found
        assert record["run"] == run_id
        lines = Path(record["log"]).with_suffix(".s3.jsonl").read_text(encoding="utf-8").splitlines()
        reads = {access["uri"] for access in map(json.loads, lines) if access["op"] == "read"}
        return {**record, "got": sorted(uri for uri in reads if uri.startswith("s3://shop/"))}

    def rows(self) -> list[str]:
        files = self.s3.list_objects_v2(Bucket="lake", Prefix="orders/").get("Contents", [])
        bodies = [self.s3.get_object(Bucket="lake", Key=file["Key"])["Body"].read() for file in files]
        return sorted(line for body in bodies for line in body.decode().splitlines())


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    (tmp_path / "cloud").mkdir()
    with cloud(tmp_path / "cloud") as running:
        running.emulator.wait_until_ready()
        yield Account(running, tmp_path)


def test_the_second_run_reads_only_the_file_that_was_added(account: Account) -> None:
    with pytest.raises(account.glue.exceptions.EntityNotFoundException):
        account.glue.get_job_bookmark(JobName=JOB)
    account.put("one.json", 1, 2)
    first = account.run()
    assert (first["state"], first["message"]) == ("SUCCEEDED", "")
    assert first["got"] == ["s3://shop/orders/one.json"]
    assert first["read"] == "1 file, 2 rows, 18 B"
    assert account.rows() == ['{"id":1}', '{"id":2}']

    account.put("two.json", 3)
    second = account.run()
    assert (second["state"], second["message"]) == ("SUCCEEDED", "")
    assert second["got"] == ["s3://shop/orders/two.json"]
    assert second["read"] == "1 file, 1 row, 9 B"
    assert account.rows() == ['{"id":1}', '{"id":2}', '{"id":3}']
    assert "bookmark: orders reads 1 of 2 files" in Path(second["log"]).read_text(encoding="utf-8").splitlines()
    assert not (account.cloud.records / DENIALS).exists()

    entry = account.glue.get_job_bookmark(JobName=JOB)["JobBookmarkEntry"]
    assert (entry["JobName"], entry["Version"], entry["RunId"]) == (JOB, 2, second["run"])
    assert list(json.loads(entry["JobBookmark"])["orders"]) == ["s3://shop/orders/two.json"]
    account.glue.reset_job_bookmark(JobName=JOB)
    with pytest.raises(account.glue.exceptions.EntityNotFoundException):
        account.glue.get_job_bookmark(JobName=JOB)
