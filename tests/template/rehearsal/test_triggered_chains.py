"""A stage with schedules, deployed to the emulator: its trigger fires, and the jobs of its chain run in order. Slow.

The scripts are plain Python: no Spark is started, and each run is a process with its job's role all the same.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import DefaultStackSynthesizer, Environment

from aws_glue_cdk_baseline.glue_app_stack import GlueAppStack
from rehearsal.aws.cloud import Cloud, cloud
from rehearsal.aws.processes import DENIALS, JOB_RUNS, NewRecords
from rehearsal.fire_trigger import fire_trigger
from rehearsal.samples import create_bucket
from tests.apps import make_app
from tests.configs import DEV, make_job, make_stage
from tests.template.iam.attempts import script

pytestmark = pytest.mark.slow

DAILY = "cron(0 3 * * ? *)"
SCHEDULE = "Load-prod-schedule"
# Each job adds its name to what it reads, so that the last output tells who has run before whom.
SCRIPT = """\
import sys

import boto3
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
s3 = boto3.client("s3")
found = []
for place in args["input_path"].split("+"):
    bucket, _, key = place.removeprefix("s3://").partition("/")
    found.append(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())
if "bad" in found:
    raise ValueError("bad input")
bucket, _, key = args["output_path"].removeprefix("s3://").partition("/")
s3.put_object(Bucket=bucket, Key=key, Body=f"{args['JOB_NAME']}({'+'.join(found)})".encode())
"""
JOBS: dict[str, dict[str, Any]] = {
    "Load": {"reads": ("orders",), "schedule": DAILY},
    "Refunds": {"reads": ("refunds",), "schedule": DAILY},
    "Clean": {"reads": ("Load", "Refunds"), "after": ("Load", "Refunds")},
}


class Prod:
    """The account of prod in the emulated cloud, with the stack of its jobs deployed."""

    def __init__(self, running: Cloud, folder: Path) -> None:
        self.cloud = running
        session = running.sessions.user(DEV.aws_account_id, DEV.aws_region)
        self.s3, self.glue, self._stacks = map(session.client, ("s3", "glue", "cloudformation"))
        self._records = running.new_records(JOB_RUNS)
        self._deploy(folder)

    def _deploy(self, folder: Path) -> None:
        jobs = []
        for name, values in JOBS.items():
            settings = {key: value for key, value in values.items() if key != "reads"}
            places = tuple(f"s3://shop/{place}" for place in values["reads"])
            output = f"s3://shop/{name}"
            arguments = {"--input_path": "+".join(places), "--output_path": output}
            job = make_job(
                folder, name, arguments=arguments, input_locations=places, output_locations=(output,), **settings
            )
            job.script.write_text(SCRIPT, encoding="utf-8")
            jobs.append(job)
        place = Environment(account=DEV.aws_account_id, region=DEV.aws_region)
        synthesizer = DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
        app = make_app()
        stage = make_stage(*jobs, name="prod", schedules=True)
        GlueAppStack(app, "Prod", stage=stage, env=place, synthesizer=synthesizer)
        (stack,) = app.synth().stacks
        resources = stack.template["Resources"].values()
        assets, key = script(next(item["Properties"] for item in resources if item["Type"] == "AWS::Glue::Job"))
        for bucket in (assets, "shop"):
            create_bucket(self.s3, bucket, DEV.aws_region)
        self.s3.put_object(Bucket=assets, Key=key, Body=SCRIPT.encode())
        template = json.dumps(stack.template)
        self._stacks.create_stack(StackName="Prod", TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
        self._stacks.get_waiter("stack_create_complete").wait(StackName="Prod", WaiterConfig={"Delay": 1})

    def put(self, key: str, text: str) -> None:
        self.s3.put_object(Bucket="shop", Key=key, Body=text.encode())

    def text(self, key: str) -> str:
        body: bytes = self.s3.get_object(Bucket="shop", Key=key)["Body"].read()
        return body.decode()

    def runs(self) -> NewRecords:
        return self.cloud.new_records(JOB_RUNS)

    def trigger_of(self, record: dict[str, Any]) -> str | None:
        run = self.glue.get_job_run(JobName=record["job"], RunId=record["run"])["JobRun"]
        name: str | None = run.get("TriggerName")
        return name


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prod]:
    folder = tmp_path_factory.mktemp("chain")
    (folder / "cloud").mkdir()
    with cloud(folder / "cloud") as running:
        running.emulator.wait_until_ready()
        yield Prod(running, folder)


def wait_for(records: NewRecords, number: int) -> list[dict[str, Any]]:
    end = time.monotonic() + 60
    while len(found := records.read()) < number and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_the_deployment_starts_no_job_and_the_trigger_starts_the_chain_in_order(prod: Prod) -> None:
    prod.put("orders", "orders")
    prod.put("refunds", "refunds")
    assert {item["Name"]: item["State"] for item in prod.glue.get_triggers()["Triggers"]} == {
        SCHEDULE: "ACTIVATED",
        "Clean-prod-after": "ACTIVATED",
    }
    assert not (prod.cloud.records / JOB_RUNS).exists()
    runs = prod.runs()
    fire_trigger(prod.glue, SCHEDULE)
    found = wait_for(runs, 3)
    assert [record["message"] for record in found] == [""] * 3
    assert {record["job"]: prod.trigger_of(record) for record in found} == {
        "Load-prod": SCHEDULE,
        "Refunds-prod": SCHEDULE,
        "Clean-prod": "Clean-prod-after",
    }
    assert found[2]["job"] == "Clean-prod"
    assert prod.text("Clean") == "Clean-prod(Load-prod(orders)+Refunds-prod(refunds))"
    assert not (prod.cloud.records / DENIALS).exists()


def test_a_run_that_fails_stops_the_chain(prod: Prod) -> None:
    prod.put("orders", "new")
    prod.put("refunds", "bad")
    runs = prod.runs()
    fire_trigger(prod.glue, SCHEDULE)
    wait_for(runs, 2)
    time.sleep(1)
    found = sorted((record["job"], record["state"], record["message"]) for record in runs.read())
    assert found == [("Load-prod", "SUCCEEDED", ""), ("Refunds-prod", "FAILED", "ValueError: bad input")]
    assert prod.text("Load") == "Load-prod(new)"
    assert "new" not in prod.text("Clean")
