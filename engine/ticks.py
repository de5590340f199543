"""When a trigger is due: by its cron fields, or on days of the working calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from engine.cron import Cron, cron_of, latest_due, next_times
from engine.model.calendars import Calendar, OnDays
from engine.model.kinds import Trigger

_JUST_BEFORE = timedelta(seconds=1)


def next_ticks(
    trigger: Trigger, zone: ZoneInfo, calendar: Calendar, *, after: datetime, count: int = 5
) -> list[datetime]:
    """The next due moments, strictly after `after`, in the trigger's zone (else `zone`), ascending.

    None for a trigger without a clock; fewer than `count` where a festival has no more days.
    """
    cron, days = clock_of(trigger, zone), trigger.on_days()
    if cron is None:
        return []
    if days is None:
        return next_times(cron, after, count)
    first = after.astimezone(ZoneInfo(cron.zone)).date()
    due = (one for one in _on(calendar.days_from(days, first), cron) if one > after)
    return list(islice(due, count))


def latest_tick(
    trigger: Trigger, zone: ZoneInfo, calendar: Calendar, *, since: datetime, until: datetime
) -> datetime | None:
    """The latest due moment in (since, until], in the trigger's zone."""
    cron, days = clock_of(trigger, zone), trigger.on_days()
    if cron is None:
        return None
    if days is None:
        return latest_due(cron, since, until)
    last = until.astimezone(ZoneInfo(cron.zone)).date()
    latest = next((one for one in _on(calendar.days_until(days, last), cron) if one <= until), None)
    return latest if latest is not None and latest > since else None


def clock_of(trigger: Trigger, zone: ZoneInfo) -> Cron | None:
    """The trigger's clock; that of a trigger on days of the calendar strikes every day, its days choose."""
    days, own = trigger.on_days(), trigger.zone or str(zone)
    if days is not None:
        return cron_of(_daily(days), own)
    expression = trigger.cron()
    return None if expression is None else cron_of(expression, own)


def _daily(days: OnDays) -> str:
    return f"{days.at.minute} {days.at.hour} * * *"


def _on(days: Iterable[date], cron: Cron) -> Iterator[datetime]:
    """The due moment of each day; daylight saving is the cron's business."""
    for day in days:
        midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(cron.zone))
        yield next_times(cron, midnight - _JUST_BEFORE, 1)[0]
