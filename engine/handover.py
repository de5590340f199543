"""Handover: what becomes of enrollments that wait when their workflow changes, or is gone.

They stay on the version they began with, unless whoever publishes another lets them move or end (RELIABILITY
F22, F23).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from engine.ledger.facts import Facts
from engine.ledger.waits import WaitingAt, Waits
from engine.model.kinds import Waiting
from engine.model.moments import Clock
from engine.model.values import instant_of, stored_instant
from engine.model.workflow import Step, Workflow, all_steps
from engine.publishing import recorded
from engine.records.session import Session
from engine.workspace import Workspace

REST = timedelta(hours=24)
"""So long may a file be away, as in the middle of a checkout, before what waits for it is cancelled."""
PUBLISHED, DELETED = "W680", "W681"
_MISSING, _LOOKED, _EVERY = "missing/", "looked_for_missing", timedelta(hours=1)


class OnChange(StrEnum):
    """What becomes of those that wait when a version is published."""

    KEEP = "keep"
    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many enrollments that waited on older versions stay there, have moved, or were cancelled."""

    kept: int = 0
    moved: int = 0
    cancelled: int = 0


def hand_over(session: Session, workspace: Workspace, workflow: Workflow, on_change: OnChange) -> HandedOver:
    """Deal with those that wait on older versions of a workflow that has just been published."""
    waits = Waits(session.connection)
    older = [one for one in waits.all(workflow.id) if one.version != workflow.version]
    count = sum(one.count for one in older)
    if on_change is OnChange.CANCEL:
        cancelled = waits.cancel(workflow.id, PUBLISHED, session.clock, but=(workflow.version,))
        return HandedOver(cancelled=cancelled)
    if on_change is OnChange.KEEP:
        return HandedOver(kept=count)
    moved = sum(_move(session, workspace, workflow, one) for one in older)
    return HandedOver(kept=count - moved, moved=moved)


def _move(session: Session, workspace: Workspace, workflow: Workflow, waiting: WaitingAt) -> int:
    """Move those that wait at a step to where it stands now; none where it has no successor."""
    old = recorded(session, workspace, waiting.workflow, waiting.version)
    if old is None:
        return 0
    before = {one.path: one for one in all_steps(old.workflow.steps)}
    after = {one.name: one for one in all_steps(workflow.steps) if one.name}
    step = before[waiting.path]
    successor = after.get(step.name) if step.name else _same_place(workflow, step)
    if successor is None or not cast("Waiting", step.action).goes_on_at(successor.action):
        return 0
    named = {path: after[one.name].path for path, one in before.items() if one.name in after}
    return Waits(session.connection).move(waiting, workflow.version, successor.path, named=named)


def _same_place(workflow: Workflow, step: Step) -> Step | None:
    """A step without a name is the same only where it stands and what it says."""
    found = next((one for one in all_steps(workflow.steps) if one.path == step.path), None)
    return found if found is not None and found.action == step.action and not found.name else None


@dataclass(frozen=True, slots=True)
class Missing:
    """A workflow whose file is away since a moment, with how many enrollments and letters wait for it."""

    workflow: str
    since: datetime
    waiting: int
    letters: int

    @property
    def until(self) -> datetime:
        """When they are cancelled."""
        return self.since + REST


def retire_missing(session: Session, known: Iterable[str]) -> list[Missing]:
    """Cancel what waits for workflows whose file has been away for a day; letters that wait are dropped.

    `known` are the ids of all files, broken ones too. Returned are those that are away for longer than the
    middle of a checkout, and not for a day yet. However often it is called, it looks once an hour: to count
    all that waits takes a while.
    """
    waits, facts, now = Waits(session.connection), Facts(session.connection), session.clock.now
    looked = facts.get(_LOOKED)
    if looked is not None and instant_of(looked) <= now < instant_of(looked) + _EVERY:
        return []
    facts.put(_LOOKED, stored_instant(now))
    waiting, letters = waits.by_workflow(), waits.letters()
    away = (waiting.keys() | letters.keys()).difference(known)
    since = {name: instant_of(at) for name, at in facts.below(_MISSING).items()}
    for name in since.keys() - away:
        facts.forget(_MISSING + name)
    for name in away - since.keys():
        facts.put(_MISSING + name, stored_instant(now))
    found = [
        Missing(name, since[name], waiting.get(name, 0), letters.get(name, 0))
        for name in sorted(away & since.keys())
    ]
    for one in found:
        if one.until <= now:
            _retire(waits, facts, one.workflow, session.clock)
    return [one for one in found if now < one.until]


def _retire(waits: Waits, facts: Facts, workflow: str, clock: Clock) -> None:
    facts.forget(_MISSING + workflow)
    waits.drop_letters(workflow, DELETED)
    waits.cancel(workflow, DELETED, clock)
