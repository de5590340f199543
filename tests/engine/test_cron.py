"""Schedules: what is refused, what fires when, and that daylight saving neither loses nor doubles a night."""

from __future__ import annotations

import calendar
import itertools
import json
import os
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cron import (
    CronProblem,
    cron_of,
    cron_of_every,
    cron_problem,
    cron_warnings,
    latest_due,
    next_times,
    slot_of,
)

NEW_YORK, LORD_HOWE, HAVANA, LONDON = (
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Europe/London",
)
SHANGHAI = "Asia/Shanghai"
MINUTE = timedelta(minutes=1)
NAMES = {
    name: number
    for names, first in (
        ("sun mon tue wed thu fri sat", 0),
        ("jan feb mar apr may jun jul aug sep oct nov dec", 1),
    )
    for number, name in enumerate(names.split(), first)
}


def local(text: str, zone: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def written(expression: str, zone: str, after: str, count: int, fold: int = 0) -> list[str]:
    times = next_times(cron_of(expression, zone), local(after, zone, fold), count)
    return [time.strftime("%d %H:%M %z") for time in times]


# What may be written


@pytest.mark.parametrize(
    "expression",
    [
        "0 1 * * *",
        "*/30 * * * *",
        "30 08 15 JUL *",
        "0 9 * * mon-fri",
        "0 9 * * 6-7",
        "0 0 L,15 * *",
        "0 0 l * *",
        "0 9 * * mon#1,3#5",
        "5/15 * * * *",
        "1 1 1-7 * */7",
        " 0\t1  * * * ",
        "0 0 29 2 *",
        "0 0 31 2 0",
    ],
)
def test_five_plain_fields_are_accepted(expression):
    assert cron_problem(expression) is None


@pytest.mark.parametrize(
    "expression, kind, facts",
    [
        ("", "field_count", {"count": "0"}),
        ("* * * *", "field_count", {"count": "4"}),
        ("0 0 12 * * ?", "field_count", {"count": "6", "hint": "seconds"}),
        ("0 0 12 * * ? 2026", "field_count", {"count": "7", "hint": "seconds_and_year"}),
        ("*" * 101, "too_long", {"length": "101", "limit": "100"}),
        ("@reboot", "forbidden", {"what": "@reboot", "why": "macro"}),
        ("@every 5m", "forbidden", {"what": "@every", "why": "macro"}),
        ("CRON_TZ=UTC 0 1 * * *", "forbidden", {"what": "cron_tz=utc", "why": "zone"}),
        ("R R * * *", "forbidden", {"what": "r", "why": "word", "field": "minute"}),
        ("H 0 * * *", "forbidden", {"what": "h", "why": "word", "field": "minute"}),
        ("0 0 ? * *", "forbidden", {"what": "?", "why": "character", "field": "day_of_month"}),
        ("0 0 15W * *", "forbidden", {"what": "15w", "why": "word", "field": "day_of_month"}),
        ("0 0 L-3 * *", "forbidden", {"what": "l-3", "why": "word", "field": "day_of_month"}),
        ("0 0 * * L5", "forbidden", {"what": "l5", "why": "word", "field": "day_of_week"}),
        ("0 0 * * L", "forbidden", {"what": "l", "why": "word", "field": "day_of_week"}),
        ("0 22-2 * * *", "forbidden", {"what": "22-2", "why": "reversed", "field": "hour"}),
        ("0 0 * * fri-sun", "forbidden", {"what": "fri-sun", "why": "reversed", "field": "day_of_week"}),
        ("5-5 * * * *", "forbidden", {"what": "5-5", "why": "equal", "field": "minute"}),
        ("*/100 * * * *", "forbidden", {"what": "*/100", "why": "step", "field": "minute"}),
        ("*/0 * * * *", "forbidden", {"what": "*/0", "why": "step", "field": "minute"}),
        ("59/15 * * * *", "forbidden", {"what": "59/15", "why": "step_without_range", "field": "minute"}),
        ("0 0 * * 1/2", "forbidden", {"what": "1/2", "why": "step_without_range", "field": "day_of_week"}),
        ("1, * * * *", "forbidden", {"what": "", "why": "shape", "field": "minute"}),
        ("0 0 * * 1#6", "forbidden", {"what": "1#6", "why": "shape", "field": "day_of_week"}),
        ("0 0 * * 1#2,5", "forbidden", {"what": "1#2,5", "why": "nth_mixed", "field": "day_of_week"}),
        ("0 0 15 * 1#2", "forbidden", {"what": "1#2", "why": "nth_mixed", "field": "day_of_week"}),
        ("0 0 */2,9 * *", "forbidden", {"what": "*/2,9", "why": "star_in_list", "field": "day_of_month"}),
        ("0　1 * * * *", "forbidden", {"what": "\u3000", "why": "character", "field": "minute"}),
        ("0 ٣ * * *", "forbidden", {"what": "٣", "why": "character", "field": "hour"}),
        ("0 1 * * *\n", "forbidden", {"what": "\n", "why": "character", "field": "day_of_week"}),
        ("60 * * * *", "field", {"field": "minute", "value": "60", "range": "0-59"}),
        ("0 24 * * *", "field", {"field": "hour", "value": "24", "range": "0-23"}),
        ("0 0 0 * *", "field", {"field": "day_of_month", "value": "0", "range": "1-31"}),
        ("0 0 * mon *", "field", {"field": "month", "value": "mon", "range": "1-12"}),
        ("0 0 * * 8", "field", {"field": "day_of_week", "value": "8", "range": "0-7"}),
        ("0 0 30 2 *", "never_fires", {}),
        ("0 0 31 4,6,9,11 *", "never_fires", {}),
    ],
)
def test_anything_else_is_refused_by_name(expression, kind, facts):
    problem = cron_problem(expression)

    assert problem is not None
    assert (problem.kind, dict(problem.facts)) == (kind, facts)


@given(st.text(alphabet="0123456789*,-/L#?WRH@ monjan\t\n%=", max_size=120))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_schedule_or_a_problem(text):
    if cron_problem(text) is None:
        assert len(next_times(cron_of(text, SHANGHAI), datetime(2026, 1, 1, tzinfo=UTC))) == 5


@pytest.mark.parametrize(
    "expression, kinds",
    [
        ("0 1 * * *", []),
        ("*/5 * * * *", []),
        ("0 9 13 * 5", [("both_days", "or")]),
        ("0 9 1-7 * */7", [("both_days", "and")]),
        ("0 0 29 2 *", [("far_away", "2028-02-29T00:00+08:00")]),
        ("*/4 * * * *", [("too_often", "4")]),
        ("0,58 * * * *", [("too_often", "2")]),
        ("0,58 1 * * *", []),
    ],
)
def test_odd_schedules_are_warned_about(expression, kinds):
    warnings = cron_warnings(expression, SHANGHAI, datetime(2026, 3, 1, tzinfo=UTC))

    facts = [dict(warning.facts) for warning in warnings]
    told = [fact.get("means") or fact.get("next") or fact["minutes"] for fact in facts]
    assert list(zip([warning.kind for warning in warnings], told, strict=True)) == kinds


# Daylight saving, by hand


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


# Daylight saving, against the definition: walk every minute of real time


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


def reading(expression: str):
    """A second reader of five fields: a predicate on wall times. Days join as in Debian."""
    minute, hour, day, month, weekday = expression.lower().split()
    minutes, hours, months = values(minute, 0, 59), values(hour, 0, 23), values(month, 1, 12)
    days, weekdays = values(day, 1, 31), values(weekday, 0, 6)
    both = all if day.startswith("*") or weekday.startswith("*") else any

    def matches(wall: datetime) -> bool:
        number, nth = (wall.weekday() + 1) % 7, (wall.day + 6) // 7
        is_last = wall.day == calendar.monthrange(wall.year, wall.month)[1]
        by_day = wall.day in days or ("l" in days and is_last)
        by_weekday = number in weekdays or (number == 0 and 7 in weekdays) or (number, nth) in weekdays
        return (
            wall.minute in minutes
            and wall.hour in hours
            and wall.month in months
            and both((by_day, by_weekday))
        )

    return matches


def values(text: str, low: int, high: int) -> set:
    found = set()
    for item in text.split(","):
        number = lambda word: NAMES[word] if word in NAMES else int(word)  # noqa: E731 - used three times below
        base, _, step = item.partition("/")
        if item == "l":
            found.add("l")
        elif "#" in item:
            name, _, nth = item.partition("#")
            found.add((number(name) % 7, int(nth)))
        elif base == "*":
            found.update(range(low, high + 1, int(step or 1)))
        elif "-" in base:
            first, last = map(number, base.split("-"))
            found.update(range(first, last + 1, int(step or 1)))
        else:
            found.update(range(number(base), (high if step else number(base)) + 1, int(step or 1)))
    return found


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


# Plain expressions, against cronsim


@st.composite
def plain_expressions(draw) -> str:
    """Digits, `*`, lists, upward ranges and steps in five fields."""
    fields = []
    for low, high in ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7)):
        value = st.integers(low, high)
        step = st.integers(1, high)
        spans = st.tuples(value, value).filter(lambda ends: ends[0] < ends[1])
        item = st.one_of(
            value.map(str),
            spans.map(lambda ends: f"{ends[0]}-{ends[1]}"),
            st.tuples(spans, step).map(lambda parts: f"{parts[0][0]}-{parts[0][1]}/{parts[1]}"),
        )
        lists = st.lists(item, min_size=1, max_size=3).map(",".join)
        fields.append(draw(st.one_of(st.just("*"), step.map("*/{}".format), lists)))
    return " ".join(fields)


