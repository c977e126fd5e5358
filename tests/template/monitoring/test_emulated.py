"""A job run ends in the emulator, and the message about it is read from a queue that is subscribed to the topic."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config as ClientConfig

from aws_glue_cdk_baseline.config.records import Recipients
from aws_glue_cdk_baseline.jobs.role import TRUST_GLUE
from rehearsal.aws.cloud import cloud
from tests.configs import make_job, make_stage
from tests.template.iam.attempts import Attempt
from tests.template.monitoring.deployed_stage import ASSETS, Stage, deploy

PLACE = "us-east-1:222222222222"
NIGHTLY = "cron(0 3 * * ? *)"
LASTS = 3  # seconds of the job Long, longer than it should take
SCRIPTS = {
    "Long": f"import time; time.sleep({LASTS})",
    "Show": "raise ValueError('no rows in orders')",
    "Good": "print('done')",
    "Foreign": "raise SystemExit(3)",
}
LOG_PAGE = (
    "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/"
    "$252Faws-glue$252Fjobs$252Fdev$252Foutput$3FlogStreamNameFilter$3D"
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage dev with the jobs Show and Good, and a job Foreign-dev of somebody else in its account."""
    folder = tmp_path_factory.mktemp("cloud")
    jobs = [make_job(folder, "Show"), make_job(folder, "Long"), make_job(folder, "Good", schedule=NIGHTLY)]
    told = Recipients(emails=("team@example.com",))
    config = make_stage(*jobs, recipients=told, dashboard=True, schedules=True)
    with cloud(folder) as running:
        running.emulator.wait_until_ready()
        deployed = deploy(running, config)
        iam, s3 = map(deployed.owner.client, ("iam", "s3"))
        glue = unchecked(deployed, "glue")
        role = iam.create_role(RoleName="Job", AssumeRolePolicyDocument=json.dumps(TRUST_GLUE))["Role"]["Arn"]
        read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{ASSETS}/*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [read]})
        iam.put_role_policy(RoleName="Job", PolicyName="Read", PolicyDocument=document)
        for name, script in SCRIPTS.items():
            s3.put_object(Bucket=ASSETS, Key=f"{name}.py", Body=script.encode())
            command = {"Name": "glueetl", "ScriptLocation": f"s3://{ASSETS}/{name}.py"}
            size = {"GlueVersion": "5.1", "WorkerType": "G.1X", "NumberOfWorkers": 2}
            long = {"NotificationProperty": {"NotifyDelayAfter": 0.01}} if name == "Long" else {}
            glue.create_job(Name=f"{name}-dev", Role=role, Command=command, **size, **long)
        yield deployed


def unchecked(stage: Stage, service: str) -> Any:
    """Return a client that sends what AWS refuses: a time after which a run is long of less than a minute."""
    keys = {name.lower(): value for name, value in stage.owner.environment.items() if "KEY" in name or "TOKEN" in name}
    authority = str(stage.cloud.emulator.authority)
    session = boto3.Session(**keys, region_name="us-east-1")
    config = ClientConfig(parameter_validation=False)
    return session.client(service, endpoint_url=stage.cloud.emulator.url, verify=authority, config=config)


def ended_runs(stage: Stage, *jobs: str) -> list[dict[str, Any]]:
    """Start jobs side by side and return their runs when they have ended."""
    glue, end = stage.owner.client("glue"), time.monotonic() + 60
    started = {job: glue.start_job_run(JobName=job)["JobRunId"] for job in jobs}
    while time.monotonic() < end:
        runs = [glue.get_job_run(JobName=job, RunId=run_id)["JobRun"] for job, run_id in started.items()]
        if all(run["JobRunState"] in ("SUCCEEDED", "FAILED") for run in runs):
            return runs
        time.sleep(0.1)
    raise AssertionError(f"{jobs} have not ended")


def metrics(stage: Stage, number: int) -> list[dict[str, Any]]:
    """Return the metrics in the log of the function, when there are so many lines of them."""
    logs, end = stage.owner.client("logs"), time.monotonic() + 20
    found: list[dict[str, Any]] = []
    while len(found) < number and time.monotonic() < end:
        answer = logs.filter_log_events(logGroupName="/aws/lambda/glue-notifications-dev")
        messages = [event["message"] for event in answer["events"]]
        found = [json.loads(message) for message in messages if message.startswith('{"_aws"')]
        time.sleep(0.2)
    return found


def test_a_failed_run_is_told_and_neither_a_good_one_nor_that_of_another_job(stage: Stage) -> None:
    _, good, run = ended_runs(stage, "Foreign-dev", "Good-dev", "Show-dev")
    (told,) = stage.messages(1)
    lines = {line["Job"]: line for line in metrics(stage, 2)}
    assert {job: (line["Runs"], line["Failures"]) for job, line in lines.items()} == {"Good": (1, 0), "Show": (1, 1)}
    for job, of in {"Good": good, "Show": run}.items():
        assert abs(lines[job]["Seconds"] - of["ExecutionTime"]) <= 1  # the emulator counts it twice
    assert abs(lines["Show"]["_aws"]["Timestamp"] / 1000 - datetime.now(UTC).timestamp()) < 60
    seconds, started = round(lines["Show"]["Seconds"]), run["StartedOn"].astimezone(UTC)
    assert run["JobRunState"] == "FAILED"
    assert told["Subject"] == f"Show FAILED in dev after {seconds} s"
    assert told["Message"] == "\n".join(
        [
            f"Show FAILED in dev after {seconds} s",
            "",
            "error:    ValueError: no rows in orders",
            f"run:      {run['Id']}",
            f"duration: {seconds} s",
            "cost:     $0.0147",  # 2 workers of 1 DPU for a minute, the least that Glue bills
            f"started:  {started:%Y-%m-%d %H:%M} UTC",
            "job:      Show, in Glue Show-dev",
            "stage:    dev, AWS account 222222222222 in us-east-1",
            "run page: https://us-east-1.console.aws.amazon.com/gluestudio/home?region=us-east-1"
            f"#/job/Show-dev/run/{run['Id']}",
            f"log page: {LOG_PAGE}{run['Id']}",
            "",
            f"The log: make logs JOB=Show RUN={run['Id']} STAGE=dev PROFILE=…",
            "",
        ]
    )
    assert stage.messages(1, seconds=2) == []


def test_a_run_that_takes_long_is_told_once_and_ends_well(stage: Stage) -> None:
    (run,) = ended_runs(stage, "Long-dev")
    (told,) = stage.messages(1)
    assert run["JobRunState"] == "SUCCEEDED"
    assert told["Message"].splitlines()[:4] == [
        "Long takes longer than 0.01 min in dev",
        "",
        "state:    RUNNING; the run goes on until its timeoutMinutes",
        f"run:      {run['Id']}",
    ]
    assert stage.messages(1, seconds=1) == []


def test_a_job_that_its_schedule_has_not_started_is_told(stage: Stage) -> None:
    """EventBridge Scheduler calls the function with its own role, and with the input of the template."""
    scheduler = stage.owner.client("scheduler")
    (name,) = [item["Name"] for item in scheduler.list_schedules()["Schedules"]]
    target = scheduler.get_schedule(Name=name)["Target"]
    values = {"<aws.scheduler.scheduled-time>": "2099-11-26T04:00:00Z", "<aws.scheduler.execution-id>": "s-1"}
    event = target["Input"]
    for placeholder, value in values.items():
        assert placeholder in event
        event = event.replace(placeholder, value)
    session = stage.cloud.sessions.as_service(target["RoleArn"], "scheduler.amazonaws.com", "due", "us-east-1")
    answer = session.client("lambda").invoke(FunctionName=target["Arn"], Payload=event)
    assert "FunctionError" not in answer
    (told,) = stage.messages(1)
    assert told["Message"].splitlines()[:3] == [
        "Good has not started in dev",
        "",
        f"due:       2099-11-26 03:00 UTC, by its schedule {NIGHTLY}",
    ]


def due_attempts(stage: Stage) -> Iterator[Attempt]:
    arn = "arn:aws:iam::222222222222:role/glue-notifications-dev-due"
    session = stage.cloud.sessions.as_service(arn, "scheduler.amazonaws.com", "attempt", "us-east-1")
    sqs, functions, glue = map(session.client, ("sqs", "lambda", "glue"))
    queue = stage.owner.client("sqs").get_queue_url(QueueName="glue-notifications-dev-failed")["QueueUrl"]
    for name, allowed in {"glue-notifications-dev": True, "other": False}.items():
        call = partial(functions.invoke, FunctionName=name, Payload=b'{"schedule": "none", "time": "2026-01-01"}')
        yield Attempt("a schedule", f"calls {name}", allowed, call)
    yield Attempt("a schedule", "sends a failure", True, partial(sqs.send_message, QueueUrl=queue, MessageBody="x"))
    yield Attempt("a schedule", "reads failures", False, partial(sqs.receive_message, QueueUrl=queue))
    yield Attempt("a schedule", "starts a job", False, partial(glue.start_job_run, JobName="Good-dev"))
    yield Attempt("a schedule", "looks at runs", False, partial(glue.get_job_runs, JobName="Good-dev"))
    code = partial(functions.update_function_code, FunctionName="glue-notifications-dev", ZipFile=b"")
    yield Attempt("a schedule", "changes the function", False, code)


def attempts(stage: Stage) -> Iterator[Attempt]:
    arn = "arn:aws:iam::222222222222:role/glue-notifications-dev"
    session = stage.cloud.sessions.as_service(arn, "lambda.amazonaws.com", "attempt", "us-east-1")
    glue, sns, sqs, logs, kms = map(session.client, ("glue", "sns", "sqs", "logs", "kms"))
    owner = stage.owner
    other_topic = owner.client("sns").create_topic(Name="other")["TopicArn"]
    other_queue = owner.client("sqs").create_queue(QueueName="other")["QueueUrl"]
    failed = owner.client("sqs").get_queue_url(QueueName="glue-notifications-dev-failed")["QueueUrl"]
    other_key = owner.client("kms").create_key()["KeyMetadata"]["KeyId"]
    stack = owner.client("cloudformation").list_stack_resources(StackName="DeployDev-MonitoringStack")
    own_key = next(
        item["PhysicalResourceId"]
        for item in stack["StackResourceSummaries"]
        if item["ResourceType"] == "AWS::KMS::Key"
    )
    owner.client("logs").create_log_group(logGroupName="/aws/lambda/other")
    own_topic = f"arn:aws:sns:{PLACE}:glue-notifications-dev"
    for job, allowed in {"Good-dev": True, "Foreign-dev": False}.items():
        yield Attempt("the function", f"lists runs of {job}", allowed, partial(glue.get_job_runs, JobName=job))
    for job, allowed in {"Show-dev": True, "Good-dev": True, "Foreign-dev": False, "Show-prod": False}.items():
        yield Attempt(
            "the function", f"looks at a run of {job}", allowed, partial(glue.get_job_run, JobName=job, RunId="x")
        )
    yield Attempt("the function", "starts a job", False, partial(glue.start_job_run, JobName="Show-dev"))
    yield Attempt(
        "the function", "stops a run", False, partial(glue.batch_stop_job_run, JobName="Show-dev", JobRunIds=["x"])
    )
    for topic, allowed in {own_topic: True, other_topic: False}.items():
        yield Attempt(
            "the function", f"publishes to {topic}", allowed, partial(sns.publish, TopicArn=topic, Message="x")
        )
    subscribe = partial(sns.subscribe, TopicArn=own_topic, Protocol="email", Endpoint="x@example.com")
    yield Attempt("the function", "subscribes somebody", False, subscribe)
    for url, allowed in {failed: True, other_queue: False}.items():
        yield Attempt(
            "the function", f"sends to {url}", allowed, partial(sqs.send_message, QueueUrl=url, MessageBody="x")
        )
    yield Attempt("the function", "reads its failures", False, partial(sqs.receive_message, QueueUrl=failed))
    for group, allowed in {"/aws/lambda/glue-notifications-dev": True, "/aws/lambda/other": False}.items():
        stream = partial(logs.create_log_stream, logGroupName=group, logStreamName="attempt")
        yield Attempt("the function", f"writes to {group}", allowed, stream)
    for key, allowed in {own_key: True, other_key: False}.items():
        call = partial(kms.generate_data_key, KeyId=key, KeySpec="AES_256")
        yield Attempt("the function", f"uses the key {key}", allowed, call)
    yield Attempt("the function", "lists roles", False, session.client("iam").list_roles)
    yield Attempt(
        "the function",
        "writes metrics",
        False,
        partial(session.client("cloudwatch").put_metric_data, Namespace="x", MetricData=[]),
    )
    yield Attempt("the function", "lists buckets", False, session.client("s3").list_buckets)


def test_each_role_may_do_what_it_needs_and_no_more(stage: Stage) -> None:
    made = [(attempt, attempt.was_allowed()) for attempt in (*attempts(stage), *due_attempts(stage))]
    wrong = [f"{one.what}: {'allowed' if was else 'denied'}" for one, was in made if was != one.allowed]
    assert wrong == []
    assert len(made) == 28
    assert sum(was for _, was in made) == 9
