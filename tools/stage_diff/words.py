"""Show values: `key: old -> new`, each on one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

LONGEST = 300  # characters of a value


def shown(value: Any) -> str:
    """Return a value on one line, as Markdown code: `s3://shop/orders/`."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    text = text.replace("\r", "\\r").replace("\n", "\\n")
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text)} characters)"
    if not text:
        return '`""`'
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def change(key: str, before: Any, after: Any) -> str:
    """Return a line about a value that differs. None is a value that is not there."""
    if before is None:
        return f"{key}: {shown(after)} is new"
    if after is None:
        return f"{key}: {shown(before)} is removed"
    if min(len(str(before)), len(str(after))) > LONGEST:  # the beginnings may be equal
        start = next((i for i, (a, b) in enumerate(zip(str(before), str(after), strict=False)) if a != b), 0)
        start = max(0, start - 40)
        return f"{key}: from character {start}: {shown(str(before)[start:])} -> {shown(str(after)[start:])}"
    return f"{key}: {shown(before)} -> {shown(after)}"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each key whose values differ, in the order of the new ones."""
    for key in dict.fromkeys([*after, *before]):
        if before.get(key) != after.get(key):
            yield change(key, before.get(key), after.get(key))


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)
