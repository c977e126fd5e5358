"""`awsglue.streaming_data_source`: streams of Kinesis and Kafka, which are not covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue._coverage import not_covered

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class StreamingDataSource:
    """A stream to read from."""

    def __init__(self, j_source: Any, sql_ctx: GlueContext, name: str) -> None:
        not_covered("StreamingDataSource", "use spark.readStream")

    def setFormat(self, format: str, **options: Any) -> None:
        not_covered("StreamingDataSource.setFormat")

    def getFrame(self) -> DataFrame:
        not_covered("StreamingDataSource.getFrame")
