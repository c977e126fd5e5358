"""The form of a message: text for email and queues, and the JSON that Amazon Q Developer shows in a chat channel.

The words are written where its event is read: job_events.py, due_runs.py, pipeline_events.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

MOST_ERROR = 1000  # characters of an error; the log has all of it
MOST_SUBJECT = 99  # of an email: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
# The parts of a custom notification of Amazon Q Developer have at most so many characters:
# https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
MOST_TITLE, MOST_STEP = 250, 350


@dataclass(frozen=True)
class Message:
    """An event in words: a `title`, `fields` (name and value) and `steps`: what to do next.

    `about` groups messages in a chat: all messages about it are in one thread.
    """

    title: str
    fields: tuple[tuple[str, str], ...]
    steps: tuple[str, ...] = ()
    about: str = ""

    @property
    def subject(self) -> str:
        """The subject of an email: printable ASCII, on one line."""
        line = " ".join(self.title.split()).encode("ascii", "replace").decode()
        return line if len(line) <= MOST_SUBJECT else f"{line[: MOST_SUBJECT - 3]}..."

    @property
    def text(self) -> str:
        width = max((len(name) for name, _ in self.fields), default=0) + 2
        lines = [f"{f'{name}:':<{width}}{_indented(value, width)}" for name, value in self.fields]
        return "\n".join([self.title, "", *lines, *(["", *self.steps] if self.steps else []), ""])

    def chat(self, event_id: str) -> str:
        """Return the message as a custom notification: Amazon Q Developer drops every other text."""
        content = {
            "textType": "client-markdown",
            "title": self.title[:MOST_TITLE],
            "description": "\n".join(f"*{name}*: {value}" for name, value in self.fields),
            **({"nextSteps": [step[:MOST_STEP] for step in self.steps]} if self.steps else {}),
        }
        metadata = {"threadId": self.about or event_id, "summary": self.title[:MOST_TITLE]}
        return json.dumps(
            {"version": "1.0", "source": "custom", "id": event_id, "content": content, "metadata": metadata}
        )


def shortened(error: str) -> str:
    """Return an error without its end if it is long, and how much is missing."""
    error = error.strip()
    more = len(error) - MOST_ERROR
    return error if more <= 0 else f"{error[:MOST_ERROR]}… ({more} more characters: see the log)"


def in_words(seconds: float) -> str:
    """Return a time in words: `42 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _indented(value: str, width: int) -> str:
    return value.replace("\n", "\n" + " " * width)
