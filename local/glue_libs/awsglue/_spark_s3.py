"""`s3://` paths for Spark's own readers and writers: without AWS's jars Spark has no file system for S3.

`spark.read.json("s3://…")` and the other readers read a local copy. `df.write.parquet("s3://…")` and the other writers
write to a local folder and upload it. Spark's rules for folders, partitions and modes apply.
"""

from __future__ import annotations

import functools
import inspect
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrameReader, DataFrameWriter

from awsglue import _s3

READERS = ("load", "json", "csv", "parquet", "orc", "text")
WRITERS = ("save", "json", "csv", "parquet", "orc", "text")
PATHS = ("path", "paths")  # the name of the readers' parameter


def install() -> None:
    """Patch Spark's readers and writers in this process. A second call changes nothing."""
    if hasattr(DataFrameWriter, "_awsglue_mode"):
        return
    for name in READERS:
        setattr(DataFrameReader, name, _reading(getattr(DataFrameReader, name)))
    for name in WRITERS:
        setattr(DataFrameWriter, name, _writing(getattr(DataFrameWriter, name)))
    setattr(DataFrameWriter, "_awsglue_mode", None)  # noqa: B010  (a plain assignment is an error to mypy)
    setattr(DataFrameWriter, "mode", _remembering(DataFrameWriter.mode))  # noqa: B010


def _reading(method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)

    @functools.wraps(method)
    def read(*args: Any, **kwargs: Any) -> Any:
        call = signature.bind(*args, **kwargs)
        for name in PATHS:
            if name in call.arguments:
                call.arguments[name] = _local(call.arguments[name])
        return method(*call.args, **call.kwargs)

    return read


def _local(paths: Any) -> Any:
    if isinstance(paths, list | tuple):
        return type(paths)(_local(path) for path in paths)
    if not isinstance(paths, str) or not _s3.is_s3(paths):
        return paths
    # The folder before the first wildcard is fetched; Spark applies the pattern to the copy.
    wildcard = re.search(r"[*?{\[]", paths)
    fixed = paths[: paths.rfind("/", 0, wildcard.start()) + 1] if wildcard else paths
    objects = _s3.find(fixed)
    if not objects:
        raise AnalysisException(f"[PATH_NOT_FOUND] Path does not exist: {paths}.")
    folder = _s3.fetch(objects)
    if wildcard:
        return f"file://{folder}/{paths.removeprefix(fixed)}"
    is_object = len(objects) == 1 and objects[0].key == _s3.split(paths)[1]
    return f"file://{folder / objects[0].name}" if is_object else f"file://{folder}"


def _remembering(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def mode(self: Any, saveMode: str | None) -> Any:
        self._awsglue_mode = saveMode
        return method(self, saveMode)

    return mode


def _writing(method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)

    @functools.wraps(method)
    def write(*args: Any, **kwargs: Any) -> Any:
        call = signature.bind(*args, **kwargs)
        path = call.arguments.get("path")
        if not isinstance(path, str) or not _s3.is_s3(path):
            return method(*args, **kwargs)
        writer = call.arguments["self"]
        mode = (call.arguments.pop("mode", None) or writer._awsglue_mode or "error").lower()
        before = _s3.find(path.rstrip("/") + "/")
        if before and mode in ("error", "errorifexists", "default"):
            raise AnalysisException(f"[PATH_ALREADY_EXISTS] Path {path} already exists.")
        if before and mode == "ignore":
            return None
        dynamic = writer._spark.conf.get("spark.sql.sources.partitionOverwriteMode").lower() == "dynamic"
        folder = Path(tempfile.mkdtemp(prefix="write-", dir=_s3.cache())) / "output"
        try:
            call.arguments["path"] = f"file://{folder}"
            method(*call.args, **call.kwargs)
            written = _s3.upload(folder, path)
        finally:
            shutil.rmtree(folder.parent)
        if mode == "overwrite":
            folders = {key.rpartition("/")[0] for key in written}
            old = [item for item in before if item.key not in written]
            _s3.delete([item for item in old if not dynamic or item.key.rpartition("/")[0] in folders])
        return None

    return write
