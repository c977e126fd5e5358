"""The monitoring stack of a stage, deployed to an emulated account without a bootstrap, and a queue that is told."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from aws_cdk import DefaultStackSynthesizer, Environment, Stack

from aws_glue_cdk_baseline.config import Account, StageConfig
from aws_glue_cdk_baseline.monitoring_stack import MonitoringStack
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.sessions import Session
from tests.apps import make_app

ASSETS = "assets"  # the bucket of the functions' code


@dataclass(frozen=True)
class Stage:
    """The deployed stage. `queue` is the URL of the queue that gets what email addresses get."""

    cloud: Cloud
    owner: Session
    queue: str

    def messages(self, number: int, seconds: float = 20) -> list[dict[str, Any]]:
        """Wait for so many messages and return the notifications of SNS in them."""
        sqs, found, end = self.owner.client("sqs"), list[dict[str, Any]](), time.monotonic() + seconds
        while len(found) < number and time.monotonic() < end:
            answer = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found


def deploy(cloud: Cloud, stage: StageConfig) -> Stage:
    """Deploy the monitoring stack of `stage` to its account, and subscribe a queue to its topic."""
    name = stage.names.monitoring_stack
    owner = deploy_stack(cloud, stage.account, name, partial(MonitoringStack, stage=stage))
    return Stage(cloud, owner, _subscribed_queue(owner, stage))


def deploy_stack(cloud: Cloud, account: Account, name: str, make: Callable[..., Stack]) -> Session:
    """Deploy the stack called `name`, which `make` makes, and return a session of the owner of its account."""
    app = make_app()
    synthesizer = DefaultStackSynthesizer(
        file_assets_bucket_name=ASSETS, generate_bootstrap_version_rule=False, qualifier="test"
    )
    env = Environment(account=account.aws_account_id, region=account.aws_region)
    made = make(app, "Stack", env=env, synthesizer=synthesizer)
    assembly = app.synth()
    owner = cloud.sessions.user(account.aws_account_id, account.aws_region)
    s3, cloudformation = owner.client("s3"), owner.client("cloudformation")
    s3.create_bucket(Bucket=ASSETS)
    for key, packed in _assets(Path(assembly.directory)):
        s3.put_object(Bucket=ASSETS, Key=key, Body=packed)
    template = assembly.get_stack_artifact(made.artifact_id).template
    cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    _wait(cloudformation, name)
    return owner


def _assets(folder: Path) -> Iterator[tuple[str, bytes]]:
    manifest = json.loads(next(folder.glob("*.assets.json")).read_text(encoding="utf-8"))
    for item in manifest["files"].values():
        path = folder / item["source"]["path"]
        if path.is_dir():
            for place in item["destinations"].values():
                yield place["objectKey"], _packed(path)


def _packed(folder: Path) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, file.relative_to(folder))
    return content.getvalue()


def _wait(cloudformation: Any, name: str) -> None:
    for _ in range(600):
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.1)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [event.get("ResourceStatusReason") for event in events if "FAILED" in event["ResourceStatus"]]
    assert stack["StackStatus"] == "CREATE_COMPLETE", reasons


def _subscribed_queue(owner: Session, stage: StageConfig) -> str:
    """Return the URL of a queue that the topic sends its messages to."""
    sqs, place = owner.client("sqs"), f"{owner.region}:{owner.account}"
    topic, arn = f"arn:aws:sns:{place}:{stage.names.notifications}", f"arn:aws:sqs:{place}:told"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = sqs.create_queue(QueueName="told", Attributes={"Policy": policy})["QueueUrl"]
    owner.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return str(url)
