"""The writers of a GlueContext: `write_dynamic_frame` and `write_data_frame`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue import _catalog, _formats
from awsglue._coverage import check_options, not_covered
from awsglue._files import CONNECTION_TYPES
from awsglue._frames import Rows
from awsglue.dynamicframe import DynamicFrame

if TYPE_CHECKING:
    from awsglue.context import GlueContext

OPTIONS = ("path", "partitionKeys", "compression")


def write_files(
    records: Rows,
    connection_type: str,
    connection_options: Mapping[str, Any],
    format: str | None,
    format_options: Mapping[str, Any],
) -> None:
    """Write the rows to new files below `connection_options["path"]`."""
    if connection_type not in CONNECTION_TYPES:
        not_covered(f"writing connection_type={connection_type!r}", "write a file instead")
    check_options("writing: connection", connection_options, OPTIONS)
    if not connection_options.get("path"):
        raise ValueError("connection_options['path'] is missing: the place to write to")
    compression = connection_options.get("compression")
    options = {**format_options, **({"compression": compression} if compression else {})}
    keys = list(connection_options.get("partitionKeys") or [])
    _formats.write(records, str(connection_options["path"]), format, options, keys)


class DynamicFrameWriter:
    """`glue_context.write_dynamic_frame`. It adds files and replaces none, as Glue does."""

    def __init__(self, glue_context: GlueContext) -> None:
        self._glue_context = glue_context

    def from_options(
        self,
        frame: DynamicFrame,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        format: str | None = None,
        format_options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
    ) -> DynamicFrame:
        if not isinstance(frame, DynamicFrame):
            not_covered(f"write_dynamic_frame of a {type(frame).__name__}", "give a DynamicFrame")
        write_files(frame._checked(), connection_type, connection_options, format, format_options)
        return frame

    def from_catalog(
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
        """Add rows at the location of a table of the Data Catalog, in its format. The catalog gets no new partition."""
        check_options("write_dynamic_frame.from_catalog", additional_options, ["partitionKeys"])
        table = _catalog.find_table(*_catalog.named(database, table_name, kwargs), catalog_id)
        keys = additional_options.get("partitionKeys") or []
        write_files(
            frame._checked(),
            "s3",
            {"path": table.location, "partitionKeys": keys},
            table.format,
            table.write_options,
        )
        return frame

    def from_jdbc_conf(
        self,
        frame: DynamicFrame,
        catalog_connection: str,
        connection_options: Mapping[str, Any] = {},
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
    ) -> None:
        self._glue_context.write_dynamic_frame_from_jdbc_conf(
            frame, catalog_connection, connection_options, redshift_tmp_dir, transformation_ctx
        )


class DataFrameWriter:
    """`glue_context.write_data_frame`."""

    def __init__(self, glue_context: GlueContext) -> None:
        self._dynamic = DynamicFrameWriter(glue_context)

    def from_catalog(
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
        not_covered("write_data_frame.from_catalog")
