"""Read the tokens of a rule, one after the other."""

from __future__ import annotations

from aws_glue_cdk_baseline.quality.rules import RuleError
from aws_glue_cdk_baseline.quality.tokens import Token, joined

OPERATORS = frozenset(["=", "!=", ">", ">=", "<", "<=", "between", "in", "matches", "not"])
_END = Token("end", "", False)


class Reader:
    """Tokens, and the position of the next one."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens, self.position = found, 0

    @property
    def _token(self) -> Token:
        return self._tokens[self.position] if not self.ended else _END

    @property
    def ended(self) -> bool:
        return self.position >= len(self._tokens)

    @property
    def kind(self) -> str:
        return self._token.kind

    @property
    def next(self) -> str:
        """The token that is written next, empty at the end."""
        return self._token.written

    @property
    def text(self) -> str:
        """The content of the next token: what is between the quotes."""
        return self._token.content

    @property
    def rest(self) -> str:
        """The rest of the text, for a message."""
        left = joined(self._tokens[self.position :])
        return left if len(left) <= 60 else f"{left[:57]}..."

    @property
    def begins_condition(self) -> bool:
        return self._token.kind in ("sign", "word") and self._token.written in OPERATORS

    def at(self, *written: str) -> bool:
        """Return true if the next token is one of these; a text in quotes never is."""
        return self._token.kind != "text" and self._token.written in written

    def follows(self, written: str) -> bool:
        """Return true if this is the token after the next one."""
        after = self._tokens[self.position + 1 : self.position + 2]
        return bool(after) and after[0].written == written

    def skip(self) -> Token:
        token = self._token
        self.position += 1
        return token

    def take(self, written: str, otherwise: str) -> None:
        """Skip the next token if it is this one, else raise RuleError."""
        if not self.at(written):
            here = self.next or "the end"
            raise RuleError(f"expected {written}, found {here}; {otherwise}")
        self.skip()

    def since(self, start: int) -> list[Token]:
        return self._tokens[start : self.position]
