"""Who works on a run: a claim with a lease, and a fence that grows with every claim.

A worker that was stopped past its lease comes back with an old fence: the first thing it writes is refused,
and with it the whole transaction (RELIABILITY F8). Leases run by the clock of the machines, never by `--at`.
The caller holds the transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.ledger.agenda import RunRow, as_json, run_of
from engine.ledger.built import built_once
from engine.ledger.tables import runs, shards, workers
from engine.ledger.upserts import insert_new
from engine.model.diagnostics import StaleFence
from engine.model.nights import BY_PEOPLE, Cause, RunState

MOST_BREAKS = 10
"""A run that has been found broken off so often is given up: it may be what breaks its worker."""
_JSON = frozenset({"effects", "held", "barred", "reason"})


@dataclass(frozen=True, slots=True)
class Hand:
    """A worker as claims know it: its name, the moment by its machine, who is known to be dead."""

    name: str
    now: datetime
    dead: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of a run: its number, where it stands, and the keys it goes over."""

    number: int
    state: str
    from_key: str | None = None
    to_key: str | None = None


@dataclass(frozen=True)
class Claims:
    """The runs that are worked on, over one connection."""

    connection: sa.Connection

    def next_run(self, hand: Hand) -> RunRow | None:
        """The run that may be claimed now; None when nothing is due, or its turn has not come."""
        row = self.connection.execute(*_next(precise(hand.now), *_dead_twice(hand))).first()
        return None if row is None else run_of(row)

    def claim(self, run: int, hand: Hand, lease: timedelta, *, at_once: bool = False) -> int | None:
        """Take a run up; its new fence, None when it is somebody else's or its turn has not come.

        With `at_once` a person asked for it, who need not wait for a turn.
        """
        before = self.connection.execute(*_stand_of(run)).first()
        values = {"worker": hand.name, "lease_until": precise(hand.now + lease)}
        if before is not None and before.state == RunState.RUNNING:
            values["reason"] = str(as_json({"code": "W646", "count": _breaks(before.reason) + 1}))
        claim = _claim_at_once if at_once else _claim_in_turn
        claimed, asked = claim(run, precise(hand.now), *_dead_twice(hand))
        if self.connection.execute(claimed, asked | values).rowcount != 1:
            return None
        return int(self.connection.execute(*_stand_of(run)).one().fence)

    def breaks(self, run: int) -> int:
        """How often it was found broken off."""
        row = self.connection.execute(*_stand_of(run)).first()
        return 0 if row is None else _breaks(row.reason)

    def in_hand(self, worker: str) -> int | None:
        """The run that a worker has taken up, and not given back."""
        mine = (runs.c.worker == worker) & (runs.c.state == RunState.RUNNING)
        return self.connection.execute(sa.select(runs.c.id).where(mine).limit(1)).scalar()

    def take_by_hand(self, run: int, hand: Hand, lease: timedelta) -> int:
        """Begin a run that was put in this very transaction, by a person who need not wait for a turn."""
        until = precise(hand.now + lease)
        values = {"state": RunState.RUNNING, "fence": 1, "worker": hand.name, "lease_until": until}
        self.connection.execute(sa.update(runs).where(runs.c.id == run).values(values))
        return 1

    def end_broken(self, workflow: str, hand: Hand, ended_at: str) -> None:
        """A person starts the workflow anew: what was started by hand before and broke off has failed."""
        broken = _is_abandoned(precise(hand.now), sorted(hand.dead))
        mine = (runs.c.workflow == workflow) & (runs.c.cause == Cause.HAND) & broken
        reason = as_json({"code": "W651"})
        values = {"state": RunState.FAILED, "reason": reason, "ended_at": ended_at, "worker": None}
        self.connection.execute(sa.update(runs).where(mine).values(values))

    def renew(self, run: int, fence: int, until: datetime, **values: Any) -> None:
        """Note what a run has done and keep it for longer. Raises StaleFence when somebody took it over."""
        self._fenced(run, fence, {**values, "lease_until": precise(until)})

    def release(self, run: int, fence: int) -> None:
        """Give a run back as it is; somebody goes on with it. Nothing happens when it was taken over."""
        mine = (runs.c.id == run) & (runs.c.fence == fence) & (runs.c.state == RunState.RUNNING)
        values = {"state": RunState.DUE, "worker": None, "lease_until": None, "reason": None}
        self.connection.execute(sa.update(runs).where(mine).values(values))

    def end(self, run: int, fence: int, state: RunState, **values: Any) -> None:
        """Put a run into the state it ends in, or waits for a person in. Raises StaleFence."""
        left = {"state": state, "worker": None, "lease_until": None, "reason": None}
        self._fenced(run, fence, {**left, **values})

    def _fenced(self, run: int, fence: int, values: Mapping[str, Any]) -> None:
        kept = {name: as_json(value) if name in _JSON else value for name, value in values.items()}
        mine, asked = _in_hand(run, fence)
        if self.connection.execute(mine, asked | kept).rowcount != 1:
            raise StaleFence(run=run)

    # --- parts of a run ---------------------------------------------------------------------

    def put_shard(self, run: int, shard: Shard) -> None:
        """A part that is to be done."""
        values = {"run": run, "number": shard.number, "state": shard.state}
        keys = {"from_key": shard.from_key, "to_key": shard.to_key}
        self.connection.execute(_NEW_SHARD, values | keys)

    def shards(self, run: int) -> list[Shard]:
        """The parts of a run; none before its guards have let it pass."""
        rows = self.connection.execute(*_shards_of(run))
        return [Shard(row.number, row.state, row.from_key, row.to_key) for row in rows]

    def note_shard(self, run: int, number: int, state: str, *, hand: Hand, fence: int) -> None:
        """Where a part stands, and that it goes forward."""
        values = {"state": state, "worker": hand.name, "fence": fence, "progress_at": precise(hand.now)}
        mine, asked = _shard(run, number)
        self.connection.execute(mine, asked | values)

    # --- workers ----------------------------------------------------------------------------

    def busy_workers(self) -> list[str]:
        """Who holds a run."""
        return list(self.connection.execute(_BUSY).scalars())

    def beat(self, hand: Hand, version: str) -> None:
        """A worker is here."""
        at = precise(hand.now)
        values = {"name": hand.name, "started_at": at, "seen_at": at, "version": version}
        self.connection.execute(insert_new(self.connection, workers, values, ("name",)))
        mine = workers.c.name == hand.name
        self.connection.execute(sa.update(workers).where(mine).values(seen_at=at))

    def leave(self, name: str) -> None:
        """A worker goes."""
        self.connection.execute(sa.delete(workers).where(workers.c.name == name))

    def workers_seen(self, since: datetime) -> list[str]:
        """The workers that were here at some moment since."""
        found = sa.select(workers.c.name).where(workers.c.seen_at >= precise(since))
        return list(self.connection.execute(found.order_by(workers.c.name)).scalars())


