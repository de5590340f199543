"""Quiet hours: whether a commercial message may leave at an instant, and if not, from when on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from engine.shapes.reading import QuietHours

_DAY, _SPREAD = timedelta(days=1), timedelta(hours=1)


def is_quiet(hours: QuietHours | None, wall: time) -> bool:
    """Whether a wall time lies within; the first minute does, the last does not. They may span midnight."""
    if hours is None or hours.start == hours.end:
        return False
    if hours.start < hours.end:
        return hours.start <= wall < hours.end
    return wall >= hours.start or wall < hours.end


def end_of_quiet(hours: QuietHours | None, zone: ZoneInfo, now: datetime) -> datetime:
    """`now` where it is not quiet, else the instant at which the quiet hours end."""
    local = now.astimezone(zone)
    if hours is None or not is_quiet(hours, local.time()):
        return now
    day = local.date() if local.time() < hours.end else local.date() + timedelta(days=1)
    end = datetime.combine(day, hours.end)
    first = _first_instant(end, zone)
    # In the second of two equal hours the first end is over already.
    return first if first > now else end.replace(tzinfo=zone, fold=1).astimezone(UTC)


def spread(hours: QuietHours | None, free: datetime, recipient: str) -> datetime:
    """An instant after `free`: what waited for one moment does not leave at once (RELIABILITY F33).

    Within an hour, and within the first half of the time that is not quiet. All that waits for one recipient
    comes at one instant, so that the older letter is still the first.
    """
    longest = min(_SPREAD, (_DAY - _length(hours)) / 2)
    share = int.from_bytes(sha256(recipient.encode()).digest()[:4], "big") / 2**32
    return free + longest * share


def _length(hours: QuietHours | None) -> timedelta:
    """How long it is quiet, by the wall."""
    if hours is None or hours.start == hours.end:
        return timedelta()
    start, end = (timedelta(hours=one.hour, minutes=one.minute) for one in (hours.start, hours.end))
    return (end - start) % _DAY


def tomorrow(hours: QuietHours | None, zone: ZoneInfo, now: datetime) -> datetime:
    """The first instant of the next local day at which it is not quiet."""
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time())
    return end_of_quiet(hours, zone, _first_instant(midnight, zone))


def start_of_day(zone: ZoneInfo, now: datetime, days_ago: int = 0) -> datetime:
    """The instant at which the local day began, or an earlier one."""
    day = now.astimezone(zone).date() - timedelta(days=days_ago)
    return _first_instant(datetime.combine(day, time()), zone)


def _first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks first show this time or a later one: the end of a lost hour, the first of a doubled.

    Quiet hours that end in a doubled hour begin again when it is repeated: then the time is quiet once more.
    """
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    return instant if shown == wall else _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks jump over a wall time."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    low, high = min(before, after), max(before, after)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
