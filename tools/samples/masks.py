"""Replace the values of columns by others of the same type and shape: the same value by the same one, in every file.

So joins still join. It hides values from a reader, and is no anonymization: see docs/samples.md.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any
from uuid import UUID

TRIES = 1000  # to find a mask that no other value has: of two ids that get one mask, a join would make too many rows
LARGEST = (2**31 - 1, 2**63 - 1)  # a number that fits into int or bigint still does so after it is masked
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)((?:[T ]\d\d:\d\d.*)?)", re.DOTALL)
_HEX = re.compile(r"(?=.*\d)(?:[0-9a-f-]{16,}|[0-9A-F-]{16,})")
_NUMBER = re.compile(r"([+-]?\d+)(?:(\.0*)(\d*))?((?:[eE][+-]?\d+)?)")


class Masks:
    """The masks of one call. Columns are dotted paths (`customer.email`); `found` gets those that an input has."""

    def __init__(self, columns: Iterable[str] = (), key: bytes = b"") -> None:
        self.columns = tuple(dict.fromkeys(name.strip() for name in columns if name.strip()))
        self.found: set[str] = set()
        self._paths = {name: tuple(name.lower().split(".")) for name in self.columns}
        self._key = key or secrets.token_bytes(32)
        self._known: dict[tuple[str, str], str] = {}
        self._used: set[tuple[str, str]] = set()
        self._days = timedelta(days=-30 - int.from_bytes(self._digest("days", "", 0)[:2], "big") % 700)

    def __bool__(self) -> bool:
        return bool(self.columns)

    def under(self, path: tuple[str, ...]) -> bool:
        """Return true if the column at `path` is masked, or a part of it."""
        lower = tuple(part.lower() for part in path)
        return any(lower[: len(own)] == own or own[: len(lower)] == lower for own in self._paths.values())

    def column(self, path: tuple[str, ...]) -> bool:
        """Return true if the column at `path` is masked as a whole, and note that an input has it."""
        lower = tuple(part.lower() for part in path)
        names = [name for name, own in self._paths.items() if lower[: len(own)] == own]
        self.found.update(names)
        return bool(names)

    def value(self, value: Any) -> Any:
        """Return the mask of a value, of the same type."""
        if value is None:
            return None
        if isinstance(value, dict):
            return {name: self.value(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, tuple):  # an entry of a map: its key stays
            return (value[0], *(self.value(item) for item in value[1:]))
        if isinstance(value, bool):
            return bool(self._digest("bool", str(value), 0)[0] & 1)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int):
            return int(self.number(str(value)))
        if isinstance(value, float):
            return float(self.number(repr(value)))
        if isinstance(value, Decimal):
            return value if not value.is_finite() else Decimal(self.number(f"{value:f}"))
        if isinstance(value, date | datetime):
            return self._shifted(value)
        if isinstance(value, bytes):
            return Random(self._digest("bytes", value.hex(), 0)).randbytes(len(value))
        if isinstance(value, UUID):
            return UUID(self.text(str(value)))
        return value if isinstance(value, timedelta) else self._time(value)

    def text(self, text: str) -> str:
        """Return the mask of a text: a digit for a digit, a letter for a letter, an e-mail address for another."""
        if day := _DAY.fullmatch(text):
            try:
                return f"{self._shifted(date.fromisoformat(day[1])).isoformat()}{day[2]}"
            except ValueError:  # such as 0000-00-00, which stands for no day
                return text
        if _EMAIL.fullmatch(text):
            return self._unique("email", text.lower(), _email)
        if _NUMBER.fullmatch(text):
            return self.number(text)
        return self._unique("text", text, _same_hex if _HEX.fullmatch(text) else _same_shape)

    def number(self, text: str) -> str:
        """Return the mask of a number as it is written: with as many digits. `.0` and an exponent stay."""
        return self._unique("number", text, _same_digits) if _NUMBER.fullmatch(text) else text  # else nan, inf

    def small(self, value: int, most: int) -> int:
        """Return the mask of a number that is at most `most`, as numbers of one or two bytes are."""
        made = self._unique("small", str(value), lambda text, random: str(random.randrange(min(most, _above(value)))))
        return int(made)

    def _shifted(self, day: Any) -> Any:
        """Return a day some days earlier, the same number for all days of the call, so that their order stays."""
        try:
            return day + self._days
        except OverflowError:
            return day  # such as 0001-01-01, which stands for no day

    def _time(self, value: Any) -> Any:
        replaced = getattr(value, "replace", None)
        random = Random(self._digest("time", str(value), 0))
        return replaced(minute=random.randrange(60), second=random.randrange(60)) if replaced else value

    def _unique(self, kind: str, text: str, make: Callable[[str, Random], str]) -> str:
        """Return the mask of a text that no other text of the call has, as long as there is one."""
        if (kind, text) not in self._known:
            made = text
            for attempt in range(TRIES):
                made = make(text, Random(self._digest(kind, text, attempt)))
                if made != text and (kind, made) not in self._used:
                    break
            else:  # of short numbers, all but a few are used
                made = next((free for free in _of_same_length(text) if (kind, free) not in self._used), made)
            self._known[kind, text] = made
            self._used.add((kind, made))
        return self._known[kind, text]

    def _digest(self, kind: str, text: str, attempt: int) -> bytes:
        message = f"{attempt}:{text}".encode("utf-8", "surrogateescape")
        return hashlib.blake2b(message, key=self._key, person=kind.encode()[:16]).digest()


def columns_of(value: Any, path: str = "", depth: int = 4) -> Iterator[str]:
    """Yield the columns of a record as dotted paths, those within a column after it."""
    if isinstance(value, list):
        for item in value[:20]:
            yield from columns_of(item, path, depth)
    elif isinstance(value, dict) and depth:
        for name, item in value.items():
            inner = f"{path}.{name}" if path else str(name)
            yield inner
            yield from columns_of(item, inner, depth - 1)


def _above(value: int) -> int:
    return int(10 ** len(str(abs(value))))


def _same_shape(text: str, random: Random) -> str:
    return "".join(_letter(letter, random) for letter in text)


def _of_same_length(text: str) -> Iterator[str]:
    """Yield the whole numbers that have as many digits as a short one."""
    if text.isdigit() and text.isascii() and len(text) <= 4:
        yield from map(str, range(10 ** (len(text) - 1), 10 ** len(text)))


def _letter(letter: str, random: Random) -> str:
    if letter.isdigit():
        return random.choice(digits)
    if letter.isalpha():
        return random.choice(ascii_uppercase if letter.isupper() else ascii_lowercase)
    return letter


def _same_hex(text: str, random: Random) -> str:
    """Return another text of hexadecimal digits: a UUID stays a UUID."""
    allowed = "0123456789abcdef" if text.islower() else "0123456789ABCDEF"
    return "".join(letter if letter == "-" else random.choice(allowed) for letter in text)


def _email(text: str, random: Random) -> str:
    return "".join(random.choices(ascii_lowercase, k=12)) + "@example.com"


def _same_digits(text: str, random: Random) -> str:
    parts = _NUMBER.fullmatch(text)
    assert parts, "only numbers come here"
    whole, point, fraction, exponent = parts[1], parts[2] or "", parts[3] or "", parts[4]
    most = next((limit for limit in LARGEST if len(whole) <= 20 and abs(int(whole)) <= limit), None)
    first = next((index for index, letter in enumerate(whole) if letter in "123456789"), len(whole))
    for _ in range(TRIES):
        # The first digit is not 0, so that the number keeps its length.
        made = whole[:first] + "".join(
            random.choice(digits[1:] if index == first else digits) for index in range(first, len(whole))
        )
        if most is None or abs(int(made)) <= most:
            return made + point + _same_shape(fraction, random) + exponent
    return text
