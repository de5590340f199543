"""When triggers are due: the words of `every`, working days and festivals, in any zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.model.kinds import Trigger
from engine.texts import BETWEEN_LANGUAGES
from engine.ticks import latest_tick, next_ticks
from engine.workspace import Workspace, workspace_of_sources
from tests.engine.small import BASE, ROOT, SHANGHAI

CALENDAR = "country: CN\nfestivals: {公司周年庆: 09-28}\n"
UTC = ZoneInfo("UTC")


def workspace(trigger: str, calendar: str = CALENDAR) -> Workspace:
    flow = f"id: wake\nname: 唤醒\nmodule: 客户\ntrigger: {trigger}\nactions: [{{stop: x}}]\n"
    files = {"calendar.yaml": calendar} if calendar else {}
    return workspace_of_sources(ROOT, {**BASE, **files, "flow.yaml": flow})


def codes(found: Workspace) -> list[str]:
    """What is said of the trigger, which stands in line 4."""
    return [one.code for one in found.diagnostics if (one.at.file, one.at.line) == ("flow.yaml", 4)]


def trigger_of(text: str) -> tuple[Trigger, Workspace]:
    found = workspace(text)
    assert codes(found) == []
    return found.workflows[0].triggers[0], found


def ticks(text: str, after: str, count: int = 5) -> list[str]:
    trigger, found = trigger_of(text)
    moment = datetime.fromisoformat(after).replace(tzinfo=SHANGHAI)
    times = next_ticks(trigger, SHANGHAI, found.settings.calendar, after=moment, count=count)
    return [f"{one:%Y-%m-%d %H:%M}" for one in times]


@pytest.mark.parametrize(
    "text, after, expected",
    [
        (
            '{every: working day, at: "09:00"}',
            "2026-02-13 08:59",
            [
                "2026-02-13 09:00",
                "2026-02-14 09:00",
                "2026-02-24 09:00",
                "2026-02-25 09:00",
                "2026-02-26 09:00",
            ],
        ),
        (
            '{every: working day, at: "09:00"}',
            "2026-09-30 09:00",
            [
                "2026-10-08 09:00",
                "2026-10-09 09:00",
                "2026-10-10 09:00",
                "2026-10-12 09:00",
                "2026-10-13 09:00",
            ],
        ),
        (
            '{every: festival, names: [春节, 中秋节], at: "09:00"}',
            "2024-01-01 00:00",
            [
                "2024-02-10 09:00",
                "2024-09-17 09:00",
                "2025-01-29 09:00",
                "2025-10-06 09:00",
                "2026-02-17 09:00",
            ],
        ),
        (
            '{every: festival, names: 公司周年庆, at: "10:30"}',
            "2026-09-28 10:30",
            [
                "2027-09-28 10:30",
                "2028-09-28 10:30",
                "2029-09-28 10:30",
                "2030-09-28 10:30",
                "2031-09-28 10:30",
            ],
        ),
        (
            '{every: festival, names: [National Day, 公司周年庆], at: "00:00", catch_up: skip}',
            "2026-09-01 00:00",
            [
                "2026-09-28 00:00",
                "2026-10-01 00:00",
                "2027-09-28 00:00",
                "2027-10-01 00:00",
                "2028-09-28 00:00",
            ],
        ),
        (
            '{every: [monday, thursday], at: "08:00", catch_up: all}',
            "2026-03-31 12:00",
            [
                "2026-04-02 08:00",
                "2026-04-06 08:00",
                "2026-04-09 08:00",
                "2026-04-13 08:00",
                "2026-04-16 08:00",
            ],
        ),
        (
            '{every: month, day: last, at: "23:00"}',
            "2028-01-31 23:00",
            [
                "2028-02-29 23:00",
                "2028-03-31 23:00",
                "2028-04-30 23:00",
                "2028-05-31 23:00",
                "2028-06-30 23:00",
            ],
        ),
        (
            '{every: quarter, day: 1, at: "06:00"}',
            "2026-03-31 12:00",
            [
                "2026-04-01 06:00",
                "2026-07-01 06:00",
                "2026-10-01 06:00",
                "2027-01-01 06:00",
                "2027-04-01 06:00",
            ],
        ),
        (
            "{every: 30 minutes, catch_up: once}",
            "2026-03-31 23:10",
            [
                "2026-03-31 23:30",
                "2026-04-01 00:00",
                "2026-04-01 00:30",
                "2026-04-01 01:00",
                "2026-04-01 01:30",
            ],
        ),
    ],
)
def test_next_five_times(text: str, after: str, expected: list[str]) -> None:
    assert ticks(text, after) == expected


def test_working_day_of_another_zone_is_the_day_there() -> None:
    """Tuesday 31 March 2026, 09:00 in New York is 21:00 in Shanghai."""
    trigger, found = trigger_of('{every: working day, at: "09:00", timezone: America/New_York}')
    after = datetime(2026, 3, 31, 20, 0, tzinfo=SHANGHAI)

    (first,) = next_ticks(trigger, SHANGHAI, found.settings.calendar, after=after, count=1)

    assert first.astimezone(SHANGHAI) == datetime(2026, 3, 31, 21, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "at, instants",
    [
        (
            "02:30",
            ["2026-03-06T07:30", "2026-03-08T07:00", "2026-03-09T06:30"],
        ),  # lost on the 8th: at its end
        ("09:00", ["2026-03-06T14:00", "2026-03-08T13:00", "2026-03-09T13:00"]),
    ],
)
def test_lost_hour_on_a_worked_sunday_runs_at_its_end(at: str, instants: list[str]) -> None:
    trigger, _ = trigger_of(f'{{every: working day, at: "{at}", timezone: America/New_York}}')
    sunday = workspace(f'{{every: working day, at: "{at}"}}', "working: [2026-03-08]\n").settings.calendar
    after = datetime(2026, 3, 6, 5, 0, tzinfo=UTC)

    times = next_ticks(trigger, SHANGHAI, sunday, after=after, count=3)

    assert [f"{one.astimezone(UTC):%Y-%m-%dT%H:%M}" for one in times] == instants


def test_repeated_hour_runs_once() -> None:
    trigger, _ = trigger_of('{every: working day, at: "01:30", timezone: America/New_York}')
    sunday = workspace('{every: working day, at: "01:30"}', "working: [2026-11-01]\n").settings.calendar
    after = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)

    times = next_ticks(trigger, SHANGHAI, sunday, after=after, count=2)

    assert [f"{one.astimezone(UTC):%Y-%m-%dT%H:%M}" for one in times] == [
        "2026-11-01T05:30",
        "2026-11-02T06:30",
    ]


@pytest.mark.parametrize(
    "text, until, latest",
    [
        ('{every: working day, at: "09:00"}', "2026-02-24 08:59", None),
        ('{every: working day, at: "09:00"}', "2026-02-24 09:00", "2026-02-24 09:00"),
        ('{every: working day, at: "09:00"}', "2026-02-15 08:00", "2026-02-14 09:00"),
        (
            '{every: working day, at: "09:00"}',
            "2026-03-28 09:00",
            None,
        ),  # a Saturday: Friday's is 24 hours ago
        ('{every: festival, names: [春节], at: "09:00"}', "2026-02-17 12:00", "2026-02-17 09:00"),
        ('{every: festival, names: [春节], at: "09:00"}', "2026-02-18 12:00", None),
        ("{when: by_hand}", "2026-02-18 12:00", None),
    ],
)
def test_due_within_the_last_day(text: str, until: str, latest: str | None) -> None:
    trigger, found = trigger_of(text)
    end = datetime.fromisoformat(until).replace(tzinfo=SHANGHAI)

    tick = latest_tick(trigger, SHANGHAI, found.settings.calendar, since=end - timedelta(days=1), until=end)

    assert (tick and f"{tick:%Y-%m-%d %H:%M}") == latest


def test_latest_and_next_agree_on_working_days() -> None:
    trigger, found = trigger_of('{every: working day, at: "09:00"}')
    calendar, end = found.settings.calendar, datetime(2026, 12, 31, tzinfo=SHANGHAI)
    begin = datetime(2026, 1, 1, tzinfo=SHANGHAI)
    forward = next_ticks(trigger, SHANGHAI, calendar, after=begin, count=248)
    backward = []
    while (tick := latest_tick(trigger, SHANGHAI, calendar, since=begin, until=end)) is not None:
        backward.append(tick)
        end = tick - timedelta(minutes=1)

    assert forward[: len(backward)] == backward[::-1]
    assert len(backward) == 247  # of 248 in the year, 31 December not yet


def test_trigger_on_days_fires_and_has_no_cron() -> None:
    found = workspace('{every: festival, names: [春节], at: "09:00"}')
    (workflow,) = found.workflows

    assert workflow.fires
    assert workflow.triggers[0].cron() is None
    assert (
        next_ticks(
            workflow.triggers[0], SHANGHAI, found.settings.calendar, after=datetime(2061, 1, 1, tzinfo=UTC)
        )
        == []
    )


@pytest.mark.parametrize(
    "trigger, calendar, expected",
    [
        ('{every: festival, names: [春结], at: "09:00"}', CALENDAR, ["W523"]),
        ('{every: festival, names: [春节, 七夕], at: "09:00"}', CALENDAR, ["W523"]),
        ('{every: festival, names: [春节], at: "09:00"}', "", ["W523"]),
        ('{every: festival, at: "09:00"}', CALENDAR, ["W211"]),
        ("{every: festival, names: [春节]}", CALENDAR, ["W254"]),
        ('{every: festival, names: [春节], at: "09:00", day: 1}', CALENDAR, ["W255"]),
        ('{every: day, names: [春节], at: "09:00"}', CALENDAR, ["W255"]),
        ('{every: working day, names: [春节], at: "09:00"}', CALENDAR, ["W255"]),
        ('{every: day, at: "09:00", day: 1}', CALENDAR, ["W255"]),
        ("{every: working day}", CALENDAR, ["W254"]),
        ('{every: working day, at: "09:00"}', "", ["W522"]),
        ('{every: [working day, saturday], at: "09:00"}', CALENDAR, ["W255"]),
        ('{every: working day, at: "09:00", catch_up: later}', CALENDAR, ["W215"]),
        ('{every: working day, at: "09:00", timezone: Mars}', CALENDAR, ["W253"]),
        ('{every: festival, names: [], at: "09:00"}', CALENDAR, ["W210"]),
    ],
)
def test_mistakes_in_triggers_of_the_calendar(trigger: str, calendar: str, expected: list[str]) -> None:
    assert codes(workspace(trigger, calendar)) == expected


def test_known_festivals_are_named() -> None:
    found = workspace('{every: festival, names: [春结], at: "09:00"}')
    (told,) = [one for one in found.diagnostics if one.code == "W523"]

    facts = dict(told.facts)
    assert facts["nearest"] == "春节"
    chinese, _, english = facts["known"].partition(BETWEEN_LANGUAGES)
    assert chinese == "公司周年庆、元旦、春节、清明节、劳动节、端午节、中秋节、国庆节、除夕、元宵节"
    assert english.split("、")[:3] == ["公司周年庆", "New Year's Day", "Spring Festival"]


def test_unknown_festival_is_told_where_it_stands() -> None:
    found = workspace('{every: festival, names: [春节, 七夕], at: "09:00"}')

    assert [(one.at.line, one.at.column) for one in found.diagnostics if one.code == "W523"] == [(4, 40)]
