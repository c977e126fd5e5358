"""A schedule of Glue, such as `cron(0 3 * * ? *)`: check its six fields, in UTC, and compute the times it stands for.

https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from aws_glue_cdk_baseline.config.cron_days import days_of_month
from aws_glue_cdk_baseline.config.cron_fields import (
    ANY,
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    FIELDS,
    HOURS,
    MINUTES,
    MONTH,
    YEAR,
    Field,
)
from aws_glue_cdk_baseline.config.errors import shown

EXAMPLE = "cron(0 3 * * ? *)"
LEAST_MINUTES = 5  # between two runs
MINUTES_A_DAY = 24 * 60
MOST_CHARACTERS = 500  # the times of a longer one would take long to compute


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
        return next(self.runs(now + timedelta(microseconds=1), datetime(max(self.years) + 1, 1, 1, tzinfo=UTC)), None)

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
        return days_of_month(self.days_of_month, self.days_of_week, year, month)


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
        six = _meant(fields) if len(fields) == 5 else ""
        year = f"; a sixth is the year: {six}" if six else ""
        raise ValueError(
            f"{shown(text)} has {len(fields)} fields; a schedule of Glue has six, {names}, as in {EXAMPLE}{year}"
        )
    try:
        return _parsed(fields)
    except ValueError as error:
        raise ValueError(f"{shown(text)}: {error}") from None


def past_warning(text: str, now: datetime) -> str:
    """Return that a schedule has no time after `now`, and how to mend it, or "".

    It is no error: the same commit would deploy today and fail tomorrow.
    """
    if parse_cron(text).next_run(now):
        return ""
    any_year = f"{text.rpartition(' ')[0]} *)"
    return f"{shown(text)} has no time after {now:%Y-%m-%d}: it starts nothing; write, say, {any_year}, or remove it"


def undocumented(text: str) -> str:
    """Return the part of a schedule that works in EventBridge, and that Glue's documentation does not have, or ""."""
    _, _, day, _, weekday, _ = text.split()
    in_a_list = [field for field in (day, weekday) if "," in field and re.search(r"L|\dW", field, re.IGNORECASE)]
    return "#" if "#" in text else "".join(in_a_list)


def _other_form(text: str) -> str:
    if re.fullmatch(r"rate\(.*\)", text.strip()):
        return f"Glue has no rates; write six fields in UTC, as in {EXAMPLE}, or cron(0/30 * * * ? *) for half-hours"
    meant = _meant(re.sub(r"^cron(?![a-z])|[()]", " ", text.strip(), flags=re.IGNORECASE).split())
    return f"write {meant}" if meant else f"write six fields in UTC, as in {EXAMPLE}"


def _meant(fields: list[str]) -> str:
    """Return five or six fields as a schedule of Glue, or "" if it would be none."""
    six = _in_six(fields) if len(fields) == 5 else fields
    try:
        return f"cron({' '.join(six)})" if len(six) == len(FIELDS) and _parsed(six) else ""
    except ValueError:
        return ""


def _in_six(fields: list[str]) -> list[str]:
    """Return the five fields of Unix as Glue's six. The days of the week of Unix count from 0."""
    minutes, hours, day, month, weekday = fields
    if weekday in ("*", ANY):
        return [minutes, hours, day, month, ANY, "*"]
    counted = re.sub(r"(?<![#/0-9])[0-7](?![0-9])", lambda number: str(int(number[0]) % 7 + 1), weekday)
    return [minutes, hours, ANY if day == "*" else day, month, counted, "*"]


def _parsed(fields: list[str]) -> Cron:
    minutes, hours, day, month, weekday, year = (field.upper() for field in fields)
    if (day == ANY) == (weekday == ANY):
        given = "have ?, and one has to say the days" if day == ANY else "have days, and one has to be ?"
        days = f"? {month} {weekday}" if weekday not in ("*", ANY) and day == "*" else f"{day} {month} ?"
        mend = f"cron({minutes} {hours} {days.replace('? ', '* ', 1) if day == ANY else days} {year})"
        raise ValueError(f"both day-of-month and day-of-week {given}; write, say, {mend}")
    of_an_hour = MINUTES.values(minutes)
    times = tuple(sorted(hour * 60 + minute for hour in HOURS.values(hours) for minute in of_an_hour))
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


def _check_days(field: Field, text: str) -> None:
    """Raise ValueError if the text is not a value of one of the two fields for days."""
    if text == ANY:
        return
    days_of_month(*((text, ANY) if field is DAY_OF_MONTH else (ANY, text)), 2024, 2)
