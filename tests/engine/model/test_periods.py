"""Periods: the days that they hold, also at the edges of the calendar."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from engine.model.calendars import NO_CALENDAR
from engine.model.diagnostics import Problems
from engine.model.moments import Anchor, Length, Moment, Period, Reach, Unit, shift_day
from engine.shapes.times import read_period
from tests.engine.model.times import day
from tests.engine.small import NIGHT, clock_at, node_of


def period(text: str) -> Any:
    problems = Problems()
    settings, uses = SimpleNamespace(has_calendar=True, late_calendar=NO_CALENDAR), set[tuple[str, str]]()
    reading = SimpleNamespace(problems=problems, settings=settings, uses=uses)
    found = read_period(node_of(text), reading)  # type: ignore[arg-type]  # narrower than the table's type
    assert (found is None) == bool(problems.found)
    return found


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
