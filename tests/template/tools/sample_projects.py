"""Projects with a job whose inputs are sampled, and files to take the samples of."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from aws_glue_cdk_baseline.config.parameters import argument_name
from tests.configs import make_project
from tools.samples.commands import run
from tools.samples.source import SampleError

ACCOUNTS = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: us-east-1}
"""
SCRIPT = """\
import sys
from awsglue.utils import getResolvedOptions

args = getResolvedOptions(sys.argv, {options})
{rest}"""


class Project:
    """A project in `folder` with one job, Read, that has `inputs`, and a folder `data` in which they may lie."""

    def __init__(self, folder: Path, inputs: dict[str, str], script: str = "", more: str = "") -> None:
        self.folder, self.samples, self.data = folder, folder / "samples", folder / "data"
        self.data.mkdir(exist_ok=True)
        options = [argument_name(name)[2:] for name in inputs]
        make_project(folder, {"read.py": SCRIPT.format(options=options, rest=script), "write.py": ""})
        lines = "".join(f"      {name}: {value}\n" for name, value in inputs.items())
        jobs = f"  jobs:\n    Read:\n{lines}"
        (folder / "c.yaml").write_text(f"{ACCOUNTS}dev:\n{jobs}{more}prod:\n{jobs}", encoding="utf-8")

    def run(self, command: str, *arguments: str) -> None:
        run([command, "Read", "--config", str(self.folder / "c.yaml"), *arguments], self.samples, self.folder)

    def fetch(self, *arguments: str) -> None:
        self.run("fetch", "--from", str(self.data), *arguments)

    def error(self, *arguments: str, command: str = "fetch") -> str:
        """Return the one line with which a command fails. It leaves nothing behind."""
        before = sorted(self.samples.rglob("*"))
        with pytest.raises(SampleError) as error:
            self.run(command, *arguments)
        assert sorted(self.samples.rglob("*")) == before
        assert "\n" not in str(error.value)
        return str(error.value)

    def files(self) -> dict[str, bytes]:
        """Return the samples by their names below samples/."""
        found = sorted(path for path in self.samples.rglob("*") if path.is_file())
        return {path.relative_to(self.samples).as_posix(): path.read_bytes() for path in found}

    def put(self, name: str, data: bytes | str) -> bytes:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = data.encode() if isinstance(data, str) else data
        path.write_bytes(content)
        return content


def json_lines(count: int, first: int = 0) -> str:
    return "".join(
        json.dumps({"id": number, "email": f"u{number}@corp.com"}) + "\n" for number in range(first, first + count)
    )


def parquet(rows: list[dict[str, Any]], schema: pa.Schema | None = None, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), sink, **options)
    return sink.getvalue()


def parquet_rows(data: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(data)).to_pylist()
    return rows


def json_rows(data: bytes) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in data.decode().splitlines())


def unzipped(data: bytes) -> str:
    return gzip.decompress(data).decode()
