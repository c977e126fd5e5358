"""The messages that a rehearsal shows: those that the emulator's topics have sent, once all that are due are there."""

import threading
import time
from pathlib import Path

from rehearsal.aws.processes import NOTIFICATIONS, write_record
from rehearsal.notifications import Notification, lines, notifications

TOPIC = "arn:aws:sns:us-east-1:222222222222:glue-notifications-dev"


def test_nothing_is_waited_for_without_a_run_to_be_told(tmp_path: Path) -> None:
    started = time.monotonic()
    assert notifications(tmp_path) == []
    assert time.monotonic() - started < 1


def test_a_message_that_is_still_to_come_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / NOTIFICATIONS
    write_record(file, awaited="jr_1")
    write_record(file, topic=TOPIC, subject="other", text="run: jr_0")
    later = threading.Timer(0.3, write_record, [file], {"topic": TOPIC, "subject": "A", "text": "A\n\nrun: jr_1"})
    later.start()
    assert [message.subject for message in notifications(tmp_path)] == ["other", "A"]
    later.join()


def test_a_message_that_does_not_come_is_not_waited_for_long(tmp_path: Path) -> None:
    write_record(tmp_path / NOTIFICATIONS, awaited="jr_1")
    assert notifications(tmp_path, seconds=0.2) == []


def test_the_first_messages_are_shown_in_full() -> None:
    sent = [
        Notification("glue-notifications-dev", f"{number} FAILED", f"{number} FAILED\n\nrun: jr") for number in range(5)
    ]
    assert list(lines(sent)) == [
        *(
            line
            for number in range(3)
            for line in (f"glue-notifications-dev would tell: {number} FAILED", "", "    run: jr")
        ),
        "glue-notifications-dev would tell: 3 FAILED",
        "glue-notifications-dev would tell: 4 FAILED",
    ]
