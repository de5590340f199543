"""Looks: the runs that ask what waits whether it goes on: once a day all of it, at any time what is due.

A version is looked at once a local day (`Rhythm.last_look`). Days that nobody was there for are not made up
for: what counts is how the records are now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from engine.actions.create_task import CreateTask
from engine.handover import retire_missing
from engine.ledger.agenda import SlotRow
from engine.ledger.waits import Waits
from engine.model.nights import Cause
from engine.model.workflow import all_steps
from engine.publishing import Runnable, present_ids
from engine.records.following import watched_versions
from engine.shift import Shift
from engine.telling import tell_of_missing


def put_looks(
    shift: Shift, runnables: Iterable[Runnable], resting: Iterable[str], looked: Mapping[str, datetime]
) -> dict[str, datetime]:
    """Put the runs that are due; none of a workflow that rests, or whose file is away.

    `looked` says of which moment each workflow's last look was; what is returned, of which it is now. The
    caller holds the transaction. The slot of a look is its day and version, so any number of workers may put
    it.
    """
    rests = set(resting)
    awake = {one.workflow.id: one for one in runnables if one.workflow.id not in rests}
    for missing in retire_missing(shift.session, present_ids(shift.session, shift.roster.workspace)):
        tell_of_missing(shift, missing)
    due = {
        key: moment
        for key, one in awake.items()
        if (moment := shift.roster.rhythm(one).look_due(looked.get(key), shift.now)) is not None
    }
    looks = set()
    for workflow, version in versions_waiting(shift) if due else ():
        if workflow in due and _put_look(shift, awake[workflow], version, due[workflow]):
            looks.add((workflow, version, due[workflow]))
    _put_wakings(shift, awake, {(workflow, version) for workflow, version, at in looks if at >= shift.now})
    return due


def _put_wakings(shift: Shift, awake: Mapping[str, Runnable], looked_at: Collection[tuple[str, str]]) -> None:
    """Runs of what waits and whose time is over, or whose question is answered.

    None of what is `looked_at` at this very moment: a look asks them too.
    """
    clock = shift.session.clock
    due = dict.fromkeys((one.workflow, one.version) for one in Waits(shift.session.connection).due(clock))
    for workflow, version in due:
        is_asked = (workflow, version) in looked_at
        if workflow in awake and not is_asked and not shift.agenda.is_put(workflow, version, Cause.WAIT):
            priority = awake[workflow].workflow.priority
            shift.agenda.put(workflow, version, Cause.WAIT, clock, priority=priority)


def versions_waiting(shift: Shift, workflow: str = "") -> list[tuple[str, str]]:
    """Workflow and version of all that waits, or is watched past its end; of one workflow, or of all."""
    waits = [(one.workflow, one.version) for one in Waits(shift.session.connection).all(workflow)]
    watched = (one for one in watched_versions(shift.session, workflow) if _is_followed(shift, *one))
    return list(dict.fromkeys((*waits, *watched)))


def _is_followed(shift: Shift, workflow: str, version: str) -> bool:
    """Whether a version has a goal to watch, or tasks that are done by themselves."""
    one = shift.roster.of(shift.session, workflow, version)
    if one is None:
        return False
    tasks = (step.action for step in all_steps(one.workflow.steps) if isinstance(step.action, CreateTask))
    return one.workflow.goal is not None or any(task.done_when is not None for task in tasks)


def _put_look(shift: Shift, one: Runnable, version: str, moment: datetime) -> bool:
    """False where it was put before."""
    name = f"{moment.date().isoformat()}/look/{version}"
    workflow = one.workflow
    row = SlotRow(workflow.id, version, name, moment, workflow.priority, cause=Cause.LOOK)
    return shift.agenda.put_slot(row, shift.session.clock) is not None


def resting_of(runnables: Iterable[Runnable], paused: Mapping[str, object]) -> list[str]:
    """The workflows that a person, the circuit breaker or their own file lets rest."""
    return [one.workflow.id for one in runnables if one.workflow.id in paused or not one.workflow.active]