def precise(moment: datetime) -> str:
    """An instant of a machine's clock, to the millisecond: leases in tests are short."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- what is asked: made once, for a worker asks with every run ------------------------------------

_OTHER, _BEFORE, _HOLD, _OWN_HOLD = map(runs.alias, ("other", "before", "hold", "own_hold"))
_NEW_SHARD = shards.insert()
_HELD_BY = (runs.c.state == RunState.RUNNING, runs.c.worker.is_not(None))
_BUSY = sa.select(runs.c.worker).where(*_HELD_BY).distinct()


@built_once
def _next(now: str, dead: Sequence[str], but_dead: Sequence[str]) -> sa.Select[Any]:
    first = sa.func.coalesce(runs.c.due_at, runs.c.at)
    order = (first, runs.c.priority, runs.c.workflow, runs.c.id)
    return sa.select(runs).where(_may_claim(now, dead, but_dead)).order_by(*order).limit(1)


@built_once
def _stand_of(run: int) -> sa.Select[Any]:
    return sa.select(runs.c.state, runs.c.reason, runs.c.fence).where(runs.c.id == run)


@built_once
def _claim_in_turn(of_run: int, now: str, dead: Sequence[str], but_dead: Sequence[str]) -> sa.Update:
    return _claim(of_run, _may_claim(now, dead, but_dead))


@built_once
def _claim_at_once(of_run: int, now: str, dead: Sequence[str], but_dead: Sequence[str]) -> sa.Update:
    return _claim(of_run, _may_claim(now, dead, but_dead, at_once=True))


def _claim(run: int, may: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(runs).where(runs.c.id == run, may).values(state=RunState.RUNNING, fence=runs.c.fence + 1)


@built_once
def _in_hand(of_run: int, by_fence: int) -> sa.Update:
    mine = (runs.c.id == of_run) & (runs.c.fence == by_fence) & (runs.c.state == RunState.RUNNING)
    return sa.update(runs).where(mine)


@built_once
def _shards_of(run: int) -> sa.Select[Any]:
    return sa.select(shards).where(shards.c.run == run).order_by(shards.c.number)


@built_once
def _shard(of_run: int, by_number: int) -> sa.Update:
    return sa.update(shards).where(shards.c.run == of_run, shards.c.number == by_number)


def _is_abandoned(now: str, dead: Sequence[str]) -> sa.ColumnElement[bool]:
    """Running, but its worker is known to be dead, or has not been heard of past the lease."""
    lapsed = sa.or_(runs.c.lease_until.is_(None), runs.c.lease_until < now)
    return (runs.c.state == RunState.RUNNING) & sa.or_(lapsed, runs.c.worker.in_(dead))


def _dead_twice(hand: Hand) -> tuple[list[str], list[str]]:
    """Who is asked for with IN and with NOT IN: as one parameter, a list of nobody would get one meaning."""
    return sorted(hand.dead), sorted(hand.dead)


def _may_claim(
    now: str, dead: Sequence[str], but_dead: Sequence[str], *, at_once: bool = False
) -> sa.ColumnElement[bool]:
    """Free, and nothing stands before it: the runs of a night go in order (DESIGN section 7).

    What a person starts is outside the order. Nobody works on two runs of one workflow at a time.
    """
    other = _OTHER
    is_busy = (other.c.state == RunState.RUNNING) & (other.c.lease_until >= now)
    is_busy &= sa.or_(other.c.worker.is_(None), other.c.worker.not_in(but_dead))
    twin = sa.exists().where(other.c.workflow == runs.c.workflow, other.c.id != runs.c.id, is_busy)
    free = sa.or_(runs.c.state == RunState.DUE, _is_abandoned(now, dead))
    may_go = sa.true() if at_once else sa.or_(runs.c.cause.in_(BY_PEOPLE), _has_turn())
    return sa.and_(free, sa.not_(twin), may_go)


def _has_turn() -> sa.ColumnElement[bool]:
    """No run before it is due or running; those that wait for a held one of their workflow do not count."""
    before = _BEFORE
    earlier = sa.tuple_(*_place(before)) < sa.tuple_(*_place(runs))
    is_open = before.c.state.in_((RunState.DUE, RunState.RUNNING))
    counts = sa.and_(before.c.cause.not_in(BY_PEOPLE), sa.not_(_is_behind_hold(before, _HOLD)))
    standing = sa.and_(is_open, counts, earlier)
    return sa.and_(sa.not_(sa.exists().where(standing)), sa.not_(_is_behind_hold(runs, _OWN_HOLD)))


def _is_behind_hold(table: Any, held: Any) -> sa.ColumnElement[bool]:
    """Whether an earlier slot of the same workflow waits for a person; a queued one waits with it."""
    is_held = sa.and_(held.c.state == RunState.HELD, held.c.cause == Cause.CLOCK)
    same = sa.and_(held.c.workflow == table.c.workflow, held.c.due_at < table.c.due_at)
    return sa.and_(table.c.cause == Cause.CLOCK, sa.exists().where(is_held, same))


def _place(table: Any) -> tuple[sa.ColumnElement[Any], ...]:
    return table.c.due_at, table.c.priority, table.c.workflow, table.c.id


def _breaks(reason: str | None) -> int:
    found = json.loads(reason) if reason else {}
    return int(found["count"]) if found.get("code") == "W646" else 0
