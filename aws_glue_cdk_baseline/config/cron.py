"""A schedule of Glue, such as `cron(0 3 * * ? *)`: check its six fields, in UTC, and compute the times it stands for.

https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from aws_glue_cdk_baseline.config.errors import shown

EXAMPLE = "cron(0 3 * * ? *)"
LEAST_MINUTES = 5  # between two runs
MINUTES_A_DAY = 24 * 60
MOST_CHARACTERS = 500  # the times of a longer one would take long to compute
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
ANY = "?"
FAR = 30 * 366  # days in which a schedule that fires at all does so: 29 February on one day of the week


@dataclass(frozen=True)
class _Field:
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


MINUTES = _Field("minutes", 0, 59)
HOURS = _Field("hours", 0, 23)
DAY_OF_MONTH = _Field("day-of-month", 1, 31, special="?LW")
MONTH = _Field("month", 1, 12, MONTHS)
DAY_OF_WEEK = _Field("day-of-week", 1, 7, WEEKDAYS, special="?L#")
YEAR = _Field("year", 1970, 2199)
FIELDS = (MINUTES, HOURS, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR)


@dataclass(frozen=True)
class Cron:
    """The times of a schedule: on its days, at these `minutes` since midnight, UTC."""

    minutes: tuple[int, ...]
    days_of_month: str
    months: frozenset[int]
    days_of_week: str
    years: frozenset[int]

    def runs(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """Yield the times from `begin` on, before `end`."""
        for day in self._days(begin.date(), end.date()):
            midnight = datetime.combine(day, time(), UTC)
            for minute in self.minutes:
                if begin <= (at := midnight + timedelta(minutes=minute)) < end:
                    yield at

    def next_run(self, now: datetime) -> datetime | None:
        """Return the first time after `now`, or None if there is none any more."""
        begin = now + timedelta(microseconds=1)
        return next(self.runs(begin, begin + timedelta(days=FAR)), None)

    def runs_in(self, begin: datetime, days: int) -> int:
        """Return how many times there are in the `days` from the day of `begin` on, which counts whole."""
        first = begin.date()
        return len(self.minutes) * sum(1 for _ in self._days(first, first + timedelta(days=days - 1)))

    def _days(self, first: date, last: date) -> Iterator[date]:
        day = first
        while day <= last:
            if day.year not in self.years:
                if not (later := [year for year in self.years if year > day.year]):
                    return
                day = date(min(later), 1, 1)
            elif day.month not in self.months:
                day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
            else:
                if day.day in self._days_of(day.year, day.month):
                    yield day
                day += timedelta(days=1)

    def _days_of(self, year: int, month: int) -> frozenset[int]:
        return _days_of_month(self.days_of_month, self.days_of_week, year, month)


def parse_cron(text: str) -> Cron:
    """Return the times of a schedule as it is typed. Raise ValueError with what is wrong and how to write it."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"has {len(text)} characters; at most {MOST_CHARACTERS}, as in {EXAMPLE}")
    found = re.fullmatch(r"cron\((.*)\)", text.strip(), re.DOTALL)
    if not found:
        raise ValueError(f"{shown(text)} is not a schedule; {_other_form(text)}")
    fields = found[1].split()
    if len(fields) != len(FIELDS):
        names = " ".join(field.name for field in FIELDS)
        year = f"; a sixth is the year: cron({_in_six(fields)})" if len(fields) == 5 else ""
        raise ValueError(
            f"{shown(text)} has {len(fields)} fields; a schedule of Glue has six, {names}, as in {EXAMPLE}{year}"
        )
    try:
        return _parsed(fields)
    except ValueError as error:
        raise ValueError(f"{shown(text)}: {error}") from None


def undocumented(text: str) -> str:
    """Return the part of a schedule that works in EventBridge, and that Glue's documentation does not have, or ""."""
    return "#" if "#" in text else ""


def _other_form(text: str) -> str:
    if re.fullmatch(r"rate\(.*\)", text.strip()):
        return f"Glue has no rates; write six fields in UTC, as in {EXAMPLE}, or cron(0/30 * * * ? *) for half-hours"
    if found := re.fullmatch(r"cron\s*\((.*)\)", text.strip(), re.IGNORECASE | re.DOTALL):
        return f"write cron({found[1].strip()})"
    if len(fields := text.split()) in (5, 6):
        return f"write cron({' '.join(fields) if len(fields) == 6 else _in_six(fields)})"
    return f"write six fields in UTC, as in {EXAMPLE}"


def _in_six(fields: list[str]) -> str:
    """Return the five fields of Unix as Glue's six. The days of the week of Unix count from 0."""
    minutes, hours, day, month, weekday = fields
    if weekday in ("*", ANY):
        return f"{minutes} {hours} {day} {month} ? *"
    counted = re.sub(r"(?<![#/0-9])[0-7](?![0-9])", lambda number: str(int(number[0]) % 7 + 1), weekday)
    return f"{minutes} {hours} ? {month} {counted} *"


