"""The clock of the integration test; its own tests use one that needs no waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The time, and a way to wait."""

    def now(self) -> float:
        """Return seconds that only grow, whatever happens to the clock of the machine."""
        return time.monotonic()

    def today(self) -> datetime:
        """Return date and time, to compare them with Glue's."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
