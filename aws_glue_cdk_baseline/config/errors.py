"""The errors of a config: one line each, with the file, the line and the key, and a hint at the nearest known name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

MAX_SHOWN = 100  # more errors than that have one cause, such as a file that is not a config at all


@dataclass(frozen=True, order=True)
class ErrorLine:
    """One error. `where` is the dotted path of the key, empty for the file as a whole; `line` is 1-based."""

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        where = f"{_one_line(self.where, 300)}: " if self.where else ""
        return f"{_one_line(self.file, 4096)}:{self.line}: {where}{_one_line(self.message, 4096)}"


class ConfigError(Exception):
    """The config cannot be used. `errors` has every error that was found, in the order of the file."""

    def __init__(self, errors: Iterable[ErrorLine]) -> None:
        self.errors = sorted(set(errors))
        lines = [str(error) for error in self.errors[:MAX_SHOWN]]
        for error in self.errors[MAX_SHOWN : MAX_SHOWN + 1]:
            lines.append(str(replace(error, where="", message="there are more errors; correct the ones above first")))
        super().__init__("\n".join(lines))


def _one_line(text: str, most: int) -> str:
    """Return at most `most` characters of `text` on one line: line breaks and control characters are escaped."""
    text = text if len(text) <= most else f"{text[: most - 3]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(value: object) -> str:
    """Return a value as messages show it: text in quotes, on one line, at most 80 characters."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that `word` is most likely a misspelling of, or None."""

    def likeness(name: str) -> float:
        typed, meant = word.lower(), name.lower()
        least = 0.35 * (len(typed) + len(meant))  # letters in common; seen sooner than by SequenceMatcher
        if min(len(typed), len(meant)) < least:
            return 0
        if sum(min(typed.count(letter), meant.count(letter)) for letter in set(typed)) < least:
            return 0
        swapped = sorted(typed) == sorted(meant)  # us-esat-1 means us-east-1, although us-west-1 is as similar
        return SequenceMatcher(None, typed, meant).ratio() + (0.2 if swapped else 0)

    best = max(known, key=likeness, default=None)
    return best if best is not None and likeness(best) >= 0.7 else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?`, or an empty text if no known name is near."""
    match = nearest(word, known)
    return f"; did you mean {match}?" if match else ""
