"""`glue_context.create_dynamic_frame` and `create_data_frame`, and what writes the frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue import _catalog, _formats
from awsglue._coverage import Uncovered, check_options, not_covered
from awsglue._files import input_files
from awsglue.dynamicframe import DynamicFrame

if TYPE_CHECKING:
    from awsglue.context import GlueContext

FILES = ("s3", "file")  # connection types
TARGET_OPTIONS = ("path", "partitionKeys", "compression")


def read_files(
    glue_context: GlueContext,
    connection_type: str,
    connection_options: Mapping[str, Any],
    format: str | None,
    format_options: Mapping[str, Any],
    push_down_predicate: str = "",
) -> DataFrame:
    """The records of the files that the options name."""
    if connection_type not in FILES:
        not_covered(f"reading connection_type={connection_type!r}", "give the test a file")
    if push_down_predicate:
        not_covered("push_down_predicate of from_options", "filter the frame, or read from_catalog")
    return _formats.read(glue_context.spark_session, input_files(connection_options), format, format_options)


def write_files(
    frame: DataFrame,
    connection_type: str,
    connection_options: Mapping[str, Any],
    format: str | None,
    format_options: Mapping[str, Any],
) -> None:
    """Add the frame's rows to the files below `connection_options["path"]`."""
    if connection_type not in FILES:
        not_covered(f"writing connection_type={connection_type!r}", "write a file")
    check_options("writing: connection", connection_options, TARGET_OPTIONS)
    if not connection_options.get("path"):
        raise ValueError("connection_options['path'] is missing: where to write")
    compression = connection_options.get("compression")
    options = {**format_options, **({"compression": compression} if compression else {})}
    keys = list(connection_options.get("partitionKeys") or [])
    _formats.write(frame, str(connection_options["path"]), format, options, keys)


class DynamicFrameReader(Uncovered):
    """`glue_context.create_dynamic_frame`."""

    def __init__(self, glue_context: GlueContext) -> None:
        self._glue_context = glue_context

    def from_rdd(self, data: Any, name: str, schema: Any = None, sampleRatio: float | None = None) -> DynamicFrame:
        frame = self._glue_context.spark_session.createDataFrame(data, schema, sampleRatio)
        return DynamicFrame(frame, self._glue_context, name)

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
        """Read files from `connection_options["paths"]`: files, or folders, below which `recurse` looks too.

        A path that does not exist is a warning and gives no rows, as in Glue.
        """
        frame = read_files(
            self._glue_context, connection_type, connection_options, format, format_options, push_down_predicate
        )
        return DynamicFrame(frame, self._glue_context, transformation_ctx)

    def from_catalog(
        self,
        database: str = "",
        table_name: str = "",
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: Mapping[str, Any] = {},
        catalog_id: str | None = None,
        name_space: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """Read a table of the Glue Data Catalog, of its partitions those that `push_down_predicate` (SQL) lets in."""
        check_options("from_catalog", additional_options, ["mergeSchema"])
        table = _catalog.find_table(database or name_space, table_name, catalog_id)
        frame = _catalog.read(self._glue_context.spark_session, table, push_down_predicate)
        return DynamicFrame(frame, self._glue_context, transformation_ctx)


class DataFrameReader(Uncovered):
    """`glue_context.create_data_frame`."""

    def __init__(self, glue_context: GlueContext) -> None:
        self._dynamic = DynamicFrameReader(glue_context)

    def from_options(self, *args: Any, **kwargs: Any) -> DataFrame:
        return self._dynamic.from_options(*args, **kwargs).toDF()

    def from_catalog(self, *args: Any, **kwargs: Any) -> DataFrame:
        return self._dynamic.from_catalog(*args, **kwargs).toDF()


class DynamicFrameWriter(Uncovered):
    """`glue_context.write_dynamic_frame`. Adds files, as Glue does; it never replaces."""

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
        write_files(frame.toDF(), connection_type, connection_options, format, format_options)
        return frame

    def from_catalog(
        self,
        frame: DynamicFrame,
        database: str = "",
        table_name: str = "",
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        additional_options: Mapping[str, Any] = {},
        catalog_id: str | None = None,
        name_space: str = "",
        **kwargs: Any,
    ) -> DynamicFrame:
        """Add rows at the location of a table of the Glue Data Catalog, in its format. Adds no partition to it."""
        check_options("write_dynamic_frame.from_catalog", additional_options, ["partitionKeys"])
        table = _catalog.find_table(database or name_space, table_name, catalog_id)
        keys = additional_options.get("partitionKeys") or []
        write_files(
            frame.toDF(),
            "s3",
            {"path": table.location, "partitionKeys": keys},
            table.format,
            table.write_options,
        )
        return frame


class DataFrameWriter(Uncovered):
    """`glue_context.write_data_frame`."""

    def from_options(
        self,
        frame: DataFrame,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        format: str | None = None,
        format_options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
    ) -> None:
        write_files(frame, connection_type, connection_options, format, format_options)
