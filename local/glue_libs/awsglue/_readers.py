"""The readers of a GlueContext: `create_dynamic_frame` and `create_data_frame`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue import _bookmarks, _catalog, _formats
from awsglue._coverage import check_options, not_covered
from awsglue._files import CONNECTION_TYPES, SPEED_ONLY, input_files
from awsglue._frames import Rows
from awsglue.dynamicframe import DynamicFrame

if TYPE_CHECKING:
    from awsglue.context import GlueContext


def read_files(
    glue_context: GlueContext,
    connection_type: str,
    connection_options: Mapping[str, Any],
    format: str | None,
    format_options: Mapping[str, Any],
    push_down_predicate: str = "",
    transformation_ctx: str = "",
    *,
    plainly: bool = False,
) -> Rows:
    """Return the records of the files that the options name, and that are new by the job's bookmark.

    `plainly`, they are as Spark reads them.
    """
    if connection_type not in CONNECTION_TYPES:
        not_covered(f"reading connection_type={connection_type!r}", "read a file instead")
    if push_down_predicate:
        not_covered("push_down_predicate of from_options", "filter the frame, or read from_catalog")
    spark = glue_context.spark_session
    (files,) = _bookmarks.only_new(transformation_ctx, [input_files(connection_options)])
    if plainly:
        return Rows(_formats.read_plainly(spark, files, format, format_options))
    return _formats.read(spark, files, format, format_options)


class DynamicFrameReader:
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
        """Read the files and folders in `connection_options["paths"]`, with `recurse` the subfolders too.

        A path that does not exist is a warning and has no rows, as in Glue.
        """
        records = read_files(
            self._glue_context,
            connection_type,
            connection_options,
            format,
            format_options,
            push_down_predicate,
            transformation_ctx,
        )
        return DynamicFrame._of(records, self._glue_context, transformation_ctx)

    def from_catalog(
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
        """Read a table of the Glue Data Catalog: the partitions that meet `push_down_predicate` (SQL).

        The option `catalogPartitionPredicate` is a second predicate, which Glue lets the catalog evaluate.
        """
        check_options("from_catalog", additional_options, ["mergeSchema", "catalogPartitionPredicate", *SPEED_ONLY])
        table = _catalog.find_table(*_catalog.named(database, table_name, kwargs), catalog_id)
        predicates = [push_down_predicate, additional_options.get("catalogPartitionPredicate")]
        predicate = " AND ".join(f"({one})" for one in predicates if one)
        records = _catalog.read(self._glue_context.spark_session, table, predicate, transformation_ctx)
        return DynamicFrame._of(records, self._glue_context, transformation_ctx)


class DataFrameReader:
    """`glue_context.create_data_frame`: as Spark reads it, without choices and error records."""

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
    ) -> DataFrame:
        given = (connection_type, connection_options, format, format_options, push_down_predicate, transformation_ctx)
        return read_files(self._glue_context, *given, plainly=True).frame

    def from_catalog(
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
        check_options("from_catalog", additional_options, ["mergeSchema"])
        table = _catalog.find_table(*_catalog.named(database, table_name, kwargs), catalog_id)
        spark = self._glue_context.spark_session
        return _catalog.read(spark, table, push_down_predicate, transformation_ctx, plainly=True).frame
