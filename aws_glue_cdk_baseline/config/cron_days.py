"""The days of a month on which a schedule of Glue starts: by their number, or by the day of the week."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache

from aws_glue_cdk_baseline.config.cron_fields import ANY, DAY_OF_MONTH, DAY_OF_WEEK
from aws_glue_cdk_baseline.config.errors import shown


@lru_cache(2000)
def days_of_month(by_date: str, by_weekday: str, year: int, month: int) -> frozenset[int]:
    """Return the days of one month on which a schedule starts. One of the two fields for days is `?`.

    Raise ValueError if the other one has a value that it does not take.
    """
    length = monthrange(year, month)[1]
    chosen = by_date if by_weekday == ANY else by_weekday
    found: set[int] = set()
    for item in chosen.split(","):
        if by_weekday == ANY:
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
