"""The gateway: a server on 127.0.0.1 by which Spark's file system and boto3 reach a store, in threads of this process.

S3FileSystem.java asks for `/<secret>/<operation>?uri=s3://…`; every other path is a request of boto3 (s3_api.py,
local/catalog).
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from local.bookmarks import Bookmark
from local.catalog.glue_api import GlueApi
from local.catalog.tables import TableFiles
from local.s3.s3_api import Answer, S3Api, refuse, service_of
from local.s3.store import Entry, FileStore, Store
from local.samples import split

SCHEMES = ("s3", "s3a", "s3n")
# The operation (read, write, delete), the URI and the size in bytes. `table` is a change of the table database.table.
Record = Callable[[str, str, int], None]


@dataclass(frozen=True)
class Gateway:
    """A running gateway: its `address`, the `secret` of its clients, and the `scratch` folder of the file system."""

    address: str
    secret: str
    scratch: Path

    def spark_settings(self) -> dict[str, str]:
        """Return the settings with which Spark reads and writes s3://, s3a:// and s3n:// by this gateway."""
        return {
            **{f"spark.hadoop.fs.{scheme}.impl": "local.s3.S3FileSystem" for scheme in SCHEMES},
            "spark.hadoop.fs.s3.gateway": f"{self.address}/{self.secret}",
            "spark.hadoop.fs.s3.gateway.scratch": str(self.scratch),
        }

    def aws_variables(self) -> dict[str, str]:
        """Return the variables with which boto3 reaches this gateway and no AWS."""
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "laptop",
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextmanager
def gateway(
    store: Store, record: Record = lambda operation, uri, size: None, bookmark: Bookmark | None = None
) -> Iterator[Gateway]:
    """Serve the store on a free port of 127.0.0.1 until the block ends. `record` gets each read, write and deletion.

    awsglue reads the job's `bookmark` here, and commits it.
    """
    scratch = Path(tempfile.mkdtemp(prefix="s3-"))
    secret = secrets.token_urlsafe()
    operations = Operations(store, record, bookmark)
    api = LaptopApi(store, record) if isinstance(store, FileStore) else None

    class Handler(_Handler):
        def answer(self) -> tuple[int, dict[str, str], bytes]:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if url.path.startswith(f"/{secret}/"):
                return operations.answer(url.path.rpartition("/")[2], dict(parse_qsl(url.query)), body)
            if api is None:
                return 404, {}, b""
            headers = {name.lower(): value for name, value in self.headers.items()}
            return api.answer(self.command, self.path, headers, body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Gateway(f"http://127.0.0.1:{server.server_address[1]}", secret, scratch)
    finally:
        server.shutdown()
        server.server_close()
        shutil.rmtree(scratch, ignore_errors=True)


class LaptopApi:
    """The APIs of AWS that boto3 reaches on the laptop: S3, and the tables of Glue's Data Catalog."""

    def __init__(self, store: FileStore, record: Record) -> None:
        self._s3 = S3Api(store, record)
        self._catalog = GlueApi(TableFiles(store.samples, store.out), record)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Return the answer to a request, or refuse it with the name of its service and call."""
        service = service_of(headers)
        if service == "glue" and self._catalog.knows(headers):
            return self._catalog.answer(headers, body)
        return refuse(service, headers) if service != "s3" else self._s3.answer(method, target, headers, body)


class Operations:
    """The operations of Spark's file system, and of awsglue. Each answers with lines of fields, separated by tabs."""

    def __init__(self, store: Store, record: Record, bookmark: Bookmark | None) -> None:
        self._store, self._record, self._job_bookmark = store, record, bookmark

    def answer(self, operation: str, query: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        if operation in ("bookmark", "commit"):
            return self._bookmark(json.loads(body) if body else None)
        bucket, key = split(query["uri"])
        try:
            lines = getattr(self, f"_{operation}")(bucket, key, query)
            return 200, {}, "".join(f"{line}\n" for line in lines).encode()
        except PermissionError as error:
            return 403, {}, str(error).encode()
        except FileNotFoundError as error:
            return 404, {}, str(error).encode()
        except OSError as error:
            return 500, {}, str(error).encode()

    def _status(self, bucket: str, key: str, query: dict[str, str]) -> Iterator[str]:
        if key and (found := self._store.find(bucket, key)):
            yield _line(found)
        elif next(iter(self._store.below(bucket, _prefix(key))), None):
            yield "folder"

    def _list(self, bucket: str, key: str, query: dict[str, str]) -> Iterator[str]:
        entries, folders = self._store.folder(bucket, _prefix(key))
        yield from map(_line, entries)
        yield from (f"folder\t{quote(name)}" for name in folders if name not in {_name(entry) for entry in entries})

    def _below(self, bucket: str, key: str, query: dict[str, str]) -> Iterator[str]:
        entry = self._store.find(bucket, key) if key and not key.endswith("/") else None
        prefix = _prefix(key)
        below = self._store.below(bucket, prefix) if query["recurse"] == "1" else self._store.folder(bucket, prefix)[0]
        for found in [entry] if entry else below:
            name = _name(found) if found is entry else found.key.removeprefix(prefix)
            if name and not name.endswith("/"):
                yield f"{quote(found.uri)}\t{quote(name)}\t{int(found.modified * 1000)}"

    def _open(self, bucket: str, key: str, query: dict[str, str]) -> Iterator[str]:
        entry = self._store.find(bucket, key)
        if not entry:
            raise FileNotFoundError(f"No such file or directory: {query['uri']}")
        yield str(self._store.fetch(entry).absolute())
        self._record("read", entry.uri, entry.size)

    def _put(self, bucket: str, key: str, query: dict[str, str]) -> Iterator[str]:
        file = Path(query["file"])
        size = file.stat().st_size
        self._store.put(bucket, key, file)
        self._record("write", query["uri"], size)
        yield from ()

    def _copy(self, bucket: str, key: str, query: dict[str, str]) -> Iterator[str]:
        source = self._store.find(bucket, key)
        if not source:
            raise FileNotFoundError(f"No such file or directory: {query['uri']}")
        self._store.copy(source, *split(query["to"]))
        self._record("write", query["to"], source.size)
        yield from ()

    def _delete(self, bucket: str, key: str, query: dict[str, str]) -> Iterator[str]:
        entries = list(self._store.below(bucket, _prefix(key))) if query["folder"] == "1" else []
        keys = [entry.key for entry in entries] or [key]
        self._store.delete(bucket, keys)
        for deleted in keys:
            self._record("delete", f"s3://{bucket}/{deleted}", 0)
        yield from ()

    def _bookmark(self, run: dict[str, Any] | None) -> tuple[int, dict[str, str], bytes]:
        """Answer with the bookmark, or with its new version if there is a run to commit."""
        if self._job_bookmark is None:
            return (
                501,
                {},
                b"this run has no bookmark; `bookmark: true` gives its job one, in `make run` and the rehearsal",
            )
        try:
            found = self._job_bookmark.commit(**run) if run else self._job_bookmark.read()
            return 200, {}, json.dumps(found).encode()
        except OSError as error:
            return 500, {}, str(error).encode()


class _Handler(BaseHTTPRequestHandler):
    """Answers every method by `answer`, and keeps the connection open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        raise NotImplementedError

    def _respond(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            pass  # http.server has answered it
        status, headers, body = self.answer()
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "date", "server") or self.command == "HEAD":
                self.send_header(name, str(value))
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _respond

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""


def record_to(file: Path) -> Record:
    """Return a record that writes a JSON line for each operation: {"op": …, "uri": …, "bytes": …}."""
    lock = threading.Lock()

    def write(operation: str, uri: str, size: int) -> None:
        with lock, file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"op": operation, "uri": uri, "bytes": size}) + "\n")

    return write


def _prefix(key: str) -> str:
    """Return the prefix of the keys below a folder; empty for a whole bucket."""
    folder = key.rstrip("/")
    return f"{folder}/" if folder else ""


def _name(entry: Entry) -> str:
    return entry.key.rpartition("/")[2]


def _line(entry: Entry) -> str:
    return f"file\t{quote(_name(entry))}\t{entry.size}\t{int(entry.modified * 1000)}"
