"""The short form of the calendar year (RELIABILITY, check 3): twelve days in each zone, round a change."""

from __future__ import annotations

from datetime import timedelta

from tests.torture.calendar_year import DAILY, SCHEDULES, ZONES, signed, year

DAYS = 12


def test_some_days_round_a_change_are_as_defined_in_every_zone() -> None:
    found = year(seed=20260331, days=DAYS)
    near = {one for one in signed() if one[2][1:11] < (ZONES[one[0]] + timedelta(days=DAYS)).isoformat()}

    assert found.differences == near
    assert near
    assert found.days >= (DAYS - 1) * len(ZONES) * len(DAILY)
    assert found.slots > DAYS * len(ZONES) * len(SCHEDULES)
    assert found.caught_up > 100
    assert found.missed > 100


def test_every_signed_difference_lies_in_the_year_that_is_lived() -> None:
    for zone, expression, moment in signed():
        assert expression in SCHEDULES
        assert ZONES[zone].isoformat() <= moment[1:11] <= (ZONES[zone] + timedelta(days=400)).isoformat()
        assert moment[0] in "+-"
