"""The messages that the stages' topics have sent in the emulator: nobody gets them, and the rehearsal shows them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rehearsal.aws.processes import NOTIFICATIONS, NewRecords

WAIT_SECONDS = 15  # the function of a stage starts when the first event comes
SHOWN = 3  # messages in full; of the others, their subjects


@dataclass(frozen=True)
class Notification:
    """A message: the name of its topic, its subject, and its text as an email has it."""

    topic: str
    subject: str
    text: str


def notifications(records: Path, seconds: float = WAIT_SECONDS) -> list[Notification]:
    """Return the messages that were sent. Wait until each run that is to be told is in one, or so many seconds."""
    file = records / NOTIFICATIONS
    end = time.monotonic() + seconds
    while True:
        found = NewRecords(file, start=0).read()
        sent = [record for record in found if "topic" in record]
        awaited = {record["awaited"] for record in found if "awaited" in record}
        if time.monotonic() > end or all(any(run in record["text"] for record in sent) for run in awaited):
            break
        time.sleep(0.1)
    return [Notification(record["topic"].rpartition(":")[2], record["subject"], record["text"]) for record in sent]


def lines(sent: Iterable[Notification]) -> Iterator[str]:
    """Yield the lines that show the messages."""
    for number, message in enumerate(sent):
        yield f"{message.topic} would tell: {message.subject}"
        if number < SHOWN:
            yield from (f"    {line}".rstrip() for line in message.text.splitlines()[1:])
