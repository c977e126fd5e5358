"""The writers of a GlueContext: `write_dynamic_frame` and `write_data_frame`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from awsglue import _catalog, _catalog_updates, _formats
from awsglue._coverage import check_options, is_true, not_covered
from awsglue._files import CONNECTION_TYPES
from awsglue._frames import Rows
from awsglue.dynamicframe import DynamicFrame

if TYPE_CHECKING:
    from awsglue.context import GlueContext

OPTIONS = ("path", "partitionKeys", "compression")


@dataclass(frozen=True)
class Sink:
    """A place to write to, with the options of its connection and its format.

    With the option `enableUpdateCatalog`, `table` (database, table, catalog id) is made or updated.
    """

    connection_type: str
    connection_options: Mapping[str, Any]
    format: str | None = None
    format_options: Mapping[str, Any] = field(default_factory=dict)
    table: tuple[str, str, str] | None = None
    may_create: bool = True

    @property
    def path(self) -> str:
        if not self.connection_options.get("path"):
            raise ValueError("connection_options['path'] is missing: the place to write to")
        return str(self.connection_options["path"])

    def below(self, name: str) -> Sink:
        """Return the sink of a folder in this one."""
        return replace(self, connection_options={**self.connection_options, "path": f"{self.path.rstrip('/')}/{name}"})

    def write(self, records: Rows) -> None:
        """Write the rows to new files, and update the table if that is asked for."""
        options = dict(self.connection_options)
        updates = is_true(options.pop("enableUpdateCatalog", False))
        behavior = str(options.pop("updateBehavior", _catalog_updates.BEHAVIORS[0]))
        if not updates:
            write_files(records, self.connection_type, options, self.format, self.format_options)
            return
        if self.connection_type != "s3":
            raise ValueError(f"enableUpdateCatalog is for connection_type 's3', not {self.connection_type!r}")
        if self.table is None:
            raise ValueError("enableUpdateCatalog needs setCatalogInfo(catalogDatabase=…, catalogTableName=…)")
        database, name, catalog_id = self.table
        plain = _catalog_updates.plain_format(self.format, self.format_options)
        update = _catalog_updates.Update(
            where={"DatabaseName": database, **({"CatalogId": catalog_id} if catalog_id else {})},
            name=name,
            path=self.path,
            format=plain,
            options=self.format_options,
            keys=tuple(options.get("partitionKeys") or ()),
            behavior=behavior,
            may_create=self.may_create,
        )
        update.run(records, lambda: write_files(records, "s3", options, self.format, self.format_options))


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
    compression = connection_options.get("compression")
    options = {**format_options, **({"compression": compression} if compression else {})}
    keys = list(connection_options.get("partitionKeys") or [])
    path = Sink(connection_type, connection_options).path
    _formats.write(records, path, format, options, keys)


def write_table(
    records: Rows, database: str, table_name: str, options: Mapping[str, Any], catalog_id: str | None
) -> None:
    """Add rows at the location of a table of the Data Catalog, in its format."""
    check_options("writing from_catalog", options, [*_catalog_updates.OPTIONS, "compression"])
    table = _catalog.find_table(database, table_name, catalog_id, "outputDatabase")
    writer = {"useGlueParquetWriter": True} if is_true(table.parameters.get("useGlueParquetWriter", False)) else {}
    sink = Sink(
        "s3",
        {**options, "path": table.location},
        table.format,
        {**table.write_options, **(writer if table.format == "parquet" else {})},
        (database, table_name, catalog_id or ""),
        may_create=False,
    )
    sink.write(records)


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
        """Add rows at the location of a table of the Data Catalog. With `enableUpdateCatalog` the table is updated."""
        write_table(frame._checked(), *_catalog.named(database, table_name, kwargs), additional_options, catalog_id)
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
        """Add rows to a table, as `write_dynamic_frame.from_catalog` does."""
        write_table(Rows(frame), *_catalog.named(database, table_name, kwargs), additional_options, catalog_id)
        return frame
