"""`awsglue.context`: the GlueContext, by which a job script reads its input and writes its output."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.context import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext

from awsglue import _s3
from awsglue._coverage import Uncovered, check_options
from awsglue._readers import DataFrameReader, DynamicFrameReader
from awsglue._writers import DataFrameWriter, DynamicFrameWriter
from awsglue.dynamicframe import DynamicFrame

PURGED_AFTER_HOURS = 168  # Glue's default


class GlueContext(Uncovered):
    """The entry point to Glue's readers and writers, around a Spark session."""

    def __init__(self, sparkContext: SparkContext, **options: Any) -> None:
        self.spark_session = SparkSession(sparkContext)
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.create_data_frame = DataFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.write_data_frame = DataFrameWriter()

    def get_logger(self) -> GlueLogger:
        return GlueLogger()

    def create_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        format: str | None = None,
        format_options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        return self.create_dynamic_frame.from_options(
            connection_type, connection_options, format, format_options, transformation_ctx, push_down_predicate
        )

    def create_dynamic_frame_from_catalog(
        self, database: str, table_name: str, redshift_tmp_dir: str = "", transformation_ctx: str = "", **kwargs: Any
    ) -> DynamicFrame:
        return self.create_dynamic_frame.from_catalog(
            database, table_name, redshift_tmp_dir, transformation_ctx, **kwargs
        )

    def create_dynamic_frame_from_rdd(
        self,
        data: Any,
        name: str,
        schema: Any = None,
        sample_ratio: float | None = None,
        transformation_ctx: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        return self.create_dynamic_frame.from_rdd(data, name, schema, sample_ratio)

    def create_data_frame_from_options(self, *args: Any, **kwargs: Any) -> DataFrame:
        return self.create_data_frame.from_options(*args, **kwargs)

    def create_data_frame_from_catalog(self, *args: Any, **kwargs: Any) -> DataFrame:
        return self.create_data_frame.from_catalog(*args, **kwargs)

    def write_dynamic_frame_from_options(
        self,
        frame: DynamicFrame,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        format: str | None = None,
        format_options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        return self.write_dynamic_frame.from_options(
            frame, connection_type, connection_options, format, format_options, transformation_ctx
        )

    def write_dynamic_frame_from_catalog(
        self, frame: DynamicFrame, database: str, table_name: str, redshift_tmp_dir: str = "", **kwargs: Any
    ) -> DynamicFrame:
        return self.write_dynamic_frame.from_catalog(frame, database, table_name, redshift_tmp_dir, **kwargs)

    def purge_s3_path(self, s3_path: str, options: Mapping[str, Any] = {}, transformation_ctx: str = "") -> None:
        """Delete the objects below a path that are older than `retentionPeriod` hours."""
        check_options("purge_s3_path", options, ["retentionPeriod"])
        before = datetime.now(UTC) - timedelta(hours=float(options.get("retentionPeriod", PURGED_AFTER_HOURS)))
        _s3.delete([item for item in _s3.find(s3_path) if item.modified <= before])

    def __getattr__(self, name: str) -> Any:
        """Find `sql`, `read`, `createDataFrame`, … in the session: a GlueContext is an SQLContext too."""
        if not name.startswith("_") and hasattr(SQLContext, name) and hasattr(SparkSession, name):
            return getattr(self.spark_session, name)
        return super().__getattr__(name)


class GlueLogger(Uncovered):
    """`glue_context.get_logger()`. It writes lines to standard error: `INFO GlueLogger: …`."""

    def __init__(self) -> None:
        self._logger = logging.getLogger("GlueLogger")
        if not self._logger.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
            self._logger.addHandler(handler)
            self._logger.setLevel(logging.INFO)  # as in Glue, which shows no debug lines either

    def info(self, msg: str) -> None:
        self._logger.info("%s", msg)

    def warn(self, msg: str) -> None:
        self._logger.warning("%s", msg)

    def error(self, msg: str) -> None:
        self._logger.error("%s", msg)

    def debug(self, msg: str) -> None:
        self._logger.debug("%s", msg)
