"""Which files of a folder a sample takes: the newest partitions first, by the natural order of their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tools.samples.source import Item, Level, SampleError, Source

MAX_FOLDERS = 200  # that are listed for one location
TABLES = {"_delta_log/": "Delta", ".hoodie/": "Hudi"}


def newest_files(source: Source, location: str, note: Callable[[str], None]) -> Iterator[Item]:
    """Yield the files of a folder: newest partition first, then files, then other folders, but none that is hidden.

    `note` gets a line if there is too much to list.
    """
    listed = 0

    def walk(folder: str) -> Iterator[Item]:
        nonlocal listed
        if listed == MAX_FOLDERS:
            note(f"{location}: looked into {MAX_FOLDERS} of its folders only")
        listed += 1
        if listed > MAX_FOLDERS:
            return
        level = source.level(location, folder)
        refuse_table(location, level)
        if level.more:
            found = len(level.folders) + len(level.files)
            note(f"{location}{folder}: has more than {found} names; the newest of these were taken")
        partitions = [name for name in level.folders if "=" in name]
        for name in in_order(partitions):
            yield from walk(name)
        files = {item.name: item for item in level.files if not hidden(item.name) and item.size}
        # The parts of one write have no order: the first ones of two tables have more likely rows that join.
        parts = all(name.rpartition("/")[2].startswith("part-") for name in files)
        for name in sorted(files, key=natural) if parts else in_order(files):
            yield files[name]
        for name in in_order(set(level.folders) - set(partitions)):
            if not hidden(name):
                yield from walk(name)

    return walk("")


def in_order(names: list[str] | set[str] | dict[str, Item]) -> list[str]:
    """Return names with the newest first: `day=10/` is after `day=9/`, and a partition of null is the oldest."""
    return sorted(names, key=lambda name: ("__HIVE_DEFAULT_PARTITION__" not in name, natural(name)), reverse=True)


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return a name as a key to sort by, in which numbers count as numbers."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"([0-9]+)", name)]


def hidden(name: str) -> bool:
    """Return true for a name that Spark does not read."""
    last = name.rstrip("/").rpartition("/")[2]
    return last.startswith(("_", ".")) or last.endswith("_$folder$")


def refuse_table(location: str, level: Level) -> None:
    """Raise SampleError for a table whose files are nothing without their log."""
    own = {name.rstrip("/").rpartition("/")[2] + "/" for name in level.folders}
    kind = next((kind for folder, kind in TABLES.items() if folder in own), "")
    kind = "Iceberg" if {"metadata/", "data/"} <= own and not level.files else kind
    if kind:
        raise SampleError(
            f"{location}: is a {kind} table, and some of its files are no table;"
            " make rows up with `make new-sample`, or export some as plain files and take them with FROM="
        )
