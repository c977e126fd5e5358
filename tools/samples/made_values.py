"""Make up the rows of a schema: values that are plausible by their type and name. The same seed gives the same rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from local.sample_data import FAMILY_NAMES, GIVEN_NAMES

NULLS = 0.05  # of the values that may be null
FIRST_DAY = date(2026, 1, 1)
CITIES = ("Lisbon", "Montréal", "Nairobi", "Oslo", "Quito", "Seoul")
COUNTRIES = ("CA", "EC", "KE", "KR", "NO", "PT")
CURRENCIES = ("CAD", "EUR", "KRW", "NOK", "USD")
WORDS = ("amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "haven")
STATES = ("new", "open", "done", "cancelled")
# By the last words of a column's name.
TEXTS: tuple[tuple[str, Callable[[Random], str]], ...] = (
    (r"e_?mail(_address)?", lambda r: f"{r.choice(WORDS)}.{r.choice(WORDS)}{r.randrange(1000)}@example.com"),
    (r"phone|mobile|fax|phone_number|tel", lambda r: f"+1-202-555-{r.randrange(10**4):04d}"),
    (r"(first|given)_?name", lambda r: r.choice(GIVEN_NAMES)),
    (r"(last|family|sur)_?name", lambda r: r.choice(FAMILY_NAMES)),
    (r"name|customer|person", lambda r: f"{r.choice(GIVEN_NAMES)} {r.choice(FAMILY_NAMES)}"),
    (r"country(_code)?", lambda r: r.choice(COUNTRIES)),
    (r"currency(_code)?", lambda r: r.choice(CURRENCIES)),
    (r"city|town", lambda r: r.choice(CITIES)),
    (r"street|address", lambda r: f"{r.randrange(1, 200)} {r.choice(WORDS).title()} Street"),
    (r"zip|zip_?code|postal_?code|postcode|plz", lambda r: f"{r.randrange(10**5):05d}"),
    (r"url|link|website|uri", lambda r: f"https://example.com/{r.choice(WORDS)}/{r.randrange(1000)}"),
    (r"uuid|guid", lambda r: f"{r.getrandbits(32):08x}-0000-4000-8000-{r.getrandbits(48):012x}"),
    (r"ip(_address)?", lambda r: f"192.0.2.{r.randrange(1, 255)}"),
    (r"status|state", lambda r: r.choice(STATES)),
    (r"date|day|birthday|dob", lambda r: _day(r).isoformat()),
    (r"time|timestamp|at|ts", lambda r: _time(r).isoformat().replace("+00:00", "Z")),
    (r"year", lambda r: str(_day(r).year)),
    (r"month", lambda r: f"{_day(r).month:02d}"),
    (r"amount|price|total|cost|fee|tax|revenue", lambda r: f"{r.randrange(100, 50000) / 100:.2f}"),
    (r"count|quantity|qty|number|age", lambda r: str(r.randrange(1, 100))),
    (r".*", lambda r: f"{r.choice(WORDS)} {r.choice(WORDS)}"),
)


class MadeRows:
    """Makes `count` rows for the input `name`, such as orders: a column order_id or id is different in each row."""

    def __init__(self, schema: pa.Schema, name: str, count: int, seed: str = "0") -> None:
        self._schema, self._count = schema, count
        self._random = Random(f"{seed}-{name}-{schema.names}")
        self._thing = re.sub(r"\W+", "_", name.split(".")[0].lower()).removesuffix("s")
        self._own = _own_id(schema.names, self._thing)

    def rows(self) -> list[dict[str, Any]]:
        return [
            {field.name: self._value(field, (field.name,), index) for field in self._schema}
            for index in range(self._count)
        ]

    def _value(self, field: pa.Field, path: tuple[str, ...], index: int) -> Any:
        random = self._random
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field.name).lower()
        if path == (self._own,):
            return self._id(field.type, index + 1, self._thing)
        if field.nullable and random.random() < NULLS:
            return None
        if match := re.fullmatch(r"(?:(\w+)_)?id|key", words):
            return self._id(field.type, random.randint(1, self._count), match[1] or self._thing)
        return self._made(field.type, words, path, index)

    def _id(self, kind: pa.DataType, number: int, thing: str) -> Any:
        """Return an id. An order's customer_id is the id of a customer, if both have been made with as many rows."""
        if pa.types.is_string(kind):
            return f"{thing}-{number:05d}"
        if pa.types.is_integer(kind):
            return (number - 1) % (2 ** (kind.bit_width - 1) - 1) + 1
        return self._made(kind, "id", ("id",), number)

    def _made(self, kind: pa.DataType, words: str, path: tuple[str, ...], index: int) -> Any:
        random = self._random
        if pa.types.is_struct(kind):
            return {part.name: self._value(part, (*path, part.name), index) for part in kind}
        if pa.types.is_map(kind):
            count = random.randint(1, 2)
            made = [(self._made(kind.key_type, "", path, index), kind.item_type) for _ in range(count)]
            return [(key, self._made(item, words, path, index)) for key, item in dict(made).items()]
        if pa.types.is_list(kind):
            return [self._made(kind.value_type, words, (*path, ""), index) for _ in range(random.randint(1, 3))]
        if pa.types.is_string(kind):
            return next(make for ending, make in TEXTS if re.search(rf"(^|_)({ending})$", words))(random)
        return _number(kind, words, random)


def _number(kind: pa.DataType, words: str, random: Random) -> Any:
    if pa.types.is_boolean(kind):
        return random.random() < 0.5
    if pa.types.is_date(kind):
        return _day(random)
    if pa.types.is_timestamp(kind):
        return _time(random) if kind.tz else _time(random).replace(tzinfo=None)
    if pa.types.is_decimal(kind):
        most = 10 ** min(kind.precision, kind.scale + 3) - 1
        return Decimal(random.randint(1, most)).scaleb(-kind.scale)
    if pa.types.is_floating(kind):
        return random.randrange(4, 40000) / 4  # a float has it exactly
    if pa.types.is_binary(kind):
        return random.randbytes(8)
    if re.search(r"(^|_)year$", words) and kind.bit_width > 8:
        return _day(random).year
    if re.search(r"(^|_)month$", words):
        return random.randint(1, 12)
    return random.randint(18, 90) if re.search(r"(^|_)age$", words) else random.randint(1, 100)


def _own_id(names: list[str], thing: str) -> str:
    """Return the column that is different in each row: id, order_id in orders, or the first one that is an id."""
    by_words = {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower(): name for name in names}
    for wanted in ("id", f"{thing}_id", "uuid"):
        if wanted in by_words:
            return by_words[wanted]
    return next((name for words, name in by_words.items() if words.endswith("_id")), "")


def _day(random: Random) -> date:
    return FIRST_DAY + timedelta(days=random.randrange(300))


def _time(random: Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(300 * 86400))
