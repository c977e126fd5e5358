"""What is wrong with a config, one line per fault, each with the place to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

MAX_SHOWN = 100  # more faults than that come of one mistake, or of a file that is no config


@dataclass(frozen=True, order=True)
class Problem:
    """One fault. `where` is the dotted path of the key, empty for the file as a whole."""

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        where = f"{_one_line(self.where, 300)}: " if self.where else ""
        return f"{_one_line(self.file, 4096)}:{self.line}: {where}{_one_line(self.message, 4096)}"


class ConfigError(Exception):
    """A config that cannot be used; `problems` has every fault found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        lines = [str(problem) for problem in self.problems[:MAX_SHOWN]]
        for problem in self.problems[MAX_SHOWN : MAX_SHOWN + 1]:
            lines.append(str(replace(problem, where="", message="there are more faults; mend the ones above first")))
        super().__init__("\n".join(lines))


def _one_line(text: str, most: int) -> str:
    """`text` without line breaks and control characters, which a key may have, and not longer than `most`."""
    text = text if len(text) <= most else f"{text[: most - 3]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(value: object) -> str:
    """A value as it reads in a message: quoted, on one line, at most 80 characters."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` is most likely a misspelling of, or None."""

    def likeness(name: str) -> float:
        typed, meant = word.lower(), name.lower()
        swapped = sorted(typed) == sorted(meant)  # `us-esat-1` is us-east-1, though us-west-1 is as near by its letters
        matcher = SequenceMatcher(None, typed, meant)
        return (matcher.ratio() if matcher.quick_ratio() >= 0.7 else 0) + (0.2 if swapped else 0)

    best = max(known, key=likeness, default=None)
    return best if best is not None and likeness(best) >= 0.7 else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing where no known name is near."""
    match = nearest(word, known)
    return f"; did you mean {match}?" if match else ""
