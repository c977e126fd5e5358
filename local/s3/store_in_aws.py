"""The store behind the gateway that is a real S3, or the rehearsal's emulator: boto3 with one session's permissions."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.s3.store import Entry

TRANSFERS = 16  # connections at the same time
MISSING = ("404", "NoSuchKey", "NotFound")
DELETED_TOGETHER = 1000  # as many keys as one DeleteObjects takes


class StoreInAws:
    """The objects that a boto3 `session` reaches. Each is fetched once, into `cache`, until it changes."""

    def __init__(self, session: Any, cache: Path) -> None:
        options = Config(max_pool_connections=TRANSFERS, retries={"mode": "standard"})
        self._client = session.client("s3", config=options)
        self._cache = cache
        self._etags: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def find(self, bucket: str, key: str) -> Entry | None:
        with _errors(bucket, key):
            try:
                answer = self._client.head_object(Bucket=bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in MISSING:
                    return None
                # The answer to a HEAD has no body with the reason of the denial; the answer to a GET has.
                answer = self._client.get_object(Bucket=bucket, Key=key)
                answer["Body"].close()
        self._etags[bucket, key] = answer["ETag"]
        return Entry(bucket, key, answer["ContentLength"], answer["LastModified"].timestamp())

    def below(self, bucket: str, prefix: str) -> Iterator[Entry]:
        for page in self._pages(bucket, prefix):
            yield from self._entries(bucket, page)

    def folder(self, bucket: str, prefix: str) -> tuple[list[Entry], list[str]]:
        entries: list[Entry] = []
        folders: list[str] = []
        for page in self._pages(bucket, prefix, Delimiter="/"):
            entries += [entry for entry in self._entries(bucket, page) if entry.key != prefix]
            folders += [found["Prefix"].removeprefix(prefix)[:-1] for found in page.get("CommonPrefixes", [])]
        return entries, folders

    def fetch(self, entry: Entry) -> Path:
        etag = self._etags.get((entry.bucket, entry.key)) or str(entry.modified)
        name = hashlib.sha256(f"{entry.bucket}/{entry.key} {etag}".encode()).hexdigest()
        target = self._cache / name
        if not target.exists():
            partial = target.with_name(f"{name}.{threading.get_ident()}")
            with _errors(entry.bucket, entry.key):
                self._client.download_file(entry.bucket, entry.key, str(partial))
            partial.replace(target)
        return target

    def put(self, bucket: str, key: str, file: Path) -> None:
        with _errors(bucket, key):
            self._client.upload_file(str(file), bucket, key)
        file.unlink()

    def copy(self, source: Entry, bucket: str, key: str) -> None:
        with _errors(bucket, key):
            self._client.copy({"Bucket": source.bucket, "Key": source.key}, bucket, key)

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        listed = list(keys)
        for start in range(0, len(listed), DELETED_TOGETHER):
            batch = [{"Key": key} for key in listed[start : start + DELETED_TOGETHER]]
            with _errors(bucket, listed[start]):
                answer = self._client.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
            for failed in answer.get("Errors", []):
                raise PermissionError(f"s3://{bucket}/{failed['Key']}: {failed['Message']} ({failed['Code']})")

    def _pages(self, bucket: str, prefix: str, **options: str) -> Iterator[dict[str, Any]]:
        with _errors(bucket, prefix.rstrip("/")):
            yield from self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **options)

    def _entries(self, bucket: str, page: dict[str, Any]) -> Iterator[Entry]:
        for found in page.get("Contents", []):
            if not found["Key"].endswith(("/", "_$folder$")):  # these mark folders
                self._etags[bucket, found["Key"]] = found["ETag"]
                yield Entry(bucket, found["Key"], found["Size"], found["LastModified"].timestamp())


def cache_folder() -> Path:
    """Return a new folder for the copies of this process, which is deleted at its end."""
    folder = Path(tempfile.mkdtemp(prefix="s3-copies-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def _errors(bucket: str, key: str) -> Iterator[None]:
    """Raise the OSError that fits the answer of S3, in one line."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise FileNotFoundError(f"s3://{bucket}/{key}: the bucket does not exist") from None
        raise PermissionError(f"s3://{bucket}/{key}: {error}") from None
    except (BotoCoreError, OSError) as error:
        raise ConnectionError(f"s3://{bucket}/{key}: {error}") from None
