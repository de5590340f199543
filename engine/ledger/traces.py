"""What a run has left in the ledger, enrollment by enrollment, and how that is taken back.

The caller holds the transaction. On PostgreSQL what may be taken back is locked while it is read.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.ledger.agenda import RunRow, run_of
from engine.ledger.tables import LARGEST, asks, created, enrollments, events, journal, outbox, runs
from engine.model.effects import EffectKind
from engine.model.moments import Clock
from engine.model.nights import AskState, EventState, LetterState, RunState, Walking
from engine.model.values import stored_instant

UNDONE = "W682"
"""Why something of a run ended that was taken back."""
BEHIND = "undo/"
"""In the journal of an undo the path of what it took back stands behind this."""
_FREED = "undone:"
_ENDED = (RunState.DONE, RunState.STOPPED, RunState.FAILED)
_STARTS = (EventState.WAITING, EventState.TAKEN, EventState.STARTED)
_NOT_BEGUN = (RunState.DUE, RunState.HELD)
_Row: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class StartOf:
    """Another workflow that a step starts; `is_open` while nobody has begun with it."""

    id: int
    workflow: str
    is_open: bool


@dataclass(frozen=True)
class Traces:
    """Of some enrollments all that a run did for them; `settled` are the paths that were taken back before.

    `made` has the imprints of new records by enrollment and key, `keys` those keys by path, `later` of an
    enrollment the runs that did more for it, each with how much that was.
    """

    walks: Mapping[int, _Row]
    effects: Sequence[_Row]
    settled: frozenset[tuple[int, str]]
    letters: Sequence[_Row]
    asks: Sequence[_Row]
    starts: Mapping[str, StartOf]
    made: Mapping[tuple[int, str], str]
    keys: Mapping[tuple[int, str], str]
    later: Mapping[int, Counter[int]]


@dataclass
class Withdrawn:
    """By their numbers: letters, questions, events and enrollments that a chunk takes back."""

    letters: list[int] = field(default_factory=list)
    asks: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    walks: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Trail:
    """A run and what it has left, over one connection; `undo` is the run that takes it back, or None."""

    connection: sa.Connection
    run: RunRow
    undo: int | None = None

    # --- what there is ----------------------------------------------------------------------

    def enrollments_after(self, last: int, limit: int) -> list[int]:
        """The next enrollments that the run began, or went on with, in order."""
        begun = sa.select(enrollments.c.id).where(*self._begun, enrollments.c.id > last)
        pages = [begun.order_by(enrollments.c.id).limit(limit)]
        if self.run.woken:
            mine = (journal.c.run == self.run.id, journal.c.enrollment > last)
            walked = sa.select(journal.c.enrollment).where(*mine).distinct()
            pages.append(walked.order_by(journal.c.enrollment).limit(limit))
        found = (self.connection.execute(page).scalars() for page in pages)
        return sorted(set().union(*found))[:limit]

    @property
    def _begun(self) -> tuple[sa.ColumnElement[bool], ...]:
        """The enrollments that the run began: by day and workflow an index finds them."""
        day = enrollments.c.started_on == self.run.on_day
        return day, enrollments.c.workflow == self.run.workflow, enrollments.c.run == self.run.id

    def of(self, numbers: Sequence[int], *, locked: bool) -> Traces:
        """All that the run did for these enrollments, in ascending order; `locked` where it is taken back."""
        ends, wanted = (numbers[0], numbers[-1]), set(numbers)
        among = journal.c.enrollment.between(*ends)
        effects = self._rows(sa.select(journal).where(journal.c.run == self.run.id, among))
        made = self._rows(sa.select(created).where(created.c.enrollment.between(*ends)))
        return Traces(
            walks={
                row.id: row for row in self._held(enrollments, enrollments.c.id.in_(numbers), locked=locked)
            },
            effects=effects,
            settled=self._settled(among),
            letters=self._held(outbox, *self._mine(outbox, ends), locked=locked),
            asks=self._held(asks, *self._mine(asks, ends), locked=locked),
            starts=self._starts(effects, locked=locked),
            made={(row.enrollment, row.record): row.imprint for row in made},
            keys={(row.enrollment, row.path): row.record for row in made},
            later=self._later(among, wanted),
        )

    def _mine(self, table: sa.Table, ends: tuple[int, int]) -> tuple[sa.ColumnElement[bool], ...]:
        return table.c.run == self.run.id, table.c.enrollment.between(*ends)

    def _held(self, table: sa.Table, *tests: sa.ColumnElement[bool], locked: bool) -> Sequence[_Row]:
        key = table.c.id
        asked = sa.select(table).where(*tests).order_by(key)
        return self._rows(asked.with_for_update() if locked else asked)

    def _rows(self, asked: sa.Select[Any]) -> Sequence[_Row]:
        return self.connection.execute(asked).all()

    def _settled(self, among: sa.ColumnElement[bool]) -> frozenset[tuple[int, str]]:
        if self.undo is None:
            return frozenset()
        done = (journal.c.run == self.undo, among, journal.c.kind != EffectKind.SKIPPED.value)
        rows = self._rows(sa.select(journal.c.enrollment, journal.c.path).where(*done))
        return frozenset((row.enrollment, row.path.removeprefix(BEHIND)) for row in rows)

    def _starts(self, effects: Iterable[_Row], *, locked: bool) -> Mapping[str, StartOf]:
        keys = [start_key(row) for row in effects if row.kind == EffectKind.START]
        found = self._held(events, events.c.key.in_(keys), locked=locked) if keys else ()
        taken = {row.run for row in found if row.run is not None}
        not_begun = sa.select(runs.c.id).where(runs.c.id.in_(taken), runs.c.state.in_(_NOT_BEGUN))
        waiting = {None, *self.connection.execute(not_begun).scalars()} if taken else {None}
        return {
            row.key: StartOf(row.id, row.workflow, is_open=row.run in waiting)
            for row in found
            if row.state in _STARTS
        }

    def _later(self, among: sa.ColumnElement[bool], wanted: set[int]) -> Mapping[int, Counter[int]]:
        """What other undos did is none of it."""
        after = (journal.c.run > self.run.id, among, journal.c.path.not_like(f"{BEHIND}%"))
        found: dict[int, Counter[int]] = defaultdict(Counter)
        for row in self._rows(sa.select(journal.c.enrollment, journal.c.run).where(*after)):
            if row.enrollment in wanted:
                found[row.enrollment][row.run] += 1
        return found

    def changed_since(self, module: str, records: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """Record and field -> the last run since that wrote to it, as far as the journal knows."""
        others = sa.select(runs.c.workflow).where(runs.c.id > self.run.id).distinct()
        mine = (enrollments.c.workflow.in_(others), enrollments.c.record.in_(records))
        rows = self._rows(
            sa.select(journal.c.run, enrollments.c.record, journal.c.details)
            .select_from(enrollments.join(journal, journal.c.enrollment == enrollments.c.id))
            .where(*mine, journal.c.run > self.run.id, journal.c.kind == EffectKind.UPDATE.value)
            .order_by(journal.c.run)
        )
        found: dict[tuple[str, str], int] = {}
        for row in rows:
            details = json.loads(row.details)
            if details["module"] == module:
                found |= {
                    (row.record, key): row.run for key, (old, new) in details["changes"].items() if old != new
                }
        return found

    # --- taking back ------------------------------------------------------------------------

    def withdraw(self, found: Withdrawn, clock: Clock) -> None:
        """These letters, questions and starts are not to be, these enrollments wait no more."""
        why = json.dumps({"code": UNDONE})
        self._put(outbox, found.letters, state=LetterState.DROPPED.value, answer=why)
        self._put(asks, found.asks, state=AskState.WITHDRAWN.value)
        self._put(events, found.starts, state=EventState.NOT_STARTED.value, reason=UNDONE)
        ended = {"state": Walking.CANCELLED.value, "reason": UNDONE, "ended_at": stored_instant(clock.now)}
        self._put(enrollments, found.walks, **ended, path=None, since=None, until=None)

    def _put(self, table: sa.Table, numbers: Sequence[int], **values: Any) -> None:
        if numbers:
            self.connection.execute(sa.update(table).values(**values).where(table.c.id.in_(numbers)))

    def forget_goals(self, numbers: Sequence[int]) -> None:
        """Nobody watches any more whether what was taken back reaches its goal."""
        open_goal = (
            enrollments.c.id.in_(numbers),
            *(enrollments.c.goal_at.is_(None), enrollments.c.goal_by.is_not(None)),
            enrollments.c.run == self.run.id,
        )
        self.connection.execute(sa.update(enrollments).values(goal_by=None).where(*open_goal))

    def forget_left(self, numbers: Sequence[int]) -> None:
        """What was left the first time is looked at again."""
        mine = (journal.c.run == self.undo, journal.c.kind == EffectKind.SKIPPED.value)
        among = journal.c.enrollment.between(numbers[0], numbers[-1])
        self.connection.execute(sa.delete(journal).where(among, *mine))

    # --- once -------------------------------------------------------------------------------

    def kept_keys(self) -> int:
        """How many enrollments of the run keep their records from starting anew."""
        counted = sa.select(sa.func.count()).select_from(enrollments).where(*self._begun, self._is_kept)
        return int(self.connection.execute(counted).scalar_one())

    def free_keys(self) -> int:
        """Let the records of the run start anew; how many they are."""
        values = {
            "once_key": sa.literal(f"{_FREED}{self.run.id}:") + enrollments.c.once_key,
            "episode_open": 0,
        }
        freed = sa.update(enrollments).where(*self._begun, self._is_kept).values(values)
        return self.connection.execute(freed).rowcount

    @property
    def _is_kept(self) -> sa.ColumnElement[bool]:
        return sa.not_(is_freed(enrollments.c.once_key))


def is_freed(once_key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether an enrollment was taken back, and its record may start anew."""
    return once_key.like(f"{_FREED}%")


