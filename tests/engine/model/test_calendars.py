"""Working days and hours counted on a calendar (LANGUAGE section 0).

CHINA_2026 is the State Council's notice for 2026, typed off by hand: what the package `holidays` says is held
against it in tests/engine/files/test_calendar.py.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.calendars import PLAIN, Calendar, Festival, LateCalendar, OnDays
from engine.model.moments import Clock, Length, Period, Reach, Unit
from tests.engine.small import SHANGHAI, clock_at

day = date.fromisoformat
OFF_2026 = (
    "2026-01-01 2026-01-02 2026-01-03 "
    "2026-02-15 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-21 2026-02-22 2026-02-23 "
    "2026-04-04 2026-04-05 2026-04-06 2026-05-01 2026-05-02 2026-05-03 2026-05-04 2026-05-05 "
    "2026-06-19 2026-06-20 2026-06-21 2026-09-25 2026-09-26 2026-09-27 "
    "2026-10-01 2026-10-02 2026-10-03 2026-10-04 2026-10-05 2026-10-06 2026-10-07"
)
WORKING_2026 = "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"
CHINA_2026 = Calendar(
    hours=((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60)),
    off=frozenset(map(day, OFF_2026.split())),
    working=frozenset(map(day, WORKING_2026.split())),
)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- working days -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start, count, sign, then",
    [
        ("2026-03-27", 2, 1, "2026-03-31"),  # a Friday: Monday, Tuesday
        ("2026-03-27", 5, 1, "2026-04-03"),
        ("2026-03-28", 1, 1, "2026-03-30"),  # from a Saturday: Monday is the first
        ("2026-03-28", 1, -1, "2026-03-27"),
        ("2026-03-31", 2, -1, "2026-03-27"),
        ("2026-03-31", 0, 1, "2026-03-31"),
        ("2026-03-28", 0, -1, "2026-03-28"),  # no days later is the same day, even a free one
        ("2026-02-13", 1, 1, "2026-02-14"),  # a Saturday that is worked
        ("2026-02-14", 1, 1, "2026-02-24"),  # then nine free days
        ("2026-02-13", 2, 1, "2026-02-24"),
        ("2026-02-18", 1, 1, "2026-02-24"),  # from a holiday
        ("2026-02-18", 1, -1, "2026-02-14"),
        ("2026-02-27", 1, 1, "2026-02-28"),
        ("2026-02-28", 1, 1, "2026-03-02"),
        ("2026-03-02", 1, -1, "2026-02-28"),
        ("2026-09-30", 3, 1, "2026-10-10"),  # 8, 9, and the Saturday 10 October
        ("2025-12-31", 1, 1, "2026-01-04"),
        ("2024-02-28", 1, 1, "2024-02-29"),
    ],
)
def test_working_days_skip_what_is_free(start: str, count: int, sign: int, then: str) -> None:
    assert CHINA_2026.shift(day(start), count, sign) == day(then)


@pytest.mark.parametrize(
    "start, count, sign, then",
    [
        ("2026-02-13", 1, 1, "2026-02-16"),
        ("2026-05-01", 1, 1, "2026-05-04"),
        ("2026-01-05", 1, -1, "2026-01-02"),
    ],
)
def test_without_a_calendar_file_the_week_alone_counts(start: str, count: int, sign: int, then: str) -> None:
    assert PLAIN.shift(day(start), count, sign) == day(then)


@pytest.mark.parametrize(
    "today, count, sign, first, last",
    [
        ("2026-03-30", 1, -1, "2026-03-27", "2026-03-29"),  # on a Monday: Friday to Sunday
        ("2026-03-30", 2, -1, "2026-03-26", "2026-03-26"),
        ("2026-03-28", 1, -1, "2026-03-26", "2026-03-26"),  # on a Saturday only Friday has passed since
        ("2026-03-27", 1, 1, "2026-03-30", "2026-03-30"),
        ("2026-03-27", 0, 1, "2026-03-27", "2026-03-29"),
        ("2026-02-24", 1, -1, "2026-02-14", "2026-02-23"),
    ],
)
def test_days_that_are_as_many_working_days_apart(
    today: str, count: int, sign: int, first: str, last: str
) -> None:
    assert CHINA_2026.apart(day(today), count, sign) == (day(first), day(last))


def test_no_working_day_since_is_not_the_future() -> None:
    friday = clock_at("2026-03-27 12:00")

    assert friday.days_apart(Length(0, Unit.WORKING_DAYS), -1) == (day("2026-03-27"), day("2026-03-27"))


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(DAYS, st.integers(0, 400))
def test_forward_and_back_is_the_same_working_day(start: date, count: int) -> None:
    begin = CHINA_2026.shift(start, 1, 1)

    assert CHINA_2026.shift(CHINA_2026.shift(begin, count, 1), count, -1) == begin
    assert CHINA_2026.shift(CHINA_2026.shift(begin, count, -1), count, 1) == begin


@given(DAYS, st.integers(1, 60), st.sampled_from([1, -1]))
def test_counting_is_walking(start: date, count: int, sign: int) -> None:
    walked, left = start, count
    while left:
        walked += timedelta(days=sign)
        left -= CHINA_2026.is_working(walked)

    assert CHINA_2026.shift(start, count, sign) == walked


@given(DAYS, DAYS)
def test_at_least_so_many_working_days_since_is_that_many_after_it(one: date, today: date) -> None:
    """`time_since: F, at_least: n working days` holds from the day on that lies n working days after F."""
    for count in (1, 2, 5):
        _, last = CHINA_2026.apart(today, count, -1)
        assert (one <= last) == (CHINA_2026.shift(one, count, 1) <= today)


@pytest.mark.parametrize("start", [date.min, day("2026-03-31"), date.max])
def test_working_days_stay_within_the_calendar(start: date) -> None:
    for sign in (1, -1):
        assert date.min <= CHINA_2026.shift(start, 999_999, sign) <= date.max
        first, last = CHINA_2026.apart(start, 999_999, sign)
        assert date.min <= first <= last <= date.max


def test_last_working_days_agree_with_the_time_since() -> None:
    monday = clock_at("2026-03-30 09:00")
    five = Length(5, Unit.WORKING_DAYS)

    assert Period(Reach.LAST, length=five).days(monday) == (day("2026-03-24"), day("2026-03-30"))
    assert monday.days_apart(five, -1)[1] == day("2026-03-23")


# --- working hours ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at, minutes, sign, then",
    [
        ("2026-03-27 09:00", 60, 1, "2026-03-27 10:00"),
        ("2026-03-27 11:30", 60, 1, "2026-03-27 14:00"),  # over lunch
        ("2026-03-27 12:30", 60, 1, "2026-03-27 14:30"),
        ("2026-03-27 11:00", 60, 1, "2026-03-27 12:00"),  # done at noon, not after lunch
        ("2026-03-27 17:00", 60, 1, "2026-03-27 18:00"),  # done in the evening, not on Monday
        ("2026-03-27 17:30", 60, 1, "2026-03-30 09:30"),
        ("2026-03-27 20:00", 60, 1, "2026-03-30 10:00"),
        ("2026-03-28 10:00", 60, 1, "2026-03-30 10:00"),
        ("2026-03-27 09:00", 450, 1, "2026-03-27 18:00"),  # a working day has 7.5 hours
        ("2026-03-27 09:00", 451, 1, "2026-03-30 09:01"),
        ("2026-02-14 17:00", 120, 1, "2026-02-24 10:00"),
        ("2026-03-30 10:00", 60, -1, "2026-03-30 09:00"),
        ("2026-03-30 09:30", 60, -1, "2026-03-27 17:30"),
        ("2026-03-27 14:00", 60, -1, "2026-03-27 11:30"),
        ("2026-03-28 10:00", 60, -1, "2026-03-27 17:00"),
        ("2026-03-28 10:00", 0, 1, "2026-03-28 10:00"),
    ],
)
def test_working_hours_pass_in_working_time(at: str, minutes: int, sign: int, then: str) -> None:
    assert CHINA_2026.shift_time(wall(at), minutes, sign) == wall(then)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(1, 5000))  # noqa: DTZ001 - wall times
def test_hours_forward_are_the_first_and_back_the_last_time_so_far_apart(at: datetime, minutes: int) -> None:
    first, last = CHINA_2026.times_apart(at, minutes, 1)

    assert at < first <= last
    assert CHINA_2026.times_apart(first, minutes, -1) == CHINA_2026.times_apart(last, minutes, -1)
    earliest, latest = CHINA_2026.times_apart(first, minutes, -1)
    assert earliest <= at <= latest


def test_working_hours_go_by_the_wall_clock_of_the_zone() -> None:
    """New York is an hour ahead from Sunday, 8 March 2026: what is two hours of work is two hours of work."""
    zone = ZoneInfo("America/New_York")
    friday = datetime(2026, 3, 6, 17, 0, tzinfo=zone)
    clock = Clock(friday.astimezone(UTC), zone)

    assert clock.shift_instant(Length(2, Unit.WORKING_HOURS), 1) == datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


def test_working_hours_until_midnight_and_through_the_night() -> None:
    shop = Calendar(weekdays=frozenset(range(7)), hours=((20 * 60, 24 * 60),))

    assert shop.shift_time(wall("2026-03-31 23:00"), 60, 1) == wall("2026-04-01 00:00")
    assert shop.shift_time(wall("2026-03-31 23:00"), 120, 1) == wall("2026-04-01 21:00")


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("at", ["0001-01-01 12:00", "2026-03-31 12:00", "9999-12-31 12:00"])
def test_very_long_working_hours_do_not_break(at: str, sign: int) -> None:
    clock = Clock(wall(at).replace(tzinfo=UTC), ZoneInfo("UTC"), LateCalendar.of(CHINA_2026))

    assert clock.shift_instant(Length(999_999, Unit.WORKING_HOURS), sign).tzinfo is UTC
    assert len(clock.instants_apart(Length(999_999, Unit.WORKING_HOURS), sign)) == 2


# --- festivals ----------------------------------------------------------------------------------------------


def test_festival_of_every_year_falls_on_the_28th_of_february() -> None:
    leap = Festival(yearly=((2, 29),))

    assert [leap.of_year(year) for year in (2023, 2024)] == [[day("2023-02-28")], [day("2024-02-29")]]


FESTIVE = Calendar(
    festivals={
        "春节": Festival((day("2026-02-17"), day("2027-02-06"))),
        "周年庆": Festival(yearly=((9, 28),)),
    }
)
AT = time(9, 0)


def test_days_of_festivals_from_and_until_a_day() -> None:
    both = OnDays(AT, ("春节", "周年庆"))
    found = FESTIVE.days_from(both, day("2026-02-17"))

    assert [str(next(found)) for _ in range(4)] == ["2026-02-17", "2026-09-28", "2027-02-06", "2027-09-28"]
    assert str(next(FESTIVE.days_until(both, day("2026-02-16")))) == "2025-09-28"


def test_festival_without_more_days_ends() -> None:
    spring = OnDays(AT, ("春节",))

    assert list(FESTIVE.days_from(spring, day("2026-02-18"))) == [day("2027-02-06")]
    assert list(FESTIVE.days_until(spring, day("2026-12-31"))) == [day("2026-02-17")]


def test_working_days_from_and_until_a_day() -> None:
    every = OnDays(AT)
    found, before = (
        CHINA_2026.days_from(every, day("2026-02-13")),
        CHINA_2026.days_until(every, day("2026-02-24")),
    )

    assert [next(found) for _ in range(3)] == [day("2026-02-13"), day("2026-02-14"), day("2026-02-24")]
    assert [next(before) for _ in range(3)] == [day("2026-02-24"), day("2026-02-14"), day("2026-02-13")]


def test_clock_has_the_week_without_a_calendar() -> None:
    assert Clock(datetime(2026, 3, 27, tzinfo=UTC), SHANGHAI).calendar is PLAIN