@pytest.mark.parametrize("zone", ["UTC", SHANGHAI])
@given(plain_expressions(), st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - naive on purpose
@settings(max_examples=150, deadline=None, derandomize=True)
def test_plain_expressions_agree_with_cronsim(zone, expression, after):
    after = after.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone), fold=0)
    try:
        expected = list(itertools.islice(CronSim(expression, after), 5))
    except (CronSimError, RuntimeError):
        expected = []
    if cron_problem(expression) is not None:
        assert not expected
        return
    cron = cron_of(expression, zone)
    times = next_times(cron, after, 5)

    assert times == expected
    assert all(latest_due(cron, after, time) == time for time in times)
    assert latest_due(cron, after, times[0] - MINUTE) is None


@pytest.mark.parametrize("low, high", list(itertools.combinations(range(8), 2)))
@pytest.mark.parametrize("step", range(1, 8))
def test_every_range_of_weekdays_means_its_days(low, high, step):
    expression = f"0 9 * * {low}-{high}/{step}"
    times = next_times(cron_of(expression, "UTC"), datetime(2026, 1, 1, tzinfo=UTC), 8)

    days = {day % 7 for day in range(low, high + 1, step)}
    assert {(time.weekday() + 1) % 7 for time in times} == days


# The words of `every`


@pytest.mark.parametrize(
    "every, at, day, expression",
    [
        ("day", "09:00", None, "0 9 * * *"),
        ("monday", "00:05", None, "5 0 * * mon"),
        ("sunday", "23:59", None, "59 23 * * sun"),
        (["friday", "monday"], "09:00", None, "0 9 * * mon,fri"),
        ("5 minutes", None, None, "*/5 * * * *"),
        ("30 minutes", None, None, "*/30 * * * *"),
        ("30 分钟", None, None, "*/30 * * * *"),
        ("60 minutes", None, None, "0 * * * *"),
        ("1 hour", None, None, "0 * * * *"),
        ("2 hours", None, None, "0 */2 * * *"),
        ("2 小时", None, None, "0 */2 * * *"),
        ("24 hours", None, None, "0 0 * * *"),
        ("month", "09:30", "1", "30 9 1 * *"),
        ("month", "09:30", "28", "30 9 28 * *"),
        ("month", "09:30", "last", "30 9 L * *"),
        ("quarter", "09:30", "15", "30 9 15 1,4,7,10 *"),
        ("quarter", "09:30", "last", "30 9 L 3,6,9,12 *"),
    ],
)
def test_words_become_five_fields(every, at, day, expression):
    assert cron_of_every(every, at, day) == expression
    assert cron_problem(expression) is None


