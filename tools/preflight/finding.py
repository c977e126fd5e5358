"""The findings: one line for each thing that was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tools.preflight.reader import DeniedError
from tools.stage_jobs.account import NoAnswerError, RefusedError


class Outcome(StrEnum):
    """The end of a check. Only FAIL is a reason not to deploy."""

    OK = "ok"
    FAIL = "FAIL"
    UNKNOWN = "could not look"


@dataclass(frozen=True)
class Finding:
    """The outcome of a check `about` something. `text` says what was found, and for FAIL how to mend it."""

    outcome: Outcome
    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.outcome.value:<{len(Outcome.UNKNOWN.value)}}  {self.about}: {self.text}"


def ok(about: str, text: str) -> Finding:
    return Finding(Outcome.OK, about, text)


def fail(about: str, text: str) -> Finding:
    return Finding(Outcome.FAIL, about, text)


def looked(about: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what a check finds. Where a right or an answer is missing, one finding says so."""
    try:
        yield from check()
    except DeniedError as error:
        yield Finding(Outcome.UNKNOWN, about, f"no right to {error}")
    except (NoAnswerError, RefusedError) as error:
        yield Finding(Outcome.UNKNOWN, about, str(error))
