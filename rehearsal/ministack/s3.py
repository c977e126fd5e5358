"""S3: a record of what each job run reads, writes and deletes, by Spark, awsglue or boto3.

A run's own file has a line for each access, which rehearsal/accesses.py reads. The session of the caller tells the run.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import ministack.core.iam_evaluator as evaluator
import ministack.services.s3 as service

READS = ("_get_object",)
WRITES = ("_put_object", "_copy_object", "_complete_multipart_upload")
accesses: dict[str, Path] = {}  # the file of each run that goes on, by the name of its session


def install() -> None:
    """Patch MiniStack."""
    for operation, names in {"read": READS, "write": WRITES, "delete": ("_delete_object",)}.items():
        for name in names:
            setattr(service, name, recording(operation, getattr(service, name)))
    service._delete_objects = recording_each(service._delete_objects)


def recording(operation: str, answer_to: Callable[..., Any]) -> Callable[..., Any]:
    """Return a handler of a request about one object that records it, if it succeeds."""

    def recorded(bucket: str, key: str, *further: Any, **named: Any) -> Any:
        answer = answer_to(bucket, key, *further, **named)
        if answer[0] < 300:
            body = answer[2] if operation == "read" else further[0] if further else b""
            record(operation, bucket, [key], len(body) if isinstance(body, bytes) else 0)
        return answer

    return recorded


def recording_each(delete_objects: Callable[..., Any]) -> Callable[..., Any]:
    """Return a handler of DeleteObjects that records each key."""

    def recorded(bucket: str, body: bytes, *further: Any, **named: Any) -> Any:
        answer = delete_objects(bucket, body, *further, **named)
        if answer[0] < 300:
            found = (element for element in ElementTree.fromstring(body).iter() if element.tag.endswith("}Key"))
            record("delete", bucket, [str(element.text) for element in found], 0)
        return answer

    return recorded


def record(operation: str, bucket: str, keys: list[str], size: int) -> None:
    """Add a line for each key to the file of the run that calls, if it is a run that calls."""
    if file := accesses.get(evaluator.caller_arn().rpartition("/")[2]):
        lines = [json.dumps({"op": operation, "uri": f"s3://{bucket}/{key}", "bytes": size}) for key in keys]
        with file.open("a", encoding="utf-8") as output:
            output.write("".join(f"{line}\n" for line in lines))
