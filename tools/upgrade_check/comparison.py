"""Compare what two runs of a job left at one location: the columns, and the rows in whatever order."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tools.upgrade_check.data_files import UNREADABLE, DataFile, Row, partition_columns
from tools.upgrade_check.values import TOLERANCE, Value, canonical, close, split_numbers

MOST_ROWS = 500_000  # of one side: of more rows it is not searched which of them differ
SHOWN = 3
MODULUS = 1 << 128


@dataclass
class Comparison:
    """The differences at one location. `counts` are the rows of each side, `only` the rows that one side alone has.

    `differing` are the columns that these rows differ in.
    """

    counts: tuple[int, int] = (0, 0)
    columns: list[str] = field(default_factory=list)
    only: tuple[list[Row], list[Row]] = ([], [])
    differing: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # files without rows that differ
    notes: list[str] = field(default_factory=list)

    @property
    def rows_differ(self) -> bool:
        return bool(self.only[0] or self.only[1])

    @property
    def equal(self) -> bool:
        return not (self.columns or self.rows_differ or self.others)


@dataclass
class _Side:
    """One side, read once: the rows are counted and digested, and not kept. A file that is damaged has no rows."""

    files: list[DataFile] = field(default_factory=list)
    count: int = 0
    digest: int = 0
    columns: dict[str, str] = field(default_factory=dict)

    def add_columns(self, columns: Mapping[str, str]) -> None:
        for name, kind in columns.items():
            self.columns[name] = _wider(self.columns.get(name, kind), kind)


class _Numbered(NamedTuple):
    """The numbers of a row, and its place among the rows."""

    numbers: tuple[Any, ...]
    place: int


def compare(one: Sequence[DataFile], other: Sequence[DataFile], ignored: Collection[str] = ()) -> Comparison:
    """Compare the files of two runs at one location. Columns that are `ignored` are left out."""
    first, second = _read(one, ignored), _read(other, ignored)
    result = Comparison(
        counts=(first.count, second.count), columns=_columns(first, second), others=_others(first.files, second.files)
    )
    if unread := max(sum(file.rows is None for file in side.files) for side in (first, second)):
        result.notes.append(f"files compared by their bytes, their format is not read here: {unread}")
    if (first.count, first.digest) == (second.count, second.digest):
        return result
    if max(result.counts) > MOST_ROWS:
        result.others.append(
            f"the rows differ; of more than {MOST_ROWS:,} it is not searched which, nor whether by {TOLERANCE:g} only"
        )
        return result
    left = _leftovers(first.files, second.files, ignored)
    result.only = _unmatched(*left)
    result.differing = _differing(*result.only)
    return result


def _read(files: Iterable[DataFile], ignored: Collection[str]) -> _Side:
    side = _Side()
    for file in files:
        count, digest, kinds = 0, 0, dict(file.columns)
        try:
            for row in _rows([file], ignored):
                count += 1
                digest += int.from_bytes(_digest(canonical(row)))
                for name, value in row.items() if not file.columns else ():
                    if value is not None and (kind := _kind(value)) != kinds.get(name):
                        kinds[name] = _wider(kinds.get(name, kind), kind)
        except UNREADABLE:
            side.files.append(file.unreadable())
            continue
        side.files.append(file)
        side.count += count
        side.digest = (side.digest + digest) % MODULUS
        kinds |= dict.fromkeys(partition_columns(file.key), "the name of a folder") if file.rows else {}
        side.add_columns({name: kind for name, kind in kinds.items() if name not in ignored})
    return side


def _rows(files: Iterable[DataFile], ignored: Collection[str]) -> Iterator[Row]:
    for file in files:
        for row in file.all_rows():
            yield {name: value for name, value in row.items() if name not in ignored} if ignored else row


def _digest(value: Value) -> bytes:
    return hashlib.blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _kind(value: Any) -> str:
    """Return the type of a value in a file that names no types: JSON and CSV."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "whole number"
        case float():
            return "number"
        case dict():
            return "struct"
        case list():
            return "array"
    return "text"


def _wider(one: str, other: str) -> str:
    if one == other:
        return one
    if {one, other} == {"whole number", "number"}:
        return "number"
    return " or ".join(sorted({*one.split(" or "), *other.split(" or ")}))


