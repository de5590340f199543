"""The units of work (SCALE section 8): pure steps on one connection; repeated they change nothing.

The ledger is the truth, a runner only a courier: what a unit needs it gets as ids and reads from there.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from engine.apply import Receipt
from engine.deliver import deliver_channel, deliver_messages
from engine.eventing import put_events
from engine.ledger.agenda import Reason, RunRow, SlotRow
from engine.lifecycle import (
    FILE_PAUSED,
    PREPARE,
    carry_out,
    claim_run,
    close_run,
    execute_part,
    open_claimed,
    session_of,
)
from engine.looks import put_looks, resting_of
from engine.model.diagnostics import StaleFence
from engine.model.nights import RunState
from engine.pipeline import RunResult, channels_of
from engine.posting.deliveries import Deliveries
from engine.posting.outlets import Outlets
from engine.posting.switch import CLOCK_JUMP
from engine.publishing import Runnable, present_ids
from engine.schedule import Due, Missed, Slot, slots_between
from engine.shift import Shift
from engine.work import Opened, Work

FIRST_LOOK = timedelta(seconds=60)
"""A workflow that never ran by the clock promises nothing for before; three ticks are 'now'."""
LOOK_BACK = timedelta(hours=24)
"""Without a scheduler's memory, what fell due within the last day is due tonight."""
OnLetters: TypeAlias = Callable[[Deliveries], None]
"""Told what became of letters that had waited since an earlier run."""


@dataclass
class Ticked:
    """What a tick has found: slots that are due, and those that are not run, by state; holds that expired.

    `back_from` names workflows whose slots were looked at up to a moment that has not come yet.
    """

    slots: Counter[str] = field(default_factory=Counter)
    expired: list[int] = field(default_factory=list)
    back_from: list[str] = field(default_factory=list)
    is_waiting: bool = False


def tick(shift: Shift) -> Ticked:
    """Every slot up to now gets its row: due, or why not; holds expire; changed files are published.

    Any number of workers may tick: the key of the slot decides. After a clock jump nothing is done until a
    person has confirmed the time (RELIABILITY F4).
    """
    found = Ticked()
    with shift.session.transaction():
        agenda, now = shift.agenda, shift.now
        if shift.facts.get(CLOCK_JUMP) is not None:
            return Ticked(is_waiting=True)
        seen = agenda.seen()
        found.expired, paused = agenda.expire_holds(now), agenda.paused()
        runnables = shift.roster.all(shift.session)
        looked = put_looks(shift, runnables, resting_of(runnables, paused), seen.looked_at)
        new = agenda.last_slots({one.workflow.id for one in runnables} - seen.until.keys())
        until = {**new, **seen.until}
        found.back_from = [one.workflow.id for one in runnables if until.get(one.workflow.id, now) > now]
        for one, due in _all_due(shift, runnables, until):
            if due.to_run or due.missed:
                _put(shift, one, due, found, rests=_rests(one, paused.get(one.workflow.id)))
        agenda.see([one.workflow.id for one in runnables], now, seen, looked)
        put_events(shift, runnables)
    return found


def _all_due(
    shift: Shift, runnables: Sequence[Runnable], until: Mapping[str, datetime]
) -> Iterator[tuple[Runnable, Due]]:
    """Every workflow with what becomes of its slots since it was looked at, up to now.

    Nobody has missed those from before a workflow was known: the clock may have stood long before that, as on
    a machine that does not keep its time when it is off.
    """
    now, rhythm = shift.now, shift.roster.rhythm
    since = {one.workflow.id: min(until.get(one.workflow.id, now - FIRST_LOOK), now) for one in runnables}
    dues = [(one, rhythm(one).due(since[one.workflow.id], now)) for one in runnables]
    known = shift.agenda.known_since([one.workflow.id for one, due in dues if due.missed])
    for one, due in dues:
        name = one.workflow.id
        promised = known[name] - FIRST_LOOK if name in known else since[name]
        yield one, rhythm(one).due(promised, now) if since[name] < promised < now else due


