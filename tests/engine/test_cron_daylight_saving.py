"""What fires when, and that daylight saving neither loses nor doubles a night."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.cron import cron_of, latest_due, next_times, slot_of
from tests.engine.cron_times import HAVANA, LONDON, LORD_HOWE, MINUTE, NEW_YORK, SHANGHAI, local, reading


def written(expression: str, zone: str, after: str, count: int, fold: int = 0) -> list[str]:
    times = next_times(cron_of(expression, zone), local(after, zone, fold), count)
    return [time.strftime("%d %H:%M %z") for time in times]


# --- daylight saving, by hand -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression, zone, after, expected",
    [
        # New York springs forward on 2026-03-08: 01:59 EST is followed by 03:00 EDT.
        ("30 2 * * *", NEW_YORK, "2026-03-07T12:00", ["08 03:00 -0400", "09 02:30 -0400"]),
        ("15,45 2 * * *", NEW_YORK, "2026-03-07T12:00", ["08 03:00 -0400", "09 02:15 -0400"]),
        ("0 2,3 * * *", NEW_YORK, "2026-03-08T00:00", ["08 03:00 -0400", "09 02:00 -0400"]),
        (
            "*/30 * * * *",
            NEW_YORK,
            "2026-03-08T01:00",
            ["08 01:30 -0500", "08 03:00 -0400", "08 03:30 -0400"],
        ),
        ("0 */2 * * *", NEW_YORK, "2026-03-08T00:00", ["08 03:00 -0400", "08 04:00 -0400"]),
        ("15 * * * *", NEW_YORK, "2026-03-08T01:00", ["08 01:15 -0500", "08 03:15 -0400"]),
        # It falls back on 2026-11-01: 01:59 EDT is followed by 01:00 EST.
        ("30 1 * * *", NEW_YORK, "2026-10-31T12:00", ["01 01:30 -0400", "02 01:30 -0500"]),
        (
            "0,30 1 * * *",
            NEW_YORK,
            "2026-11-01T00:00",
            ["01 01:00 -0400", "01 01:30 -0400", "02 01:00 -0500"],
        ),
        (
            "*/30 * * * *",
            NEW_YORK,
            "2026-11-01T00:45",
            ["01 01:00 -0400", "01 01:30 -0400", "01 01:00 -0500", "01 01:30 -0500", "01 02:00 -0500"],
        ),
        ("0 */2 * * *", NEW_YORK, "2026-11-01T00:00", ["01 02:00 -0500", "01 04:00 -0500"]),
        # London: forward 2026-03-29 01:00 -> 02:00, back 2026-10-25 02:00 -> 01:00.
        ("30 1 * * *", LONDON, "2026-03-28T12:00", ["29 02:00 +0100", "30 01:30 +0100"]),
        ("0 1 * * *", LONDON, "2026-10-24T12:00", ["25 01:00 +0100", "26 01:00 +0000"]),
        ("0 * * * *", LONDON, "2026-10-25T00:00", ["25 01:00 +0100", "25 01:00 +0000", "25 02:00 +0000"]),
        # Lord Howe moves by half an hour: back 2026-04-05 02:00 -> 01:30, forward 2026-10-04 02:00 -> 02:30.
        ("15 2 * * *", LORD_HOWE, "2026-10-03T12:00", ["04 02:30 +1100", "05 02:15 +1100"]),
        ("45 1 * * *", LORD_HOWE, "2026-04-04T12:00", ["05 01:45 +1100", "06 01:45 +1030"]),
        (
            "*/30 * * * *",
            LORD_HOWE,
            "2026-04-05T01:00",
            ["05 01:30 +1100", "05 01:30 +1030", "05 02:00 +1030"],
        ),
        (
            "*/20 * * * *",
            LORD_HOWE,
            "2026-10-04T01:30",
            ["04 01:40 +1030", "04 02:40 +1100", "04 03:00 +1100"],
        ),
        # Havana loses the hour after midnight on 2026-03-08 (in 2027 on the 14th), repeats it on 2026-11-01.
        ("0 0 * * *", HAVANA, "2026-03-07T12:00", ["08 01:00 -0400", "09 00:00 -0400"]),
        ("0 0 8 3 *", HAVANA, "2026-01-01T00:00", ["08 01:00 -0400", "08 00:00 -0500"]),
        ("0 0 * * *", HAVANA, "2026-10-31T12:00", ["01 00:00 -0400", "02 00:00 -0500"]),
        ("0 */12 * * *", HAVANA, "2026-10-31T12:00", ["01 00:00 -0400", "01 00:00 -0500", "01 12:00 -0500"]),
    ],
)
def test_a_lost_hour_runs_once_and_a_repeated_hour_as_the_schedule_says(expression, zone, after, expected):
    assert written(expression, zone, after, len(expected)) == expected


def test_asking_from_inside_the_repeated_hour_gives_the_second_pass_to_intervals_only():
    first, second = "2026-11-01T01:30", "2026-11-01T01:15"

    assert written("*/30 * * * *", NEW_YORK, first, 2) == ["01 01:00 -0500", "01 01:30 -0500"]
    assert written("*/30 * * * *", NEW_YORK, second, 2, fold=1) == ["01 01:30 -0500", "01 02:00 -0500"]
    assert written("30 1 * * *", NEW_YORK, second, 1, fold=1) == ["02 01:30 -0500"]


@pytest.mark.parametrize(
    "expression, fixed",
    [
        ("30 1 * * *", True),
        ("0 9-17 * * *", True),
        ("0 1,*/6 * * *", True),
        ("0 0-1/5 * * *", True),
        ("*/30 * * * *", False),
        ("0 */2 * * *", False),
        ("0 8-18/2 * * *", False),
    ],
)
def test_hours_are_fixed_unless_all_of_them_come_from_stars_and_steps(expression, fixed):
    assert cron_of(expression, NEW_YORK).fixed_hours is fixed


@pytest.mark.parametrize(
    "expression, fold, slot",
    [
        ("30 1 * * *", 0, "2026-11-01T01:30"),
        ("30 1 * * *", 1, "2026-11-01T01:30"),
        ("*/30 * * * *", 0, "2026-11-01T01:30"),
        ("*/30 * * * *", 1, "2026-11-01T01:30/1"),
    ],
)
def test_a_slot_is_the_wall_time_and_for_intervals_the_pass(expression, fold, slot):
    moment = local("2026-11-01T01:30", NEW_YORK, fold)

    assert slot_of(moment, cron_of(expression, NEW_YORK)) == slot
    assert slot_of(moment.astimezone(UTC), cron_of(expression, NEW_YORK)) == slot


@pytest.mark.parametrize("ask", [next_times, lambda c, t: latest_due(c, t, t), lambda c, t: slot_of(t, c)])
def test_a_moment_without_a_zone_is_a_bug_of_the_caller(ask):
    with pytest.raises(ValueError, match="needs a time zone"):
        ask(cron_of("0 1 * * *", SHANGHAI), datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose


def test_the_window_of_latest_due_is_open_below_and_closed_above():
    cron = cron_of("0 1 * * *", SHANGHAI)
    due = local("2026-05-02T01:00", SHANGHAI)

    assert latest_due(cron, due - timedelta(days=900), due) == due
    assert latest_due(cron, due - MINUTE, due + timedelta(hours=23)) == due
    assert latest_due(cron, due, due + timedelta(hours=23)) is None
    assert latest_due(cron, due, due - timedelta(days=3)) is None


# --- daylight saving, against the definition: walk every minute of real time --------------------------------


def means(cron, start: datetime, stop: datetime) -> list[datetime]:
    """Every due minute in (start, stop], by the words of DESIGN section 6 and nothing clever."""
    zone, due = ZoneInfo(cron.zone), []
    matches = reading(cron.expression)
    hour = cron.expression.split()[1]
    previous = start.astimezone(zone)
    for moment in (start + MINUTE * n for n in range(1, (stop - start) // MINUTE + 1)):
        now = moment.astimezone(zone)
        wall, before = now.replace(tzinfo=None, fold=0), previous.replace(tzinfo=None, fold=0)
        lost = [before + MINUTE * n for n in range(1, int((wall - before) / MINUTE))]
        is_lost = hour != "*" and any(matches(w) for w in lost)
        is_due = matches(wall) and not (cron.fixed_hours and now.fold)
        due += [moment] if is_due or is_lost else []
        previous = now
    return due


TURNS = [  # the middle of each window, in UTC
    (NEW_YORK, datetime(2026, 3, 8, 7, tzinfo=UTC)),
    (NEW_YORK, datetime(2026, 11, 1, 6, tzinfo=UTC)),
    (LONDON, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    (LONDON, datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (LORD_HOWE, datetime(2026, 4, 4, 15, tzinfo=UTC)),
    (LORD_HOWE, datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    (HAVANA, datetime(2026, 3, 8, 5, tzinfo=UTC)),
    (HAVANA, datetime(2026, 11, 1, 5, tzinfo=UTC)),
    ("Europe/Dublin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Asia/Pyongyang", datetime(2015, 8, 14, 15, tzinfo=UTC)),
    (SHANGHAI, datetime(2026, 3, 8, tzinfo=UTC)),
]
AROUND_TURNS = [
    *("30 2 * * *", "30 1 * * *", "0 0 * * *", "15,45 0-3 * * *", "* 1 * * *", "0 2,3 * * *", "0 1 1 * 0"),
    *("*/30 * * * *", "15 * * * *", "*/7 * * * *", "* * * * *"),
    *("0 */2 * * *", "10 1-5/2 * * *", "45 */12 * * *", "20 1,*/3 * * *"),
]


@pytest.mark.parametrize("zone, turn", TURNS)
@pytest.mark.parametrize("expression", AROUND_TURNS)
def test_around_a_change_of_offset_it_fires_as_defined(zone, turn, expression):
    cron = cron_of(expression, zone)
    start, stop = turn - timedelta(hours=26), turn + timedelta(hours=26)
    due = means(cron, start, stop)

    assert [time.astimezone(UTC) for time in next_times(cron, start, len(due))] == due
    rng = random.Random(f"{zone}{turn}{expression}")
    for until in [*due, *(turn + timedelta(seconds=rng.randint(-9000, 9000)) for _ in range(25))][-60:]:
        expected = max((time for time in due if time <= until), default=None)
        latest = latest_due(cron, start, until)
        assert (latest and latest.astimezone(UTC)) == expected
        following = next((time for time in due if time > until), None)
        assert following is None or next_times(cron, until, 1)[0].astimezone(UTC) == following


@pytest.mark.parametrize(
    "zone", [NEW_YORK, LONDON, LORD_HOWE, HAVANA, "Africa/Cairo", "America/Santiago", SHANGHAI]
)
@pytest.mark.parametrize("at", ["00:00", "01:30", "02:15", "03:00", "23:59"])
def test_a_fixed_hour_runs_exactly_once_each_local_day_of_a_year(zone, at):
    hour, minute = at.split(":")
    cron = cron_of(f"{int(minute)} {int(hour)} * * *", zone)
    times = next_times(cron, local("2025-12-31T23:59", zone), 365)

    days = [time.date() for time in times]
    assert days == [days[0] + timedelta(days=n) for n in range(365)]
    assert len({slot_of(time, cron) for time in times}) == 365
