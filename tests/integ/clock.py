"""The clock of the integration test. The tests of that test use a clock that does not wait."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The time, and a way to wait."""

    def now(self) -> float:
        """Return the seconds of a clock that never goes back."""
        return time.monotonic()

    def today(self) -> datetime:
        """Return the date and time, to compare them with those that Glue reports."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