def put_tonight(shift: Shift, since: datetime | None = None) -> Ticked:
    """A tick without a memory, for `wakeline run`: the latest slot of the last day, unless it has its row.

    `since`: what fell due before is not looked at.

    A file that says it is paused promises nothing to somebody who runs the night by hand.
    """
    found = Ticked()
    with shift.session.transaction():
        agenda = shift.agenda
        found.expired, paused = agenda.expire_holds(shift.now), agenda.paused()
        runnables = shift.roster.all(shift.session)
        put_looks(shift, runnables, resting_of(runnables, paused), looked={})
        for one in runnables:
            if not one.workflow.active:
                continue
            slots = _latest_slot(one, shift, since or shift.now - LOOK_BACK)
            if slots and not agenda.has_row(one.workflow.id, slots[0].name):
                rests = _rests(one, paused.get(one.workflow.id))
                if rests is None:
                    _put_due(shift, one, slots, found)
                else:
                    row = replace(_row(one, slots[0]), state=RunState.SKIPPED, reason=rests)
                    _put_row(shift, found, row)
        put_events(shift, runnables)
    return found


def _latest_slot(one: Runnable, shift: Shift, since: datetime) -> list[Slot]:
    settings, triggers = one.workspace.settings, one.workflow.triggers
    slots = slots_between(triggers, settings.zone, settings.calendar, since=since, until=shift.now)
    return list(slots)[-1:]


def _rests(one: Runnable, paused: Reason | None) -> Reason | None:
    """Why a workflow is not run at present: a person or the circuit breaker paused it, or its file does."""
    return paused or (None if one.workflow.active else FILE_PAUSED)


def _put(shift: Shift, one: Runnable, due: Due, found: Ticked, *, rests: Reason | None) -> None:
    """The slots of one workflow."""
    if rests is not None:
        stretch = due.at_rest(str(rests["code"]))
        if stretch is not None:
            row = _stretch(one, stretch, RunState.SKIPPED, rests)
            if shift.agenda.extend(row, shift.session.clock):
                found.slots[str(row.state)] += row.slots
            else:
                _put_row(shift, found, row)
        return
    missed = [_stretch(one, each, RunState.MISSED, {"code": each.code, **each.facts}) for each in due.missed]
    if new := shift.agenda.put_missed(missed, shift.session.clock):
        found.slots[str(RunState.MISSED)] += new
    _put_due(shift, one, due.to_run, found)


def _put_due(shift: Shift, one: Runnable, slots: Sequence[Slot], found: Ticked) -> None:
    """Slots to be run. One that fell due while an earlier run was not over is skipped, or one waits for it.

    Those that are caught up together do not stand in one another's way: they are run one after the other.
    """
    ways = [(slot, shift.agenda.in_the_way(one.workflow.id, slot.at)) for slot in slots]
    for slot, before in ways:
        waits = slot.overlap == "queue" and all(row.state is not RunState.DUE for row in before)
        row = _row(one, slot)
        if before and not waits:
            reason = {"code": "W640", "run": str(before[0].id)}
            row = replace(row, state=RunState.SKIPPED, reason=reason)
        _put_row(shift, found, row)


def _row(one: Runnable, slot: Slot) -> SlotRow:
    workflow = one.workflow
    return SlotRow(workflow.id, workflow.version, slot.name, slot.at, workflow.priority)


def _stretch(one: Runnable, stretch: Missed, state: RunState, reason: Reason) -> SlotRow:
    last = stretch.last.name if stretch.count > 1 else None
    row = _row(one, stretch.first)
    return replace(row, state=state, reason=reason, slots=stretch.count, last=last)


def _put_row(shift: Shift, found: Ticked, row: SlotRow) -> None:
    if shift.agenda.put_slot(row, shift.session.clock) is not None:
        found.slots[str(row.state)] += row.slots


# --- one run ------------------------------------------------------------------------------------


