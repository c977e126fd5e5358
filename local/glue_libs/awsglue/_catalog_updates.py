"""Tables that a job makes and updates while it writes: `enableUpdateCatalog` of getSink and of `…_from_catalog`.

Source: https://docs.aws.amazon.com/glue/latest/dg/update-from-job.html, with its restrictions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DataType, MapType, StructType

from awsglue import _catalog, _s3
from awsglue._coverage import is_true
from awsglue._frames import Rows

OPTIONS = ("enableUpdateCatalog", "updateBehavior", "partitionKeys")
BEHAVIORS = ("UPDATE_IN_DATABASE", "LOG")
PARTITIONS_A_CALL = 100  # https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html
KEPT = (
    *("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters"),
    *("ViewOriginalText", "ViewExpandedText"),
)
_HIVE = "org.apache.hadoop.hive"
_TEXT = ("org.apache.hadoop.mapred.TextInputFormat", f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat")
# Format -> input format, output format, SerDe.
STORAGE = {
    "json": (*_TEXT, "org.openx.data.jsonserde.JsonSerDe"),
    "csv": (*_TEXT, f"{_HIVE}.serde2.lazy.LazySimpleSerDe"),
    "avro": tuple(
        f"{_HIVE}.{name}"
        for name in (
            "ql.io.avro.AvroContainerInputFormat",
            "ql.io.avro.AvroContainerOutputFormat",
            "serde2.avro.AvroSerDe",
        )
    ),
    "parquet": tuple(
        f"{_HIVE}.ql.io.parquet.{name}"
        for name in ("MapredParquetInputFormat", "MapredParquetOutputFormat", "serde.ParquetHiveSerDe")
    ),
}


@dataclass(frozen=True)
class Update:
    """A write to `path` whose columns and new partitions go to the table `name` (of `where`)."""

    where: Mapping[str, str]  # DatabaseName, and CatalogId if one is given
    name: str
    path: str
    format: str
    options: Mapping[str, Any]
    keys: tuple[str, ...]
    behavior: str = BEHAVIORS[0]
    may_create: bool = False

    @property
    def shown(self) -> str:
        return f"{self.where['DatabaseName']}.{self.name}"

    def run(self, records: Rows, write: Callable[[], None]) -> None:
        """Check the rows and the table, write, and then update the table. Nothing is written after an error."""
        self._check()
        if not records.frame.columns:
            return  # as a read of a bookmark without new files is: there is nothing to write, and no schema
        if records.choices:
            names = ", ".join(sorted(".".join(path) for path in records.choices))
            raise ValueError(f"enableUpdateCatalog: {names} has values of several types; call resolveChoice first")
        columns, partition_keys = self._columns(records.frame)
        table = self._find()
        if table is not None:
            self._check_table(table)
        before = {item.uri for item in _s3.find(self.path)}
        write()
        if table is None:
            table = self._create(columns, partition_keys)
        elif not self._accept_schema(table, columns):
            return
        self._add_partitions(table, before)

    def _check(self) -> None:
        if not _s3.is_s3(self.path):
            raise ValueError(f"enableUpdateCatalog is for paths in S3, not for {self.path}")
        if self.behavior not in BEHAVIORS:
            raise ValueError(f"updateBehavior {self.behavior!r} is none of {', '.join(BEHAVIORS)}")
        if self.format not in STORAGE:
            raise ValueError(f"enableUpdateCatalog takes json, csv, avro and parquet, not {self.format!r}")

    def _columns(self, frame: DataFrame) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        """Return the columns and the partition keys of a frame, as the catalog has them."""
        columns = {}
        for field in frame.schema:
            if field.name not in self.keys and _is_nested(field.dataType):
                raise ValueError(
                    f"enableUpdateCatalog: the column {field.name} of type {field.dataType.simpleString()} is nested"
                    " more than once, which Glue does not take; flatten it first"
                )
            columns[field.name] = {"Name": field.name.lower(), "Type": _hive_type(field.dataType)}
        for key in self.keys:
            if key not in columns:
                raise ValueError(f"partitionKeys: no column {key!r}; there are {', '.join(columns)}")
        return [column for name, column in columns.items() if name not in self.keys], [
            columns[key] for key in self.keys
        ]

    def _find(self) -> Mapping[str, Any] | None:
        try:
            with _catalog.explained(self.shown, "outputDatabase"):
                return dict(_catalog.client().get_table(Name=self.name, **self.where)["Table"])
        except LookupError:
            if self.may_create:
                return None
            raise

    def _check_table(self, table: Mapping[str, Any]) -> None:
        keys = [key["Name"] for key in table.get("PartitionKeys", [])]
        if keys != [key.lower() for key in self.keys]:
            raise ValueError(
                f"partitionKeys {list(self.keys)} are not those of the table {self.shown}, {keys}; give the same names"
                " in the same order"
            )
        location = table["StorageDescriptor"].get("Location", "")
        if self.may_create and location.rstrip("/") != self.path.rstrip("/"):
            warnings.warn(f"the table {self.shown} is at {location}, and this writes to {self.path}", stacklevel=4)

    def _create(self, columns: list[dict[str, str]], keys: list[dict[str, str]]) -> Mapping[str, Any]:
        parameters = {"classification": self.format, "typeOfData": "file"}
        serde = {"serialization.format": "1"}
        if self.format == "csv":
            serde["field.delim"] = parameters["delimiter"] = str(self.options.get("separator", ","))
            if is_true(self.options.get("writeHeader", True)):
                parameters["skip.header.line.count"] = "1"
        if self.format == "parquet":
            parameters["useGlueParquetWriter"] = "true"
        reads, writes, library = STORAGE[self.format]
        table = {
            "Name": self.name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters,
            "PartitionKeys": keys,
            "StorageDescriptor": {
                "Columns": columns,
                "Location": f"{self.path.rstrip('/')}/",
                "InputFormat": reads,
                "OutputFormat": writes,
                "SerdeInfo": {"SerializationLibrary": library, "Parameters": serde},
            },
        }
        with _catalog.explained(self.shown, "outputDatabase"):
            _catalog.client().create_table(TableInput=table, **self.where)
        return table

    def _accept_schema(self, table: Mapping[str, Any], columns: list[dict[str, str]]) -> bool:
        """Update the table's columns if they differ and may be updated. Return false if no partition may be added."""
        storage = table["StorageDescriptor"]
        before = {column["Name"].lower(): column["Type"] for column in storage.get("Columns", [])}
        after = {column["Name"]: column["Type"] for column in columns}
        if self.behavior == "LOG":
            if more := sorted(set(after) - set(before)):
                warnings.warn(
                    f"updateBehavior LOG: the table {self.shown} has no column {', '.join(more)}; it gets no new"
                    " partition",
                    stacklevel=4,
                )
            return not more
        if not self.keys or before == after:  # without partition keys, a schema is not updated
            return True
        if lost := sorted(set(before) - set(after)):
            warnings.warn(
                f"updateBehavior UPDATE_IN_DATABASE: the table {self.shown} loses {', '.join(lost)}, which the frame"
                " does not have",
                stacklevel=4,
            )
        changed = {name: table[name] for name in KEPT if table.get(name) not in (None, "", {})}
        changed["StorageDescriptor"] = {**storage, "Columns": columns}
        with _catalog.explained(self.shown, "outputDatabase"):
            _catalog.client().update_table(TableInput=changed, **self.where)
        storage["Columns"] = columns
        return True

    def _add_partitions(self, table: Mapping[str, Any], before: set[str]) -> None:
        written = _folders([item.name for item in _s3.find(self.path) if item.uri not in before], len(self.keys))
        if not written:
            return
        with _catalog.explained(self.shown, "outputDatabase"):
            glue = _catalog.client()
            pages = glue.get_paginator("get_partitions").paginate(TableName=self.name, **self.where)
            known = {tuple(partition["Values"]) for page in pages for partition in page["Partitions"]}
            new = [
                {
                    "Values": list(values),
                    "StorageDescriptor": {
                        **table["StorageDescriptor"],
                        "Location": f"{self.path.rstrip('/')}/{folder}/",
                    },
                }
                for values, folder in written.items()
                if values not in known
            ]
            for start in range(0, len(new), PARTITIONS_A_CALL):
                answer = glue.batch_create_partition(
                    TableName=self.name, PartitionInputList=new[start : start + PARTITIONS_A_CALL], **self.where
                )
                for failed in answer.get("Errors", []):
                    if failed["ErrorDetail"]["ErrorCode"] != "AlreadyExistsException":  # another run has added it
                        raise ValueError(f"the table {self.shown}: {failed['ErrorDetail']['ErrorMessage']}")


