"""An object in S3 as a file to read: only the parts that are read are fetched."""

from __future__ import annotations

import io
from typing import Any

PART_BYTES = (65536, 16 * 1024 * 1024)  # at first, which is enough for most footers, and at most


class S3File(io.RawIOBase):
    """A file that can seek. Each part that follows the last one is twice as large, so that a long read is few calls."""

    def __init__(self, s3: Any, bucket: str, key: str, size: int) -> None:
        self._s3, self._bucket, self._key, self._size = s3, bucket, key, size
        self._position = 0
        self._start, self._part, self._bytes = 0, b"", PART_BYTES[0]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + (0, self._position, self._size)[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        if not self._start <= self._position < self._start + len(self._part):
            self._fetch()
        offset = self._position - self._start
        given = self._part[offset : offset + len(buffer)]
        buffer[: len(given)] = given
        self._position += len(given)
        return len(given)

    def _fetch(self) -> None:
        follows = bool(self._part) and self._position == self._start + len(self._part)
        self._bytes = min(2 * self._bytes, PART_BYTES[1]) if follows else PART_BYTES[0]
        self._start, self._part = self._position, b""
        if self._position < self._size:
            part = f"bytes={self._position}-{min(self._position + self._bytes, self._size) - 1}"
            self._part = self._s3.get_object(Bucket=self._bucket, Key=self._key, Range=part)["Body"].read()
