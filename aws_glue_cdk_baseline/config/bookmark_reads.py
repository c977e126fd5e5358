"""Find what a job with a bookmark reads again in every run, and why its bookmark would not be kept.

A bookmark follows a read of awsglue by its `transformation_ctx`, from `job.init(name, args)` to `job.commit()`.
Source: https://docs.aws.amazon.com/glue/latest/dg/programming-etl-connect-bookmarks.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aws_glue_cdk_baseline.config.errors import ErrorLine
from aws_glue_cdk_baseline.config.imports import parse_source
from aws_glue_cdk_baseline.config.records import Job

# The readers of a GlueContext -> the position of `transformation_ctx` among their arguments.
READERS = {
    **{
        f"create_{frame}_frame{between}from_{source}": position
        for frame in ("dynamic", "data")
        for between in ("_", ".")
        for source, position in (("options", 4), ("catalog", 3))
    },
    "create_sample_dynamic_frame_from_options": 6,
    "create_sample_dynamic_frame_from_catalog": 5,
    "getSource": 2,
}
SPARK_READERS = frozenset({"json", "csv", "parquet", "orc", "text", "load", "table"})
_AGAIN = "reads all its files in each run"


@dataclass(frozen=True, order=True)
class _Call:
    """A call that matters to bookmarks, with its line, and its warning if there is one."""

    line: int
    warning: str
    method: str


def bookmark_warnings(jobs: Iterable[Job]) -> Iterator[ErrorLine]:
    """Yield a warning for each read that the bookmark of a job does not follow, and for a bookmark that is not kept."""
    for job in jobs:
        if job.settings.bookmark:
            files = [job.script, *(file for file in job.shared_files if file.suffix == ".py")]
            calls = [(_shown(file, job), call) for file in files for call in _calls(file.read_bytes(), file.name)]
            yield from (ErrorLine(file, call.line, job.name, call.warning) for file, call in calls if call.warning)
            yield from _not_kept(job, {call.method for _, call in calls})


def _not_kept(job: Job, called: set[str]) -> Iterator[ErrorLine]:
    for method, what in (("init(args['JOB_NAME'], args)", "used"), ("commit()", "kept")):
        if method.partition("(")[0] not in called:
            message = f"never calls job.{method}: no bookmark is {what}, and each run reads everything"
            yield ErrorLine(_shown(job.script, job), 1, job.name, message)


@cache  # several jobs may share a file
def _calls(source: bytes, name: str) -> Sequence[_Call]:
    """Return the calls of a file that matter to bookmarks."""
    try:
        nodes = list(ast.walk(parse_source(source, name)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()  # which is an error already
    jobs = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _names(node.value.func)[-1:] == ["Job"]
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = (_call(node, jobs) for node in nodes if isinstance(node, ast.Call))
    return sorted(call for call in found if call)


def _call(node: ast.Call, jobs: Set[str]) -> _Call | None:
    names = _names(node.func)
    if not names:
        return None
    owner, method = (names[-2] if len(names) > 1 else ""), names[-1]
    reader = next((name for name in (f"{owner}.{method}", method) if name in READERS), None)
    if reader:
        known = _has_context(node, READERS[reader])
        message = f"{reader} has no transformation_ctx, and {_AGAIN}; give it one of its own"
        return _Call(node.lineno, "" if known else message, method)
    if method in SPARK_READERS and "read" in names[:-1]:
        message = f"no bookmark follows Spark's own reader, which {_AGAIN}; read with create_dynamic_frame"
        return _Call(node.lineno, message, method)
    if owner not in jobs and "job" not in owner.lower():
        return None
    if method == "init":
        whole = len(node.args) > 1 or any(keyword.arg in ("args", None) for keyword in node.keywords)
        message = "job.init without the run's arguments uses no bookmark; write job.init(args['JOB_NAME'], args)"
        return _Call(node.lineno, "" if whole else message, method)
    return _Call(node.lineno, "", method) if method == "commit" else None


def _has_context(node: ast.Call, position: int) -> bool:
    """Return true if a read has a `transformation_ctx`, or may have one that is known only when it runs."""
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    given = [keyword.value for keyword in node.keywords if keyword.arg == "transformation_ctx"]
    given += node.args[position : position + 1]
    unknown = starred or any(keyword.arg is None for keyword in node.keywords)
    return unknown or any(not (isinstance(value, ast.Constant) and not value.value) for value in given)


def _names(function: ast.expr) -> list[str]:
    """Return the names in a chain of attributes and calls: spark, read, schema, json for spark.read.schema(x).json."""
    names: list[str] = []
    while True:
        if isinstance(function, ast.Attribute):
            names.insert(0, function.attr)
            function = function.value
        elif isinstance(function, ast.Call):
            function = function.func
        else:
            return [function.id, *names] if isinstance(function, ast.Name) else names


def _shown(file: Path, job: Job) -> str:
    folder = job.scripts_folder
    return file.relative_to(folder.parent).as_posix() if file.is_relative_to(folder) else file.name