@pytest.mark.parametrize(
    "every, at, day, kind, facts",
    [
        *[
            ("day", at, None, "time", {"value": at})
            for at in ("24:00", "9:5", "9:00", "09：00", "09:60", "０9:00", "")
        ],
        ("day", "09:00\n", None, "time", {"value": "09:00\n"}),
        ("day", None, None, "time", {"value": ""}),
        ("month", "09:00", "31", "day_of_month", {"value": "31", "range": "1-28", "remedy": "last"}),
        ("quarter", "09:00", "29", "day_of_month", {"value": "29", "range": "1-28", "remedy": "last"}),
        ("month", "09:00", "32", "day_of_month", {"value": "32", "range": "1-28"}),
        ("month", "09:00", None, "day_of_month", {"value": "", "range": "1-28"}),
        ("day", "09:00", "1", "unwanted", {"key": "day", "value": "1"}),
        ("30 minutes", "09:00", None, "unwanted", {"key": "at", "value": "09:00"}),
        ("7 minutes", None, None, "every", {"value": "7 minutes", "allowed": "5, 6, 10, 12, 15, 20, 30, 60"}),
        ("1 minutes", None, None, "every", {"value": "1 minutes", "allowed": "5, 6, 10, 12, 15, 20, 30, 60"}),
        ("5 hours", None, None, "every", {"value": "5 hours", "allowed": "1, 2, 3, 4, 6, 8, 12, 24"}),
        ("fortnight", None, None, "every", {"value": "fortnight"}),
        ("working day", None, None, "every", {"value": "working day"}),
    ],
)
def test_words_that_cannot_be_kept_are_refused(every, at, day, kind, facts):
    problem = cron_of_every(every, at, day)

    assert isinstance(problem, CronProblem)
    assert (problem.kind, dict(problem.facts)) == (kind, facts)


