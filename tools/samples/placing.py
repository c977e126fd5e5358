"""Put new samples in the place of old ones: all are complete before the first one is replaced."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from local.samples import place
from tools.samples.source import SampleError

Files = Mapping[str, bytes]  # by their names below the location; a location that is one file has one without a name


def put_in_place(samples: Mapping[str, Files], root: Path) -> list[str]:
    """Write the samples of locations below `root`. Return the locations whose earlier samples were replaced.

    Until all are written, nothing that exists is touched; if one cannot be put in place, the earlier ones come back.
    """
    made_root = not root.exists()
    staging = root / f".new-{secrets.token_hex(4)}"
    moved: list[tuple[Path, Path | None]] = []
    try:
        for index, files in enumerate(samples.values()):
            _write(staging / "new" / str(index), files)
        replaced = []
        # An outer location first: the sample of one within it is put into its folder.
        for index, location in sorted(enumerate(samples), key=lambda pair: len(pair[1].rstrip("/"))):
            target = place(location, root)
            old = staging / "old" / str(index) if target.exists() else None
            within = any(_is_within(location, other) for other in samples if other != location)
            if old:
                old.parent.mkdir(parents=True, exist_ok=True)
                target.rename(old)
                if not within:
                    replaced.append(location)
            moved.append((target, old))
            _make_folder(target.parent, root)
            (staging / "new" / str(index)).rename(target)
        moved.clear()
        return replaced
    except OSError as error:
        raise SampleError(f"{error.filename or root}: cannot be written: {error.strerror}") from None
    finally:
        for target, old in reversed(moved):  # an error, or Ctrl-C
            _remove(target)
            if old and old.exists():
                old.rename(target)
        shutil.rmtree(staging, ignore_errors=True)
        if made_root:
            with suppress(OSError):
                root.rmdir()  # only if it is empty


def _is_within(location: str, outer: str) -> bool:
    return location.startswith(f"{outer.rstrip('/')}/")


def _write(path: Path, files: Files) -> None:
    for name, data in files.items():
        file = path / name if name else path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def _make_folder(folder: Path, root: Path) -> None:
    """Make a folder. A file in its place is the sample of a location that has become a folder."""
    for part in [*folder.parents, folder]:
        if part.is_relative_to(root) and part.is_file():
            raise SampleError(f"{part}: is the sample of another location, and a file; remove it first")
    folder.mkdir(parents=True, exist_ok=True)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
