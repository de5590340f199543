"""Looks: the runs that ask what waits whether it goes on: once a day all of it, at any time what is due.

A version is looked at once a local day, at the time of day its workflow runs at; one that no clock starts,
when the day begins (LANGUAGE, Meaning 9). Days that nobody was there for are not made up for: what counts is
how the records are now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

from engine.actions.create_task import CreateTask
from engine.handover import retire_missing
from engine.ledger.agenda import SlotRow
from engine.ledger.waits import Waits
from engine.model.nights import Cause
from engine.model.workflow import all_steps
from engine.publishing import Runnable, known_ids
from engine.records.following import watched_versions
from engine.shift import Shift
from engine.ticks import next_ticks

_DAY, _JUST_BEFORE = timedelta(days=1), timedelta(seconds=1)


def put_looks(shift: Shift, runnables: Sequence[Runnable], resting: Iterable[str]) -> None:
    """Put the runs that are due; none of a workflow that rests, or whose file is away.

    The caller holds the transaction. The slot of a look is its day and version, so any number of workers may
    put it.
    """
    current = {one.workflow.id: one for one in runnables}
    awake = {key: one for key, one in current.items() if key not in set(resting)}
    retire_missing(shift.session, {*known_ids(shift.roster.workspace)})
    for workflow, version in versions_waiting(shift):
        if workflow in awake:
            _put_look(shift, awake[workflow], version)
    clock = shift.session.clock
    due = dict.fromkeys((one.workflow, one.version) for one in Waits(shift.session.connection).due(clock))
    for workflow, version in due:
        if workflow in awake and not shift.agenda.is_put(workflow, version, Cause.WAIT):
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


def _put_look(shift: Shift, one: Runnable, version: str) -> None:
    moment = last_look(one, shift.now)
    name = f"{moment.date().isoformat()}/look/{version}"
    workflow = one.workflow
    row = SlotRow(workflow.id, version, name, moment, workflow.priority, cause=Cause.LOOK)
    shift.agenda.put_slot(row, shift.session.clock)


def last_look(one: Runnable, now: datetime) -> datetime:
    """The latest moment up to now when what waits for a workflow is looked at, in the workspace's zone."""
    settings = one.workspace.settings
    local = now.astimezone(settings.zone)
    midnight = datetime.combine(local.date(), time(), tzinfo=settings.zone)
    ticks = [
        moment
        for trigger in one.workflow.triggers
        for moment in next_ticks(
            trigger, settings.zone, settings.calendar, after=midnight - _JUST_BEFORE, count=1
        )
    ]
    at = min(ticks).astimezone(settings.zone).time() if ticks else time()
    today = datetime.combine(local.date(), at, tzinfo=settings.zone)
    return today if today <= local else datetime.combine(local.date() - _DAY, at, tzinfo=settings.zone)


def resting_of(runnables: Iterable[Runnable], paused: Mapping[str, object]) -> list[str]:
    """The workflows that a person, the circuit breaker or their own file lets rest."""
    return [one.workflow.id for one in runnables if one.workflow.id in paused or not one.workflow.active]
