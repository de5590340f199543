"""Enrollments that wait: will they ever go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engine.doctor.check import Check, Group, listed, wall
from engine.doctor.seen import Seen
from engine.handover import REST
from engine.ledger.waits import Waits
from engine.publishing import present_ids

ENROLLMENTS = Group("enrollments", code="W826")
LATE = timedelta(days=1)
"""Whoever waits is looked at at every tick, and once a day in any case."""


def check_enrollments(seen: Seen) -> Iterator[Check]:
    """Those whose time is over, whose version cannot be read any more, whose workflow has no file."""
    yield _late(seen)
    waiting: dict[tuple[str, str], int] = {}
    for one in Waits(seen.session.connection).all():
        waiting[one.workflow, one.version] = waiting.get((one.workflow, one.version), 0) + one.count
    known = set(present_ids(seen.session, seen.workspace))
    without = {name: count for (name, _), count in waiting.items() if name not in known}
    if without:
        hours = REST // timedelta(hours=1)
        yield ENROLLMENTS.note("file", "no_file", known=listed(without), hours=hours)
    broken = [
        (f"{name} {version}", count)
        for (name, version), count in waiting.items()
        if name in known and seen.roster.of(seen.session, name, version) is None
    ]
    if broken:
        names, count = listed(name for name, _ in broken), sum(count for _, count in broken)
        yield ENROLLMENTS.problem("version", "no_version", known=names, count=count)
    yield ENROLLMENTS.ok("waiting", count=sum(waiting.values()))


def _late(seen: Seen) -> Check:
    late = [one for one in seen.pulse.waits_past(seen.clock.now - LATE) if not seen.rests(one.workflow)]
    if not late:
        return ENROLLMENTS.ok("late")
    names = listed(dict.fromkeys(one.workflow for one in late))
    count, since = sum(one.count for one in late), min(one.since for one in late)
    return ENROLLMENTS.problem("late", "overdue", known=names, count=count, at=wall(since, seen.clock))