def _columns(one: _Side, other: _Side) -> list[str]:
    """Return a line for each column that differs, by its name. Where a side has no rows of JSON, nothing is known."""
    if not one.columns or not other.columns:
        return []
    return [
        f"column {name}: {one.columns.get(name, 'missing')}, then {other.columns.get(name, 'missing')}"
        for name in dict.fromkeys([*one.columns, *other.columns])
        if one.columns.get(name) != other.columns.get(name)
    ]


def _others(one: Iterable[DataFile], other: Iterable[DataFile]) -> list[str]:
    """Return what differs in the formats, and in the files without rows, whose names are not compared."""
    formats = [sorted({file.format for file in side}) for side in (one, other)]
    if formats[0] != formats[1] and all(formats):
        return [f"the format is {' and '.join(formats[0])}, then {' and '.join(formats[1])}"]
    found = [Counter(file.digest for file in side if file.rows is None) for side in (one, other)]
    if found[0] == found[1]:
        return []
    different = [(found[0] - found[1]).total(), (found[1] - found[0]).total()]
    return [f"files with other bytes: {different[0]}, then {different[1]}"]


def _leftovers(
    one: Iterable[DataFile], other: Iterable[DataFile], ignored: Collection[str]
) -> tuple[list[Row], list[Row]]:
    """Return the rows of each side that the other one does not have exactly so."""
    balance = Counter[bytes]()
    balance.update(_digest(canonical(row)) for row in _rows(one, ignored))
    balance.subtract(_digest(canonical(row)) for row in _rows(other, ignored))
    left: tuple[list[Row], list[Row]] = ([], [])
    for side, sign, files in ((left[0], 1, one), (left[1], -1, other)):
        for row in _rows(files, ignored):
            digest = _digest(canonical(row))
            if balance[digest] * sign > 0:
                balance[digest] -= sign
                side.append(row)
    return left


def _unmatched(one: list[Row], other: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows that are in no pair whose numbers are close and whose other values are equal, in their order."""
    groups: dict[Value, tuple[list[_Numbered], list[_Numbered]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((one, other)):
        for index, row in enumerate(rows):
            rest, numbers = split_numbers(canonical(row))
            groups[rest][side].append(_Numbered(numbers, index))
    left: tuple[list[int], list[int]] = ([], [])
    for group in groups.values():
        for side, indexes in enumerate(_unmatched_numbers(*group)):
            left[side].extend(indexes)
    return [one[index] for index in sorted(left[0])], [other[index] for index in sorted(left[1])]


def _unmatched_numbers(one: list[_Numbered], other: list[_Numbered]) -> tuple[list[int], list[int]]:
    """Match the rows of a group by their numbers: candidates are near in the number that tells most rows apart."""
    if not one or not other or not one[0].numbers:
        return [item.place for item in one], [item.place for item in other]
    places = range(len(one[0].numbers))
    place = max(places, key=lambda at: len({item.numbers[at] for item in (*one, *other)}))
    candidates = sorted(other, key=lambda item: float(item.numbers[place]))
    keys = [float(item.numbers[place]) for item in candidates]
    used = [False] * len(candidates)
    alone = []
    for item in one:
        at = float(item.numbers[place])
        reach = max(TOLERANCE, abs(at) * TOLERANCE * 1.01)
        for number in range(bisect_left(keys, at - reach), bisect_right(keys, at + reach)):
            if not used[number] and all(map(close, item.numbers, candidates[number].numbers)):
                used[number] = True
                break
        else:
            alone.append(item.place)
    return alone, [item.place for item, taken in zip(candidates, used, strict=True) if not taken]


def _differing(one: list[Row], other: list[Row]) -> list[str]:
    """Return the columns whose values differ between the rows of the two sides, if both have rows."""
    if not one or not other:
        return []
    names = dict.fromkeys(name for row in (*one, *other) for name in row)
    return [
        name
        for name in names
        if Counter(_digest(canonical(row.get(name))) for row in one)
        != Counter(_digest(canonical(row.get(name))) for row in other)
    ]


def shown(row: Row, most: int = 300) -> str:
    """Return a row in one line, as JSON."""
    text = json.dumps(row, ensure_ascii=False, default=str)
    return text if len(text) <= most else f"{text[: most - 1]}…"
