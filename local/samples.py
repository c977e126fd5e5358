"""The samples of S3 locations, and what jobs have written: plain files below `samples/` and `out/`, by bucket and key.

`samples/bucket/some/key` is what `s3://bucket/some/key` holds, a file or a folder.
"""

from __future__ import annotations

from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT

SAMPLES = PROJECT / "samples"
OUT = PROJECT / "out"


def place(location: str, root: Path = SAMPLES) -> Path:
    """Return the file or folder below `root` that stands for a location, such as `s3://bucket/some/key`."""
    return root / location.partition("://")[2].rstrip("/")


def sample_of(location: str, root: Path = SAMPLES) -> Path | None:
    """Return the sample of a location, or None if there is none. An empty folder is no sample."""
    found = place(location, root)
    return found if found.is_file() or any(file.is_file() for file in found.rglob("*")) else None


def split(uri: str) -> tuple[str, str]:
    """Split `s3://bucket/some/key` into bucket and some/key."""
    bucket, _, key = uri.partition("://")[2].partition("/")
    return bucket, key


def below(location: str, folder: str) -> bool:
    """Return true if a location or object is the folder, or below it."""
    return f"{location.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")


def touch(one: str, other: str) -> bool:
    """Return true if one of two locations is the other, or below it."""
    return below(one, other) or below(other, one)
