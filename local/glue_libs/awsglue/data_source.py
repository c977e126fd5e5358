"""`awsglue.data_source`: the DataSource, which `GlueContext.getSource` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue._coverage import check_options
from awsglue.dynamicframe import DynamicFrame

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class DataSource:
    """Files in S3, or on this machine, to read. `j_source` has the connection type and its options."""

    def __init__(self, j_source: dict[str, Any], sql_ctx: GlueContext, name: str) -> None:
        self._source = j_source
        self._glue_context = sql_ctx
        self.name = name

    def setFormat(self, format: str, **options: Any) -> None:
        self._source = {**self._source, "format": format, "format_options": options}

    def getFrame(self, **options: Any) -> DynamicFrame:
        check_options("getFrame", options, ["minPartitions", "targetPartitions"])  # of speed alone
        return self._glue_context.create_dynamic_frame.from_options(**self._source)

    def getSampleFrame(self, num: int, **options: Any) -> DynamicFrame:
        """Return the first `num` records."""
        check_options("getSampleFrame", options, [])
        return DynamicFrame(self.getDataFrame().limit(num), self._glue_context, self.name)

    def getDataFrame(self) -> DataFrame:
        return self.getFrame().toDF()
