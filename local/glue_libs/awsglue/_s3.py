"""Objects of S3 as files on this machine. boto3 fetches them: credentials, profile and AWS_ENDPOINT_URL apply.

A run fetches each object once: its copy, by bucket, key and ETag, stays until the process ends.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from tqdm import tqdm

SCHEMES = ("s3://", "s3a://", "s3n://")
TRANSFERS = 8  # at the same time
SHOWN_FROM = 20_000_000  # bytes; a smaller download shows no progress bar


class S3Object(NamedTuple):
    """One object; `name` is its path below the location that was read."""

    bucket: str
    key: str
    etag: str
    size: int
    modified: datetime
    name: str


def is_s3(path: str) -> bool:
    return path.startswith(SCHEMES)


def split(path: str) -> tuple[str, str]:
    """Split `s3://bucket/some/key` into bucket and some/key."""
    bucket, _, key = path.partition("://")[2].partition("/")
    return bucket, key


def find(path: str, recurse: bool = True) -> list[S3Object]:
    """Return the object at `path`, or the objects in the folder `path`, with `recurse` those of its subfolders too.

    Raise PermissionError if S3 denies access, FileNotFoundError if the bucket does not exist.
    """
    bucket, key = split(path)
    try:
        if key and not key.endswith("/") and (found := _head(bucket, key)):
            return [found]
        return list(_below(bucket, _prefix(key), recurse))
    except (ClientError, BotoCoreError) as error:
        _refuse(path, error)


def fetch(objects: Sequence[S3Object]) -> Path:
    """Return a new folder with the objects as files. Raise PermissionError if S3 denies access."""
    missing = [item for item in objects if not _copy(item).exists()]
    total = sum(item.size for item in missing)
    lock = threading.Lock()
    with (
        tqdm(total=total, unit="B", unit_scale=True, desc="Fetching from S3", disable=total < SHOWN_FROM) as progress,
        ThreadPoolExecutor(TRANSFERS) as pool,
    ):

        def seen(size: int) -> None:
            with lock:
                progress.update(size)

        try:
            list(pool.map(lambda item: _download(item, seen), dict.fromkeys(missing)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    folder = Path(tempfile.mkdtemp(prefix="read-", dir=cache()))
    for item in objects:
        target = folder / item.name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(_copy(item), target)
    return folder


def upload(folder: Path, path: str) -> set[str]:
    """Upload every file of `folder` to the same name below `path`, and return the keys."""
    bucket, key = split(path)
    prefix = _prefix(key)
    files = [file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(".crc")]
    keys = {f"{prefix}{file.relative_to(folder).as_posix()}": file for file in files}
    try:
        with ThreadPoolExecutor(TRANSFERS) as pool:
            list(pool.map(lambda key: client().upload_file(str(keys[key]), bucket, key), keys))
    except Exception as error:
        _refuse(path, error)
    return set(keys)


def delete(objects: Sequence[S3Object]) -> None:
    try:
        for start in range(0, len(objects), 1000):
            batch = objects[start : start + 1000]
            answer = client().delete_objects(
                Bucket=batch[0].bucket, Delete={"Objects": [{"Key": item.key} for item in batch], "Quiet": True}
            )
            for failed in answer.get("Errors", []):
                raise PermissionError(f"s3://{batch[0].bucket}/{failed['Key']}: {failed['Message']} ({failed['Code']})")
    except (ClientError, BotoCoreError) as error:
        _refuse(f"s3://{objects[0].bucket}/{objects[0].key}", error)


@functools.cache
def client() -> Any:
    return boto3.Session().client("s3", config=Config(max_pool_connections=2 * TRANSFERS, retries={"mode": "standard"}))


@functools.cache
def cache() -> Path:
    """Return the folder for the copies of this process, which is deleted at its end."""
    folder = Path(tempfile.mkdtemp(prefix="awsglue-s3-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _prefix(key: str) -> str:
    """Return the prefix of the keys below a folder; empty for a whole bucket."""
    folder = key.rstrip("/")
    return f"{folder}/" if folder else ""


def _head(bucket: str, key: str) -> S3Object | None:
    try:
        answer = client().head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return None
        # The answer to a HEAD has no body with the reason of the denial; the answer to a GET has.
        answer = client().get_object(Bucket=bucket, Key=key)
        answer["Body"].close()
    return S3Object(
        bucket, key, answer["ETag"], answer["ContentLength"], answer["LastModified"], _safe(key.rsplit("/", 1)[-1])
    )


def _below(bucket: str, prefix: str, recurse: bool) -> Iterator[S3Object]:
    options = {} if recurse else {"Delimiter": "/"}
    for page in client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **options):
        for item in page.get("Contents", []):
            name = item["Key"].removeprefix(prefix)
            if name and not name.endswith(("/", "_$folder$")):
                yield S3Object(bucket, item["Key"], item["ETag"], item["Size"], item["LastModified"], _safe(name))


def _safe(name: str) -> str:
    """Replace the parts of a key that have another meaning in a file system, such as `..`."""
    return "/".join(part if part.strip(".") else f"%{len(part)}" for part in name.split("/"))


def _copy(item: S3Object) -> Path:
    identity = hashlib.sha256(f"{item.bucket}/{item.key} {item.etag}".encode()).hexdigest()
    suffix = "".join(Path(item.name).suffixes[-2:])  # tells Spark the compression
    return cache() / "objects" / f"{identity}{suffix}"


def _download(item: S3Object, seen: Any) -> None:
    target = _copy(item)
    target.parent.mkdir(exist_ok=True)
    partial = target.with_name(f"{target.name}.{threading.get_ident()}")
    try:
        client().download_file(item.bucket, item.key, str(partial), Callback=seen)
    except Exception as error:
        _refuse(f"s3://{item.bucket}/{item.key}", error)
    partial.replace(target)


def _refuse(path: str, error: Exception) -> NoReturn:
    """Raise the error that fits the answer of S3, in one line."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    if code == "NoSuchBucket":
        raise FileNotFoundError(f"{path}: the bucket does not exist") from None
    if code or "credentials" in str(error).lower():
        hint = "" if code else "; set AWS_PROFILE, or use a local file"
        raise PermissionError(f"{path}: {error}{hint}") from None
    raise ConnectionError(f"{path}: {error}") from None
