"""A folder or a file on this machine in place of S3 locations: `FROM=folder`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from tools.samples.formats import KINDS
from tools.samples.source import Item, Level, SampleError


class FolderSource:
    """Reads `locations` from `path`, which holds each as `<bucket>/<key>` or under the last name of its key.

    The only location of a job may also be `path` itself. Raise SampleError if one is not there.
    """

    def __init__(self, path: Path, locations: list[str]) -> None:
        if not path.exists():
            raise SampleError(f"FROM={path} does not exist; name a folder or a file on this machine")
        self._places = {location: _place(path, location, len(locations) == 1) for location in locations}

    def single(self, location: str) -> Item | None:
        place = self._places[location]
        name = location.rstrip("/").rpartition("/")[2]
        if place.is_file() and not location.endswith("/") and (PurePosixPath(name).suffix or place.name == name):
            return self._item(place, "")
        return None

    def level(self, location: str, folder: str) -> Level:
        place = self._places[location]
        if place.is_file():
            return Level(files=[self._item(place, place.name)])
        level = Level()
        try:
            for found in sorted((place / folder).iterdir()):
                name = f"{folder}{found.name}"
                if found.is_dir():
                    level.folders.append(f"{name}/")
                elif found.is_file():
                    level.files.append(self._item(found, name))
        except OSError as error:
            raise SampleError(f"{place / folder}: cannot be read: {error.strerror}") from None
        return level

    def read(self, item: Item, start: int, length: int) -> bytes:
        try:
            with Path(item.key).open("rb") as file:
                file.seek(start)
                return file.read(length)
        except OSError as error:
            raise SampleError(f"{item.uri}: cannot be read: {error.strerror}") from None

    def _item(self, path: Path, name: str) -> Item:
        return Item(str(path), name, path.stat().st_size, str(path))


def _place(path: Path, location: str, only: bool) -> Path:
    bucket, _, key = location.partition("://")[2].rstrip("/").partition("/")
    last = key.rpartition("/")[2] or bucket
    for place in (path / bucket / key, path / last):
        if place.exists():
            return place
    # A folder does not stand for one file, unless it has its name: Spark writes folders such as orders.parquet.
    stands_for_it = path.is_file() or path.name == last or not PurePosixPath(last).suffix
    if only and stands_for_it:
        kinds = [KINDS.get(PurePosixPath(name).suffix[1:].lower()) for name in (path.name, last)]
        if path.is_file() and None not in kinds and kinds[0] != kinds[1]:
            raise SampleError(f"FROM={path} is {kinds[0]}, and {location} is named as {kinds[1]}; take such a file")
        return path
    ways = f"{last} or {bucket}/{key}" if key else bucket
    raise SampleError(f"FROM={path} does not hold {location}; it must have {ways} in it")
