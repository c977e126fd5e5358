"""The integration test against MiniStack on loopback, with hundreds of jobs and many errors."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError

from aws_glue_cdk_baseline.config import PROJECT
from local.emulator import Emulator, emulator
from tests.integ.glue_jobs import GlueJobs
from tests.integ.job_runner import JobRunner
from tests.template.scale.baselines_way import start_jobs

pytestmark = pytest.mark.slow
ACCOUNT, REGION = "222222222222", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/glue-test-dev"


@pytest.fixture
def aws(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Emulator]:
    settings = {"PYTHONPATH": str(PROJECT), "FAULTS": str(getattr(request, "param", 0))}
    with emulator(tmp_path, settings, module="tests.template.scale.emulated_jobs") as running:
        yield running


def session(aws: Emulator) -> boto3.Session:
    return boto3.Session(region_name=REGION, aws_access_key_id=ACCOUNT, aws_secret_access_key="emulated")


class Client:
    """Makes clients of the emulator, as a session does; `calls` lists the operations of all of them, in order."""

    def __init__(self, aws: Emulator) -> None:
        self.url, self.session = aws.url, session(aws)
        self.calls: list[str] = []

    def client(self, service: str, **options: Any) -> Any:
        client = self.session.client(service, endpoint_url=self.url, **options)
        client.meta.events.register("before-send", self._record)
        return client

    def _record(self, event_name: str, **details: Any) -> None:
        self.calls.append(event_name.rsplit(".", 1)[-1])


def create(aws: Emulator, count: int, stack: str = "DeployDev-GlueAppStack", **arguments: str) -> list[str]:
    """Add jobs to a stack, each with its role, as the app does, and return the names of the new ones."""
    stacks, glue, s3 = (Client(aws).client(service) for service in ("cloudformation", "glue", "s3"))
    resources: dict[str, Any] = {}
    known = stack in [item["StackName"] for item in stacks.describe_stacks()["Stacks"]]
    if known:
        body = stacks.get_template(StackName=stack)["TemplateBody"]
        resources = (json.loads(body) if isinstance(body, str) else body)["Resources"]
    number = len(glue.get_jobs()["Jobs"])
    names = [f"Job{number + index:03}-{stack.split('-')[0]}" for index in range(count)]
    for name in names:
        logical_id = name.replace("-", "")
        trust = {"Version": "2012-10-17", "Statement": []}
        resources[f"{logical_id}Role"] = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
        resources[logical_id] = {
            "Type": "AWS::Glue::Job",
            "Properties": {
                "Name": name,
                "Role": {"Ref": f"{logical_id}Role"},
                "Command": {"Name": "glueetl", "ScriptLocation": "s3://scripts/x.py"},
                "DefaultArguments": {f"--{key}": value for key, value in arguments.items()},
                "GlueVersion": "5.1",
                "WorkerType": "G.1X",
                "NumberOfWorkers": 2,
            },
        }
    s3.create_bucket(Bucket="templates")  # a template of so many jobs is too large for the request
    s3.put_object(Bucket="templates", Key=stack, Body=json.dumps({"Resources": resources}))
    template = f"{aws.url}/templates/{stack}"
    (stacks.update_stack if known else stacks.create_stack)(StackName=stack, TemplateURL=template)
    stacks.get_waiter("stack_update_complete" if known else "stack_create_complete").wait(StackName=stack)
    for name in names:  # by which the baseline's way finds them; MiniStack tells no tags that a template gives
        arn = f"arn:aws:glue:{REGION}:{ACCOUNT}:job/{name}"
        glue.tag_resource(ResourceArn=arn, TagsToAdd={"stack_name": stack})
    return names


def command(aws: Emulator, *flags: str) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    script = str(PROJECT / "tests" / "integ" / "integ_test_glue_app_stack.py")
    arguments = ["--account", ACCOUNT, "--region", REGION, "--stage-name", "DeployDev", "--sts-role-arn", ROLE, *flags]
    return subprocess.Popen(
        [sys.executable, script, *arguments],
        env={**environment, **aws.environment(ACCOUNT, REGION)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_200_jobs_of_300_are_run_and_found_with_a_fifth_of_the_baselines_calls(aws: Emulator) -> None:
    create(aws, 50, "DeployProd-GlueAppStack")
    create(aws, 50, "DeployDev-GlueAppStackOther")
    mine = create(aws, 200, seconds="0.2")
    ours, baseline = Client(aws), Client(aws)
    jobs = GlueJobs(ours)
    found = jobs.find("DeployDev")
    assert found == mine
    runs = JobRunner(jobs, concurrency=100, start_interval=0).run(found)
    assert (len(runs), sum(run.passed for run in runs)) == (200, 200)
    start_jobs(baseline.client("glue"), ACCOUNT, REGION, "DeployDev-GlueAppStack")
    before = [client.calls.index("StartJobRun") for client in (ours, baseline)]
    print(f"API calls before the first job starts: ours {before[0]}, the baseline's way {before[1]}")
    assert before[0] * 5 <= before[1]
    assert "GetTags" not in ours.calls
    assert baseline.calls.count("GetTags") == 300


@pytest.mark.parametrize("aws", [10], indirect=True)
def test_with_every_tenth_call_failing_every_job_is_counted_and_none_runs_twice(aws: Emulator) -> None:
    names = create(aws, 40, seconds="0.5")
    dropping = Client(aws)
    jobs = GlueJobs(dropping)

    def drop(**details: Any) -> None:
        if len(dropping.calls) % 13 == 0:
            raise ConnectionClosedError(endpoint_url=aws.url)

    for client in (jobs._glue, jobs._starter):
        client.meta.events.register("before-send", drop)
    runs = JobRunner(jobs, concurrency=20, start_interval=0).run(jobs.find("DeployDev"))
    assert sorted(run.job for run in runs) == names
    assert {run.state for run in runs} == {"SUCCEEDED"}, [run.error for run in runs if not run.passed]
    check = Client(aws).client("glue", config=None)
    assert [len(check.get_job_runs(JobName=name)["JobRuns"]) for name in names] == [1] * 40


def test_a_failed_run_and_one_without_end_are_both_told_and_the_latter_is_stopped(
    aws: Emulator, tmp_path: Path
) -> None:
    create(aws, 3, seconds="1")
    [failing] = create(aws, 1, seconds="1", end="FAILED", message="boom in line 7")
    [endless] = create(aws, 1, seconds="3600")
    flags = ["--max-duration", "6", "--junit", str(tmp_path / "junit.xml")]
    with command(aws, *flags) as process:
        printed, _ = process.communicate(timeout=90)
    assert process.returncode == 1, printed
    assert f"3 of 5 jobs passed\n{failing} FAILED: boom in line 7\n" in printed
    assert re.search(rf"{endless} STOPPED: took \d+ s, allowed: less than 6 s; stopped by the test", printed)
    assert "estimated at $0.44 (Glue 5.1) per DPU-hour" in printed
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("5", "2")
    glue = Client(aws).client("glue")
    assert glue.get_job_runs(JobName=endless)["JobRuns"][0]["JobRunState"] == "STOPPED"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_test_stops_its_runs(aws: Emulator, number: signal.Signals) -> None:
    names = create(aws, 3, seconds="3600")
    with command(aws) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if f"{names[2]} RUNNING" in line:
                break
        process.send_signal(number)
        printed = process.stdout.read()
    assert process.returncode == 130, printed
    assert "stopping 3 runs" in printed
    assert printed.rstrip().endswith("the integration test was interrupted")
    glue = Client(aws).client("glue")
    assert [glue.get_job_runs(JobName=name)["JobRuns"][0]["JobRunState"] for name in names] == ["STOPPED"] * 3


def test_a_stage_without_a_stack_or_without_jobs_is_an_error(aws: Emulator) -> None:
    create(aws, 1, "DeployDevOther-GlueAppStack")
    assert failure(aws).endswith("Stack [DeployDev-GlueAppStack] does not exist\n")
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    Client(aws).client("cloudformation").create_stack(
        StackName="DeployDev-GlueAppStack", TemplateBody=json.dumps(topic)
    )
    assert failure(aws) == f"the integration test failed: no job of DeployDev in us-east-1 of account {ACCOUNT}\n"


def failure(aws: Emulator) -> str:
    with command(aws) as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert printed.count("\n") == 1
    return printed


def test_the_test_ends_soon_after_the_last_job(aws: Emulator) -> None:
    create(aws, 2, seconds="2")
    create(aws, 1, seconds="20")
    jobs = GlueJobs(Client(aws))
    JobRunner(jobs).run(jobs.find("DeployDev"))
    ended = time.time()
    glue = Client(aws).client("glue")
    last = max(run["CompletedOn"].timestamp() for run in all_runs(glue))
    print(f"the test ended {ended - last:.1f} s after the last job")
    assert ended - last <= 5


def all_runs(glue: Any) -> list[Any]:
    names = [job["Name"] for job in glue.get_jobs()["Jobs"]]
    return [run for name in names for run in glue.get_job_runs(JobName=name)["JobRuns"]]


def plan_file(folder: Path, jobs: list[str], changed: str = "") -> Path:
    """Write the plan of these jobs, of which one is `changed`."""
    entries = {job: {"fingerprint": f"new {job}" if job == changed else job, "parts": {"script": job}} for job in jobs}
    if changed:
        entries[changed]["parts"] = {"script": "new"}
    place = {"stage": "DeployDev", "account": ACCOUNT, "region": REGION}
    plan = {"format": 1, **place, "changedOnly": True, "records": "glue-test-records-dev", "jobs": entries}
    file = folder / "dev.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    return file


def test_a_push_that_touches_one_job_of_200_starts_one_run(aws: Emulator, tmp_path: Path) -> None:
    names = create(aws, 200, seconds="0")
    dynamodb, glue = (Client(aws).client(service) for service in ("dynamodb", "glue"))
    dynamodb.create_table(
        TableName="glue-test-records-dev",
        KeySchema=[{"AttributeName": "job", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "job", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def push(changed: str = "") -> tuple[str, float]:
        flags = ["--plan", str(plan_file(tmp_path, names, changed)), "--concurrency", "100", "--start-interval", "0"]
        started = time.monotonic()
        with command(aws, *flags) as process:
            printed, _ = process.communicate(timeout=120)
        assert process.returncode == 0, printed
        return printed, time.monotonic() - started

    first, _ = push()
    assert "200 of 200 jobs passed" in first
    second, seconds = push(names[120])
    assert f"1 of them to test, 199 unchanged since they passed\n  {names[120]}: script changed\n" in second
    assert "1 of 1 jobs passed, 199 unchanged" in second
    counts = [len(glue.get_job_runs(JobName=name)["JobRuns"]) for name in names]
    assert [name for name, count in zip(names, counts, strict=True) if count == 2] == [names[120]]
    assert set(counts) == {1, 2}
    print(f"the test of one changed job of 200 took {seconds:.1f} s")
