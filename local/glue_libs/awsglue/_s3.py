"""Objects of S3, by the gateway that also serves Spark's file system (local/s3 of this project)."""

from __future__ import annotations

import json
import shutil
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import SparkSession

SCHEMES = ("s3://", "s3a://", "s3n://")
ERRORS = {403: PermissionError, 404: FileNotFoundError, 501: NotImplementedError}
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class S3Object(NamedTuple):
    """One object; `name` is its path below the location that was read."""

    uri: str
    name: str
    modified: datetime


def is_s3(path: str) -> bool:
    return path.startswith(SCHEMES)


def find(path: str, recurse: bool = True) -> list[S3Object]:
    """Return the object at `path`, or the objects in the folder `path`, with `recurse` those of its subfolders too.

    Raise PermissionError if S3 denies access, FileNotFoundError if the bucket does not exist.
    """
    objects = []
    for line in _ask("GET", "below", path, recurse="1" if recurse else "0"):
        uri, name, modified = map(urllib.parse.unquote, line.split("\t"))
        objects.append(S3Object(uri, name, datetime.fromtimestamp(int(modified) / 1000, UTC)))
    return objects


def fetch(uri: str) -> Path:
    """Return a local file with the content of an object."""
    return Path(_ask("GET", "open", uri)[0])


def delete(objects: Sequence[S3Object]) -> None:
    for item in objects:
        _ask("POST", "delete", item.uri, folder="0")


def local(uri: str) -> Path:
    """Return a local file with the content of `s3://…` or `file://…`."""
    return fetch(uri) if is_s3(uri) else Path(uri.removeprefix("file://"))


def put(uri: str, file: Path) -> None:
    """Move a local file to `s3://…`, or to a path of this machine."""
    if is_s3(uri):
        _ask("POST", "put", uri, file=str(file))
        return
    target = Path(uri.removeprefix("file://"))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(file, target)


def write(uri: str, text: str) -> None:
    """Make an object of a text."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", delete=False) as file:
        file.write(text)
    try:
        put(uri, Path(file.name))
    finally:
        Path(file.name).unlink(missing_ok=True)


def bookmark() -> str:
    """Return the job's bookmark as JSON. Raise NotImplementedError if there are none here."""
    return _ask("GET", "bookmark", "a bookmark")[0]


def commit_bookmark(version: int, sources: Mapping[str, Mapping[str, int]]) -> str:
    """Add what the run has read to the bookmark of this `version`, and return its new version."""
    run = json.dumps({"version": version, "sources": sources}).encode()
    return _ask("POST", "commit", "a bookmark", run)[0]


def _ask(method: str, operation: str, path: str, body: bytes | None = None, **query: str) -> list[str]:
    session = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    gateway = session.sparkContext.getConf().get("spark.hadoop.fs.s3.gateway")
    if not gateway:
        raise ConnectionError(f"{path}: this Spark session has no S3; use `make run`, `make test-jobs` or a local file")
    uri = f"s3://{path.partition('://')[2]}"
    address = f"{gateway}/{operation}?{urllib.parse.urlencode({'uri': uri, **query})}"
    try:
        with _opener.open(urllib.request.Request(address, body, method=method)) as answer:
            return [line for line in answer.read().decode().split("\n") if line]
    except urllib.error.HTTPError as error:
        raise ERRORS.get(error.code, OSError)(error.read().decode()) from None
