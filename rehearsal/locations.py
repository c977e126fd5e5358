"""Locations in S3: which arguments of a job have them, and how two of them relate to each other."""

from __future__ import annotations

# Glue's own arguments with places in S3, which may be several: they are no inputs, and may have files in samples/ too.
GLUES_OWN = {"--TempDir", "--extra-py-files", "--extra-jars", "--extra-files", "--additional-python-modules"}


def below(location: str, folder: str) -> bool:
    """Return true if a location or object is the folder, or below it."""
    return f"{location.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")


def touch(one: str, other: str) -> bool:
    """Return true if one of two locations is the other, or below it."""
    return below(one, other) or below(other, one)
