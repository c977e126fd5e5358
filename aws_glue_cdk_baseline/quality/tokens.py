"""The words, numbers, quoted texts and signs that DQDL is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aws_glue_cdk_baseline.quality.rules import RuleError

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    | (?P<text>"(?:\\.|[^"\\])*")
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[\w.]+)
    | (?P<sign>!=|>=|<=|[=<>()\[\],$+*/{}-])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One part of a text. `kind` is text, number, word or sign; `spaced` says that a space is before it."""

    kind: str
    written: str
    spaced: bool

    @property
    def content(self) -> str:
        """The words between the quotes of a text; the backslash before a quote in it is not part of it."""
        return self.written[1:-1].replace('\\"', '"') if self.kind == "text" else self.written


def tokens(text: str) -> list[Token]:
    """Return the parts of a text, without spaces and comments."""
    found, position, spaced = [], 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise RuleError(_about(text, position))
        position, kind = match.end(), str(match.lastgroup)
        if kind != "space":
            found.append(Token(kind, match[0], spaced))
        spaced = kind == "space"
    return found


def joined(parts: list[Token]) -> str:
    """Return the parts as one line, as they were written."""
    return "".join(f"{' ' if part.spaced and number else ''}{part.written}" for number, part in enumerate(parts))


def _about(text: str, position: int) -> str:
    sign = text[position]
    if sign == '"':
        return f"the quote of {text[position : position + 30]} is never closed; end it with another one"
    if sign in "'\u201c\u201d\u2018\u2019`":  # also those of text processors
        return f'{sign} is not a quote of DQDL; write names and texts in straight double quotes, as in "order_id"'
    return f"{sign} has no meaning in DQDL"
