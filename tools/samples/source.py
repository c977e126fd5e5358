"""What a sample is taken from: places with folders and files, of which parts are read."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

FIRST_READ = 64 * 1024
LARGEST_READ = 1024 * 1024


class SampleError(Exception):
    """A sample cannot be taken. The message is one line: what, where, and the way out."""


class TooMuchToRead(Exception):
    """More would have to be read than a sample may cost."""


@dataclass(frozen=True)
class Item:
    """A file at a location: its `uri` in messages, its `name` below the location, and its size in bytes.

    `archived` is the storage class of an object that cannot be read before it is restored.
    """

    uri: str
    name: str
    size: int
    key: str
    archived: str = ""


@dataclass
class Level:
    """What is in one folder: folders, each with a `/` at the end, and files. `more`: it was not listed to its end."""

    folders: list[str] = field(default_factory=list)
    files: list[Item] = field(default_factory=list)
    more: bool = False


class Source(Protocol):
    """S3, or a folder on this machine that stands for it."""

    def single(self, location: str) -> Item | None:
        """Return the file that a location names, or None if it is a folder. Raise SampleError if it cannot be read."""

    def level(self, location: str, folder: str) -> Level:
        """Return what is in `folder` (such as `day=1/`, or empty) at a location."""

    def read(self, item: Item, start: int, length: int) -> bytes:
        """Return a part of a file."""


class Budget:
    """The bytes that may still be read for one location."""

    def __init__(self, most: int) -> None:
        self.left, self.used = most, 0

    def spend(self, count: int) -> None:
        if count > self.left:
            raise TooMuchToRead
        self.left -= count
        self.used += count


class PartialFile(io.RawIOBase):
    """A file of a source as a stream that can seek. It reads what is asked for, and a little ahead."""

    def __init__(self, item: Item, read: Callable[[Item, int, int], bytes], budget: Budget) -> None:
        self.item, self._read, self._budget = item, read, budget
        self._position, self._start, self._buffer, self._next = 0, 0, b"", FIRST_READ

    def close(self) -> None:
        """Do nothing: it holds nothing open, and the streams around it close it when they are gone."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.item.size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self.item.size - self._position)
        if wanted <= 0:
            return 0
        offset = self._position - self._start
        if not 0 <= offset < len(self._buffer):
            self._fill(wanted)
            offset = 0
        part = self._buffer[offset : offset + wanted]
        view[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _fill(self, wanted: int) -> None:
        """Read twice as much as before where the last read ended, and a little elsewhere."""
        follows = self._position == self._start + len(self._buffer)
        self._next = min(2 * self._next, LARGEST_READ) if follows and self._buffer else FIRST_READ
        length = min(max(wanted, self._next), self.item.size - self._position)
        if length > self._budget.left >= wanted:
            length = self._budget.left
        self._budget.spend(length)
        self._start, self._buffer = self._position, self._read(self.item, self._position, length)
        if not self._buffer:
            raise SampleError(f"{self.item.uri}: ends at byte {self._position} of {self.item.size}; it has changed")
