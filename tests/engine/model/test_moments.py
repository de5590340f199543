"""Moments as they are written, and the clock that they are read by."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from engine.model.moments import Clock, Length, Moment, Unit
from engine.shapes.times import has_time_of_day, parse_moment
from tests.engine.model.times import day, utc
from tests.engine.small import NEW_YORK, NIGHT, SHANGHAI, clock_at


def moment(text: str) -> Moment:
    found = parse_moment(text)
    assert found is not None, text
    return found


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
