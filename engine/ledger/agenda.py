"""What is to be run, what a person has to decide, and what was not run: every slot ends as a row.

The caller holds the transaction. Instants of the schedule are kept to the second; who works on a run, and
until when, is the business of `claims.py`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.ledger import questions
from engine.ledger.locks import Lock, lock
from engine.ledger.questions import ENDED, OPEN
from engine.ledger.tables import LARGEST, failures, inbox, pauses, runs, schedules, versions
from engine.ledger.upserts import insert_new
from engine.model.moments import Clock
from engine.model.nights import BY_PEOPLE, Cause, RunState
from engine.model.values import stored_instant

Reason: TypeAlias = Mapping[str, object]
"""Why a run is not, or failed: `code`, and the facts of its text."""

HOLD = timedelta(hours=24)
"""A held run that nobody has decided about for so long is skipped (DESIGN section 7)."""


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot, or a stretch of them up to `last`, as it goes into the ledger."""

    workflow: str
    version: str
    slot: str
    at: datetime
    priority: int
    state: RunState = RunState.DUE
    reason: Reason | None = None
    slots: int = 1
    last: str | None = None
    cause: Cause = Cause.CLOCK


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the ledger knows it; `at` is the moment that everything is computed for."""

    id: int
    workflow: str
    version: str
    slot: str | None
    state: RunState
    cause: Cause
    at: datetime
    on_day: str
    due_at: datetime | None
    priority: int
    depth: int
    fence: int
    is_cleared: bool
    is_approved: bool
    checked: int
    matched: int
    deferred: int
    started: int
    failed: int
    woken: int = 0
    effects: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, Any] | None = None
    reason: Reason | None = None
    barred: Sequence[Mapping[str, Any]] = ()
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Workflow -> up to when every slot has its row, and of which moment the last look at what waits was."""

    until: Mapping[str, datetime]
    looked_at: Mapping[str, datetime]


