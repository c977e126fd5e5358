"""How two locations in S3 relate to each other."""

from __future__ import annotations


def below(location: str, folder: str) -> bool:
    """Return true if a location or object is the folder, or below it."""
    return f"{location.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")


def touch(one: str, other: str) -> bool:
    """Return true if one of two locations is the other, or below it."""
    return below(one, other) or below(other, one)