def _parsed(fields: list[str]) -> Cron:
    minutes, hours, day, month, weekday, year = (field.upper() for field in fields)
    if (day == ANY) == (weekday == ANY):
        given = "have ?, and one has to say the days" if day == ANY else "have days, and one has to be ?"
        days = f"? {month} {weekday}" if weekday not in ("*", ANY) and day == "*" else f"{day} {month} ?"
        mend = f"cron({minutes} {hours} {days.replace('? ', '* ', 1) if day == ANY else days} {year})"
        raise ValueError(f"both day-of-month and day-of-week {given}; write, say, {mend}")
    times = tuple(sorted(hour * 60 + minute for hour in HOURS.values(hours) for minute in MINUTES.values(minutes)))
    cron = Cron(times, day, MONTH.values(month), weekday, YEAR.values(year))
    _check_days(DAY_OF_MONTH, day)
    _check_days(DAY_OF_WEEK, weekday)
    if not any(cron._days_of(at, month) for at in _sample(cron.years) for month in cron.months):
        raise ValueError("there is no such day in these months; it would never start")
    gap = min((later - earlier for earlier, later in pairwise(times)), default=MINUTES_A_DAY)
    if gap >= LEAST_MINUTES and MINUTES_A_DAY - times[-1] + times[0] < LEAST_MINUTES and _on_consecutive_days(cron):
        gap = MINUTES_A_DAY - times[-1] + times[0]
    if gap < LEAST_MINUTES:
        raise ValueError(
            f"it starts again after {gap} minute{'s'[: gap != 1]}; Glue takes {LEAST_MINUTES} at least, as in 0/5"
        )
    return cron


def _sample(years: frozenset[int]) -> list[int]:
    """Return enough of the years for each day of the calendar to come on each day of the week."""
    return sorted(years)[-40:]


def _on_consecutive_days(cron: Cron) -> bool:
    last = max(cron.years)
    days = cron._days(date(max(min(cron.years), last - 8), 1, 1), date(last, 12, 31))
    return any(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


def _check_days(field: _Field, text: str) -> None:
    """Raise ValueError if the text is not a value of one of the two fields for days."""
    if text == ANY:
        return
    _days_of_month(*((text, ANY) if field is DAY_OF_MONTH else (ANY, text)), 2024, 2)


@lru_cache(2000)
def _days_of_month(days_of_month: str, days_of_week: str, year: int, month: int) -> frozenset[int]:
    """Return the days of one month on which a schedule starts."""
    length = monthrange(year, month)[1]
    chosen = days_of_month if days_of_week == ANY else days_of_week
    found: set[int] = set()
    for item in chosen.split(","):
        if days_of_week == ANY:
            found |= _by_date(item, year, month, length)
        else:
            found |= _by_weekday(item, year, month, length)
    return frozenset(day for day in found if day <= length)


def _by_date(item: str, year: int, month: int, length: int) -> set[int]:
    if item == "L":
        return {length}
    if item == "LW":
        return {_nearest_weekday(length, year, month, length)}
    if item.endswith("W"):
        day = DAY_OF_MONTH.number(item[:-1])
        return {_nearest_weekday(day, year, month, length)} if day <= length else set()
    return set(DAY_OF_MONTH.values(item))


def _by_weekday(item: str, year: int, month: int, length: int) -> set[int]:
    name, sign, count = item.partition("#")
    if sign:
        if not re.fullmatch(r"[1-5]", count, re.ASCII):
            raise ValueError(f"day-of-week has {shown(item)}; after # is a number from 1 to 5, as in MON#1")
        return set(_weekdays(DAY_OF_WEEK.number(name), year, month, length)[int(count) - 1 : int(count)])
    if item == "L":
        item = "SAT"  # the last day of the week
    elif item.endswith("L"):
        return set(_weekdays(DAY_OF_WEEK.number(item[:-1]), year, month, length)[-1:])
    return {day for weekday in DAY_OF_WEEK.values(item) for day in _weekdays(weekday, year, month, length)}


def _weekdays(weekday: int, year: int, month: int, length: int) -> list[int]:
    """Return the days of a month on a day of the week: 1 is Sunday."""
    first = (weekday - 2 - date(year, month, 1).weekday()) % 7 + 1  # Python's Monday is 0
    return list(range(first, length + 1, 7))


def _nearest_weekday(day: int, year: int, month: int, length: int) -> int:
    """Return the day from Monday to Friday in the month that is nearest to a day."""
    weekday = date(year, month, day).weekday()
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < length else day - 2
    return day
