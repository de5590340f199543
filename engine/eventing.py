"""Events: what the records tell when they are looked at, and what a run has changed, for all who watch it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unicodedata import normalize

from engine.ledger.events import Event, Events, Refusals
from engine.model.nights import Cause as RunCause
from engine.model.values import stored_instant
from engine.model.workflow import Workflow
from engine.pipeline import Selected
from engine.publishing import Runnable
from engine.records.naming import find_record
from engine.records.session import Session
from engine.records.watching import Difference, Look, Watcher, forget_unwatched, is_watched
from engine.shift import Shift
from engine.texts import Texts

MOST_DEEP = 3
"""So many workflows may follow one another, each started by what the one before it changed."""
MOST_FLIPS = 3
FLIPS_WITHIN = timedelta(days=7)
"""So often may workflows change one field of one record within that time, and others still follow (F27)."""
TOO_DEEP, TO_AND_FRO, IN_A_RING = "W660", "W661", "W663"
NO_PLACE = "W664"
"""Limits count by the day: what found no place is taken up tomorrow (LANGUAGE, Meaning 11)."""

_Groups = Mapping[tuple[str, str], list[Watcher]]


@dataclass(frozen=True, slots=True)
class Cause:
    """The workflows whose changes led to something; people's changes have none."""

    depth: int = 0
    origins: tuple[str, ...] = ()


_PEOPLE = Cause()
_ANY = ""
"""Among causes: of every record that is new, whatever its key."""


@dataclass(frozen=True, slots=True)
class Told:
    """How many events came in, and which workflows some of them do not start, with the codes why."""

    count: int = 0
    refused: Refusals = frozenset()

    def __add__(self, other: Told) -> Told:
        return Told(self.count + other.count, self.refused | other.refused)


def look_for_events(session: Session, runnables: Iterable[Runnable]) -> Told:
    """Compare all that is watched with the last look, before anything runs; what came in.

    `runnables` are all workflows that may run, also those that nobody waits for. While a run goes on nothing
    is looked at: what it writes is told when it is over, with the workflow as its cause. The caller holds
    the transaction.
    """
    if Events(session.connection).has_running():
        return Told()
    groups = _groups(session, runnables)
    forget_unwatched(session, groups)
    return sum((_look(session, watchers) for watchers in groups.values()), start=Told())


def put_events(shift: Shift, runnables: Iterable[Runnable]) -> None:
    """Look for events, and put runs of what waits: a part of every tick, in its transaction."""
    known = list(runnables)
    told = look_for_events(shift.session, known)
    tell_of_refusals(shift, known, told.refused)
    put_event_runs(shift, known)


def put_event_runs(shift: Shift, runnables: Iterable[Runnable]) -> None:
    """One run for each workflow that events wait for; it takes them all. The caller holds the transaction.

    While one is still to be done, or held, events gather for the next; those of a workflow that rests wait.
    """
    runnables = list(runnables)
    events, agenda, clock = Events(shift.session.connection), shift.agenda, shift.session.clock
    events.settle_ended()
    refused = events.refuse_rings(IN_A_RING) | events.refuse_deeper(MOST_DEEP, TOO_DEEP)
    tell_of_refusals(shift, runnables, refused)
    waiting = events.waiting(clock.now)
    resting = agenda.paused() if waiting else {}
    may_run = {one.workflow.id: one.workflow for one in runnables if one.workflow.active}
    for one in waiting:
        workflow = may_run.get(one.workflow)
        if workflow is None or workflow.id in resting:
            continue
        if not agenda.is_put(workflow.id, workflow.version, RunCause.EVENT):
            more = {"priority": workflow.priority, "depth": one.depth}
            run = agenda.put(workflow.id, workflow.version, RunCause.EVENT, clock, **more)
            events.take(workflow.id, one.depth, run, clock.now)


def put_off_deferred(session: Session, selected: Selected, run: int) -> None:
    """Events of records that a limit leaves for another day wait for it. The caller holds the transaction."""
    if session.event_run is None or not selected.deferred:
        return
    clock = session.clock
    tomorrow = clock.midnight(clock.today + timedelta(days=1))
    for one in selected.parts:
        Events(session.connection).put_off(run, one.matched.deferred_records(), tomorrow, NO_PLACE)


def end_of_run(shift: Shift, run: int, workflow: str) -> None:
    """A run has ended, well or not: its events are settled, and what it changed starts others (Meaning 10).

    The caller holds the transaction in which it ends, so that no look comes in between.
    """
    session = shift.session
    events = Events(session.connection)
    events.settle(run)
    if is_watched(session) or events.waiting(session.clock.now):
        runnables = shift.roster.all(session)
        told = tell_of_run(session, runnables, workflow, run)
        tell_of_refusals(shift, runnables, told.refused)
        put_event_runs(shift, runnables)


def tell_of_refusals(shift: Shift, runnables: Iterable[Runnable], refused: Refusals) -> None:
    """A notice to the workspace's `fallback_person`, once for a version of a workflow and a reason.

    A person has to change the files before it is another matter.
    """
    settings = shift.roster.workspace.settings
    if settings.fallback_person is None or not refused:
        return
    texts, known = Texts.of(settings.language), {one.workflow.id: one.workflow for one in runnables}
    for workflow, code in sorted(refused):
        one = known.get(workflow)
        name, version = (workflow, "") if one is None else (one.names.of(texts.language), one.version)
        text = texts.say("told.refused", name=name, reason=texts.message(code, {}))
        key = f"event/{workflow}/{version}/{code}"
        # Of no run: an event is refused because of all that led to it.
        shift.agenda.tell(settings.fallback_person.text, text, run=0, at=shift.clocks.now(), key=key)


