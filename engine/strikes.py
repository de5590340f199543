"""What clocks of one zone strike on whole days: the days they name, and their moments on those days.

Nearly every day has the same moments as the day before, shifted by 24 hours: these need no search, only a
table of minutes. Days near a change of the zone's offset go through the rules of engine/cron.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, pairwise, takewhile
from zoneinfo import ZoneInfo

from engine.cron import Cron, first_passes, minutes_of_day, second_pass, walls_of
from engine.model.calendars import Calendar, OnDays

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def days_struck(
    cron: Cron, days: OnDays | None, calendar: Calendar, *, first: date, last: date
) -> frozenset[date]:
    """The days from `first` to `last`, both included, that the cron fields, or else the calendar, name."""
    if days is None:
        return _days_of_fields(" ".join(cron.expression.split()[2:]), first, last)
    if days.festivals:
        return frozenset(takewhile(lambda day: day <= last, calendar.days_from(days, first)))
    return frozenset(filter(calendar.is_working, days_between(first, last)))


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def minutes_struck(cron: Cron) -> list[int]:
    """The minutes after midnight at which it strikes on a plain day that it names."""
    return minutes_of_day(cron.expression)


@lru_cache(maxsize=1 << 9)
def moments_near_change(cron: Cron, days: frozenset[date]) -> frozenset[datetime]:
    """Its moments for the wall times of some days, in UTC; those of a lost day come when that day is over."""
    walls = [
        datetime.combine(day, time()) + minute * MINUTE for day in days for minute in minutes_struck(cron)
    ]
    seconds = (second_pass(cron, wall) for wall in walls)
    firsts = (instant for _, instant in first_passes(cron, walls))
    return frozenset([*firsts, *(instant for instant in seconds if instant is not None)])


def stretches(zone: str, first: date, last: date) -> Iterator[tuple[date, ...]]:
    """The days from `first` to `last` in order: each plain day alone, days near a change of offset together.

    No moment of a stretch lies in another one.
    """
    near: list[date] = []
    for day in days_between(first, last):
        if not is_plain(zone, day):
            near.append(day)
            continue
        if near:
            yield tuple(near)
            near = []
        yield (day,)
    if near:
        yield tuple(near)


@lru_cache(maxsize=1 << 14)
def is_plain(zone: str, day: date) -> bool:
    """Whether no change of offset touches a day or the days beside it.

    The neighbours count because what a gap loses may run at the midnight that ends it, and because a repeated
    hour may belong to two days.
    """
    midnights = (datetime.combine(day + days * DAY, time(), ZoneInfo(zone)) for days in (-1, 0, 1, 2))
    offsets = chain.from_iterable((one.utcoffset(), one.replace(fold=1).utcoffset()) for one in midnights)
    return all(one == other for one, other in pairwise(offsets))


@lru_cache(maxsize=1 << 14)
def midnight(zone: str, day: date) -> datetime:
    """The beginning of a plain day, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


@lru_cache(maxsize=1 << 9)
def _days_of_fields(fields: str, first: date, last: date) -> frozenset[date]:
    """Croniter says which days match; most workflows of a workspace share the answer."""
    start = datetime.combine(first, time()) - MINUTE
    days = (wall.date() for wall in walls_of(f"0 0 {fields}", start))
    return frozenset(takewhile(lambda day: day <= last, days))
