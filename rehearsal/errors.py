"""What stops a rehearsal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class RehearsalError(Exception):
    """The rehearsal cannot go on, for a reason outside the pipeline; the message is one line."""


@dataclass
class ActionFailed(Exception):
    """An action of the pipeline failed: why, in one line, and where its whole log is."""

    reason: str
    log: Path | None = None

    def __str__(self) -> str:
        return self.reason
