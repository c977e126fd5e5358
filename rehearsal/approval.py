"""Manual approvals: asked for, or answered beforehand."""

from __future__ import annotations

import sys
from enum import Enum


class Answer(Enum):
    """What became of an approval."""

    APPROVED = "succeeded"
    REJECTED = "rejected"
    WAITING = "waiting"


def ask(stage: str, action: str, given: Answer | None) -> Answer:
    """The answer that was `given` with the command, or what a person at the terminal says; WAITING without one."""
    if given:
        return given
    if not sys.stdin.isatty():
        return Answer.WAITING
    try:
        said = input(f"\n  {stage} waits for its {action}. Approve? [y]es, [n]o, anything else leaves it waiting: ")
    except EOFError:
        return Answer.WAITING
    words = {"y": Answer.APPROVED, "yes": Answer.APPROVED, "n": Answer.REJECTED, "no": Answer.REJECTED}
    return words.get(said.strip().lower(), Answer.WAITING)
