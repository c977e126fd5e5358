"""What the emulator writes down as it runs: each access that it denied, each job run."""

from __future__ import annotations

import json
from pathlib import Path

DENIALS = "denials.jsonl"
JOB_RUNS = "job-runs.jsonl"
JOB_PROCESSES = "job-processes.jsonl"


def write(file: Path, **record: str) -> None:
    """Add one record."""
    with file.open("a", encoding="utf-8") as output:
        output.write(json.dumps(record) + "\n")


class NewRecords:
    """The records of a file since this was made."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._start = file.stat().st_size if file.exists() else 0

    def read(self) -> list[dict[str, str]]:
        if not self._file.exists():
            return []
        with self._file.open("rb") as file:
            file.seek(self._start)
            return [json.loads(line) for line in file.read().splitlines()]
