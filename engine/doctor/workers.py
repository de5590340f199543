"""Workers: is anybody there who looks at the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engine.doctor.check import Check, Group, listed, wall
from engine.doctor.seen import Seen
from engine.ledger.pulse import WorkerSeen
from engine.shift import is_dead

WORKERS = Group("workers", code="W823")
QUIET = timedelta(minutes=2)
"""A worker looks at the clock every 20 seconds, and is heard of with every chunk of a run."""
FORGOTTEN = timedelta(days=7)
"""Who was killed so long ago is not missed: somebody may have gone over to another scheduler since."""


def check_workers(seen: Seen, version: str) -> Iterator[Check]:
    """Who is here, and whether they are as new as this."""
    alive = [one for one in seen.workers if _is_alive(one, seen)]
    missed = [one for one in seen.workers if seen.machine - one.seen_at < FORGOTTEN]
    if alive:
        at = wall(alive[0].seen_at, seen.clock)
        yield WORKERS.ok("alive", count=len(alive), at=at)
    elif missed:
        yield WORKERS.problem("alive", "gone", at=wall(missed[0].seen_at, seen.clock))
    else:
        yield WORKERS.note("alive", "nobody")
    others = sorted({one.version for one in alive} - {version})
    if others:
        yield WORKERS.note("version", "other_version", known=listed(others), version=version)


def _is_alive(one: WorkerSeen, seen: Seen) -> bool:
    if is_dead(one.name):
        return False
    return one.name in seen.at_work or seen.machine - one.seen_at < QUIET
