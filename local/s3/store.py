"""The stores behind the gateway: objects as files of this machine. store_in_aws.py has the other one."""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

DELETED = ".deleted"  # out/<bucket>/.deleted/<key>: an empty file that hides the sample of this key
NO_OBJECTS = (".DS_Store", ".gitkeep", ".gitignore")


class Entry(NamedTuple):
    """An object: its size in bytes, and when it was written, in seconds since 1970."""

    bucket: str
    key: str
    size: int
    modified: float

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class Store(Protocol):
    """Objects by bucket and key. Every method raises OSError in one line: PermissionError if access is denied."""

    def find(self, bucket: str, key: str) -> Entry | None:
        """Return the object, or None."""

    def below(self, bucket: str, prefix: str) -> Iterator[Entry]:
        """Yield the objects whose keys begin with `prefix`, by key."""

    def folder(self, bucket: str, prefix: str) -> tuple[list[Entry], list[str]]:
        """Return the objects directly in a folder, and the names of its folders. `prefix` ends with / or is empty."""

    def fetch(self, entry: Entry) -> Path:
        """Return a local file with the content of the object."""

    def put(self, bucket: str, key: str, file: Path) -> None:
        """Make the object from `file`, which may be moved."""

    def copy(self, source: Entry, bucket: str, key: str) -> None:
        """Copy an object."""

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete the objects that exist."""


class FileStore:
    """Objects as files: `samples` is never changed, and `out` gets what is written.

    An object in `out` wins over the sample with the same key. A deleted sample is only hidden. Every bucket exists.
    """

    def __init__(self, samples: Path, out: Path) -> None:
        self.samples, self.out = samples, out
        self._lock = threading.RLock()

    def buckets(self) -> list[str]:
        folders = (folder for root in (self.samples, self.out) if root.is_dir() for folder in root.iterdir())
        return sorted({folder.name for folder in folders if folder.is_dir() and not folder.name.startswith(".")})

    def find(self, bucket: str, key: str) -> Entry | None:
        file = self._file(bucket, key)
        return _entry(bucket, key, file) if file else None

    def below(self, bucket: str, prefix: str) -> Iterator[Entry]:
        folder = prefix.rpartition("/")[0]
        keys = {
            key
            for root in (self.samples, self.out)
            for key in _keys(root / bucket, folder)
            if key.startswith(prefix) and (root == self.out or self._is_visible(bucket, key))
        }
        yield from (found for key in sorted(keys) if (found := self.find(bucket, key)))

    def folder(self, bucket: str, prefix: str) -> tuple[list[Entry], list[str]]:
        entries, folders = [], {}
        for entry in self.below(bucket, prefix):
            name, slash, _ = entry.key.removeprefix(prefix).partition("/")
            if slash:
                folders[name] = True
            else:
                entries.append(entry)
        return entries, list(folders)

    def fetch(self, entry: Entry) -> Path:
        if file := self._file(entry.bucket, entry.key):
            return file
        raise FileNotFoundError(f"{entry.uri}: there is no such object")

    def put(self, bucket: str, key: str, file: Path) -> None:
        target = _inside(self.out, bucket, key)
        partial = self.out / f".{uuid.uuid4().hex}"  # on the same disk as the target
        with self._lock:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(file, partial)
                partial.replace(target)
            except (NotADirectoryError, FileExistsError, IsADirectoryError):
                partial.unlink(missing_ok=True)
                raise OSError(
                    f"s3://{bucket}/{key}: another object stands where this one needs a folder, or the other way"
                    " round; the laptop's S3 keeps objects as files"
                ) from None

    def copy(self, source: Entry, bucket: str, key: str) -> None:
        copied = self.out / f".{uuid.uuid4().hex}"
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.fetch(source), copied)
        self.put(bucket, key, copied)

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        with self._lock:
            for key in keys:
                written = _inside(self.out, bucket, key)
                if written.is_file():
                    written.unlink()
                    _remove_empty(written.parent, self.out)
                if _inside(self.samples, bucket, key).is_file():
                    hidden = _inside(self.out / bucket, DELETED, key)
                    hidden.parent.mkdir(parents=True, exist_ok=True)
                    hidden.touch()

    def set_samples_aside(self, bucket: str, key: str) -> None:
        """Hide the samples at and below a location: a job is about to write it, and what it writes wins."""
        samples = [found for found in _keys(self.samples / bucket, key) if found.startswith(f"{key.rstrip('/')}/")]
        written = [found for found in (key, *samples) if key and _inside(self.out, bucket, found).is_file()]
        self.delete(bucket, {key, *samples} - set(written) - {""})

    def _file(self, bucket: str, key: str) -> Path | None:
        if (written := _inside(self.out, bucket, key)).is_file():
            return written
        sample = _inside(self.samples, bucket, key)
        return sample if sample.is_file() and self._is_visible(bucket, key) else None

    def _is_visible(self, bucket: str, key: str) -> bool:
        """Return true if a sample is not hidden. One that is newer than its deletion is a new sample."""
        hidden = _inside(self.out / bucket, DELETED, key)
        try:
            return _inside(self.samples, bucket, key).stat().st_mtime > hidden.stat().st_mtime
        except OSError:
            return True


def _entry(bucket: str, key: str, file: Path) -> Entry:
    found = file.stat()
    return Entry(bucket, key, found.st_size, found.st_mtime)


def _inside(root: Path, bucket: str, key: str) -> Path:
    """Return the path of an object below `root`. Raise OSError if a part of the key has another meaning for files."""
    parts = key.split("/")
    if any(part in (".", "..") or "\0" in part for part in (bucket, *parts)) or "" in parts[:-1]:
        raise OSError(f"s3://{bucket}/{key}: the laptop's S3 keeps objects as files, and no file has such a path")
    # A key that ends with / marks a folder: the file has a name that no tool gives to data.
    return root / bucket / (key if parts[-1] else f"{key}.folder")


def _keys(bucket: Path, folder: str) -> Iterator[str]:
    """Yield the keys of all files at and below a folder of a bucket."""
    start = bucket / folder
    if start.is_file():
        yield folder
    for path, folders, files in os.walk(start):
        folders[:] = [name for name in folders if name != DELETED]
        for name in files:
            if name not in NO_OBJECTS and not name.endswith(".crc"):
                key = (Path(path) / name).relative_to(bucket).as_posix()
                yield key.removesuffix(".folder") if name == ".folder" else key


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
