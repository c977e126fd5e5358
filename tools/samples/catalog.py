"""Find the tables of the Data Catalog whose data is at a location."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pyarrow as pa

from aws_glue_cdk_baseline.config import Job
from local.catalog.tables import CatalogTable
from local.samples import below, touch
from tools.samples.s3 import Access
from tools.samples.schemas import SchemaError, parse_type
from tools.samples.script_reads import Read
from tools.samples.source import SampleError

MAX_TABLES = 5000


def table_read(access: Access, location: str, arguments: dict[str, str]) -> tuple[str, Read, list[str]] | None:
    """Return the name of the table, its schema and format, and its partition keys; None if there is no table.

    The databases that are named in `arguments` come first.
    """
    named = [value for name, value in arguments.items() if "database" in name]
    for table in _tables(access, named):
        storage = table.get("StorageDescriptor", {})
        if _plain(storage.get("Location", "")) == _plain(location):
            name = f"{table['DatabaseName']}.{table['Name']}"
            keys = table.get("PartitionKeys", [])
            try:
                fields = [
                    pa.field(column["Name"], parse_type(column["Type"])) for column in [*storage["Columns"], *keys]
                ]
            except SchemaError as error:
                raise SampleError(f"the table {name} {error}") from None
            kind, settings = _format(storage)
            return (
                name,
                Read(0, schema=pa.schema(fields), format=kind, settings=settings),
                [key["Name"] for key in keys],
            )
    return None


def tables_at(access: Access, job: Job, sampled: Collection[str]) -> Iterator[tuple[str, str, CatalogTable]]:
    """Yield database, name and table for each table of a job's databases whose data is at a location of the job.

    Of its partitions, those that have a file in `sampled` (URIs). Raise SampleError if it cannot be read.
    """
    glue = access.client("glue")
    locations = [*job.input_locations, *job.output_locations]
    for database in dict.fromkeys([*job.input_databases, *job.output_databases]):
        with access.explained(f"the tables of {database}"):
            pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
            found = [table for page in pages for table in page["TableList"]]
            for table in found:
                if not any(
                    touch(location, table.get("StorageDescriptor", {}).get("Location", "")) for location in locations
                ):
                    continue
                name, partitions = table["Name"], []
                if table.get("PartitionKeys"):
                    listed = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
                    partitions = [item for page in listed for item in page["Partitions"] if _has_file(item, sampled)]
                yield database, name, CatalogTable(table, tuple(partitions))


def _has_file(partition: dict[str, Any], sampled: Collection[str]) -> bool:
    return any(below(uri, partition["StorageDescriptor"]["Location"]) for uri in sampled)


def _tables(access: Access, named: list[str]) -> Iterator[dict[str, Any]]:
    glue = access.client("glue")
    count = 0
    with access.explained("the Data Catalog"):
        databases = list(named)
        for page in glue.get_paginator("get_databases").paginate():
            databases += [item["Name"] for item in page["DatabaseList"] if item["Name"] not in named]
    for database in databases:
        with access.explained(f"the tables of {database}"):
            for page in glue.get_paginator("get_tables").paginate(DatabaseName=database):
                for table in page["TableList"]:
                    yield {"DatabaseName": database, **table}
                    count += 1
        if count > MAX_TABLES:
            return


def _format(storage: dict[str, Any]) -> tuple[str, dict[str, str]]:
    serde = storage.get("SerdeInfo", {})
    library = f"{serde.get('SerializationLibrary', '')} {storage.get('InputFormat', '')}".lower()
    kind = next((kind for kind in ("parquet", "orc", "avro", "json") if kind in library), "csv")
    given = serde.get("Parameters", {})
    delimiter = given.get("separatorChar") or given.get("field.delim") or ("," if "opencsv" in library else "\x01")
    header = storage.get("Parameters", {}).get("skip.header.line.count", "0") != "0"
    return kind, {"header": str(header), "sep": delimiter} if kind == "csv" else {}


def _plain(location: str) -> str:
    return location.partition("://")[2].rstrip("/")
