"""Schedules in Glue's six fields: what they stand for, by the calendar, and what is wrong with others."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws_glue_cdk_baseline.config.cron import parse_cron, past_warning

NOW = datetime(2026, 11, 27, 6, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("schedule", "next_runs"),
    [
        ("cron(0 3 * * ? *)", ["2026-11-28 03:00", "2026-11-29 03:00"]),
        ("cron(0 6 * * ? *)", ["2026-11-28 06:00"]),  # a run just now is no next one
        ("cron(15,45 12 * * ? *)", ["2026-11-27 12:15", "2026-11-27 12:45", "2026-11-28 12:15"]),
        ("cron(0/20 6-7 * * ? *)", ["2026-11-27 06:20", "2026-11-27 06:40", "2026-11-27 07:00"]),
        ("cron(0 */6 * * ? *)", ["2026-11-27 12:00", "2026-11-27 18:00", "2026-11-28 00:00"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-27 18:00", "2026-11-30 18:00"]),
        ("cron(0 18 ? * 1,tue *)", ["2026-11-29 18:00", "2026-12-01 18:00"]),  # 1 is Sunday
        ("cron(0 8 1 * ? *)", ["2026-12-01 08:00", "2027-01-01 08:00"]),
        ("cron(0 8 31 * ? *)", ["2026-12-31 08:00", "2027-01-31 08:00", "2027-03-31 08:00"]),
        ("cron(0 8 L 1-3 ? *)", ["2027-01-31 08:00", "2027-02-28 08:00", "2027-03-31 08:00"]),
        ("cron(0 8 LW 1-2 ? *)", ["2027-01-29 08:00", "2027-02-26 08:00"]),
        ("cron(0 8 1W MAY-AUG ? *)", ["2027-05-03 08:00", "2027-06-01 08:00", "2027-07-01 08:00", "2027-08-02 08:00"]),
        ("cron(0 8 15W AUG ? *)", ["2027-08-16 08:00"]),  # the 15th is a Sunday
        ("cron(0 8 ? * FRIL *)", ["2026-11-27 08:00", "2026-12-25 08:00"]),
        ("cron(0 8 ? * L *)", ["2026-11-28 08:00", "2026-12-05 08:00"]),  # the week ends on Saturday
        ("cron(0 8 ? * MON#1 *)", ["2026-12-07 08:00", "2027-01-04 08:00"]),
        ("cron(0 8 ? * 2#5 *)", ["2026-11-30 08:00", "2027-03-29 08:00"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("cron(0 3 1 1 ? 2030/5)", ["2030-01-01 03:00", "2035-01-01 03:00"]),
        ("cron(0 3 31 12 ? 2199)", ["2199-12-31 03:00"]),
    ],
)
def test_the_next_runs_by_the_calendar(schedule: str, next_runs: list[str]) -> None:
    found, at = [], NOW
    for _ in next_runs:
        later = parse_cron(schedule).next_run(at)
        assert later is not None
        found.append(f"{later:%Y-%m-%d %H:%M}")
        at = later
    assert found == next_runs


def test_a_schedule_of_the_past_has_no_next_run() -> None:
    assert parse_cron("cron(0 3 * * ? 2020-2025)").next_run(NOW) is None


@pytest.mark.parametrize("schedule", ["cron(0 3 * * ? 2020-2025)", "cron(0 3 1 NOV ? 2026)", "cron(5 5 ? * L 1970)"])
def test_a_schedule_that_is_over_has_a_warning_with_the_mend(schedule: str) -> None:
    mend = f"{schedule.rpartition(' ')[0]} *)"
    assert past_warning(schedule, NOW) == (
        f"{schedule!r} has no time after 2026-11-27: it starts nothing; write, say, {mend}, or remove it"
    )
    assert past_warning(mend, NOW) == ""


@pytest.mark.parametrize("year", ["*", "2026", "2020-2027", "1970,2199"])
def test_a_schedule_that_has_a_time_left_has_no_such_warning(year: str) -> None:
    assert past_warning(f"cron(0 3 1 DEC ? {year})", NOW) == ""


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("cron(0 3 * * ? *)", 365),
        ("cron(0/5 * * * ? *)", 365 * 288),
        ("cron(0 18 ? * MON-FRI *)", 261),
        ("cron(0 8 L * ? *)", 12),
        ("cron(0 8 ? * MON#5 *)", 4),
        ("cron(0 3 * * ? 2026)", 35),
    ],
)
def test_the_runs_of_a_year_are_counted(schedule: str, runs: int) -> None:
    assert parse_cron(schedule).runs_in(NOW, 365) == runs


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("0 3 * * *", "is not a schedule; write cron(0 3 * * ? *)"),
        ("30 9 * * 1-5", "is not a schedule; write cron(30 9 ? * 2-6 *)"),
        ("0 3 * * ? *", "is not a schedule; write cron(0 3 * * ? *)"),
        ("0 3 1 * 1", "is not a schedule; write six fields in UTC, as in cron(0 3 * * ? *)"),  # Unix: either day
        ("99 3 * * 1", "is not a schedule; write six fields in UTC, as in cron(0 3 * * ? *)"),
        ("cron(0 3 * * ? *", "is not a schedule; write cron(0 3 * * ? *)"),
        ("cron(", "is not a schedule; write six fields in UTC, as in cron(0 3 * * ? *)"),
        ("Cron(0 3 * * * *)", "is not a schedule; write six fields in UTC, as in cron(0 3 * * ? *)"),
        ("CRON(0 3 * * ? *)", "is not a schedule; write cron(0 3 * * ? *)"),
        ("@daily", "is not a schedule; write six fields in UTC, as in cron(0 3 * * ? *)"),
        ("cron(0 3 * * ? *) UTC", "is not a schedule; write six fields in UTC, as in cron(0 3 * * ? *)"),
        (
            "rate(1 day)",
            "is not a schedule; Glue has no rates; write six fields in UTC, as in cron(0 3 * * ? *), or"
            " cron(0/30 * * * ? *) for half-hours",
        ),
        (
            "cron(0 3 * * 0,6)",
            "has 5 fields; a schedule of Glue has six, minutes hours day-of-month month day-of-week year, as in"
            " cron(0 3 * * ? *); a sixth is the year: cron(0 3 ? * 1,7 *)",
        ),
        (
            "cron()",
            "has 0 fields; a schedule of Glue has six, minutes hours day-of-month month day-of-week year, as in"
            " cron(0 3 * * ? *)",
        ),
        (
            "cron(0 3 * * * *)",
            ": both day-of-month and day-of-week have days, and one has to be ?; write, say, cron(0 3 * * ? *)",
        ),
        (
            "cron(0 3 * * MON *)",
            ": both day-of-month and day-of-week have days, and one has to be ?; write, say, cron(0 3 ? * MON *)",
        ),
        (
            "cron(0 3 ? * ? *)",
            ": both day-of-month and day-of-week have ?, and one has to say the days; write, say, cron(0 3 * * ? *)",
        ),
        ("cron(a b * * ? *)", ": minutes has 'A'; allowed: 0-59, with , - * /"),
        ("cron(60 3 * * ? *)", ": minutes has '60'; allowed: 0-59, with , - * /"),
        ("cron(0 24 * * ? *)", ": hours has '24'; allowed: 0-23, with , - * /"),
        ("cron(? 3 * * ? *)", ": minutes has '?'; allowed: 0-59, with , - * /"),
        ("cron(0 3 32 * ? *)", ": day-of-month has '32'; allowed: 1-31, with , - * / ? L W"),
        ("cron(0 3 * JUNE ? *)", ": month has 'JUNE'; allowed: 1-12 or JAN-DEC, with , - * /"),
        (
            "cron(0 3 ? * 0 *)",
            ": day-of-week has '0'; allowed: 1-7 or SUN-SAT, with , - * / ? L #; 1 is SUN, 7 is SAT",
        ),
        ("cron(0 3 * * ? 1969)", ": year has '1969'; allowed: 1970-2199, with , - * /"),
        ("cron(0, 3 * * ? *)", ": minutes has ''; allowed: 0-59, with , - * /"),
        ("cron(0 3/0 * * ? *)", ": hours has '3/0'; after / is a number from 1, as in 0/15"),
        ("cron(0 3 ? * MON#6 *)", ": day-of-week has 'MON#6'; after # is a number from 1 to 5, as in MON#1"),
        ("cron(0 22-2 * * ? *)", ": hours has '22-2', which ends before it begins; write 22-23,0-2"),
        ("cron(0 3 ? * FRI-MON *)", ": day-of-week has 'FRI-MON', which ends before it begins; write FRI-SAT,SUN-MON"),
        ("cron(0 3 30 FEB ? *)", ": there is no such day in these months; it would never start"),
        ("cron(0 3 29 2 ? 2027)", ": there is no such day in these months; it would never start"),
        ("cron(* 3 * * ? *)", ": it starts again after 1 minute; Glue takes 5 at least, as in 0/5"),
        ("cron(*/7 * * * ? *)", ": it starts again after 4 minutes; Glue takes 5 at least, as in 0/5"),
        ("cron(1,58 0,23 * * ? *)", ": it starts again after 3 minutes; Glue takes 5 at least, as in 0/5"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_write(schedule: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"cron|schedule") as error:
        parse_cron(schedule)
    assert str(error.value) == f"{schedule!r}{'' if message[0] == ':' else ' '}{message}"


FIELD = st.text("0123456789*?,-/LW#MONFEBSU", max_size=5)


@given(
    st.lists(st.one_of(st.sampled_from(["*", "?", "0", "1", "L", "1W", "MON", "0/5"]), FIELD), min_size=6, max_size=6)
)
def test_any_six_fields_are_a_schedule_with_times_or_one_line(fields: list[str]) -> None:
    try:
        cron = parse_cron(f"cron({' '.join(fields)})")
    except ValueError as wrong:
        message = str(wrong)
    else:
        message = ""
    assert "\n" not in message
    if not message and (later := cron.next_run(NOW)):
        assert later > NOW
        assert later in list(cron.runs(later, later + timedelta(minutes=1)))
        following = cron.next_run(later)
        assert following is None or following - later >= timedelta(minutes=5)


def test_a_long_text_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"^has 10013 characters; at most 500, as in cron"):
        parse_cron(f"cron({'1,' * 4999}1 * * ? *)")


def test_two_runs_around_midnight_are_apart_if_the_days_are() -> None:
    parse_cron("cron(1,58 0,23 1 * ? *)")
