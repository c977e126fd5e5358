"""Tables of the Data Catalog as files: `samples/.catalog/<database>/<table>.json`, and over it `out/.catalog/`.

A file has what `aws glue get-table` prints, and may have what `aws glue get-partitions` prints beside it:
`{"Table": {"StorageDescriptor": …}, "Partitions": […]}`.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = ".catalog"  # no bucket has such a name
# The parts of a table and of a partition that a person decides. The rest, such as times, is Glue's own, and differs at
# each run.
OF_A_TABLE = (
    *("Name", "Description", "Owner", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters", "Retention"),
    *("ViewOriginalText", "ViewExpandedText"),
)
OF_A_PARTITION = ("Values", "StorageDescriptor", "Parameters")


class CatalogTable(NamedTuple):
    """A table and its partitions, as Glue's API has them."""

    table: Mapping[str, Any]
    partitions: tuple[Mapping[str, Any], ...] = ()

    def text(self) -> str:
        """Return the content of its file."""
        partitions = [_chosen(partition, OF_A_PARTITION) for partition in self.partitions]
        content = {"Table": _chosen(self.table, OF_A_TABLE), **({"Partitions": partitions} if partitions else {})}
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


class TableFiles:
    """The tables in two folders: `samples` is never changed, `out` gets what is written, and wins."""

    def __init__(self, samples: Path, out: Path) -> None:
        self.samples, self.out = samples, out

    def databases(self) -> list[str]:
        """Return the databases that have a table."""
        folders = (folder for root in (self.samples, self.out) for folder in (root / FOLDER).glob("*/"))
        return sorted({folder.name for folder in folders if next(self.tables(folder.name), None)})

    def tables(self, database: str) -> Iterator[tuple[str, CatalogTable]]:
        """Yield each table of a database with its name. Raise ValueError for a file that is none, with its line."""
        files = {file.stem: file for root in (self.samples, self.out) for file in files_of(root, database)}
        for name, file in sorted(files.items()):
            if found := read_table(file):
                yield name, found

    def put(self, database: str, name: str, table: CatalogTable | None) -> Path:
        """Write a table. None deletes it: an empty file hides its sample."""
        if not all(re.fullmatch(r"(?!\.)[^/\0]{1,250}", part) for part in (database, name)):
            raise ValueError(f"{database}.{name}: the laptop keeps tables as files, and no file has such a name")
        target = self.out / FOLDER / database / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{uuid.uuid4().hex}")
        partial.write_text(table.text() if table else "", encoding="utf-8")
        os.replace(partial, target)
        return target


def files_of(root: Path, database: str) -> list[Path]:
    """Return the files of a database below `samples/` or `out/`."""
    return sorted((root / FOLDER / database).glob("*.json"))


def read_table(file: Path) -> CatalogTable | None:
    """Return the table in a file; None for an empty file. Raise ValueError, in one line, if it has no table."""
    text = file.read_text(encoding="utf-8")
    if not text.strip():
        return None
    shown = "/".join(file.parts[-4:])  # samples/.catalog/database/table.json
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ValueError(
            f"{shown}:{getattr(error, 'lineno', 1)}: is not JSON: {getattr(error, 'msg', error)}"
        ) from None
    table = content.get("Table", content) if isinstance(content, dict) else None
    if not isinstance(table, dict) or not isinstance(table.get("StorageDescriptor"), dict):
        raise ValueError(f"{shown}:1: has no table; write what `aws glue get-table` prints")
    partitions = content.get("Partitions", [])
    if not isinstance(partitions, list) or not all(_is_partition(item, table) for item in partitions):
        keys = len(table.get("PartitionKeys") or [])
        raise ValueError(
            f"{shown}:1: has Partitions that are none; write what `aws glue get-partitions` prints, each with {keys}"
            " Values and a StorageDescriptor"
        )
    return CatalogTable(table, tuple(partitions))


def _is_partition(item: object, table: Mapping[str, Any]) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("Values"), list)
        and len(item["Values"]) == len(table.get("PartitionKeys") or [])
        and isinstance(item.get("StorageDescriptor"), dict)
    )


def _chosen(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) not in (None, "", [], {})}
