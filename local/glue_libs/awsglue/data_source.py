"""`awsglue.data_source`: the DataSource, which `GlueContext.getSource` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue._coverage import not_covered
from awsglue.dynamicframe import DynamicFrame

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class DataSource:
    """A place to read from."""

    def __init__(self, j_source: Any, sql_ctx: GlueContext, name: str) -> None:
        self._source = j_source
        self._glue_context = sql_ctx
        self.name = name

    def setFormat(self, format: str, **options: Any) -> None:
        not_covered("DataSource.setFormat")

    def getFrame(self, **options: Any) -> DynamicFrame:
        not_covered("DataSource.getFrame")

    def getSampleFrame(self, num: int, **options: Any) -> DynamicFrame:
        not_covered("DataSource.getSampleFrame")

    def getDataFrame(self) -> DataFrame:
        not_covered("DataSource.getDataFrame")
