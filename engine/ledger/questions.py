"""What every tick and every run asks of the runs, and of what was published: each put together once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.ledger.built import built_once
from engine.ledger.tables import outbox, pauses, runs, versions
from engine.model.nights import BY_PEOPLE, Cause, LetterState, RunState

OPEN = (RunState.DUE, RunState.RUNNING, RunState.HELD)
ENDED = (RunState.DONE, RunState.STOPPED, RunState.FAILED)
_SLOTTED = (Cause.CLOCK, Cause.HAND)
"""What runs over all records of a workflow: an earlier one of them stands in the way of the next slot."""

IS_UNSENT = outbox.c.state != sa.literal_column(f"'{LetterState.SENT}'")
"""Said beside any other state, as an index says it: all letters that ever left may be millions."""


@built_once
def run(number: int) -> sa.Select[Any]:
    """One run."""
    return sa.select(runs).where(runs.c.id == number)


@built_once
def row_of_slot(workflow: str, slot: str) -> sa.Select[Any]:
    """The row of a slot: its own, or that of a stretch."""
    same = sa.or_(runs.c.slot == slot, sa.and_(runs.c.slot <= slot, runs.c.last_slot >= slot))
    return sa.select(runs.c.id).where(runs.c.workflow == workflow, same).limit(1)


@built_once
def in_the_way(workflow: str, moment: str) -> sa.Select[Any]:
    """Earlier runs of a workflow that were not over at a moment, the first one first."""
    begun = sa.func.coalesce(runs.c.due_at, runs.c.at)
    was_open = sa.or_(runs.c.state.in_(OPEN), sa.and_(runs.c.state.in_(ENDED), runs.c.ended_at > moment))
    mine = (runs.c.workflow == workflow) & runs.c.cause.in_(_SLOTTED) & (begun < moment)
    return sa.select(runs).where(mine, was_open).order_by(begun, runs.c.id)


@built_once
def held() -> sa.Select[Any]:
    """The runs that wait for a person, oldest first."""
    return sa.select(runs).where(runs.c.state == RunState.HELD).order_by(runs.c.id)


@built_once
def last_busy(workflow: str, count: int) -> sa.Select[Any]:
    """The latest runs that nobody started by hand and that had anybody to process, newest first."""
    anybody = runs.c.started + runs.c.woken + runs.c.failed > 0
    mine = (runs.c.workflow == workflow) & runs.c.cause.not_in(BY_PEOPLE) & runs.c.state.in_(ENDED)
    latest = (runs.c.ended_at.desc(), runs.c.id.desc())
    return sa.select(runs).where(mine, anybody).order_by(*latest).limit(count)


@built_once
def all_pauses() -> sa.Select[Any]:
    """The workflows that are paused."""
    return sa.select(pauses)


@built_once
def last_starts(workflow: str, count: int) -> sa.Select[Any]:
    """How many records the latest finished runs of a workflow started, newest first."""
    finished = (runs.c.workflow == workflow) & (runs.c.state == "done") & (runs.c.cause != Cause.UNDO)
    return sa.select(runs.c.started).where(finished).order_by(runs.c.id.desc()).limit(count)


@built_once
def one_that_started(workflow: str) -> sa.Select[Any]:
    """A finished run of a workflow that has started anybody."""
    one = (runs.c.workflow == workflow) & (runs.c.state == "done") & (runs.c.started > 0)
    return sa.select(runs.c.id).where(one).limit(1)


@built_once
def effects_on(day: str) -> sa.Select[Any]:
    """What all runs of a local day have done."""
    return sa.select(runs.c.effects).where(runs.c.on_day == day, runs.c.cause != Cause.UNDO)


@built_once
def last_in_file(file: str, but: str) -> sa.Select[Any]:
    """The workflow that was published from a file last, other than one."""
    found = sa.select(versions.c.workflow).where(versions.c.file == file, versions.c.workflow != but)
    return found.order_by(versions.c.id.desc()).limit(1)
