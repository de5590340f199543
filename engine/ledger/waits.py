"""Enrollments that wait, and the questions they wait for, in the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.ledger.built import built_once
from engine.ledger.questions import IS_UNSENT
from engine.ledger.tables import asks, enrollments, journal, outbox, runs
from engine.model.moments import Clock
from engine.model.nights import AskState, LetterState, Walking
from engine.model.values import stored_instant


@dataclass(frozen=True, slots=True)
class WaitingAt:
    """So many enrollments of a version wait at a step."""

    workflow: str
    version: str
    path: str
    count: int


@dataclass(frozen=True)
class Waits:
    """What waits, over one connection; the caller holds the transaction."""

    connection: sa.Connection

    def all(self, workflow: str = "") -> list[WaitingAt]:
        """Where enrollments wait, by workflow, version and step; of one workflow or of all."""
        return self._told(*(_all_of(workflow) if workflow else _all()))

    def of_all(self, workflows: Collection[str]) -> list[WaitingAt]:
        """The same of several workflows."""
        return self._told(_counted(_waiting().where(enrollments.c.workflow.in_(list(workflows)))), {})

    def due(self, clock: Clock, workflow: str = "") -> list[WaitingAt]:
        """Where enrollments wait whose time is over, or whose question has been answered."""
        now = stored_instant(clock.now)
        return self._told(*(_due_of(now, workflow) if workflow else _due(now)))

    def _told(self, counted: sa.Select[Any], asked: Mapping[str, Any]) -> list[WaitingAt]:
        return [WaitingAt(*row) for row in self.connection.execute(counted, asked)]

    def cancel(self, workflow: str, reason: str, clock: Clock, *, but: Sequence[str] = ()) -> int:
        """End the enrollments of a workflow that wait, but those of some versions; how many they were."""
        mine = [enrollments.c.workflow == workflow, enrollments.c.version.not_in(list(but))]
        return self._end(mine, Walking.CANCELLED, reason, clock)

    def cancel_one(self, number: int, reason: str, clock: Clock) -> bool:
        """End one enrollment; False where it does not wait."""
        return self._end([enrollments.c.id == number], Walking.CANCELLED, reason, clock) == 1

    def end_gone(self, workflow: str, version: str, records: sa.Select[tuple[str]], clock: Clock) -> int:
        """End the enrollments whose record is not among `records` any more; how many they were."""
        mine = [enrollments.c.workflow == workflow, enrollments.c.version == version]
        return self._end([*mine, enrollments.c.record.not_in(records)], Walking.GONE, "gone", clock)

    def move(self, waiting: WaitingAt, version: str, path: str, *, named: Mapping[str, str]) -> int:
        """Let those that wait at a step go on with another version, at its step of that path; how many.

        `named` maps the paths of named steps to those they have there: what was done under them is found
        again. All else that was done keeps its address behind the name of the version that did it, so that no
        step of the new one can be mistaken for it.
        """
        mine = (
            enrollments.c.workflow == waiting.workflow,
            enrollments.c.version == waiting.version,
            enrollments.c.path == waiting.path,
            enrollments.c.state == Walking.WAITING.value,
        )
        moved = sa.select(enrollments.c.id).where(*mine)
        for column in (journal.c.path, outbox.c.path, asks.c.path, asks.c.step):
            is_own = (column.table.c.enrollment.in_(moved), sa.not_(column.like("%:%")))
            behind = f"{waiting.version}:"
            self._rename(column, sa.literal(behind) + column, is_own)
            for old, new in {**named, waiting.path: path}.items():
                before = behind + old
                is_it = sa.or_(column == before, column.like(f"{before}/%"))
                after = sa.literal(new) + sa.func.substr(column, len(before) + 1)
                self._rename(column, after, (column.table.c.enrollment.in_(moved), is_it))
        values = {"version": version, "path": path}
        return self.connection.execute(sa.update(enrollments).values(**values).where(*mine)).rowcount

    def _rename(
        self, column: sa.Column[str], to: sa.ColumnElement[str], tests: Sequence[sa.ColumnElement[bool]]
    ) -> None:
        self.connection.execute(sa.update(column.table).values({column.name: to}).where(*tests))

    def by_workflow(self) -> Counter[str]:
        """How many enrollments wait, by workflow."""
        found: Counter[str] = Counter()
        for one in self.all():
            found[one.workflow] += one.count
        return found

    def letters(self) -> dict[str, int]:
        """How many letters have not left yet, by workflow."""
        return {row.workflow: row.unsent for row in self.connection.execute(*_letters())}

    def drop_letters(self, workflow: str, reason: str) -> int:
        """Letters of a workflow that have not left yet never will; how many they were."""
        unsent = (LetterState.WAITING.value,)
        mine = sa.select(runs.c.id).where(runs.c.workflow == workflow)
        is_unsent = sa.and_(IS_UNSENT, outbox.c.state.in_(unsent), outbox.c.run.in_(mine))
        values = {"state": LetterState.DROPPED.value, "answer": json.dumps({"code": reason})}
        return self.connection.execute(sa.update(outbox).values(**values).where(is_unsent)).rowcount

    def _end(self, tests: Sequence[sa.ColumnElement[bool]], state: Walking, reason: str, clock: Clock) -> int:
        """Their open questions are withdrawn."""
        waiting = sa.select(enrollments.c.id).where(enrollments.c.state == Walking.WAITING.value, *tests)
        is_open = sa.and_(asks.c.state == AskState.OPEN.value, asks.c.enrollment.in_(waiting))
        self.connection.execute(sa.update(asks).values(state=AskState.WITHDRAWN.value).where(is_open))
        values = {"state": state.value, "reason": reason, "ended_at": stored_instant(clock.now)}
        is_one = sa.and_(enrollments.c.state == Walking.WAITING.value, *tests)
        nowhere = {"path": None, "since": None, "until": None}
        return self.connection.execute(
            sa.update(enrollments).values(**values, **nowhere).where(is_one)
        ).rowcount


# --- what is asked at every tick -----------------------------------------------------------------

_Waiting: TypeAlias = sa.Select[tuple[str, str, str | None]]


@built_once
def _all() -> sa.Select[Any]:
    return _counted(_waiting())


@built_once
def _all_of(workflow: str) -> sa.Select[Any]:
    return _counted(_waiting().where(enrollments.c.workflow == workflow))


@built_once
def _due(now: str) -> sa.Select[Any]:
    return _counted(_over(_waiting(), now))


@built_once
def _due_of(now: str, workflow: str) -> sa.Select[Any]:
    return _counted(_over(_waiting().where(enrollments.c.workflow == workflow), now))


@built_once
def _letters() -> sa.Select[Any]:
    is_waiting = sa.and_(IS_UNSENT, outbox.c.state == LetterState.WAITING.value)
    joined = outbox.join(runs, runs.c.id == outbox.c.run)
    found = sa.select(runs.c.workflow, sa.func.count().label("unsent")).select_from(joined)
    return found.where(is_waiting).group_by(runs.c.workflow)


def _waiting() -> _Waiting:
    where = (enrollments.c.workflow, enrollments.c.version, enrollments.c.path)
    return sa.select(*where).where(enrollments.c.state == Walking.WAITING.value)


def _over(waiting: _Waiting, now: str) -> sa.CompoundSelect[Any]:
    """Those whose time is over, or whose question has been answered."""
    until = enrollments.c.until
    answers = (asks.c.state == AskState.ANSWERED.value, asks.c.step == enrollments.c.path)
    answered = sa.select(asks.c.enrollment).where(*answers).correlate(enrollments)
    # Each by an index of its own: asked for together, all that waits would be read at every tick.
    return sa.union_all(
        waiting.where(until <= now),
        waiting.where(until.is_(None)),
        waiting.where(until > now, enrollments.c.id.in_(answered)),
    )


def _counted(waiting: sa.Select[Any] | sa.CompoundSelect[Any]) -> sa.Select[Any]:
    found = waiting.subquery()
    where = (found.c.workflow, found.c.version, found.c.path)
    return sa.select(*where, sa.func.count()).group_by(*where).order_by(*where)