def open_run(shift: Shift, run: int) -> Opened | RunResult | None:
    """Claim a run and ask its guards. None when it is over, somebody else's, or its turn has not come.

    A RunResult when it is held, or ends here.
    """
    work = claim_run(shift, run)
    return None if work is None else open_claimed(shift, work)


def execute_shard(
    shift: Shift, run: int, number: int, *, fence: int, opened: Opened | None = None
) -> Receipt:
    """Carry out a part of an opened run; `opened` where the same process has opened it, else it is read.

    Raises StaleFence when the fence is not the run's present one. A part that is done is left alone.
    """
    with shift.session.transaction():
        row, parts = shift.agenda.run(run), shift.claims.shards(run)
    if row is None or row.fence != fence or row.state is not RunState.RUNNING:
        raise StaleFence(run=run)
    if all(one.number != number or one.state in {"done", "stopped"} for one in parts):
        return Receipt()
    return execute_part(shift, opened or _reopened(shift, row, fence), number)


def _reopened(shift: Shift, row: RunRow, fence: int) -> Opened:
    """A run that another process has opened, selected again at the same moment."""
    with shift.session.transaction():
        one = shift.roster.of(shift.session, row.workflow, row.version)
        if one is None:
            raise StaleFence(run=row.id)
        own = session_of(shift, row, one)
        prepared = PREPARE[row.cause](own, one.workspace, one.workflow, row)
    return Opened(Work(row, fence, one, own), prepared, goes_on=True)


def finalise(shift: Shift, run: int, fence: int) -> RunState | None:
    """End a run whose parts are all over; None while one is not."""
    row = close_run(shift, run, fence)
    return None if row is None else row.state


def execute_run(shift: Shift, run: int) -> tuple[Runnable, RunResult] | None:
    """Open, all parts, finalise. None when there was nothing to do, or somebody else goes on with it."""
    work = claim_run(shift, run)
    result = None if work is None else carry_out(shift, work)
    return None if work is None or result is None else (work.one, result)


def reconcile(shift: Shift) -> RunRow | None:
    """The next run that nobody works on: it is due, or its worker has not been heard of past its lease."""
    with shift.session.transaction():
        return shift.claims.next_run(shift.hand())


def run_all(shift: Shift) -> Iterator[tuple[Runnable, RunResult]]:
    """Carry out everything that may be claimed, in order, one after the other."""
    while not shift.leaves() and (row := reconcile(shift)) is not None:
        done = execute_run(shift, row.id)
        if done is not None:
            yield done


# --- letters ------------------------------------------------------------------------------------


def silent(_: Deliveries) -> None:
    """Tell nobody."""


def deliver_batch(shift: Shift, channel: str, limit: int) -> Deliveries:
    """Hand over at most `limit` letters of a channel; `is_over` when nothing more can be tried now."""
    return deliver_channel(shift.session, _outlets(shift), channel, shift.clocks.now(), limit=limit)


def deliver_all(shift: Shift) -> Deliveries:
    """Hand over what waits in the outbox, batch by batch."""
    return deliver_messages(shift.session, _outlets(shift), shift.clocks.now)


def _outlets(shift: Shift) -> Outlets:
    """The ways out, as this worker goes by them."""
    outlets = channels_of(shift.roster.workspace, shift.session, os.environ, shift.leaves)
    rules = None if outlets.rules is None else replace(outlets.rules, standing=_standing(shift))
    machine = shift.clocks.machine
    mine = replace(outlets, rules=rules, worker=shift.name, machine=machine)
    return replace(mine, handed=shift.handed, is_dead=shift.is_dead)


def _standing(shift: Shift) -> dict[str, str]:
    """Every workflow of the files, with the version that its file lets rest, else an empty text."""
    with shift.session.transaction():
        resting = [one.workflow for one in shift.roster.all(shift.session) if not one.workflow.active]
        present = dict.fromkeys(present_ids(shift.session, shift.roster.workspace), "")
    return present | {one.id: one.version for one in resting}
