"""Lengths, and days that are shifted by them: months clip, and nothing leaves the calendar."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.moments import Length, Unit, add_months, length_of_minutes, shift_day, start_of
from tests.engine.model.times import day

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
