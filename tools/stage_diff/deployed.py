"""The templates of a stage as they are deployed now, and the old text of its scripts. It only reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from aws_glue_cdk_baseline.config import StageConfig
from aws_glue_cdk_baseline.config.names import numbered
from tools.job_arguments import RunError
from tools.stage_diff.templates import StackTemplate, UnreadableError
from tools.stage_jobs.account import DeniedError, MissingError

# A stack in these states has no resources, or none that an update could change.
NOTHING_DEPLOYED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
ABSENT = ("", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")


class Calls(Protocol):
    """Whoever calls AWS, such as a Caller: its errors are RunError, and MissingError for what does not exist."""

    def call(self, service: str, operation: str, about: str = "", **parameters: Any) -> Any:
        """Return the answer of a call."""


@dataclass(frozen=True)
class Deployed:
    """The stacks that exist, and what to say of them."""

    stacks: tuple[StackTemplate, ...]
    remarks: tuple[str, ...] = ()


def deployed(
    account: Calls, stacks: Sequence[StackTemplate], earlier: Iterable[str] = (), *, may_lack_rights: bool = False
) -> Deployed:
    """Return the deployed stacks with the names of the new `stacks`. Raise RunError for a call that AWS refuses.

    `earlier` are names that stacks of the stage may have had before: one that still exists is told of. If it
    `may_lack_rights`, a stack counts as not deployed if it may not be read and another one may: the caller's role is
    from the last deployment, and does not know a stack that is new.
    """
    found, remarks, denied = [], [], []
    read = reader(account)
    for stack in stacks:
        name = stack.name
        try:
            status = _status(account, name)
        except DeniedError as error:
            denied.append(error)
            remarks.append(f"{name} counts as not deployed, as the role of the last deployment does not know it")
            continue
        if status in NOTHING_DEPLOYED:
            remarks.append(f"{name} is {status}: it counts as not deployed")
        elif status not in ABSENT:
            if status.endswith("_IN_PROGRESS"):
                remarks.append(f"{name} is {status}: it is being deployed just now, and this compares its last state")
            body = account.call("cloudformation", "get_template", name, StackName=name)["TemplateBody"]
            template = json.loads(body) if isinstance(body, str) else body
            found.append(StackTemplate(name, template, stack.account, stack.region, stack.partition, read))
    if denied and not (may_lack_rights and found):
        raise denied[0]
    names = {stack.name for stack in stacks}
    for name in (name for name in earlier if name not in names):
        with suppress(DeniedError):  # it is not one of the stacks that this caller has to read
            if _status(account, name) not in (*ABSENT, *NOTHING_DEPLOYED):
                remarks.append(f"{name} is no longer in the app: it stays as it is until you delete it")
    return Deployed(tuple(found), tuple(remarks))


def earlier_stacks(stage: StageConfig) -> list[str]:
    """Return the names that stacks of a stage may have had: it has had more jobs, more triggers, or was watched."""
    names = stage.names
    return [
        numbered(names.stack, stage.stack_count + 1),
        numbered(names.trigger_stack, stage.trigger_stack_count + 1),
        names.monitoring_stack,
    ]


def _status(account: Calls, name: str) -> str:
    try:
        answer = account.call("cloudformation", "describe_stacks", name, StackName=name)
    except MissingError:
        return ""
    return str(answer["Stacks"][0]["StackStatus"])


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
