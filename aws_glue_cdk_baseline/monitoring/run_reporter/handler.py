"""The entry point in AWS Lambda: an event of EventBridge becomes messages and metrics."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from .due_runs import report_due
from .facts import Facts, read_facts
from .job_events import report_job
from .message import Message
from .pipeline_events import report_pipeline

PATIENT = Config(retries={"total_max_attempts": 5, "mode": "standard"}, connect_timeout=5, read_timeout=20)
TOPICS = ("OWN_TOPIC", "EXISTING_TOPIC")  # variables with the ARNs of the topics; a variable may be missing
REMEMBERED = 1000  # deliveries; EventBridge and Lambda deliver an event again now and then
_delivered: deque[tuple[str, str, str]] = deque(maxlen=REMEMBERED)


class NotSentError(Exception):
    """A message could not be sent. Lambda tries the event again, and then puts it into the dead-letter queue."""


def handle(event: Mapping[str, Any], context: object) -> None:
    """Handle an event. A message is sent once to each topic, also if the event is delivered to this process again."""
    facts, failed = _facts(), []
    topics = [topic for name in TOPICS if (topic := os.environ.get(name))]
    for place, message in enumerate(_report(event, facts)):
        for topic in topics:
            if error := _send_once(message, f"{event['id']}.{place}", topic):
                failed.append(error)
    if failed:
        raise NotSentError("; ".join(failed))


def _report(event: Mapping[str, Any], facts: Facts) -> Iterator[Message]:
    """Yield the messages of an event, and write its metrics."""
    if "schedule" in event:
        yield from report_due(event, facts, client("glue"))
    elif event["source"] == "aws.codepipeline":
        yield report_pipeline(event, facts, client("codepipeline"))
    else:
        report = report_job(event, facts, client("glue"))
        if report.metrics and _is_new(str(event["id"]), "metrics", ""):
            print(report.metrics, flush=True)
        if report.message:
            yield report.message


def _send_once(message: Message, event_id: str, topic: str) -> str:
    """Send a message to a topic, unless this process has sent it. Return an error or an empty text."""
    if not _is_new(event_id, "message", topic):
        return ""
    bodies = {"default": message.text, "https": message.chat(event_id)}
    try:
        client("sns").publish(
            TopicArn=topic, Subject=message.subject, Message=json.dumps(bodies), MessageStructure="json"
        )
    except Exception as error:  # whatever it is: the other topic gets its message, and this one is tried again
        _delivered.remove((event_id, "message", topic))
        return f"{topic}: {error}"
    return ""


def _is_new(event_id: str, what: str, topic: str) -> bool:
    delivery = (event_id, what, topic)
    if delivery in _delivered:
        return False
    _delivered.append(delivery)
    return True


@cache
def client(service: str) -> Any:
    """Return a client of boto3. Lambda keeps it between events."""
    return boto3.client(service, config=PATIENT)


@cache
def _facts() -> Facts:
    return read_facts()
