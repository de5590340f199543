"""Conditions in working days and hours, against the database: bounds from LANGUAGE, Meaning 3 and 4.

The calendar is China's of 2026: after Saturday, 14 February (worked) come nine free days, until the 24th.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.model.calendars import Calendar, LateCalendar
from engine.model.moments import Clock
from engine.pipeline import prepare
from engine.workspace import Workspace
from tests.engine.model.test_calendars import CHINA_2026
from tests.engine.small import Place, clock_at, files_with, workspace_with

SIGNED = [date(2026, 2, 10) + timedelta(days=number) for number in range(18)]
"""10 to 27 February."""
SEEN = ("2026-03-27 10:00", "2026-03-27 16:30", "2026-03-27 17:00", "2026-03-27 19:00", "2026-03-28 12:00",
        "2026-03-30 09:00", "2026-03-30 09:30", "2026-03-30 10:00", "2026-03-30 10:01")  # fmt: skip


def space(condition: str) -> Workspace:
    files = files_with(f"conditions: {condition}\nactions: [{{stop: x}}]\n")
    return workspace_with("", {**files, "calendar.yaml": "country: CN\n"})


def at(text: str, calendar: Calendar = CHINA_2026) -> Clock:
    return replace(clock_at(text), late_calendar=LateCalendar.of(calendar))


def found(condition: str, records: dict[str, dict[str, str]], clock: Clock) -> list[str]:
    place = Place.make(space(condition), {"客户": records})
    with place.session(clock) as session:
        return sorted(
            key for key in records if prepare(session, place.workspace, place.workflow).matched.find(key)
        )


def days(condition: str, today: str) -> list[int]:
    """The days of February that match, on a day at noon."""
    records = {f"{day:%d}": {"客户名称": "x", "客户层级": "A", "签约日期": f"{day}"} for day in SIGNED}
    return [int(key) for key in found(condition, records, at(f"{today} 12:00"))]


@pytest.mark.parametrize(
    "test, today, matching",
    [
        (
            "time_since: 签约日期, at_least: 1 working day",
            "2026-02-24",
            range(10, 24),
        ),  # 14 and the free days
        ("time_since: 签约日期, more_than: 1 working day", "2026-02-24", range(10, 14)),
        ("time_since: 签约日期, at_most: 1 working day", "2026-02-24", range(14, 25)),
        ("time_since: 签约日期, less_than: 1 working day", "2026-02-24", range(24, 25)),
        ("time_since: 签约日期, is: 1 working day", "2026-02-24", range(14, 24)),
        ("time_since: 签约日期, at_least: 2 个工作日", "2026-02-24", range(10, 14)),
        (
            "time_since: 签约日期, at_least: 2 working days, less_than: 4 working days",
            "2026-02-25",
            range(13, 24),
        ),
        (
            "time_since: 签约日期, at_most: 0 working days",
            "2026-02-18",
            range(14, 19),
        ),  # on a holiday: none since the 14th
        ("field: 签约日期, after: in 1 working day", "2026-02-13", range(15, 28)),
        ("field: 签约日期, is: 2 个工作日后", "2026-02-13", range(24, 25)),
    ],
)
def test_working_days_between_a_date_and_today(test: str, today: str, matching: range) -> None:
    assert days(f"{{{test}, if_missing: no_match}}", today) == list(matching)


@pytest.mark.parametrize(
    "test, matching",
    [
        ("at_least: 1 working hour", SEEN[:6]),
        ("more_than: 1 working hour", SEEN[:3]),
        ("at_most: 1 working hour", SEEN[3:8]),
        ("less_than: 1 working hour", SEEN[6:8]),
    ],
)
def test_working_hours_between_an_instant_and_now(test: str, matching: tuple[str, ...]) -> None:
    """On Monday at 10:00, Friday evening and the weekend until 09:00 are all one working hour ago."""
    records = {text: {"客户名称": "x", "客户层级": "A", "最近访问": text} for text in SEEN}
    condition = f"{{time_since: 最近访问, {test}, if_missing: no_match}}"

    assert found(condition, records, at("2026-03-30 10:00")) == sorted(matching)
