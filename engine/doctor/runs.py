"""Runs: which wait for a person, which got stuck, which failed again; which were not let follow others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engine.breaker import IN_A_ROW
from engine.doctor.check import Check, Group, listed, wall
from engine.doctor.seen import Seen
from engine.ledger.agenda import HOLD, held_since
from engine.ledger.pulse import is_lapsed

RUNS = Group("runs", code="W825")
STUCK = timedelta(minutes=10)
"""A worker that is there takes a run up at its next look; whatever lies longer has nobody."""
LOOK_BACK = timedelta(days=30)
REFUSED_WITHIN = timedelta(days=7)


def check_runs(seen: Seen) -> Iterator[Check]:
    """Held, stuck, failed."""
    yield _held(seen)
    yield _stuck(seen)
    yield _failed(seen)
    yield _left_out(seen)
    yield from _refused(seen)


def _held(seen: Seen) -> Check:
    held = seen.agenda.held()
    if not held:
        return RUNS.ok("held")
    waiting = [one for one in held if seen.clock.now - held_since(one) < HOLD]
    if not waiting:
        return RUNS.ok("held", "expired", known=listed(one.id for one in held))
    expires = min(held_since(one) for one in waiting) + HOLD
    left = (expires - seen.clock.now) // timedelta(hours=1)
    facts = {"count": len(waiting), "known": listed(one.id for one in waiting), "hours": left}
    return RUNS.note("held", "waiting", **facts, at=wall(expires, seen.clock))


def _stuck(seen: Seen) -> Check:
    left = [one for one in seen.running if is_lapsed(one, seen.machine)]
    stuck = [one for one in left if one.lease_until is None or seen.machine - one.lease_until > STUCK]
    numbers = listed(one.run for one in stuck or left)
    if stuck:
        return RUNS.problem("running", "stuck", known=numbers)
    if left:
        return RUNS.note("running", "left", known=numbers)
    return RUNS.ok("running", count=len(seen.running))


def _failed(seen: Seen) -> Check:
    """The third time the workflow is paused, which is told there; once may be chance."""
    found = seen.pulse.failed_in_a_row(seen.clock.today - LOOK_BACK, IN_A_ROW)
    names = [name for name in found if name not in seen.paused]
    again = [name for name in names if found[name] > 1]
    if again:
        return RUNS.problem("failed", "again", known=listed(again), count=max(found[one] for one in again))
    return RUNS.note("failed", "once", known=listed(names)) if names else RUNS.ok("failed")


def _left_out(seen: Seen) -> Check:
    """One bad record never stops the others, so that a run may be done and have processed none."""
    found = seen.pulse.left_out(seen.clock.today - LOOK_BACK)
    none = [name for name, (_, good) in found.items() if not good]
    count = sum(failed for failed, _ in found.values())
    if none:
        return RUNS.problem("records", "no_record", known=listed(none), count=count)
    return (
        RUNS.note("records", "some_records", known=listed(found), count=count)
        if found
        else RUNS.ok("records")
    )


def _refused(seen: Seen) -> Iterator[Check]:
    """Workflows that start one another without an end: each of them ran, so that no other check sees it."""
    refused = seen.pulse.refused_events(seen.clock.now - REFUSED_WITHIN)
    if refused:
        yield RUNS.note("events", "refused", known=listed(refused), count=sum(refused.values()))
