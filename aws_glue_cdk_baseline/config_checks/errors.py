"""What is wrong with a config, one line per fault, each with the place to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, order=True)
class Problem:
    """One fault. `where` is the dotted path of the key, empty for the file as a whole."""

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"

    def is_within(self, other: Problem) -> bool:
        """Whether this fault lies in the value that `other` complains about, and so explains it."""
        return f"{self.where}.".startswith(f"{other.where}.")


class ConfigError(Exception):
    """A config that cannot be used; `problems` has every fault found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def shown(value: object) -> str:
    """A value as it reads in a message: quoted, on one line, at most 80 characters."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` is most likely a misspelling of, or None."""

    def likeness(name: str) -> float:
        typed, meant = word.lower(), name.lower()
        swapped = sorted(typed) == sorted(meant)  # `us-esat-1` is us-east-1, though us-west-1 is as near by its letters
        return SequenceMatcher(None, typed, meant).ratio() + (0.2 if swapped else 0)

    best = max(known, key=likeness, default=None)
    return best if best is not None and likeness(best) >= 0.7 else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing where no known name is near."""
    match = nearest(word, known)
    return f"; did you mean {match}?" if match else ""
