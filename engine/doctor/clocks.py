"""The clock of this machine and the data of the zones: what every due moment is reckoned with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

from engine.doctor.check import Check, Group, listed, wall
from engine.doctor.seen import Seen
from engine.model.moments import Clock
from engine.posting.switch import CLOCK_JUMP
from engine.workspace import Workspace

CLOCK = Group("clock", code="W821")
SMALL_STEP = timedelta(seconds=60)
"""Machines differ by seconds, and are set right."""
_OLD = 2
"""Years after which the rules of some zone are certainly others."""


def check_clock(workspace: Workspace, clock: Clock, machine: datetime) -> Iterator[Check]:
    """The zones of machine and workspace, their data, the calendar."""
    here, there = (f"{one:%z}" for one in (machine.astimezone(), machine.astimezone(clock.zone)))
    facts = {"machine": f"UTC{here[:3]}:{here[3:]}", "zone": str(clock.zone)}
    yield CLOCK.ok("zone", **facts) if here == there else CLOCK.note("zone", "other_zone", **facts)
    yield _data(clock)
    yield _zones(workspace)
    yield from _calendar(workspace, clock)


def check_ticks(seen: Seen) -> Iterator[Check]:
    """Whether the clock has jumped: ahead, which stops everything, or back behind what was looked at."""
    jumped = seen.pulse.facts.get(CLOCK_JUMP)
    if jumped is not None:
        at = wall(datetime.fromisoformat(jumped), seen.clock)
        yield CLOCK.problem("jump", "jumped", at=at)
    else:
        yield CLOCK.ok("jump")
    ahead = [at for at in seen.pulse.seen_until().values() if at > seen.clock.now + SMALL_STEP]
    if ahead:
        yield CLOCK.problem("back", "went_back", at=wall(max(ahead), seen.clock), count=len(ahead))


def _data(clock: Clock) -> Check:
    """Zones come from the system where it has them, else from the package tzdata."""
    system, package = _of_system(), _of_package()
    used = system or package
    if not used:
        return CLOCK.problem("data", "no_data")
    facts = {"system": system, "package": package, "version": used}
    is_old = clock.now.year - int(used[:4]) >= _OLD
    return CLOCK.note("data", "old_data", **facts) if is_old else CLOCK.ok("data", **facts)


def _of_system() -> str:
    """The version that the system's own files tell; empty where there are none, or they tell nothing."""
    for folder in TZPATH:
        for name, shape in (("tzdata.zi", r"# version (\d{4}\w+)"), ("+VERSION", r"(\d{4}\w+)")):
            try:
                with (Path(folder) / name).open(encoding="ascii", errors="replace") as file:
                    found = re.match(shape, file.readline())
            except OSError:
                continue
            if found:
                return found[1]
    return ""


def _of_package() -> str:
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return ""


def _zones(workspace: Workspace) -> Check:
    named = {trigger.zone for one in workspace.workflows for trigger in one.triggers if trigger.zone}
    wanted = sorted({str(workspace.settings.zone), *named})
    lost = [one for one in wanted if not _loads(one)]
    if lost:
        return CLOCK.problem("zones", "no_zone", known=listed(lost))
    return CLOCK.ok("zones", count=len(wanted))


def _loads(name: str) -> bool:
    try:
        ZoneInfo.no_cache(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _calendar(workspace: Workspace, clock: Clock) -> Iterator[Check]:
    if workspace.settings.late_calendar.lacks:
        yield CLOCK.note("calendar", "no_holidays", country=workspace.settings.late_calendar.lacks)
        return
    unknown = workspace.unknown_days(clock.today)
    for one in unknown:
        yield CLOCK.note("calendar", "unknown_year", **dict(one.facts))
    if not unknown and workspace.settings.has_calendar:
        yield CLOCK.ok("calendar")
