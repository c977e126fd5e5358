"""`awsglue.context`: how a job script reads its input."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from awsglue._coverage import not_covered
from awsglue.dynamicframe import DynamicFrame
from pyspark.context import SparkContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType


class GlueContext:
    """The entry point to Glue's readers, around a Spark session."""

    def __init__(self, sparkContext: SparkContext, **options: Any) -> None:
        self.spark_session = SparkSession(sparkContext)
        self.create_dynamic_frame = DynamicFrameReader(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        not_covered(f"GlueContext.{name}")


class DynamicFrameReader:
    """`glue_context.create_dynamic_frame`."""

    def __init__(self, glue_context: GlueContext) -> None:
        self._glue_context = glue_context

    def from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        format: str | None = None,
        format_options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """Read JSON files from `connection_options["paths"]`: files, or folders, below which `recurse` looks too.

        A path that does not exist is a warning and gives no rows, as in Glue.
        """
        if connection_type not in ("s3", "file") or format != "json":
            not_covered(f"create_dynamic_frame.from_options(connection_type={connection_type!r}, format={format!r})")
        paths = connection_options.get("paths", [])
        frame = self._read_json([_local(path) for path in paths], connection_options, format_options)
        return DynamicFrame(frame, self._glue_context, transformation_ctx)

    def _read_json(
        self, paths: list[Path], connection_options: Mapping[str, Any], format_options: Mapping[str, Any]
    ) -> DataFrame:
        spark = self._glue_context.spark_session
        for path in paths:
            if not path.exists():
                warnings.warn(f"{path} does not exist: no rows are read from it", stacklevel=3)
        existing = [f"file://{path.absolute()}" for path in paths if path.exists()]
        if not existing:
            return spark.createDataFrame([], StructType([]))
        return (
            spark.read.option("multiLine", str(format_options.get("multiLine", "false")).lower())
            .option("recursiveFileLookup", str(connection_options.get("recurse", False)).lower())
            .json(existing)
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        not_covered(f"create_dynamic_frame.{name}")


def _local(path: str) -> Path:
    if path.startswith(("s3://", "s3a://", "s3n://")):
        not_covered(f"reading {path} from S3")
    return Path(path.removeprefix("file://"))