@pytest.mark.parametrize("every, value", [([], ""), (["monday", "day"], "day"), (["Monday"], "Monday")])
def test_a_list_of_days_holds_weekdays_only(every, value):
    problem = cron_of_every(every, "09:00", None)

    assert isinstance(problem, CronProblem)
    assert (problem.kind, dict(problem.facts)["value"]) == ("every", value)


# Expressions of other projects: refused, or read exactly

FILES = ("cron_utils", "croner", "croniter", "cronsim", "quartz", "robfig_cron")


@pytest.fixture(scope="module")
def collections() -> dict[str, dict]:
    folder = os.environ.get("WAKELINE_REAL_DATA")
    is_missing = not folder or not (Path(folder) / "cron").is_dir()
    if is_missing and not (folder and os.environ.get("CI") == "true"):
        pytest.skip("skipped: no real data here")
    return {name: json.loads((Path(folder) / "cron" / f"{name}.json").read_text("utf-8")) for name in FILES}


def expressions_in(collections) -> list[str]:
    lists = [part for file in collections.values() for part in file.values() if isinstance(part, list)]
    found = [item if isinstance(item, str) else item["expr"] for part in lists for item in part]
    return sorted(set(found))


def test_other_dialects_are_refused_or_read_exactly(collections):
    after = datetime(2026, 1, 31, 12, 34, tzinfo=UTC)
    expressions = expressions_in(collections)
    accepted = [expression for expression in expressions if cron_problem(expression) is None]

    assert len(expressions) > 600
    assert len(accepted) > 100
    for expression in accepted:
        assert re.fullmatch(r"[0-9a-zA-Z*,/#\s-]+", expression)
        assert len(expression.split()) == 5
        times = next_times(cron_of(expression, "UTC"), after, 5)
        assert times == list(itertools.islice(CronSim(expression, after), 5)), expression
        assert all(reading(expression)(time.replace(tzinfo=None)) for time in times), expression


def test_quartz_is_refused_altogether(collections):
    quartz = collections["quartz"]["expressions"]

    assert [expression for expression in quartz if cron_problem(expression) is None] == []


def test_what_cronsim_and_croniter_refuse_is_refused(collections):
    refused = collections["cronsim"]["invalid"] + collections["croniter"]["invalid"]

    assert [expression for expression in refused if cron_problem(expression) is None] == []


def robfig_time(text: str) -> datetime:
    for form in ("%a %b %d %H:%M %Y", "%Y-%m-%dT%H:%M:%S%z"):
        try:
            time = datetime.strptime(text, form)  # noqa: DTZ007 - the file's own zone
        except ValueError:
            continue
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    raise AssertionError(text)


# robfig joins a stepped star with *or*; DESIGN section 6 follows Debian, which joins it with *and*.
SIGNED_DIFFERENCES = {("* * */10 * Sun", "Sun Jul 15 00:00 2012")}


def test_the_signed_difference_is_still_one():
    sunday_the_15th = datetime(2012, 7, 15, tzinfo=UTC)

    assert next_times(cron_of("* * */10 * Sun", "UTC"), sunday_the_15th - MINUTE, 1) != [sunday_the_15th]


def test_expected_times_of_five_plain_fields_agree(collections):
    robfig, checked = collections["robfig_cron"], 0
    for case in robfig["activation"] + robfig["next"]:
        time = case.get("time") or case["after"]
        if cron_problem(case["expr"]) or (case["expr"], time) in SIGNED_DIFFERENCES:
            continue
        moment, cron = robfig_time(time), cron_of(case["expr"], "UTC")
        if "matches" in case:
            assert (next_times(cron, moment - MINUTE, 1) == [moment]) is case["matches"], case
        else:
            kolkata = cron_of(case["expr"], "Asia/Kolkata")
            assert next_times(kolkata, moment, 1) == [robfig_time(case["next"])], case
        checked += 1

    assert checked >= 15
