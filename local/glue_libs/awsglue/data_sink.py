"""`awsglue.data_sink`: the DataSink, which `GlueContext.getSink` returns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue import _writers
from awsglue._frames import Rows
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class DataSink:
    """A place in S3, or on this machine, to write to; with setCatalogInfo also a table of the Data Catalog."""

    def __init__(self, j_sink: _writers.Sink, sql_ctx: GlueContext) -> None:
        self._sink = j_sink
        self._glue_context = sql_ctx

    def setFormat(self, format: str, **options: Any) -> None:
        self._sink = replace(self._sink, format=format, format_options=options)

    def setAccumulableSize(self, size: int) -> None:
        """Do nothing: it is the number of error records that Glue keeps."""

    def setCatalogInfo(self, catalogDatabase: str, catalogTableName: str, catalogId: str = "") -> None:
        """Name the table that `enableUpdateCatalog` of getSink makes or updates."""
        self._sink = replace(self._sink, table=(catalogDatabase, catalogTableName, catalogId))

    def writeFrame(self, dynamic_frame: DynamicFrame, info: str = "") -> DynamicFrame:
        if not isinstance(dynamic_frame, DynamicFrame):
            raise TypeError(f"writeFrame: {dynamic_frame!r} is not a DynamicFrame")
        self._sink.write(dynamic_frame._checked())
        return dynamic_frame

    def writeDataFrame(self, data_frame: DataFrame, glue_context: GlueContext, info: str = "") -> DataFrame:
        self._sink.write(Rows(data_frame))
        return data_frame

    def write(
        self, dynamic_frame_or_dfc: DynamicFrame | DynamicFrameCollection, info: str = ""
    ) -> DynamicFrame | DynamicFrameCollection:
        """Write a frame, or each frame of a collection, below a folder with its name."""
        if isinstance(dynamic_frame_or_dfc, DynamicFrame):
            return self.writeFrame(dynamic_frame_or_dfc)
        for name in dynamic_frame_or_dfc.keys():  # noqa: SIM118  (a collection is no mapping)
            self._sink.below(name).write(dynamic_frame_or_dfc.select(name)._checked())
        return dynamic_frame_or_dfc
