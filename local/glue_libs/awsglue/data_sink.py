"""`awsglue.data_sink`: the DataSink, which `GlueContext.getSink` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue._coverage import not_covered
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class DataSink:
    """A place to write to."""

    def __init__(self, j_sink: Any, sql_ctx: GlueContext) -> None:
        self._sink = j_sink
        self._glue_context = sql_ctx

    def setFormat(self, format: str, **options: Any) -> None:
        not_covered("DataSink.setFormat")

    def setAccumulableSize(self, size: int) -> None:
        """Do nothing: it is the number of error records that Glue keeps."""

    def setCatalogInfo(self, catalogDatabase: str, catalogTableName: str, catalogId: str = "") -> None:
        not_covered("DataSink.setCatalogInfo")

    def writeFrame(self, dynamic_frame: DynamicFrame, info: str = "") -> DynamicFrame:
        not_covered("DataSink.writeFrame")

    def writeDataFrame(self, data_frame: DataFrame, glue_context: GlueContext, info: str = "") -> DataFrame:
        not_covered("DataSink.writeDataFrame")

    def write(
        self, dynamic_frame_or_dfc: DynamicFrame | DynamicFrameCollection, info: str = ""
    ) -> DynamicFrame | DynamicFrameCollection:
        not_covered("DataSink.write")
