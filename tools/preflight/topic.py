"""The topic of `notifications`, where the config names one that exists."""

from __future__ import annotations

from collections.abc import Iterator

from tools.preflight.finding import Finding, fail, looked, ok
from tools.preflight.reader import Reader
from tools.stage_jobs.account import MissingError


def check_topic(reader: Reader, arn: str, at: str) -> Iterator[Finding]:
    """Yield whether the topic exists. `at` is where the config names it."""
    about = f"topic {arn}"

    def check() -> Iterator[Finding]:
        try:
            reader.call("sns", "get_topic_attributes", arn, TopicArn=arn)
        except MissingError:
            yield fail(about, f"does not exist; create it, or correct topicArn ({at})")
        else:
            yield ok(about, "exists")

    yield from looked(about, check)
