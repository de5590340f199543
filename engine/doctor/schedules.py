"""Schedules: what should have run and did not, and workflows that never will."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.doctor.check import Check, Group, listed, wall
from engine.doctor.seen import Seen
from engine.model.workflow import Workflow
from engine.ticks import latest_tick, next_ticks
from engine.units import LOOK_BACK

SCHEDULES = Group("schedules", code="W824")
LATE = timedelta(minutes=10)
"""A slot that fell due so long ago is late, unless somebody is at work on those before it."""


def check_schedules(seen: Seen) -> Iterator[Check]:
    """Slots that nobody looked at, runs that nobody takes up, workflows without a next time, pauses."""
    overdue, queued = _overdue(seen), seen.pulse.due_before(seen.clock.now - LATE)
    waiting = [one for one in queued if not seen.rests(one.workflow)]
    first = min([*overdue.values(), *(one.since for one in waiting)], default=None)
    names = listed(dict.fromkeys([*overdue, *(one.workflow for one in waiting)]))
    if first is None:
        is_watched = seen.pulse.has_slots() or bool(seen.pulse.seen_until())
        yield SCHEDULES.ok("overdue") if is_watched else SCHEDULES.note("overdue", "unwatched")
    elif seen.at_work:
        yield SCHEDULES.note("overdue", "queue", known=names, at=wall(first, seen.clock))
    else:
        yield SCHEDULES.problem("overdue", "late", known=names, at=wall(first, seen.clock))
    never = [one.id for one in seen.workspace.workflows if one.active and _is_over(one, seen)]
    if never:
        yield SCHEDULES.note("next", "never", known=listed(never))
    yield from _pauses(seen)


def _overdue(seen: Seen) -> dict[str, datetime]:
    """Workflow -> its latest slot that is late, and that no row tells of."""
    watched, limit = seen.pulse.seen_until(), seen.clock.now - LATE
    if not watched and not seen.pulse.has_slots():
        return {}
    late: dict[str, datetime] = {}
    for one in seen.workspace.workflows:
        since = watched.get(one.id, seen.clock.now - LOOK_BACK)
        if since < limit and not seen.rests(one.id):
            found = _latest(one, seen, since, limit)
            late |= {} if found is None else {one.id: found}
    told = seen.pulse.latest_slots(late) if late else {}
    return {name: at for name, at in late.items() if name not in told or told[name] < at}


def _latest(one: Workflow, seen: Seen, since: datetime, until: datetime) -> datetime | None:
    settings = seen.workspace.settings
    ticks = (
        latest_tick(trigger, settings.zone, settings.calendar, since=since, until=until)
        for trigger in one.triggers
    )
    return max((at for at in ticks if at is not None), default=None)


def _is_over(one: Workflow, seen: Seen) -> bool:
    """Whether the days that start it have all been; a clock of cron fields always strikes again."""
    if not one.triggers or any(trigger.on_days() is None for trigger in one.triggers):
        return False
    settings, now = seen.workspace.settings, seen.clock.now
    return not any(
        next_ticks(trigger, settings.zone, settings.calendar, after=now, count=1) for trigger in one.triggers
    )


def _pauses(seen: Seen) -> Iterator[Check]:
    by_failures = [name for name, reason in seen.paused.items() if reason.get("code") == "W648"]
    by_people = [name for name in seen.paused if name not in by_failures]
    if by_failures:
        yield SCHEDULES.problem("failing", "paused_by_failures", known=listed(sorted(by_failures)))
    if by_people:
        yield SCHEDULES.note("paused", "paused_by_people", known=listed(sorted(by_people)))
