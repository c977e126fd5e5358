"""SNS: record each message that a topic sends to its subscribers, as text. The rehearsal shows it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import ministack.services.sns as service

from rehearsal.aws.processes import NOTIFICATIONS, write_record


def install() -> None:
    """Patch MiniStack."""
    service._fanout = recording(service._fanout, Path(os.environ["REHEARSAL_RECORDS"]) / NOTIFICATIONS)


def recording(fanout: Any, file: Path) -> Any:
    """Return a `_fanout` that also records the message."""

    def send(topic: str, id: str, message: str, subject: str, structure: str = "", *more: Any, **named: Any) -> None:
        text = service._resolve_message_for_protocol(message, structure, "email")
        write_record(file, topic=topic, subject=subject or "", text=text)
        fanout(topic, id, message, subject, structure, *more, **named)

    return send