def is_cancelled(made: sa.Table) -> sa.ColumnElement[bool]:
    """Whether the task of a row of the journal was cancelled when its run was taken back."""
    return _is_undone(made, EffectKind.CANCEL)


def is_taken_back(made: sa.Table) -> sa.ColumnElement[bool]:
    """Whether the record that a row of the journal made was cancelled, or is gone, since."""
    return _is_undone(made, EffectKind.CANCEL, EffectKind.REMOVE)


def _is_undone(made: sa.Table, *kinds: EffectKind) -> sa.ColumnElement[bool]:
    undone = journal.alias("undone")
    same = (undone.c.enrollment == made.c.enrollment) & (undone.c.path == sa.literal(BEHIND) + made.c.path)
    kind = undone.c.kind.in_([one.value for one in kinds])
    return sa.exists(sa.select(undone.c.path).where(same, kind).correlate(made))


def start_key(row: Any) -> str:
    """The event by which a step starts another workflow."""
    return f"start/{row.enrollment}/{row.path}"


@dataclass(frozen=True)
class Undos:
    """Runs and the runs that take them back, over one connection."""

    connection: sa.Connection

    def of(self, run: int) -> RunRow | None:
        """The run that takes back another; None where there is none."""
        row = self.connection.execute(sa.select(runs).where(runs.c.undoes == run)).first()
        return None if row is None else run_of(row)

    def nearest(self, *, workflow: str = "", at: datetime | None = None, number: int = 0) -> RunRow | None:
        """The run that did something and is nearest to a moment, of one workflow or all, or to a number."""
        did = [runs.c.state.in_(_ENDED), runs.c.undoes.is_(None), runs.c.started + runs.c.woken > 0]
        did += [runs.c.workflow == workflow] if workflow else []
        place: Any = runs.c.id if at is None else runs.c.at
        where: Any = min(number, LARGEST) if at is None else stored_instant(at)
        before = sa.select(runs).where(*did, place <= where).order_by(place.desc(), runs.c.id.desc()).limit(1)
        after = sa.select(runs).where(*did, place > where).order_by(place, runs.c.id).limit(1)
        found = [run_of(row) for one in (before, after) for row in self.connection.execute(one)]
        if at is None:
            return min(found, key=lambda run: abs(run.id - number), default=None)
        return min(found, key=lambda run: abs(run.at - at), default=None)