def plain_format(format: str | None, options: Mapping[str, Any]) -> str:
    """Return the format of a table. Raise ValueError for parquet that Glue's own writer does not write."""
    if format == "parquet" and not is_true(options.get("useGlueParquetWriter", False)):
        raise ValueError(
            "enableUpdateCatalog takes parquet of Glue's own writer only: setFormat('parquet',"
            " useGlueParquetWriter=True), or the table property useGlueParquetWriter = true"
        )
    return "parquet" if format == "glueparquet" else str(format)


def _folders(names: Sequence[str], depth: int) -> dict[tuple[str, ...], str]:
    """Return the folders of partitions (`year=2026/day=1`) in which files are, by their values."""
    found = {}
    for name in names:
        parts = name.split("/")[:-1][:depth]
        if depth and len(parts) == depth and all("=" in part for part in parts):
            found[tuple(unquote(part.partition("=")[2]) for part in parts)] = "/".join(parts)
    return found


def _hive_type(data_type: DataType) -> str:
    return data_type.simpleString().replace("timestamp_ntz", "timestamp").replace("void", "string")


def _is_nested(data_type: DataType) -> bool:
    """Return true for a container of containers, such as an array in a struct."""
    return any(isinstance(inner, StructType | ArrayType | MapType) for inner in _inside(data_type))


def _inside(data_type: DataType) -> list[DataType]:
    if isinstance(data_type, StructType):
        return [field.dataType for field in data_type]
    if isinstance(data_type, ArrayType):
        return [data_type.elementType]
    return [data_type.keyType, data_type.valueType] if isinstance(data_type, MapType) else []
