"""What is taken of one file, and how much may be."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limit:
    """How much may still be taken for a location: rows, and bytes as they are written."""

    rows: int
    size: int


@dataclass
class Cut:
    """The rows that were taken of a file, as the bytes of a file of the same format, with the `columns` it has.

    `rows` is None for a file without rows that can be told apart. `cut_short` is true if the limit of bytes ended it.
    """

    data: bytes
    rows: int | None
    format: str
    columns: list[str] = field(default_factory=list)
    cut_short: bool = False
    notes: list[str] = field(default_factory=list)


class CorruptFile(Exception):
    """A file is not what its name says. The message says where."""


class TooLargeRow(CorruptFile):
    """Not even one row is within the limit of bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"its first row has more than {limit:,} bytes; MB= takes more")
