"""`awsglue.context`: the GlueContext, by which a job script reads its input and writes its output."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from pyspark.context import SparkContext
from pyspark.sql import DataFrame, SparkSession, SQLContext
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from awsglue import _batches, _catalog, _purge
from awsglue._coverage import check_options, not_covered
from awsglue._readers import DataFrameReader, DynamicFrameReader
from awsglue._writers import DataFrameWriter, DynamicFrameWriter, Sink
from awsglue.data_sink import DataSink
from awsglue.data_source import DataSource
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection
from awsglue.gluetypes import DataType as DataType
from awsglue.streaming_data_source import StreamingDataSource

DAY = {"year": "%Y", "month": "%m", "day": "%d"}
GRANULARITIES = {"day": DAY, "hour": DAY | {"hour": "%H"}, "minute": DAY | {"hour": "%H", "minute": "%M"}}


def register(sc: SparkContext) -> None:
    """Do nothing: in Glue it makes the classes of AWS's jars known to Python."""


class GlueContext(SQLContext):
    """The entry point to Glue's readers and writers. It is an SQLContext too: `sql`, `read`, `createDataFrame`, …"""

    Spark_SQL_Formats: ClassVar[set[str]] = {"parquet", "orc"}
    Unsupported_Compression_Types: ClassVar[set[str]] = {"lzo"}

    def __init__(self, sparkContext: SparkContext | SparkSession | None = None, **options: Any) -> None:
        session = sparkContext if isinstance(sparkContext, SparkSession) else SparkSession.builder.getOrCreate()
        super().__init__(session.sparkContext, session)
        self.spark_session = session
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.create_data_frame = DataFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)
        self.write_data_frame = DataFrameWriter(self)

    def get_logger(self) -> GlueLogger:
        return GlueLogger()

    def currentTimeMillis(self) -> int:
        return round(time.time() * 1000)

    def getSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> DataSource:
        source = {
            "connection_type": connection_type,
            "connection_options": options,
            "format": format,
            "transformation_ctx": transformation_ctx,
            "push_down_predicate": push_down_predicate,
        }
        return DataSource(source, self, transformation_ctx)

    def getStreamingSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> StreamingDataSource:
        not_covered("GlueContext.getStreamingSource", "use spark.readStream")

    def get_catalog_schema_as_spark_schema(
        self, database: str | None = None, table_name: str | None = None, catalog_id: str | None = None
    ) -> StructType:
        """Return the columns and then the partition keys of a table of the Data Catalog."""
        table = _catalog.find_table(*_catalog.named(database, table_name, {}), catalog_id)
        return table.spark_schema

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
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] = {},
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DynamicFrame:
        return self.create_dynamic_frame.from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        )

    def create_dynamic_frame_from_rdd(
        self,
        data: Any,
        name: str,
        schema: Any = None,
        sample_ratio: float | None = None,
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        return self.create_dynamic_frame.from_rdd(data, name, schema, sample_ratio)

    def create_sample_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        num: int | None = None,
        sample_options: Mapping[str, Any] = {},
        format: str | None = None,
        format_options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """Return the first `num` records. The options of a sample only save time in Glue: all files are read here."""
        frame = self.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
        )
        return _sample(frame, num, sample_options)

    def create_sample_dynamic_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        num: int | None = None,
        sample_options: Mapping[str, Any] = {},
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] = {},
        catalog_id: str | None = None,
        erieTxId: str = "",
        asOfTime: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """Return the first `num` records. The options of a sample only save time in Glue: all files are read here."""
        if erieTxId or asOfTime:
            not_covered("create_sample_dynamic_frame_from_catalog with a transaction", "leave it out")
        frame = self.create_dynamic_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        )
        return _sample(frame, num, sample_options)

    def create_data_frame_from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        format: str | None = None,
        format_options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> DataFrame:
        return self.create_data_frame.from_options(
            connection_type, connection_options, format, format_options, transformation_ctx, push_down_predicate
        )

    def create_data_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] = {},
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DataFrame:
        return self.create_data_frame.from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        )

    def getSink(
        self, connection_type: str, format: str | None = None, transformation_ctx: str = "", **options: Any
    ) -> DataSink:
        return DataSink(Sink(connection_type, options, format), self)

    def write_from_options(
        self,
        frame_or_dfc: DynamicFrame | DynamicFrameCollection,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        format: Any = {},  # noqa: B006  (Glue's default)
        format_options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        **kwargs: Any,
    ) -> DynamicFrame | DynamicFrameCollection:
        """Write a frame, or each frame of a collection below a folder with its name."""
        sink = self.getSink(connection_type, format, transformation_ctx, **connection_options)
        if format:
            sink.setFormat(format, **format_options)
        return sink.write(frame_or_dfc)

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
        self,
        frame: DynamicFrame,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] = {},
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DynamicFrame:
        return self.write_dynamic_frame.from_catalog(
            frame,
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            additional_options,
            catalog_id,
            **kwargs,
        )

    def write_data_frame_from_catalog(
        self,
        frame: DataFrame,
        database: str | None = None,
        table_name: str | None = None,
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] = {},
        catalog_id: str | None = None,
        **kwargs: Any,
    ) -> DataFrame:
        return self.write_data_frame.from_catalog(
            frame,
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            additional_options,
            catalog_id,
            **kwargs,
        )

    def write_dynamic_frame_from_jdbc_conf(
        self,
        frame: DynamicFrame,
        catalog_connection: str,
        connection_options: Mapping[str, Any] = {},
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> None:
        not_covered("GlueContext.write_dynamic_frame_from_jdbc_conf")

    def write_from_jdbc_conf(
        self,
        frame_or_dfc: DynamicFrame | DynamicFrameCollection,
        catalog_connection: str,
        connection_options: Mapping[str, Any] = {},
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> None:
        not_covered("GlueContext.write_from_jdbc_conf")

    def extract_jdbc_conf(self, connection_name: str, catalog_id: str | None = None) -> dict[str, str]:
        not_covered("GlueContext.extract_jdbc_conf")

    def convert_resolve_option(self, path: str, action: str, target: DataType | None) -> tuple[str, str]:
        """Return the spec of resolveChoice for an action of toDF, `Project` (to a Glue type) or `KeepAsStruct`."""
        if action.upper() == "KEEPASSTRUCT":
            return path, "make_struct"
        if action.upper() == "PROJECT" and isinstance(target, DataType):
            return path, f"project:{target.typeName()}"
        raise ValueError(f"{action!r} is no action: Project, with a type of gluetypes, or KeepAsStruct")

    def purge_table(
        self,
        database: str,
        table_name: str,
        options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> None:
        """Delete the old objects of a table, and each partition that has no object left after that."""
        _purge.purge_table(self.spark_session, database, table_name, options, transformation_ctx, catalog_id)

    def purge_s3_path(self, s3_path: str, options: Mapping[str, Any] = {}, transformation_ctx: str = "") -> None:
        """Delete the objects below a path that are older than `retentionPeriod` hours."""
        _purge.purge_s3_path(s3_path, options, transformation_ctx)

    def transition_table(
        self,
        database: str,
        table_name: str,
        transition_to: str,
        options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> None:
        not_covered("GlueContext.transition_table")

    def transition_s3_path(
        self, s3_path: str, transition_to: str, options: Mapping[str, Any] = {}, transformation_ctx: str = ""
    ) -> None:
        not_covered("GlueContext.transition_s3_path")

    def getSampleStreamingDynamicFrame(
        self,
        frame: DataFrame,
        options: Mapping[str, Any] = {},
        batch_function: Callable[[DataFrame, int], None] | None = None,
    ) -> DynamicFrame:
        not_covered("GlueContext.getSampleStreamingDynamicFrame")

    def forEachBatch(
        self, frame: DataFrame, batch_function: Callable[[DataFrame, int], None], options: Mapping[str, Any] = {}
    ) -> None:
        """Call the function for each batch of a stream, until the stream ends."""
        _batches.for_each_batch(frame, batch_function, options)

    def add_ingestion_time_columns(self, frame: DataFrame, time_granularity: str) -> DataFrame:
        """Append `ingest_year`, …, down to the granularity (day, hour or minute): strings in UTC, `2026`, `09`."""
        if time_granularity not in GRANULARITIES:
            raise ValueError(f"time_granularity is {', '.join(GRANULARITIES)}, not {time_granularity!r}")
        now = datetime.now(UTC)
        for name, pattern in GRANULARITIES[time_granularity].items():
            frame = frame.withColumn(f"ingest_{name}", F.lit(now.strftime(pattern)))
        return frame

    def start_transaction(self, read_only: bool) -> str:
        not_covered("GlueContext.start_transaction")

    def commit_transaction(self, transaction_id: str, wait_for_commit: bool = True) -> bool:
        not_covered("GlueContext.commit_transaction")

    def cancel_transaction(self, transaction_id: str) -> None:
        not_covered("GlueContext.cancel_transaction")


def _sample(frame: DynamicFrame, num: int | None, options: Mapping[str, Any]) -> DynamicFrame:
    check_options("a sample:", options, ["maxSamplePartitions", "maxSampleFilesPerPartition"])
    if num is None:
        raise ValueError("num is missing: the number of records of the sample")
    return frame._new(frame.toDF().limit(num))


class GlueLogger:
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
