"""Delete stacks and wait for them, with progress; empty and delete the buckets that a pipeline leaves."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from tools.amounts import counted
from tools.job_arguments import RunError
from tools.stage_jobs.account import Caller, MissingError, NoAnswerError
from tools.teardown.stacks import Stack

LOOK_SECONDS = 3.0
REPORT_SECONDS = 30.0  # between two lines of progress, without a terminal
PATIENCE = 10  # calls without an answer, one after the other
GONE = "DELETE_COMPLETE"
TOGETHER = 1000  # objects that S3 deletes at once


def delete_stack(stack: Stack, sleep: Callable[[float], None] = time.sleep) -> None:
    """Delete a stack and wait until it is gone. Raise RunError if it cannot be deleted, with the reasons."""
    api = "cloudformation"
    stack.caller.call(api, "delete_stack", stack.name, StackName=stack.id)
    began, shown, unanswered = time.monotonic(), 0.0, 0
    while True:
        try:
            status = _status(stack)
            unanswered = 0
        except NoAnswerError:
            unanswered += 1
            if unanswered == PATIENCE:
                raise
            status = "?"
        seconds = time.monotonic() - began
        if status == GONE:
            _progress(f"  {stack.name} is gone, after {seconds:.0f} s", ends=True)
            return
        if status.endswith("_FAILED"):
            _progress("", ends=False)
            reasons = _reasons(stack)
            raise RunError("\n  ".join([f"{stack.name} could not be deleted ({status}):", *reasons]))
        if seconds >= shown:
            _progress(f"  {stack.name} {status} {seconds:.0f} s", ends=False)
            shown = seconds + (0 if sys.stdout.isatty() else REPORT_SECONDS)
        sleep(LOOK_SECONDS)


def delete_bucket(caller: Caller, bucket: str) -> None:
    """Delete a bucket with all versions of its objects. One that is not there is no error."""
    deleted = 0
    try:
        while items := _versions(caller, bucket):
            answer = caller.call(
                "s3", "delete_objects", bucket, Bucket=bucket, Delete={"Objects": items, "Quiet": True}
            )
            if errors := answer.get("Errors"):
                first = errors[0]
                raise RunError(f"{bucket}: {first.get('Key')} could not be deleted: {first.get('Message')}")
            deleted += len(items)
            _progress(f"  {bucket}: {counted(deleted, 'object')} deleted", ends=False)
        caller.call("s3", "delete_bucket", bucket, Bucket=bucket)
    except MissingError:
        return
    _progress(f"  {bucket} is gone, with {counted(deleted, 'object')}", ends=True)


def delete_log_groups(caller: Caller, names: Iterable[str]) -> None:
    """Delete log groups. One that is not there is no error."""
    for name in names:
        try:
            caller.call("logs", "delete_log_group", name, logGroupName=name)
        except MissingError:
            continue
        _progress(f"  {name} is gone", ends=True)


def _status(stack: Stack) -> str:
    try:
        answer = stack.caller.call("cloudformation", "describe_stacks", stack.name, StackName=stack.id)
    except MissingError:
        return GONE
    return str(answer["Stacks"][0]["StackStatus"])


def _reasons(stack: Stack) -> list[str]:
    """Return why resources could not be deleted, of the last try."""
    found: list[str] = []
    for event in stack.caller.pages(
        "cloudformation", "describe_stack_events", "StackEvents", stack.name, StackName=stack.id
    ):
        if event["ResourceStatus"] == "DELETE_FAILED" and event["LogicalResourceId"] != stack.name:
            found.append(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}")
        if event["ResourceStatus"] == "DELETE_IN_PROGRESS" and event["ResourceType"] == "AWS::CloudFormation::Stack":
            break
    return found


def _versions(caller: Caller, bucket: str) -> list[dict[str, Any]]:
    page = caller.call("s3", "list_object_versions", bucket, Bucket=bucket, MaxKeys=TOGETHER)
    both = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in both]


def _progress(line: str, *, ends: bool) -> None:
    """Show a line: on a terminal in place of the one before, else below it."""
    if sys.stdout.isatty():
        print(f"\r{line:<100}", end="\n" if ends else "", flush=True)
    elif line:
        print(line, flush=True)
