"""The templates of a stage as they are deployed now, and the old text of its scripts. It only reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from tools.job_arguments import RunError
from tools.stage_diff.templates import StackTemplate, UnreadableError
from tools.stage_jobs.account import MissingError

# A stack in these states has no resources, or none that an update could change.
NOTHING_DEPLOYED = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")


class Calls(Protocol):
    """Whoever calls AWS, such as a Caller: its errors are RunError, and MissingError for what does not exist."""

    def call(self, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
        """Return the answer of a call."""


@dataclass(frozen=True)
class Deployed:
    """The stacks that exist, and what to say of them."""

    stacks: tuple[StackTemplate, ...]
    remarks: tuple[str, ...] = ()


def deployed(account: Calls, stacks: Sequence[StackTemplate]) -> Deployed:
    """Return the deployed stacks with the names of the new `stacks`. Raise RunError for a call that AWS refuses."""
    found, remarks = [], []
    read = reader(account)
    for stack in stacks:
        name = stack.name
        try:
            answer = account.call("cloudformation", "describe_stacks", name, StackName=name)["Stacks"][0]
        except MissingError:
            continue
        status = answer["StackStatus"]
        if status in NOTHING_DEPLOYED:
            if status != "REVIEW_IN_PROGRESS":
                remarks.append(f"{name} is {status}: it counts as not deployed")
            continue
        if status.endswith("_IN_PROGRESS"):
            remarks.append(f"{name} is {status}: it is being deployed just now, and this compares with its last state")
        body = account.call("cloudformation", "get_template", name, StackName=name)["TemplateBody"]
        template = json.loads(body) if isinstance(body, str) else body
        found.append(StackTemplate(name, template, stack.account, stack.region, stack.partition, read))
    return Deployed(tuple(found), tuple(remarks))


def reader(account: Calls) -> Any:
    """Return a function that reads an object in S3, once. It raises UnreadableError, also once a call was refused."""

    @cache
    def answer(bucket: str, key: str) -> bytes | str:
        try:
            content: bytes = account.call("s3", "get_object", Bucket=bucket, Key=key)["Body"].read()
        except RunError as error:
            return str(error)
        return content

    def read(bucket: str, key: str) -> bytes:
        content = answer(bucket, key)
        if isinstance(content, str):
            raise UnreadableError(content)
        return content

    return read
