"""Undo: what a run did is taken back, as far as nobody has touched it since; itself a run with a journal.

What is taken back, and what is left and why, is planned for a chunk of enrollments as pure data. The dry run
shows it, the run carries it out in one transaction a chunk. What the undo's journal has is not done again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from engine.dryrun import next_runs
from engine.eventing import look_away
from engine.ledger.agenda import Agenda, RunRow
from engine.ledger.traces import Trail, Undos
from engine.model.diagnostics import EngineError, RecordRefused, WrongUsage
from engine.model.nights import Cause, RunState
from engine.model.values import stored_instant
from engine.pipeline import RunResult
from engine.publishing import Runnable
from engine.records.session import Session
from engine.shift import Shift
from engine.taking_back import Chunk, Taken, carry_back, plan_back
from engine.workspace import Workspace

CHUNK = 1_000
"""So many enrollments are taken back in one transaction."""
_NEVER = frozenset({RunState.SKIPPED, RunState.MISSED, RunState.REFUSED})
_OPEN = frozenset({RunState.HELD, RunState.DUE, RunState.RUNNING})


@dataclass
class Undoing:
    """A run that is taken back: what becomes of each of its effects is read from it, one after the other.

    `undo` is the run that does it, None in a dry run; `was_undone` says that it had been done before.
    `freed` records may start anew. `next_at` is when the workflow runs again by itself.
    """

    session: Session
    trail: Trail
    freed: int
    keeper: _Keeper | None = None
    was_undone: bool = False
    next_at: datetime | None = None
    done: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def run(self) -> RunRow:
        """The run that is taken back."""
        return self.trail.run

    @property
    def undo(self) -> int | None:
        """The run that takes it back."""
        return None if self.keeper is None else self.keeper.row.id

    @property
    def state(self) -> str:
        """`planned`; else `done`, or `already` where nothing was left to do."""
        if self.keeper is None:
            return "planned"
        return "already" if self.was_undone and not self.done and not self.freed else "done"

    def steps(self) -> Iterator[Taken]:
        """Everything that the run did, enrollment by enrollment; a chunk is told once it is over."""
        try:
            yield from self._steps()
        except BaseException:
            if self.keeper is not None:
                self.keeper.release()
            raise
        if self.keeper is not None:
            self.keeper.end()

    def _steps(self) -> Iterator[Taken]:
        last = 0
        while numbers := self._next(last):
            for chunk in self._chunks(numbers):
                for one in chunk.taken:
                    (self.left if one.left else self.done)[one.left or str(one.kind)] += 1
                    yield one
            last = numbers[-1]

    def _next(self, last: int) -> list[int]:
        if self.keeper is None:
            return self.trail.enrollments_after(last, CHUNK)
        with self.session.transaction():
            return self.trail.enrollments_after(last, CHUNK)

    def _chunks(self, numbers: list[int]) -> Iterator[Chunk]:
        """Where the database refuses a record the halves are tried, down to the one that it refuses."""
        if self.keeper is None:
            yield plan_back(self.session, self.trail, numbers, locked=False)
            return
        try:
            yield self._carried(numbers)
        except RecordRefused as refused:
            if len(numbers) == 1:
                yield self._carried(numbers, refused)
                return
            middle = len(numbers) // 2
            for half in (numbers[:middle], numbers[middle:]):
                yield from self._chunks(half)

    def _carried(self, numbers: list[int], refused: RecordRefused | None = None) -> Chunk:
        assert self.keeper is not None
        with self.session.attempt():
            chunk = plan_back(self.session, self.trail, numbers, locked=True)
            chunk = chunk if refused is None else chunk.without_records(refused)
            carry_back(self.session, self.trail, chunk)
            self.keeper.note(chunk)
        return chunk


@dataclass
class _Keeper:
    """Who keeps the row of the undo: under its fence it notes what is done, and ends it."""

    shift: Shift
    row: RunRow
    fence: int
    effects: Counter[str]

    def note(self, chunk: Chunk) -> None:
        """In the transaction of a chunk; raises StaleFence when somebody else has the run."""
        self.effects.update(str(one.kind) for one in chunk.taken if not one.left)
        until = self.shift.clocks.machine() + self.shift.lease
        self.shift.claims.renew(self.row.id, self.fence, until, effects=dict(self.effects))

    def release(self) -> None:
        """Give it back as it is; where even that fails its lease ends by itself."""
        with suppress(EngineError), self.shift.translated(), self.shift.session.transaction():
            self.shift.claims.release(self.row.id, self.fence)

    def end(self) -> None:
        """It is over. What was put back starts no workflow."""
        shift, reason = self.shift, {"code": "W683", "run": self.row.undoes}
        with shift.session.transaction():
            look_away(shift.session, shift.roster.all(shift.session), self.row.workflow, self.row.id)
            ended = {"ended_at": stored_instant(shift.clocks.now()), "reason": reason}
            shift.claims.end(self.row.id, self.fence, RunState.DONE, **ended)


def plan_undo(session: Session, workspace: Workspace, number: int, *, again: bool) -> Undoing:
    """What taking a run back would do, on a session that cannot write. Raises WrongUsage."""
    row = _demand(session, number)
    undo = Undos(session.connection).of(number)
    trail = Trail(session.connection, row, None if undo is None else undo.id)
    freed = trail.kept_keys() if again else 0
    return Undoing(session, trail, freed, next_at=_next_time(session, workspace, row))


def begin_undo(shift: Shift, number: int, by: str, *, again: bool) -> Undoing:
    """Take a run back: put a run that does it, or go on with the one that broke off. Raises WrongUsage."""
    session = shift.session
    with session.transaction():
        row = _demand(session, number)
        before = Undos(session.connection).of(number)
        undo, fence = _claim(shift, row, before, by)
        trail = Trail(session.connection, row, undo.id)
        freed = trail.free_keys() if again else 0
        next_at = _next_time(session, shift.roster.workspace, row)
    was_undone = before is not None and before.state == RunState.DONE
    keeper = _Keeper(shift, undo, fence, Counter(undo.effects))
    return Undoing(session, trail, freed, keeper, was_undone, next_at)


def go_on_undoing(shift: Shift, undo: RunRow, fence: int, one: Runnable) -> RunResult:
    """An undo that broke off, taken up by a worker, to its end."""
    session = shift.session
    with session.transaction():
        assert undo.undoes is not None
        row = shift.agenda.run(undo.undoes)
    assert row is not None
    trail = Trail(session.connection, row, undo.id)
    own = session.about(one.workspace.model, one.workspace.settings.late_calendar)
    keeper = _Keeper(shift, undo, fence, Counter(undo.effects))
    found = Undoing(own, trail, 0, keeper)
    for _ in found.steps():
        pass
    count = sum(keeper.effects.values())
    at = session.clock.local.isoformat()
    return RunResult(
        undo.id, one.workflow, "done", at, matched=count, effects=keeper.effects, cause=Cause.UNDO
    )


def _claim(shift: Shift, row: RunRow, before: RunRow | None, by: str) -> tuple[RunRow, int]:
    """The run that takes another back, and the fence under which it is ours."""
    agenda, clock = shift.agenda, shift.session.clock
    decided = {"decided_by": by, "decided_at": stored_instant(clock.now)}
    if before is None:
        number = agenda.put(
            row.workflow, row.version, Cause.UNDO, clock, undoes=row.id, priority=row.priority, **decided
        )
    else:
        number = before.id
        if before.state is not RunState.RUNNING:
            agenda.note(number, state=RunState.DUE, ended_at=None, **decided)
    fence = shift.claims.claim(number, shift.hand(), shift.preparing, at_once=True)
    undo = agenda.run(number)
    if fence is None or undo is None:
        raise WrongUsage("W627", run=row.id, workflow=row.workflow)
    return undo, fence


def _demand(session: Session, number: int) -> RunRow:
    """A run that can be taken back. Raises WrongUsage."""
    if not session.has_ledger:
        raise WrongUsage("W623", run=number, **_told(session, None))
    undos, row = Undos(session.connection), Agenda(session.connection).run(number)
    if row is None:
        raise WrongUsage("W623", run=number, **_told(session, undos.nearest(number=number)))
    if row.undoes is not None:
        raise WrongUsage("W624", run=number, undoes=row.undoes, workflow=row.workflow)
    if row.state in _OPEN:
        raise WrongUsage("W626", run=number, workflow=row.workflow, kind=str(row.state))
    if row.state in _NEVER or not (row.started or row.woken):
        near = undos.nearest(workflow=row.workflow, at=row.at)
        kind = str(row.state) if row.state in _NEVER else "nothing"
        raise WrongUsage("W625", run=number, kind=kind, **_told(session, near or undos.nearest(at=row.at)))
    return row


def _told(session: Session, near: RunRow | None) -> dict[str, str]:
    """The facts of the nearest run; empty where there is none."""
    if near is None:
        return {"nearest": "", "workflow": "", "at": ""}
    local = near.at.astimezone(session.clock.zone)
    return {"nearest": str(near.id), "workflow": near.workflow, "at": f"{local:%Y-%m-%d %H:%M}"}


def _next_time(session: Session, workspace: Workspace, row: RunRow) -> datetime | None:
    """When the workflow runs again by itself; None where it rests, or never does."""
    workflow = workspace.workflow(row.workflow)
    if workflow is None or not workflow.active or row.workflow in Agenda(session.connection).paused():
        return None
    return next(iter(next_runs(workflow, workspace, session, count=1)), None)
