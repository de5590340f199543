"""The queue of events: a workflow that is to start, a record, and what happened to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.expression import FromClause

from engine.ledger.built import built_once
from engine.ledger.questions import OPEN
from engine.ledger.tables import enrollments, events, failures, journal, runs
from engine.model.effects import EffectKind
from engine.model.nights import EventState, RunState
from engine.model.values import stored_instant

NOT_FIT, NOT_RUN = "W662", "W665"
"""Why an event started nothing: at the run the record did not start, or the run was not to its end."""
_NO_ANSWERS = frozenset({"W643", "W647", "W648"})
"""Why a run ended, where its events are for a later one: its workflow rests, or its version is gone."""
_PAGE = 500
Refusals: TypeAlias = frozenset[tuple[str, str]]
"""Workflows that were not started, each with the code that says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a record, for one workflow; `key` keeps it from coming in twice.

    `about` is the related record that is new, `origins` are the workflows whose changes led to it, `depth`
    is their number. With a `reason` it is refused and starts nothing.
    """

    key: str
    workflow: str
    record: str
    kind: str
    at: str
    about: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0
    origins: tuple[str, ...] = ()
    reason: str | None = None

    def as_row(self) -> dict[str, Any]:
        """As the table keeps it."""
        return {
            "key": self.key,
            "workflow": self.workflow,
            "record": self.record,
            "kind": self.kind,
            "about": self.about,
            "details": json.dumps(dict(self.details), ensure_ascii=False) if self.details else None,
            "depth": self.depth,
            "origins": " ".join(self.origins),
            "at": self.at,
            "state": str(EventState.WAITING if self.reason is None else EventState.REFUSED),
            "reason": self.reason,
            "run": None,
        }


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many records that wait for a run of a workflow at one depth."""

    workflow: str
    depth: int
    count: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a step of a run wrote: fields of a record, or (`fields` has "") a new record.

    `record` is None where its key is not known. `depth` and `origins` are those of the event that the
    enrollment began with.
    """

    module: str
    record: str | None
    fields: tuple[str, ...]
    depth: int
    origins: tuple[str, ...]


@dataclass(frozen=True)
class Events:
    """The queue over one connection; the caller holds the transaction."""

    connection: sa.Connection

    def put(self, rows: Sequence[Event]) -> int:
        """Take events in; how many are new. One whose key is known already stays as it is."""
        found = 0
        for first in range(0, len(rows), _PAGE):
            page = {one.key: one for one in rows[first : first + _PAGE]}
            known = sa.select(events.c.key).where(events.c.key.in_(page))
            for key in self.connection.execute(known).scalars():
                del page[key]
            if page:
                self.connection.execute(events.insert(), [one.as_row() for one in page.values()])
            found += len(page)
        return found

    def newest(self) -> int:
        """The number of the event that came in last; 0 before the first."""
        return int(self.connection.execute(_NEWEST).scalar_one())

    def waiting(self, now: datetime) -> list[Waiting]:
        """What a run may take now, by workflow and depth: that many records, however often each is named."""
        return [Waiting(*row) for row in self.connection.execute(*_waiting(stored_instant(now)))]

    def take(self, workflow: str, depth: int, run: int, now: datetime) -> int:
        """Hand what waits to a run; how many events those are.

        Of several about one record the oldest goes first: each event is a start of its own, so the others
        wait for the next run.
        """
        mine = (events.c.workflow == workflow) & (events.c.depth == depth)
        oldest = sa.select(sa.func.min(events.c.id)).where(_may_go(stored_instant(now)), mine)
        taken = sa.update(events).where(events.c.id.in_(oldest.group_by(events.c.record)))
        values = {"state": str(EventState.TAKEN), "run": run, "reason": None, "not_before": None}
        return self.connection.execute(taken.values(values)).rowcount

    def put_off(self, run: int, records: sa.Select[Any], until: datetime, reason: str) -> int:
        """What a run took of some records waits until an instant; how many. `reason` is a code."""
        mine = sa.update(events).where(events.c.run == run, events.c.state == str(EventState.TAKEN))
        values = {"state": str(EventState.WAITING), "run": None, "reason": reason}
        later = mine.where(events.c.record.in_(records)).values(**values, not_before=stored_instant(until))
        return self.connection.execute(later).rowcount

    def settle(self, run: int) -> None:
        """A run is over: what became of the events it took.

        A pause, or a version that is gone, is no answer: what they kept from starting waits again.
        """
        if not self.connection.execute(*_one_taken(run)).first():
            return
        self.connection.execute(*_note_started(run))
        self.connection.execute(*_note_failed(run))
        end, told = self._end_of(run)
        taken, asked = _taken(run)
        if told in _NO_ANSWERS:
            answer = {"state": str(EventState.WAITING), "run": None}
        else:
            reason = NOT_FIT if end == RunState.DONE else NOT_RUN
            answer = {"state": str(EventState.NOT_STARTED), "reason": reason}
        self.connection.execute(taken, asked | answer)

    def _end_of(self, run: int) -> tuple[str, str]:
        """The state of a run, and the code of the reason why it ended so."""
        row = self.connection.execute(*_end(run)).one()
        return row.state, json.loads(row.reason or "{}").get("code", "")

    def settle_ended(self) -> None:
        """The same for runs that ended without being carried out: refused, skipped, failed."""
        for run in self.connection.execute(*_left_behind()).scalars().all():
            self.settle(run)

    def refuse_deeper(self, depth: int, reason: str) -> Refusals:
        """What waits deeper than that starts nothing; `reason` is a code."""
        return self._refused(*_refuse_deeper(depth, reason))

    def refuse_rings(self, reason: str) -> Refusals:
        """What waits for a workflow that led to it itself starts nothing; `reason` is a code."""
        return self._refused(*_refuse_rings(reason))

    def _refused(self, refuse: ReturningUpdate[Any], asked: Mapping[str, Any]) -> Refusals:
        return frozenset((one, asked["why"]) for one in self.connection.execute(refuse, asked).scalars())

    def has_running(self) -> bool:
        """Whether a run goes on, or waits for a worker to go on with it."""
        return self.connection.execute(*_running()).scalar() is not None

    def written_by(self, run: int) -> Iterator[Written]:
        """The updates and new records in the journal of a run, in no order."""
        for written, record, depth, origins in self.connection.execute(*_written_by(run)):
            details = json.loads(written or "{}")
            led = (depth or 0, tuple((origins or "").split()))
            if "changes" in details:
                pairs = details["changes"].items()
                fields = tuple(name for name, (before, after) in pairs if before != after)
                yield Written(details["module"], record, fields, *led)
            elif "module" in details:
                yield Written(details["module"], details.get("id"), ("",), *led)

    def flips(
        self, workflow: str, field: tuple[str, str], since: str, records: Sequence[str]
    ) -> Mapping[str, int]:
        """How often a workflow was told, since an instant, that others had changed a field of records."""
        told = (events.c.workflow == workflow) & (events.c.kind == "changed") & (events.c.depth > 0)
        asked = sa.select(events.c.record, events.c.details).where(told, events.c.at >= since)
        found = Counter[str]()
        for first in range(0, len(records), _PAGE):
            page = asked.where(events.c.record.in_(records[first : first + _PAGE]))
            for record, written in self.connection.execute(page):
                details = json.loads(written)
                found[record] += (details["module"], details["field"]) == field
        return found


def has_begun(event: FromClause, enrollment: FromClause) -> sa.ColumnElement[bool]:
    """Whether an event is the one that an enrollment began with: of a record, its run has taken one."""
    return (event.c.run == enrollment.c.run) & (event.c.record == enrollment.c.record)


def _waits() -> sa.ColumnElement[bool]:
    return events.c.state == sa.literal_column(f"'{EventState.WAITING}'")  # as the partial index says it


def _may_go(now: str) -> sa.ColumnElement[bool]:
    return sa.and_(_waits(), sa.or_(events.c.not_before.is_(None), events.c.not_before <= now))


# --- what is asked at every tick and every run ----------------------------------------------------

_NEWEST = sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0))


@built_once
def _waiting(now: str) -> sa.Select[Any]:
    records = sa.func.count(sa.distinct(events.c.record))
    by = (events.c.workflow, events.c.depth)
    return sa.select(*by, records).where(_may_go(now)).group_by(*by).order_by(*by)


@built_once
def _taken(of_run: int) -> sa.Update:
    return sa.update(events).where(*_is_taken(of_run))


@built_once
def _one_taken(of_run: int) -> sa.Select[Any]:
    return sa.select(events.c.id).where(*_is_taken(of_run)).limit(1)


@built_once
def _note_started(of_run: int) -> sa.Update:
    record = (enrollments.c.workflow == events.c.workflow) & (enrollments.c.record == events.c.record)
    same = record & (enrollments.c.run == of_run)
    started = sa.select(sa.literal(1)).select_from(enrollments).where(same).correlate(events).exists()
    return sa.update(events).where(*_is_taken(of_run), started).values(state=str(EventState.STARTED))


@built_once
def _note_failed(of_run: int) -> sa.Update:
    failed = (failures.c.run == of_run) & (failures.c.record == events.c.record)
    why = sa.select(failures.c.code).where(failed).correlate(events).scalar_subquery()
    noted = sa.update(events).where(*_is_taken(of_run), why.is_not(None))
    return noted.values(state=str(EventState.NOT_STARTED), reason=why)


def _is_taken(run: int) -> tuple[sa.ColumnElement[bool], ...]:
    return events.c.run == run, events.c.state == str(EventState.TAKEN)


@built_once
def _end(run: int) -> sa.Select[Any]:
    return sa.select(runs.c.state, runs.c.reason).where(runs.c.id == run)


@built_once
def _left_behind() -> sa.Select[Any]:
    open_ones = sa.select(runs.c.id).where(runs.c.state.in_([str(one) for one in OPEN]))
    left = (events.c.state == str(EventState.TAKEN)) & events.c.run.not_in(open_ones)
    return sa.select(events.c.run).where(left).distinct()


@built_once
def _refuse_deeper(most: int, why: str) -> ReturningUpdate[Any]:
    return _refuse(events.c.depth > most, why)


@built_once
def _refuse_rings(why: str) -> ReturningUpdate[Any]:
    among = sa.literal("% ") + events.c.workflow + sa.literal(" %")  # ids hold no wildcard
    return _refuse((sa.literal(" ") + events.c.origins + sa.literal(" ")).like(among), why)


def _refuse(test: sa.ColumnElement[bool], why: str) -> ReturningUpdate[Any]:
    refused = sa.update(events).where(_waits(), test).returning(events.c.workflow)
    return refused.values(state=str(EventState.REFUSED), reason=why)


@built_once
def _running() -> sa.Select[Any]:
    going = (runs.c.state == str(RunState.RUNNING)) & runs.c.lease_until.is_not(None)
    return sa.select(sa.literal(1)).where(going).limit(1)


@built_once
def _written_by(run: int) -> sa.Select[Any]:
    begun = journal.join(enrollments, enrollments.c.id == journal.c.enrollment)
    wanted = sa.select(journal.c.details, enrollments.c.record, events.c.depth, events.c.origins)
    kinds = journal.c.kind.in_([str(EffectKind.UPDATE), str(EffectKind.CREATE)])
    joined = begun.outerjoin(events, has_begun(events, enrollments))
    return wanted.select_from(joined).where(journal.c.run == run, kinds)


def list_events() -> sa.Select[Any]:
    """The list for people, newest first."""
    return sa.select(events).order_by(events.c.id.desc())
