"""The Glue API for the Data Catalog on files. MiniStack's Glue answers the requests; its tables are the files."""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from local.catalog.tables import CatalogTable, TableFiles

Answer = tuple[int, dict[str, str], bytes]  # status, headers, body
Record = Callable[[str, str, int], None]
READS = (
    *("GetDatabase", "GetDatabases", "GetTable", "GetTables"),
    *("GetPartition", "GetPartitions", "BatchGetPartition"),
)
WRITES = (
    *("CreateTable", "UpdateTable", "DeleteTable", "BatchDeleteTable"),
    *("CreatePartition", "BatchCreatePartition", "DeletePartition", "BatchUpdatePartition"),
)
_one_at_a_time = threading.Lock()  # MiniStack's tables are variables of its module


class GlueApi:
    """Answers the calls about databases, tables and partitions. Every database exists. `record` gets each write."""

    def __init__(self, files: TableFiles, record: Record) -> None:
        self._files, self._record = files, record

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Return true for a call that can be answered here."""
        return _call(headers) in READS + WRITES

    def answer(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to a call. `headers` have names in small letters."""
        data: dict[str, Any] = json.loads(body or b"{}")
        call = _call(headers)
        database = str(data.get("DatabaseName") or data.get("Name") or "")
        service: Any = importlib.import_module("ministack.services.glue")  # at the first call: few jobs need it
        with _one_at_a_time:
            try:
                before = self._load(service, database)
                status, answered, content = service._handle_request_sync("POST", "/", headers, body, {})
                if call in WRITES:
                    self._save(service, database, before)
            except ValueError as error:  # a file that is no table
                return _error("InvalidInputException", str(error))
        if status != 200 and call == "GetTable":
            return _error("EntityNotFoundException", self._missing(database, str(data.get("Name", ""))))
        return status, answered, content

    def _load(self, service: Any, database: str) -> dict[str, str]:
        """Give MiniStack the tables of a database, and no others. Return their texts."""
        for state in (service._databases, service._tables, service._partitions):
            state.clear()
        for name in {database, *self._files.databases()} - {""}:
            service._create_database({"DatabaseInput": {"Name": name}})
        texts = {}
        for name, found in self._files.tables(database):
            service._create_table({"DatabaseName": database, "TableInput": {**found.table, "Name": name}})
            listed = [{**partition, "DatabaseName": database, "TableName": name} for partition in found.partitions]
            service._partitions[f"{database}/{name}"] = listed
            texts[name] = found.text()
        return texts

    def _save(self, service: Any, database: str, before: Mapping[str, str]) -> None:
        after = {}
        for table in service._tables.values():
            partitions = service._partitions.get(f"{database}/{table['Name']}", [])
            after[table["Name"]] = CatalogTable(table, tuple(partitions))
        for name in sorted({*before, *after}):
            table = after.get(name)
            if table is None or table.text() != before.get(name):
                self._files.put(database, name, table)
                self._record("table", f"{database}.{name}", 0)

    def _missing(self, database: str, name: str) -> str:
        known = ", ".join(name for name, _ in self._files.tables(database)) or "none"
        return (
            f"there is no table {name} in {database} on the laptop (there are: {known}); a job makes it, or"
            f" make sample with PROFILE=name takes it from AWS: samples/.catalog/{database}/{name}.json"
        )


def _call(headers: Mapping[str, str]) -> str:
    return headers.get("x-amz-target", "").rpartition(".")[2]


def _error(code: str, message: str) -> Answer:
    body = json.dumps({"__type": code, "message": message}).encode()
    return 400, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}, body
