"""The S3 API for boto3 on a FileStore. MiniStack's S3 answers the requests; its objects are the files of the store."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
import threading
from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from local.s3.store import FileStore

Answer = tuple[int, dict[str, str], bytes]  # status, headers, body
Record = Callable[[str, str, int], None]
Fields = dict[str, Any]  # an object as MiniStack has it
REGION = "us-east-1"


class S3Api:
    """Answers requests to S3, one at a time. Every bucket exists."""

    _lock = threading.Lock()  # of all: MiniStack's module has one list of buckets

    def __init__(self, store: FileStore, record: Record) -> None:
        self._store, self._record = store, record
        self._buckets: dict[str, Fields] = {}

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Return the answer to a request. `headers` have names in small letters."""
        url = urlsplit(target)
        path, query = unquote(url.path), parse_qs(url.query, keep_blank_values=True)
        bucket, _, key = path.lstrip("/").partition("/")
        with self._lock:
            service = _service()
            self._let_exist(service, [bucket] if bucket else self._store.buckets())
            try:
                status, answered, content = asyncio.run(
                    service.handle_request(
                        method, path, headers, _unframed(headers, body), query, enforce_bucket_region=False
                    )
                )
            except OSError as error:
                return _xml(400, "InvalidRequest", str(error))
        if method == "GET" and key and status in (200, 206) and "uploadId" not in query:
            self._record("read", f"s3://{bucket}/{key}", len(content))
        return status, answered, content if isinstance(content, bytes) else str(content).encode()

    def _let_exist(self, service: ModuleType, buckets: list[str]) -> None:
        service._buckets.clear()  # those of another one in this process
        for bucket in buckets:
            if bucket not in self._buckets:
                objects = Objects(self._store, bucket, self._record)
                self._buckets[bucket] = {"created": _time(0), "objects": objects, "region": REGION}
            service._buckets[bucket] = self._buckets[bucket]


class Objects(MutableMapping[str, Fields]):
    """The objects of a bucket as MiniStack reads and writes them: each is a file of the store.

    Content type and metadata are not in files: they are known as long as this process runs.
    """

    def __init__(self, store: FileStore, bucket: str, record: Record) -> None:
        self._store, self._bucket, self._record = store, bucket, record
        self._known: dict[str, tuple[tuple[int, float], Fields]] = {}  # by key: size and time, then the object

    def __getitem__(self, key: str) -> Fields:
        entry = self._store.find(self._bucket, key)
        if not entry:
            raise KeyError(key)
        version, known = (entry.size, entry.modified), self._known.get(key)
        if not known or known[0] != version:
            made = _service()._build_object_record(self._store.fetch(entry).read_bytes(), {})
            known = self._known[key] = version, {**made, "last_modified": _time(entry.modified)}
        return known[1]

    def __setitem__(self, key: str, value: Fields) -> None:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(value["body"])
        try:
            self._store.put(self._bucket, key, Path(file.name))
        finally:
            Path(file.name).unlink(missing_ok=True)
        if entry := self._store.find(self._bucket, key):
            self._known[key] = (entry.size, entry.modified), value
        self._record("write", f"s3://{self._bucket}/{key}", len(value["body"]))

    def __delitem__(self, key: str) -> None:
        if not self._store.find(self._bucket, key):
            raise KeyError(key)
        self._store.delete(self._bucket, [key])
        self._record("delete", f"s3://{self._bucket}/{key}", 0)

    def __iter__(self) -> Iterator[str]:
        return (entry.key for entry in self._store.below(self._bucket, ""))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _service() -> ModuleType:
    """Import MiniStack's S3 at the first request, since most jobs do not use boto3. Keep this process's logging."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    import ministack.app as app
    import ministack.services.s3 as service

    module: ModuleType = service
    app.AUTH = False  # whatever the variable AUTH says: the gateway's address is known to the job alone
    root.handlers[:] = handlers
    root.setLevel(level)
    return module


def service_of(headers: dict[str, str]) -> str:
    """Return the service that a request is signed for; S3 if it is not signed."""
    scope = headers.get("authorization", "").partition("Credential=")[2].split(",")[0].split("/")
    return scope[3] if len(scope) > 3 else "s3"


def refuse(service: str, headers: dict[str, str]) -> Answer:
    """Return the answer to a request that the laptop does not answer: an error with the name of its call."""
    name = f"{service} {headers.get('x-amz-target', '').rpartition('.')[2]}".strip()
    message = (
        f"{name}: the laptop has only S3 and tables of the Data Catalog; give PROFILE=name to run with AWS, or rehearse"
        " the job (make rehearse)"
    )
    if "form-urlencoded" in headers.get("content-type", ""):
        return _xml(400, "NotOnLaptop", message)
    body = json.dumps({"__type": "NotOnLaptop", "message": message}).encode()
    return 400, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": "NotOnLaptop"}, body


def _xml(status: int, code: str, message: str) -> Answer:
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    text = f"<ErrorResponse>{error}</ErrorResponse>" if code == "NotOnLaptop" else error
    return status, {"Content-Type": "text/xml"}, text.encode()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _unframed(headers: dict[str, str], body: bytes) -> bytes:
    """Return the content of a body that boto3 sends in chunks with checksums (aws-chunked)."""
    if "aws-chunked" not in headers.get("content-encoding", ""):
        return body
    content, rest = b"", body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.partition(b";")[0] or b"0", 16)
        if not size:
            break
        content, rest = content + rest[:size], rest[size + 2 :]
    return content