@dataclass(frozen=True)
class Agenda:
    """The runs that are to come, over one connection."""

    connection: sa.Connection

    # --- what is put on it ------------------------------------------------------------------

    def put_slot(self, row: SlotRow, clock: Clock) -> int | None:
        """A scheduled run, or why there is none; its number, None when the slot has its row already."""
        statement = insert_new(self.connection, runs, None, ("workflow", "slot")).returning(runs.c.id)
        number: int | None = self.connection.execute(statement, _slot_values(row, clock)).scalar()
        return number

    def put_missed(self, rows: Sequence[SlotRow], clock: Clock) -> int:
        """Slots that are not run, in one go: after an outage there are thousands. How many rows are new."""
        statement = insert_new(self.connection, runs, None, ("workflow", "slot"))
        values = [_slot_values(row, clock) for row in rows]
        return self.connection.execute(statement, values).rowcount if values else 0

    def extend(self, row: SlotRow, clock: Clock) -> bool:
        """Add a stretch of skipped slots to the one before it, if that was skipped for the same reason.

        A workflow that rests for months is one row, not one a slot.
        """
        mine = (runs.c.workflow == row.workflow) & runs.c.slot.is_not(None)
        found = sa.select(runs.c.id, runs.c.state, runs.c.reason, runs.c.slots).where(mine)
        last = self.connection.execute(found.order_by(runs.c.due_at.desc()).limit(1)).first()
        if last is None or last.state != row.state or last.reason != as_json(row.reason):
            return False
        values = {"slots": last.slots + row.slots, "last_slot": row.last or row.slot}
        ended = {"ended_at": stored_instant(clock.now)}
        self.connection.execute(sa.update(runs).where(runs.c.id == last.id).values(values | ended))
        return True

    def put(self, workflow: str, version: str, cause: Cause, clock: Clock, **more: Any) -> int:
        """A run without a slot, due now: of events, of what has waited. `more`: priority, depth."""
        now = {} if cause in BY_PEOPLE else {"due_at": stored_instant(clock.now)}
        values = {"workflow": workflow, "version": version, "state": RunState.DUE, "cause": cause}
        result = self.connection.execute(
            runs.insert().values(values | _moment(clock.now, clock) | now | more)
        )
        assert result.inserted_primary_key is not None
        return int(result.inserted_primary_key[0])

    def has_row(self, workflow: str, slot: str) -> bool:
        """Whether a slot is accounted for, by a row of its own or within a stretch."""
        return self.connection.execute(*questions.row_of_slot(workflow, slot)).scalar() is not None

    def is_put(self, workflow: str, version: str, cause: Cause) -> bool:
        """Whether a run of that cause is still to be done, or being done."""
        mine = (runs.c.workflow == workflow) & (runs.c.version == version) & (runs.c.cause == cause)
        found = sa.select(runs.c.id).where(mine, runs.c.state.in_(OPEN)).limit(1)
        return self.connection.execute(found).scalar() is not None

    def in_the_way(self, workflow: str, at: datetime) -> list[RunRow]:
        """Earlier runs of the workflow that were not over when a slot fell due, the first one first."""
        rows = self.connection.execute(*questions.in_the_way(workflow, stored_instant(at)))
        return [run_of(row) for row in rows]

    def pass_over(self, number: int, at: datetime) -> None:
        """A run is over before anybody took it up: there was nothing to do."""
        values = {"state": RunState.DONE, "ended_at": stored_instant(at)}
        self.connection.execute(sa.update(runs).where(runs.c.id == number).values(values))

    # --- what stands on it ------------------------------------------------------------------

    def run(self, number: int) -> RunRow | None:
        """One run; no table has a number above the largest."""
        if number > LARGEST:
            return None
        row = self.connection.execute(*questions.run(number)).first()
        return None if row is None else run_of(row)

    def latest(self, workflow: str) -> RunRow | None:
        """The run of a workflow that was put last."""
        found = sa.select(runs).where(runs.c.workflow == workflow).order_by(runs.c.id.desc()).limit(1)
        row = self.connection.execute(found).first()
        return None if row is None else run_of(row)

    def due(self, workflow: str, cause: Cause) -> list[RunRow]:
        """The runs of a workflow that nobody has taken up yet, oldest first."""
        mine = (runs.c.workflow == workflow) & (runs.c.cause == cause) & (runs.c.state == RunState.DUE)
        return [
            run_of(row) for row in self.connection.execute(sa.select(runs).where(mine).order_by(runs.c.id))
        ]

    def held(self) -> list[RunRow]:
        """The runs that wait for a person, oldest first."""
        return [run_of(row) for row in self.connection.execute(*questions.held())]

    def last_ends(self, workflow: str, count: int) -> list[str]:
        """How the latest runs that nobody started by hand, or stopped by a pause, ended; newest first."""
        by_itself = sa.or_(runs.c.state == RunState.FAILED, runs.c.reason.is_(None))
        mine = (runs.c.workflow == workflow) & runs.c.cause.not_in(BY_PEOPLE) & runs.c.state.in_(ENDED)
        found = (
            sa.select(runs.c.state).where(mine, by_itself).order_by(runs.c.ended_at.desc(), runs.c.id.desc())
        )
        return list(self.connection.execute(found.limit(count)).scalars())

    def last_busy(self, workflow: str, count: int) -> list[RunRow]:
        """The latest runs that nobody started by hand and that had anybody to process, newest first."""
        return [run_of(row) for row in self.connection.execute(*questions.last_busy(workflow, count))]

    def note(self, number: int, **values: Any) -> None:
        """Set columns of a run; what is no text or number is kept as JSON."""
        kept = {name: as_json(value) if isinstance(value, dict) else value for name, value in values.items()}
        self.connection.execute(sa.update(runs).where(runs.c.id == number).values(kept))

    def forget_failures(self, number: int) -> None:
        """A run that goes on meets them again."""
        self.connection.execute(sa.delete(failures).where(failures.c.run == number))

    # --- what people decide -----------------------------------------------------------------

    def decide(self, number: int, clock: Clock, by: str, because: str, *, approved: bool) -> bool:
        """Approve a held run, so that it is due, or refuse it; False when it is not held (any more).

        It keeps its moment: what was shown was computed for that.
        """
        at = stored_instant(clock.now)
        values: dict[str, Any] = {"decided_by": by, "decided_at": at, "decided_because": because}
        if approved:
            values |= {"state": RunState.DUE, "cleared": 1}
        else:
            values |= {"state": RunState.REFUSED, "ended_at": at}
        is_held = (runs.c.id == number) & (runs.c.state == RunState.HELD)
        return self.connection.execute(sa.update(runs).where(is_held).values(values)).rowcount == 1

    def expire_holds(self, now: datetime) -> list[int]:
        """Skip the held runs that nobody has decided about for a day; their numbers."""
        expired = [one.id for one in self.held() if now - held_since(one) >= HOLD]
        reason = {"code": "W642", "hours": HOLD // timedelta(hours=1)}
        for number in expired:
            self.note(number, state=RunState.SKIPPED, reason=reason, ended_at=stored_instant(now))
        return expired

    def paused(self) -> dict[str, Reason]:
        """Workflow -> why it is paused, with `by`."""
        return {
            row.workflow: {"code": "W643", **json.loads(row.reason or "{}"), "by": row.by}
            for row in self.connection.execute(*questions.all_pauses())
        }

    def pause(self, workflow: str, now: datetime, by: str, reason: Reason) -> bool:
        """Let a workflow rest; False when it does already."""
        values = {"workflow": workflow, "by": by, "at": stored_instant(now), "reason": as_json(reason)}
        statement = insert_new(self.connection, pauses, values, ("workflow",))
        return self.connection.execute(statement).rowcount == 1

    def resume(self, workflow: str) -> bool:
        """Let it run again; False when it was not paused."""
        return self.connection.execute(sa.delete(pauses).where(pauses.c.workflow == workflow)).rowcount == 1

    # --- how far the clock was looked at ----------------------------------------------------

    def seen(self) -> Seen:
        """How far the workflows were looked at. Nobody else ticks until the commit."""
        # One lock for all: of two who each lock some of the rows, one would wait for the other in a circle.
        lock(self.connection, Lock.TICK)
        rows = list(self.connection.execute(sa.select(schedules)))
        return Seen(
            {row.workflow: datetime.fromisoformat(row.seen_until) for row in rows},
            {row.workflow: datetime.fromisoformat(row.looked_at) for row in rows if row.looked_at},
        )

    def last_slots(self, workflows: Collection[str]) -> dict[str, datetime]:
        """Of these workflows those that had a slot, with the moment of the latest."""
        if not workflows:
            return {}
        mine = runs.c.workflow.in_(list(workflows)) & (runs.c.cause == Cause.CLOCK)
        found = sa.select(runs.c.workflow, sa.func.max(runs.c.at).label("last")).where(mine)
        rows = self.connection.execute(found.group_by(runs.c.workflow))
        return {row.workflow: datetime.fromisoformat(row.last) for row in rows}

    def known_since(self, workflows: Collection[str]) -> dict[str, datetime]:
        """When each of these was first published or had its first slot that ran, whichever is earlier."""
        if not workflows:
            return {}
        ran = (runs.c.cause == Cause.CLOCK, runs.c.state != RunState.MISSED, runs.c.due_at.is_not(None))
        found: dict[str, datetime] = {}
        for workflow, moment, *which in (
            (versions.c.workflow, versions.c.published_at),
            (runs.c.workflow, runs.c.due_at, *ran),
        ):
            mine = workflow.in_(list(workflows))
            first = sa.select(workflow, sa.func.min(moment)).where(mine, *which).group_by(workflow)
            for name, instant in self.connection.execute(first):
                at = datetime.fromisoformat(instant)
                found[name] = min(at, found.get(name, at))
        return found

    def see(
        self, workflows: Sequence[str], now: datetime, before: Seen, looked: Mapping[str, datetime]
    ) -> None:
        """Every slot of these up to now has its row; `looked`: of which moment the look at what waits was."""
        first = insert_new(self.connection, schedules, None, ("workflow",))
        new = sorted(set(workflows) - before.until.keys())
        if new:
            self.connection.execute(
                first, [{"workflow": one, "seen_until": stored_instant(now)} for one in new]
            )
        # One statement for thousands: those that are not on the roster any more are few.
        away = sorted(set(before.until) - set(workflows))
        moved = sa.update(schedules).where(schedules.c.workflow.not_in(away))
        self.connection.execute(moved.values(seen_until=stored_instant(now)))
        if looked:
            mine = sa.update(schedules).where(schedules.c.workflow == sa.bindparam("one"))
            self.connection.execute(
                mine.values(looked_at=sa.bindparam("at")),
                [{"one": one, "at": stored_instant(at)} for one, at in looked.items()],
            )

    # --- small things -----------------------------------------------------------------------

    def tell(self, person: str, text: str, *, run: int, at: datetime, key: str) -> None:
        """A notice about a run on a colleague's page, once under a key."""
        values = {"person": person, "run": run, "at": stored_instant(at), "text": text, "key": key}
        self.connection.execute(insert_new(self.connection, inbox, values | {"urgent": 1}, ("key",)))


def held_since(row: RunRow) -> datetime:
    """When a run was held."""
    since = (row.held or {}).get("since")
    return row.at if since is None else datetime.fromisoformat(since)


def as_json(value: object) -> str | None:
    """As columns keep it; None stays None."""
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _slot_values(row: SlotRow, clock: Clock) -> dict[str, Any]:
    return {
        **_moment(row.at, clock),
        "workflow": row.workflow,
        "version": row.version,
        "slot": row.slot,
        "state": row.state,
        "cause": row.cause,
        "due_at": stored_instant(row.at),
        "priority": row.priority,
        "reason": as_json(row.reason),
        "slots": row.slots,
        "last_slot": row.last,
        "ended_at": None if row.state in OPEN else stored_instant(clock.now),
    }


def run_of(row: sa.Row[Any]) -> RunRow:
    """The row of `wakeline_runs`, opened."""
    return RunRow(
        id=row.id,
        workflow=row.workflow,
        version=row.version,
        slot=row.slot,
        state=RunState(row.state),
        cause=Cause(row.cause),
        at=datetime.fromisoformat(row.at),
        on_day=row.on_day,
        due_at=datetime.fromisoformat(row.due_at) if row.due_at else None,
        priority=row.priority,
        depth=row.depth,
        fence=row.fence,
        is_cleared=bool(row.cleared),
        is_approved=bool(row.cleared and row.decided_by),
        checked=row.checked,
        matched=row.matched,
        deferred=row.deferred,
        started=row.started,
        failed=row.failed,
        woken=row.woken,
        effects=json.loads(row.effects),
        held=json.loads(row.held) if row.held else None,
        reason=json.loads(row.reason) if row.reason else None,
        barred=json.loads(row.barred) if row.barred else (),
        undoes=row.undoes,
    )


def rows_held(connection: sa.Connection, now: datetime) -> Iterator[dict[str, Any]]:
    """The held runs as they are listed: when each is skipped; an expired one is, by the next run."""
    for one in Agenda(connection).held():
        held = dict(one.held or {})
        since = held_since(one)
        yield {
            "run": one.id,
            "workflow": one.workflow,
            "version": one.version,
            "slot": one.slot,
            "at": stored_instant(one.at),
            "held": held,
            "matched": one.matched,
            "since": stored_instant(since),
            "expires": stored_instant(since + HOLD),
            "is_expired": now - since >= HOLD,
        }


def _moment(at: datetime, clock: Clock) -> dict[str, str]:
    return {"at": stored_instant(at), "on_day": at.astimezone(clock.zone).date().isoformat()}
