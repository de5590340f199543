"""Lengths, moments and periods on a clock (LANGUAGE section 0, Meaning 3 and 4)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.calendars import PLAIN
from engine.model.diagnostics import Problems
from engine.model.moments import (
    Anchor,
    Clock,
    Length,
    Moment,
    Period,
    Reach,
    Unit,
    add_months,
    length_of_minutes,
    shift_day,
    start_of,
)
from engine.shapes.times import has_time_of_day, parse_moment, read_period
from tests.engine.small import NEW_YORK, NIGHT, SHANGHAI, clock_at, node_of

day = date.fromisoformat


def moment(text: str) -> Moment:
    found = parse_moment(text)
    assert found is not None, text
    return found


def period(text: str) -> Any:
    problems = Problems()
    settings, uses = SimpleNamespace(has_calendar=True, calendar=PLAIN), set[tuple[str, str]]()
    reading = SimpleNamespace(problems=problems, settings=settings, uses=uses)
    found = read_period(node_of(text), reading)  # type: ignore[arg-type]  # narrower than the table's type
    assert (found is None) == bool(problems.found)
    return found


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- lengths ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "amount, unit, minutes",
    [
        (1, "minutes", 1),
        (1, "hours", 60),
        (1, "days", 1440),
        (1, "weeks", 7 * 1440),
        (1, "months", 30 * 1440),
        (1, "quarters", 90 * 1440),
        (1, "years", 365 * 1440),
        (90, "days", 90 * 1440),
        (0, "days", 0),
        (5, "working days", 7 * 1440),  # to sort: a week of work is a week
        (3, "working hours", 180),
    ],
)
def test_length_has_nominal_minutes(amount: int, unit: str, minutes: int) -> None:
    assert Length(amount, Unit(unit)).minutes == minutes


@pytest.mark.parametrize("unit", list(Unit))
def test_only_hours_and_minutes_are_counted_between_instants(unit: Unit) -> None:
    assert Length(1, unit).counts_days == (unit not in {Unit.HOURS, Unit.MINUTES, Unit.WORKING_HOURS})


@pytest.mark.parametrize(
    "minutes, text",
    [(1440, "1 days"), (90 * 1440, "90 days"), (120, "2 hours"), (90, "90 minutes"), (0, "0 days")],
)
def test_minutes_become_the_largest_unit_that_divides_them(minutes: int, text: str) -> None:
    assert str(length_of_minutes(minutes)) == text


@given(st.integers(0, 10**7))
def test_minutes_survive_the_way_through_a_length(minutes: int) -> None:
    assert length_of_minutes(minutes).minutes == minutes


# --- months, quarters, years --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start, months, then",
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-03-31", 1, "2026-04-30"),
        ("2026-03-15", 1, "2026-04-15"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2026-01-31", -2, "2025-11-30"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-01-01", -1, "2025-12-01"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", -12, "2023-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-02-28", 12, "2026-02-28"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_months_clip_to_the_end_of_the_month(start: str, months: int, then: str) -> None:
    assert add_months(day(start), months) == day(then)


@pytest.mark.parametrize(
    "start, amount, unit, sign, then",
    [
        ("2026-03-31", 95, "days", -1, "2025-12-26"),
        ("2026-03-31", 3, "days", 1, "2026-04-03"),
        ("2026-03-31", 2, "weeks", 1, "2026-04-14"),
        ("2026-11-30", 1, "quarters", 1, "2027-02-28"),
        ("2026-05-31", 1, "quarters", -1, "2026-02-28"),
        ("2024-02-29", 1, "years", 1, "2025-02-28"),
        ("2024-02-29", 4, "years", 1, "2028-02-29"),
        ("2000-03-01", 1, "days", -1, "2000-02-29"),
        ("1900-03-01", 1, "days", -1, "1900-02-28"),
    ],
)
def test_days_are_shifted_by_a_length(start: str, amount: int, unit: str, sign: int, then: str) -> None:
    assert shift_day(day(start), Length(amount, Unit(unit)), sign) == day(then)


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "quarters", "years"])
@pytest.mark.parametrize("start", ["0001-01-01", "2026-03-31", "9999-12-31"])
def test_days_stay_within_the_years_1_to_9999(start: str, unit: str) -> None:
    assert shift_day(day(start), Length(999_999, Unit(unit)), -1) >= date.min
    assert shift_day(day(start), Length(999_999, Unit(unit)), 1) <= date.max
    assert shift_day(date.min, Length(1, Unit(unit)), -1) == date.min
    assert shift_day(date.max, Length(1, Unit(unit)), 1) == date.max


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.integers(-600, 600))
def test_a_month_on_is_the_same_day_or_the_last_of_that_month(start: date, months: int) -> None:
    then = add_months(start, months)

    assert (then.year * 12 + then.month) - (start.year * 12 + start.month) == months
    assert then.day == start.day or (then.day < start.day and (then.toordinal() + 1 == _next_first(then)))


def _next_first(one: date) -> int:
    return date(one.year + one.month // 12, one.month % 12 + 1, 1).toordinal()


@pytest.mark.parametrize(
    "today, unit, first",
    [
        ("2026-03-30", "weeks", "2026-03-30"),
        ("2026-04-05", "weeks", "2026-03-30"),
        ("2026-01-01", "weeks", "2025-12-29"),
        ("2026-03-31", "months", "2026-03-01"),
        ("2026-03-31", "quarters", "2026-01-01"),
        ("2026-04-01", "quarters", "2026-04-01"),
        ("2026-09-30", "quarters", "2026-07-01"),
        ("2026-12-31", "quarters", "2026-10-01"),
        ("2026-12-31", "years", "2026-01-01"),
        ("0001-01-01", "weeks", "0001-01-01"),
    ],
)
def test_first_day_of_a_calendar_unit(today: str, unit: str, first: str) -> None:
    assert start_of(day(today), Unit(unit)) == day(first)


# --- moments ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, then",
    [
        ("today", "2026-03-31"),
        ("今天", "2026-03-31"),
        ("now", "2026-03-31"),
        ("现在", "2026-03-31"),
        ("95 days ago", "2025-12-26"),
        ("95 天前", "2025-12-26"),
        ("in 3 days", "2026-04-03"),
        ("3 天后", "2026-04-03"),
        ("1 month ago", "2026-02-28"),
        ("1 个月前", "2026-02-28"),
        ("in 1 month", "2026-04-30"),
        ("in 1 quarter", "2026-06-30"),
        ("in 2 years", "2028-03-31"),
        ("2 周后", "2026-04-14"),
        ("start of week", "2026-03-30"),
        ("end of week", "2026-04-05"),
        ("start of month", "2026-03-01"),
        ("end of month", "2026-03-31"),
        ("start of quarter", "2026-01-01"),
        ("end of quarter", "2026-03-31"),
        ("start of year", "2026-01-01"),
        ("end of year", "2026-12-31"),
        ("年初", "2026-01-01"),
        ("年底", "2026-12-31"),
        ("月初", "2026-03-01"),
        ("月底", "2026-03-31"),
        ("2026-02-28", "2026-02-28"),
        ("2026-03-31 09:00", "2026-03-31"),
        ("in 23 hours", "2026-04-01"),
        ("in 22 hours", "2026-03-31"),
        ("2 hours ago", "2026-03-30"),
        ("yesterday", "2026-03-30"),
        ("昨天", "2026-03-30"),
        ("tomorrow", "2026-04-01"),
        ("明天", "2026-04-01"),
        ("前天", "2026-03-29"),
        ("后天", "2026-04-02"),
        ("三天后", "2026-04-03"),
        ("三个月前", "2025-12-31"),
        ("半年前", "2025-09-30"),
        ("一年后", "2027-03-31"),
        ("in 2 working days", "2026-04-02"),
        ("2 个工作日后", "2026-04-02"),
        ("两个工作日后", "2026-04-02"),
        ("3 working days ago", "2026-03-26"),
        ("3 个工作日前", "2026-03-26"),
        ("周初", "2026-03-30"),
        ("周末", "2026-04-05"),
        ("本月底", "2026-03-31"),
        ("本月末", "2026-03-31"),
        ("季度初", "2026-01-01"),
        ("本季度末", "2026-03-31"),
        ("今年底", "2026-12-31"),
        ("本年初", "2026-01-01"),
        ("2026年2月28日", "2026-02-28"),
        ("2026 年 12 月 1 日", "2026-12-01"),
        ("2026年3月31日 09:00", "2026-03-31"),
        ("start", "2026-03-31"),
        ("开始", "2026-03-31"),
    ],
)
def test_day_of_a_moment_at_one_in_the_night_of_31_march(text: str, then: str) -> None:
    assert moment(text).day(NIGHT) == day(then)


@pytest.mark.parametrize(
    "at, text, then",
    [
        ("2024-02-10 12:00", "end of month", "2024-02-29"),
        ("2026-02-10 12:00", "end of month", "2026-02-28"),
        ("2026-12-10 12:00", "end of month", "2026-12-31"),
        ("2026-12-31 12:00", "end of quarter", "2026-12-31"),
        ("2026-05-01 12:00", "end of quarter", "2026-06-30"),
        ("2026-12-31 12:00", "end of week", "2027-01-03"),
        ("9999-12-30 12:00", "end of month", "9999-12-31"),
        ("9999-12-30 12:00", "end of quarter", "9999-12-31"),
        ("9999-12-30 12:00", "end of year", "9999-12-31"),
        ("9999-12-30 12:00", "end of week", "9999-12-31"),
        ("9999-11-30 12:00", "in 5 years", "9999-12-31"),
    ],
)
def test_ends_of_calendar_units(at: str, text: str, then: str) -> None:
    assert moment(text).day(clock_at(at)) == day(then)


@pytest.mark.parametrize(
    "text",
    ["7 days hence", "in days", "ago", "in -3 days", "31.3.2026", "2026-3-31", "next week", "三月前", ""],
)
def test_text_that_is_no_moment(text: str) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2025-02-29", "2026-13-01", "2026-03-31 25:00", "2026年2月30日"]
)
def test_moment_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the reader turns it into W229
        parse_moment(text)


@pytest.mark.parametrize(
    "text, is_ago, tells_time",
    [
        ("95 days ago", True, False),
        ("95 天前", True, False),
        ("in 3 days", False, False),
        ("today", False, False),
        ("now", False, True),
        ("3 hours ago", True, True),
        ("2026-03-31 09:00", False, True),
        ("2026-03-31", False, False),
        ("yesterday", False, False),
        ("前天", False, False),
        ("3 working days ago", True, False),
        ("in 3 working hours", False, True),
        ("start", False, False),
    ],
)
def test_moment_knows_how_it_was_written(text: str, is_ago: bool, tells_time: bool) -> None:
    found = moment(text)

    assert (found.is_past_offset, has_time_of_day(found)) == (is_ago, tells_time)


@pytest.mark.parametrize(
    "text, instant",
    [
        ("now", "2026-03-30T17:00"),
        ("today", "2026-03-30T16:00"),
        ("in 3 days", "2026-04-02T16:00"),
        ("in 3 hours", "2026-03-30T20:00"),
        ("90 minutes ago", "2026-03-30T15:30"),
        ("2026-03-31", "2026-03-30T16:00"),
        ("2026-03-31 09:00", "2026-03-31T01:00"),
        ("start of year", "2025-12-31T16:00"),
    ],
)
def test_instant_of_a_moment_in_shanghai(text: str, instant: str) -> None:
    assert moment(text).instant(NIGHT) == utc(instant)


def test_start_is_when_the_enrollment_began() -> None:
    began = Clock(NIGHT.now, NIGHT.zone, start=utc("2026-03-01T15:59"))

    assert moment("start").instant(began) == utc("2026-03-01T15:59")
    assert moment("开始").day(began) == day("2026-03-01")
    assert moment("start").instant(NIGHT) == NIGHT.now
    assert moment("start").is_instant


def test_hours_are_real_hours_over_the_lost_one_and_days_keep_the_wall() -> None:
    clock = clock_at("2026-03-07 12:00", NEW_YORK)

    assert moment("in 24 hours").instant(clock).astimezone(NEW_YORK).hour == 13
    assert moment("in 1 day").instant(clock) == utc("2026-03-08T05:00")
    assert moment("in 2 days").instant(clock) == utc("2026-03-09T04:00")


# --- the clock ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "now, zone, today",
    [
        ("2026-03-30T15:59", SHANGHAI, "2026-03-30"),
        ("2026-03-30T16:00", SHANGHAI, "2026-03-31"),
        ("2026-03-31T03:59", NEW_YORK, "2026-03-30"),
        ("2026-03-31T04:00", NEW_YORK, "2026-03-31"),
        ("2026-01-31T04:59", NEW_YORK, "2026-01-30"),
        ("2026-01-31T05:00", NEW_YORK, "2026-01-31"),
    ],
)
def test_today_is_the_day_on_the_wall_of_the_zone(now: str, zone: ZoneInfo, today: str) -> None:
    assert Clock(utc(now), zone).today == day(today)


@pytest.mark.parametrize(
    "zone, local, instant",
    [
        ("Asia/Shanghai", "2026-03-31", "2026-03-30T16:00"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00"),  # 02:00 is lost on this day
        ("America/New_York", "2026-03-09", "2026-03-09T04:00"),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00"),  # 01:00 comes twice on this day
        ("America/New_York", "2026-11-02", "2026-11-02T05:00"),
        (
            "America/Sao_Paulo",
            "2018-11-04",
            "2018-11-04T03:00",
        ),  # midnight itself is lost: the day begins at 01:00
        (
            "America/Havana",
            "2026-11-01",
            "2026-11-01T04:00",
        ),  # midnight comes twice: the first one begins the day
    ],
)
def test_day_begins_at_the_local_midnight(zone: str, local: str, instant: str) -> None:
    assert Clock(utc("2026-01-01T00:00"), ZoneInfo(zone)).midnight(day(local)) == utc(instant)


@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK])
def test_midnights_of_the_first_and_last_days_do_not_break(zone: ZoneInfo) -> None:
    clock = Clock(utc("2026-01-01T00:00"), zone)

    assert clock.midnight(date.min) <= clock.midnight(day("0001-01-03"))
    assert clock.midnight(date.max) >= clock.midnight(day("9999-12-29"))


def test_hours_back_are_between_instants() -> None:
    clock = clock_at("2026-11-01 12:00", NEW_YORK)

    assert clock.back(Length(24, Unit.HOURS)).astimezone(NEW_YORK).isoformat() == "2026-10-31T13:00:00-04:00"


# --- periods ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, first, last",
    [
        ("last 90 days", "2026-01-01", "2026-03-31"),
        ("近 90 天", "2026-01-01", "2026-03-31"),
        ("90 days", "2026-01-01", "2026-03-31"),
        ("last 1 day", "2026-03-31", "2026-03-31"),
        ("last 2 weeks", "2026-03-18", "2026-03-31"),
        ("last 1 month", "2026-03-01", "2026-03-31"),
        ("last 12 months", "2025-04-01", "2026-03-31"),
        ("last 1 quarter", "2026-01-01", "2026-03-31"),
        ("last 1 year", "2025-04-01", "2026-03-31"),
        ("this week", "2026-03-30", "2026-03-31"),
        ("this month", "2026-03-01", "2026-03-31"),
        ("本月", "2026-03-01", "2026-03-31"),
        ("this quarter", "2026-01-01", "2026-03-31"),
        ("this year", "2026-01-01", "2026-03-31"),
        ("previous week", "2026-03-23", "2026-03-29"),
        ("previous month", "2026-02-01", "2026-02-28"),
        ("上月", "2026-02-01", "2026-02-28"),
        ("previous quarter", "2025-10-01", "2025-12-31"),
        ("previous year", "2025-01-01", "2025-12-31"),
        ("去年", "2025-01-01", "2025-12-31"),
        ("本周", "2026-03-30", "2026-03-31"),
        ("上周", "2026-03-23", "2026-03-29"),
        ("上个月", "2026-02-01", "2026-02-28"),
        ("本季度", "2026-01-01", "2026-03-31"),
        ("上季度", "2025-10-01", "2025-12-31"),
        ("上个季度", "2025-10-01", "2025-12-31"),
        ("今年", "2026-01-01", "2026-03-31"),
        ("最近三个月", "2026-01-01", "2026-03-31"),
        ("过去一周", "2026-03-25", "2026-03-31"),
        ("近半年", "2025-10-01", "2026-03-31"),
        ("近十二个月", "2025-04-01", "2026-03-31"),
        ("last 5 working days", "2026-03-25", "2026-03-31"),
        ("近 5 个工作日", "2026-03-25", "2026-03-31"),
    ],
)
def test_days_of_a_period_on_31_march(text: str, first: str, last: str) -> None:
    assert period(text).days(NIGHT) == (day(first), day(last))


@pytest.mark.parametrize(
    "text",
    [
        "last 0 days",
        "last 3 hours",
        "last 3 working hours",
        "近三月",
        "next month",
        "last",
        "last days",
        "last month",
    ],
)
def test_text_that_is_no_period(text: str) -> None:
    assert period(text) is None


@pytest.mark.parametrize(
    "text, at, first, last",
    [
        ("previous month", "2024-03-31 12:00", "2024-02-01", "2024-02-29"),
        ("previous month", "2026-01-01 00:00", "2025-12-01", "2025-12-31"),
        ("previous quarter", "2026-01-01 00:00", "2025-10-01", "2025-12-31"),
        ("previous week", "2026-01-01 00:00", "2025-12-22", "2025-12-28"),
        ("last 1 year", "2024-02-29 12:00", "2023-03-01", "2024-02-29"),
        ("last 1 month", "2026-03-30 12:00", "2026-03-01", "2026-03-30"),
    ],
)
def test_periods_over_the_edges_of_the_calendar(text: str, at: str, first: str, last: str) -> None:
    assert period(text).days(clock_at(at)) == (day(first), day(last))


def test_period_since_a_moment_ends_today() -> None:
    since = Period(Reach.SINCE, since=Moment(Anchor.START_OF, unit=Unit.YEARS))

    assert since.days(NIGHT) == (day("2026-01-01"), day("2026-03-31"))


def test_none_in_the_last_90_days_agrees_with_90_days_since() -> None:
    """Meaning 4: the day before the period is the first that is at least 90 days ago."""
    first, _ = Period(Reach.LAST, Length(90, Unit.DAYS)).days(NIGHT)

    assert shift_day(NIGHT.today, Length(90, Unit.DAYS), -1).toordinal() + 1 == first.toordinal()


@pytest.mark.parametrize("amount", [9_999, 999_999])
@pytest.mark.parametrize("unit", ["days", "weeks", "months", "quarters", "years"])
def test_very_long_periods_do_not_break(amount: int, unit: str) -> None:
    first, last = Period(Reach.LAST, Length(amount, Unit(unit))).days(NIGHT)

    assert date.min <= first <= last == NIGHT.today
