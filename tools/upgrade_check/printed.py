"""What a run printed: the schemas of printSchema, the warnings of Spark and Python, and the other lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SCHEMA_LINE = re.compile(r" ?(?: \|   |\|    |\|   )*\s*\|-- ")
# The rows of `show` and their frame: which rows a frame without an order shows is chance.
SHOWN = re.compile(r"[+|].*[+|]|-RECORD \d.*|only showing top \d+ rows?|showing top \d+ rows?")
SPARKS = re.compile(r"(?:WARN|ERROR|FATAL) [\w.$]+: ")
PYTHONS = re.compile(r"\S+:\d+: (\w*Warning: .*)")
# What differs between two runs: numbers (times, ports, tasks), addresses, temporary folders and names.
PASSING = (
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "…"),
    (re.compile(r"(?:file:)?/(?:[\w.@+-]+/)+"), ""),
    (re.compile(r"@[0-9a-f]{4,}\b|\b0x[0-9a-f]+\b"), "@…"),
    (re.compile(r"\[[\w -]*(?:thread|Thread|executor|pool)[\w -]*\]"), ""),
    (re.compile(r"\b\d[\d.,:T-]*"), "#"),
)


@dataclass(frozen=True)
class Printed:
    """What a run printed. Each of `schemas` is a text of several lines; `others` has no warnings, and no rows."""

    schemas: tuple[str, ...]
    warnings: tuple[str, ...]
    others: tuple[str, ...]


def read_printed(text: str) -> Printed:
    """Return the parts of what a run printed, its two streams in one."""
    schemas: list[list[str]] = []
    warnings, others = [], []
    in_schema = after_warning = False
    for line in text.splitlines():
        in_schema = line == "root" or (in_schema and bool(SCHEMA_LINE.match(line)))
        if in_schema:
            if line == "root":
                schemas.append([])
            schemas[-1].append(line.strip())
        elif SPARKS.match(line):
            warnings.append(line)
        elif found := PYTHONS.fullmatch(line):
            warnings.append(found[1])
        elif (
            line.strip() and not SHOWN.fullmatch(line) and not (after_warning and line.startswith("  "))
        ):  # Python shows the line that warns
            others.append(line)
        after_warning = bool(PYTHONS.fullmatch(line))
    return Printed(tuple("\n".join(lines) for lines in schemas), tuple(warnings), tuple(others))


def only_in_one(one: Iterable[str], other: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the lines that only one of the two runs printed, each once, without regard to what passes."""
    first, second = ({_lasting(line): line for line in reversed([*lines])} for lines in (one, other))
    return (
        [line for key, line in reversed(first.items()) if key not in second],
        [line for key, line in reversed(second.items()) if key not in first],
    )


def different_lines(one: Iterable[str], other: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the lines that one of the two runs printed more often, whatever their order."""
    first, second = Counter(one), Counter(other)
    return list((first - second).elements()), list((second - first).elements())


def without(lines: Iterable[str], passing: Iterable[str]) -> list[str]:
    """Return the lines that are none of `passing`, but for their numbers."""
    left_out = set(map(_lasting, passing))
    return [line for line in lines if _lasting(line) not in left_out]


def _lasting(line: str) -> str:
    for passing, mark in PASSING:
        line = passing.sub(mark, line)
    return line
