"""Delete old objects: `purge_s3_path` and `purge_table`.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import SparkSession

from awsglue import _catalog, _s3
from awsglue._coverage import check_options

OPTIONS = ("retentionPeriod", "excludeStorageClasses", "manifestFilePath")
RETAINED_HOURS = 168  # Glue's default
CLASS = "STANDARD"  # of every object here


class Purge:
    """Deletes objects that are older than `retentionPeriod` hours, and writes what it did to `manifestFilePath`."""

    def __init__(self, what: str, options: Mapping[str, Any], transformation_ctx: str) -> None:
        check_options(what, options, [*OPTIONS, *(["partitionPredicate"] if what == "purge_table" else [])])
        hours = float(options.get("retentionPeriod", RETAINED_HOURS))
        self._before = datetime.now(UTC) - timedelta(hours=hours)
        self._keeps_all = CLASS in {str(name).upper() for name in options.get("excludeStorageClasses") or ()}
        manifest = str(options.get("manifestFilePath") or "").rstrip("/")
        self._manifest = f"{manifest}/{transformation_ctx}".rstrip("/") if manifest else ""
        self._done: list[str] = []
        self._failed: list[str] = []
        self._error: Exception | None = None

    def delete(self, path: str) -> bool:
        """Delete the old objects at and below a path. Return true if it had objects, and none is left."""
        if not _s3.is_s3(path):
            raise ValueError(f"{path!r} is not a path in S3")
        found = _s3.find(path)
        chosen = [] if self._keeps_all else [item for item in found if item.modified <= self._before]
        failed = len(self._failed)
        for item in chosen:
            try:
                _s3.delete([item])
                self._done.append(item.uri)
            except OSError as error:
                self._failed.append(item.uri)
                self._error = self._error or error
        return bool(found) and len(chosen) == len(found) and len(self._failed) == failed

    def finish(self) -> None:
        """Write the manifest, and raise the first error."""
        if self._manifest:
            for name, uris in (("Success", self._done), ("Failed", self._failed)):
                lines = (uri.removeprefix("s3://").replace("/", ",", 1) for uri in uris)
                _s3.write(f"{self._manifest}/{name}.csv", "".join(f"{line}\n" for line in lines))
        if self._error:
            raise self._error


def purge_s3_path(s3_path: str, options: Mapping[str, Any], transformation_ctx: str) -> None:
    """Delete the old objects below a path."""
    purge = Purge("purge_s3_path", options, transformation_ctx)
    purge.delete(s3_path)
    purge.finish()


def purge_table(
    spark: SparkSession,
    database: str,
    table_name: str,
    options: Mapping[str, Any],
    transformation_ctx: str,
    catalog_id: str | None,
) -> None:
    """Delete the old objects of a table, and each partition that has no object left after that."""
    purge = Purge("purge_table", options, transformation_ctx)
    table = _catalog.find_table(database, table_name, catalog_id, "outputDatabase")
    if not table.location:
        raise ValueError(f"the Data Catalog's table {table.name} has no location in S3")
    predicate = str(options.get("partitionPredicate") or "")
    if not table.partition_keys:
        if predicate:
            raise ValueError(f"{table.name} has no partition keys for the predicate {predicate}")
        purge.delete(table.location)
    chosen = _catalog.chosen(spark, table, predicate)
    empty = [values for values, location in table.partitions if values in chosen and purge.delete(location)]
    with _catalog.explained(table.name, "outputDatabase"):
        where = {"DatabaseName": database, **({"CatalogId": catalog_id} if catalog_id else {})}
        for values in empty:
            _catalog.client().delete_partition(TableName=table_name, PartitionValues=list(values), **where)
    purge.finish()
