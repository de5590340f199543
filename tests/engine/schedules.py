"""Triggers and moments for tests of slots."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.model.calendars import PLAIN, Calendar
from engine.model.kinds import Trigger
from engine.model.nights import CatchUp, Overlap
from engine.schedule import Slot, slots_between
from engine.triggers.schedule import Schedule
from engine.workspace import Workspace, workspace_of_sources
from tests.engine.small import BASE, ROOT


def cron(
    expression: str, zone: str = "", catch_up: CatchUp = CatchUp.ONCE, overlap: Overlap = Overlap.SKIP
) -> Schedule:
    return Schedule(expression, zone, catch_up, overlap)


def workspace(trigger: str, calendar: str = "country: CN\n") -> Workspace:
    flow = f"id: wake\nname: 唤醒\nmodule: 客户\ntrigger: {trigger}\nactions: [{{stop: x}}]\n"
    return workspace_of_sources(ROOT, {**BASE, "calendar.yaml": calendar, "flow.yaml": flow})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slots(
    *triggers: Trigger, since: str, until: str, zone: str = "Asia/Shanghai", calendar: Calendar = PLAIN
) -> list[Slot]:
    """The slots between two moments of UTC."""
    return list(slots_between(triggers, ZoneInfo(zone), calendar, since=utc(since), until=utc(until)))


def told(found: list[Slot]) -> list[str]:
    """Name and UTC time of each slot."""
    return [f"{one.name} {one.at:%dT%H:%MZ}" for one in found]
