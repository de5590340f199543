"""The whole ledger in numbers, by state and workflow: for those who draw curves. Nothing here writes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from engine.ledger.tables import outbox, runs
from engine.model.nights import LetterState, RunState

_SETTLED_AFTER = timedelta(minutes=1)
"""A chunk is written within a second or two: numbers that are older have all been committed."""


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The runs of a workflow in one state, and what they did; a row may stand for several missed slots."""

    workflow: str
    state: str
    runs: int
    started: int
    woken: int
    failed: int


def run_counts(connection: sa.Connection) -> list[RunCounts]:
    """Every run, by workflow and state."""
    sums = [sa.func.coalesce(sa.func.sum(one), 0) for one in (runs.c.started, runs.c.woken, runs.c.failed)]
    where = (runs.c.workflow, runs.c.state)
    found = sa.select(*where, sa.func.count(), *sums).group_by(*where).order_by(*where)
    return [RunCounts(*row[:3], *map(int, row[3:])) for row in connection.execute(found)]


def slots_not_run(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """Slots that were not run: state (missed, skipped) and code of the reason -> how many."""
    code = sa.func.coalesce(sa.func.json_extract(runs.c.reason, "$.code"), "")
    asleep = runs.c.state.in_((RunState.MISSED, RunState.SKIPPED))
    inner = sa.select(runs.c.state, code.label("code"), runs.c.slots).where(asleep).subquery("asleep")
    where = (inner.c.state, inner.c.code)
    found = sa.select(*where, sa.func.sum(inner.c.slots)).group_by(*where).order_by(*where)
    return {(state, code): int(count) for state, code, count in connection.execute(found)}


def effect_counts(connection: sa.Connection) -> dict[str, int]:
    """Kind of effect -> how many of it all runs had."""
    if connection.dialect.name == "postgresql":
        each = sa.func.json_each_text(sa.cast(runs.c.effects, sa.JSON)).table_valued("key", "value")
    else:
        each = sa.func.json_each(runs.c.effects).table_valued("key", "value")
    count = sa.func.sum(sa.cast(each.c.value, sa.BigInteger))
    found = sa.select(each.c.key, count).select_from(runs.join(each, sa.true())).where(runs.c.effects != "{}")
    rows = connection.execute(found.group_by(each.c.key).order_by(each.c.key))
    return {kind: int(total) for kind, total in rows}


@dataclass
class LetterCounts:
    """Letters by channel and state, asked again and again.

    An outbox holds millions of letters that are sent, and no index tells them apart: each is counted once,
    when it is written, and what has not left is taken off.
    """

    _base: Counter[str] = field(default_factory=Counter)
    _up_to: int = 0
    _newest: tuple[int, datetime] | None = None

    def count(self, connection: sa.Connection, now: datetime) -> dict[tuple[str, str], int]:
        """Channel and state -> how many."""
        if self._newest is not None and now - self._newest[1] >= _SETTLED_AFTER:
            self._base += self._written(connection, self._up_to, self._newest[0])
            self._up_to, self._newest = self._newest[0], None
        newest = connection.execute(sa.select(sa.func.max(outbox.c.id))).scalar() or 0
        if self._newest is None:
            self._newest = (newest, now)
        where = (outbox.c.channel, outbox.c.state)
        unsent = sa.select(*where, sa.func.count()).where(outbox.c.state != LetterState.SENT).group_by(*where)
        found = {(channel, state): count for channel, state, count in connection.execute(unsent)}
        sent = self._base + self._written(connection, self._up_to, newest)
        for (channel, _), count in found.items():
            sent[channel] -= count
        return found | {(channel, str(LetterState.SENT)): max(count, 0) for channel, count in sent.items()}

    def _written(self, connection: sa.Connection, after: int, up_to: int) -> Counter[str]:
        within = (outbox.c.id > after, outbox.c.id <= up_to)
        found = sa.select(outbox.c.channel, sa.func.count()).where(*within).group_by(outbox.c.channel)
        return Counter({row[0]: int(row[1]) for row in connection.execute(found)})
