"""Zones and wall times for schedules, and a second reader of their five fields."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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
