"""When a workflow is next due and next looked at: worked out once, not at every tick.

A worker ticks every 20 seconds, and at most ticks most workflows have nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from engine.publishing import Runnable
from engine.schedule import Due, due_slots, slots_between
from engine.ticks import next_ticks

_AHEAD, _JUST_BEFORE, _DAY = timedelta(hours=24), timedelta(seconds=1), timedelta(days=1)


@dataclass
class Rhythm:
    """The moments of one workflow, by its triggers, its calendar and its zone."""

    one: Runnable
    _idle: tuple[datetime, datetime] | None = field(default=None, init=False)
    _look: tuple[date, time] | None = field(default=None, init=False)

    def due(self, since: datetime, now: datetime) -> Due:
        """What becomes of every slot in (since, now]."""
        if self._idle is not None and self._idle[0] <= since and now < self._idle[1]:
            return Due()
        settings, triggers = self.one.workspace.settings, self.one.workflow.triggers
        due = due_slots(triggers, settings.zone, settings.calendar, since=since, now=now)
        ahead = slots_between(triggers, settings.zone, settings.calendar, since=now, until=now + _AHEAD)
        following = next(iter(ahead), None)
        self._idle = now, now + _AHEAD if following is None else following.at
        return due

    def look_due(self, last: datetime | None, now: datetime) -> datetime | None:
        """The moment of the look at what waits that is due; None when the last one was of that moment.

        Once a local day, at the time of day the workflow runs at; one that no clock starts, when the day
        begins (LANGUAGE, Meaning 9). In the workspace's zone.
        """
        zone = self.one.workspace.settings.zone
        local = now.astimezone(zone)
        if last is not None and last.astimezone(zone).date() >= local.date():
            return None
        today = datetime.combine(local.date(), self._look_on(local.date()), tzinfo=zone)
        if today > local:
            today = datetime.combine(local.date() - _DAY, today.time(), tzinfo=zone)
        return today if last is None or last < today else None

    def _look_on(self, day: date) -> time:
        if self._look is None or self._look[0] != day:
            self._look = day, self._first_strike(day)
        return self._look[1]

    def _first_strike(self, day: date) -> time:
        settings = self.one.workspace.settings
        midnight = datetime.combine(day, time(), tzinfo=settings.zone)
        ticks = [
            moment
            for trigger in self.one.workflow.triggers
            for moment in next_ticks(
                trigger, settings.zone, settings.calendar, after=midnight - _JUST_BEFORE, count=1
            )
        ]
        return min(ticks).astimezone(settings.zone).time() if ticks else time()
