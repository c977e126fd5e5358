"""The six fields of a schedule of Glue: their values, in numbers, names, ranges and steps."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aws_glue_cdk_baseline.config.errors import shown

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
ANY = "?"


@dataclass(frozen=True)
class Field:
    """One of the six fields: its values, the names that stand for them, and the letters that it takes besides."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    special: str = ""

    @property
    def allowed(self) -> str:
        names = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
        return f"{self.least}-{self.most}{names}, with {' '.join([',', '-', '*', '/', *self.special])}"

    def number(self, text: str) -> int:
        """Return the value of a number or a name. Raise ValueError if the field does not have it."""
        if text.upper() in self.names:
            return self.names.index(text.upper()) + self.least
        if re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) and self.least <= int(text) <= self.most:
            return int(text)
        week = "; 1 is SUN, 7 is SAT" if self.names == WEEKDAYS else ""
        raise ValueError(f"{self.name} has {shown(text)}; allowed: {self.allowed}{week}")

    def values(self, text: str) -> frozenset[int]:
        """Return the values of a list of numbers, ranges and steps."""
        return frozenset(value for item in text.split(",") for value in self._values(item))

    def _values(self, item: str) -> range:
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            low, high = self.least, self.most
        else:
            low = self.number(first)
            high = self.number(last) if "-" in span else self.most if "/" in item else low
        if high < low:
            end, begin = (self.names[-1], self.names[0]) if first.upper() in self.names else (self.most, self.least)
            two = f"{first}-{end},{begin}-{last}"
            raise ValueError(f"{self.name} has {shown(span)}, which ends before it begins; write {two}")
        if "/" not in item:
            return range(low, high + 1)
        if not re.fullmatch(r"[0-9]{1,4}", step, re.ASCII) or int(step) < 1:
            raise ValueError(f"{self.name} has {shown(item)}; after / is a number from 1, as in 0/15")
        return range(low, high + 1, int(step))


MINUTES = Field("minutes", 0, 59)
HOURS = Field("hours", 0, 23)
DAY_OF_MONTH = Field("day-of-month", 1, 31, special="?LW")
MONTH = Field("month", 1, 12, MONTHS)
DAY_OF_WEEK = Field("day-of-week", 1, 7, WEEKDAYS, special="?L#")
YEAR = Field("year", 1970, 2199)
FIELDS = (MINUTES, HOURS, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR)