def tell_of_run(session: Session, runnables: Iterable[Runnable], workflow: str, run: int) -> Told:
    """What a run of a workflow has changed and created becomes events for those who watch it."""
    groups = _groups(session, runnables)
    found = Told()
    for pair, causes in _causes(session, groups, workflow, run).items():
        look = Look(groups[pair])
        if look.is_first:
            continue  # nobody has looked yet, so that this is no difference between two looks
        look.fill(None if _ANY in causes else causes)
        found += _tell(session, look, causes)
        look.remember()
    return found


def look_away(session: Session, runnables: Iterable[Runnable], workflow: str, run: int) -> None:
    """What a run has written is remembered as it is now, and told to nobody: as if it had always been so."""
    groups = _groups(session, runnables)
    for pair, causes in _causes(session, groups, workflow, run).items():
        look = Look(groups[pair])
        if not look.is_first:
            look.fill(causes)
            look.remember()


def put_from_outside(
    session: Session, workflow: Workflow, record: str, *, key: str, data: Mapping[str, Any]
) -> tuple[Event, bool]:
    """Something told from outside, for a workflow and one of its records; whether it is new.

    Of one `key` it comes in once; without, each time. Raises WrongUsage for an unknown record.
    """
    found = find_record(session, workflow.module, record)
    events = Events(session.connection)
    own = f"key/{normalize('NFC', key).strip()}" if key else f"number/{found}/{events.newest()}"
    event = Event(
        key=f"outside/{workflow.id}/{own}",
        workflow=workflow.id,
        record=str(found),
        kind="outside",
        at=stored_instant(session.clock.now),
        details={"data": dict(data)} if data else {},
    )
    return event, events.put([event]) == 1


def _groups(session: Session, runnables: Iterable[Runnable]) -> _Groups:
    """Who watches each field, or the coming of records, of each module."""
    found: dict[tuple[str, str], list[Watcher]] = defaultdict(list)
    for one in runnables:
        if one.workflow.active and one.workflow.watches:
            own = session.about(one.workspace.model, one.workspace.settings.late_calendar)
            for watch in one.workflow.watches:
                found[watch.module.key, watch.name].append(Watcher(one.workflow.id, watch, own))
    return found


def _look(session: Session, watchers: list[Watcher]) -> Told:
    look = Look(watchers)
    if not look.is_due or not look.claim():
        return Told()
    look.fill()
    found = _tell(session, look, {})
    look.remember()
    if look.is_new_day or not look.watch.module.changed_on:
        look.forget_the_gone()
    return found


def _tell(session: Session, look: Look, causes: Mapping[str, Cause]) -> Told:
    """The differences of a look as events, for each watcher that is not among their causes."""
    events, found = Events(session.connection), Told()
    number = events.newest()
    for watcher in look.watchers:
        for page in look.differences(watcher):
            flips = _flips(session, watcher, page) if causes else {}
            rows = []
            for one in page:
                cause = causes.get(one.seen) or causes.get(_ANY, _PEOPLE)
                if watcher.workflow not in cause.origins:
                    event = _event(watcher, one, cause, number)
                    rows.append(_judged(event, flips.get(one.record, 0)))
            refused = ((one.workflow, one.reason) for one in rows if one.reason is not None)
            found += Told(events.put(rows), frozenset(refused))
    return found


def _event(watcher: Watcher, found: Difference, cause: Cause, number: int) -> Event:
    """`number` is the newest event before this look: what a look tells has keys of its own."""
    watch = watcher.watch
    kind = "created" if watch.operand is None else "changed"
    details: dict[str, str | None] = {"module": watch.module.key}
    if watch.operand is not None:
        details |= {"field": watch.name, "before": found.before, "after": found.after}
    return Event(
        key=f"{kind}/{watcher.workflow}/{watch.module.key}.{watch.name}/{found.seen}/{number}",
        workflow=watcher.workflow,
        record=found.record,
        kind=kind,
        at=stored_instant(watcher.session.clock.now),
        about=found.seen if watch.relation is not None else None,
        details=details,
        depth=cause.depth,
        origins=cause.origins,
    )


def _judged(event: Event, flips: int) -> Event:
    """An event that would go on for ever is refused, and kept for people to see.

    What goes too deep is refused when its run would be put.
    """
    if event.depth and flips >= MOST_FLIPS:
        return replace(event, reason=TO_AND_FRO)
    return event


def _flips(session: Session, watcher: Watcher, page: list[Difference]) -> Mapping[str, int]:
    """How often workflows have changed this field of these records lately, as far as the watcher was told."""
    if watcher.watch.operand is None:
        return {}
    since = stored_instant(session.clock.now - FLIPS_WITHIN)
    field = (watcher.watch.module.key, watcher.watch.name)
    return Events(session.connection).flips(watcher.workflow, field, since, [one.record for one in page])


def _causes(
    session: Session, groups: _Groups, workflow: str, run: int
) -> dict[tuple[str, str], dict[str, Cause]]:
    """What a run wrote to, of what is watched: the field, the record, and how it came about."""
    found: dict[tuple[str, str], dict[str, Cause]] = defaultdict(dict)
    for one in Events(session.connection).written_by(run) if groups else ():
        cause = Cause(one.depth + 1, (*one.origins, workflow))
        for field in one.fields:
            if (one.module, field) in groups:
                record = _ANY if one.record is None else one.record
                known = found[one.module, field].get(record)
                found[one.module, field][record] = cause if known is None else _deeper(known, cause)
    return found


def _deeper(one: Cause, other: Cause) -> Cause:
    """Two causes of the same: whoever is behind either is behind it."""
    return Cause(max(one.depth, other.depth), tuple(dict.fromkeys((*one.origins, *other.origins))))
