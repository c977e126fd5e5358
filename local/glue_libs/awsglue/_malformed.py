"""Where a malformed record stands: Spark says that there is one, a person needs its file and line."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

OPENERS = {".gz": gzip.open, ".bz2": bz2.open}
SHOWN = 60  # characters of the record


def open_text(file: Path) -> IO[str]:
    """The text of a file, decompressed by its suffix as Spark does it; what is not UTF-8 is replaced."""
    opener = OPENERS.get(file.suffix, open)
    return opener(file, "rt", encoding="utf-8", errors="replace")  # type: ignore[operator, no-any-return]


def check_json(files: Mapping[Path, str], whole: bool) -> None:
    """Raise ValueError at the first record that is not a JSON object; `whole` files are one record, or an array."""
    for file, name in files.items():
        with open_text(file) as lines:
            records: Iterable[str] = [lines.read()] if whole else lines
            for number, record in enumerate(records, start=1):
                if record.strip() and not _is_object(record):
                    place = name if whole else f"{name}:{number}"
                    hint = "" if whole else "; a record that spans lines needs format_options={'multiLine': True}"
                    raise ValueError(f"{place}: not a JSON object: {record.strip()[:SHOWN]!r}{hint}")


def _is_object(record: str) -> bool:
    try:
        value = json.loads(record)
    except ValueError:
        return False
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(item, dict) for item in value))
