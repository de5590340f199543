"""What has changed since the last look: records are compared with what the ledger remembers of them.

A look goes over one field of one module, once for all workflows that watch it. The first look remembers and
tells nothing. Differences go into a temporary table, become events there and are then remembered, all in one
transaction; who looks first claims the look, so that two do not tell the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import remembered
from engine.model.entities import FieldType
from engine.model.operands import FieldValue
from engine.model.values import stored_instant
from engine.model.watches import Watch
from engine.records.dialect import Sql, exactly
from engine.records.driving import drop_temporary, make_temporary, note_size
from engine.records.happened import as_key
from engine.records.lower import Lowering
from engine.records.scopes import ColumnScope, TableScope
from engine.records.session import Session
from engine.records.tables import exact_text

MARGIN = timedelta(minutes=10)
"""A modification time may be this much older than the moment at which others can see the record."""
_NOBODY = ""
"""In place of a record: the row that says when a field was looked at last."""
_PAGE = 2_000
_WHOLE_NUMBERS = (FieldType.YES_NO, FieldType.LENGTH)

_seen = sa.Table(
    "wakeline_seen",
    sa.MetaData(),
    sa.Column("record", exact_text(), primary_key=True),
    sa.Column("before", exact_text()),
    sa.Column("after", exact_text()),
    sa.Column("known", sa.Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
_asked = sa.Table(
    "wakeline_asked",
    sa.MetaData(),
    sa.Column("record", exact_text(), primary_key=True),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True)
class Watcher:
    """A workflow and one thing it watches; `session` knows the model of its version."""

    workflow: str
    watch: Watch
    session: Session


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that a look found: `seen` is the one looked at, `record` the one a workflow starts for.

    They differ where a related record is new. `before` and `after` are kept forms, as texts.
    """

    seen: str
    record: str
    before: str | None = None
    after: str | None = None


class Look:
    """A look at one field of one module, or at which records there are, for all who watch it.

    The caller holds the transaction, and asks in this order: `claim`, `fill`, `differences`, `remember`.
    """

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        """`watchers`: one at least; the model of the first is asked for the values."""
        self.watch, self.session = watchers[0].watch, watchers[0].session
        self.watchers = watchers
        self.connection = self.session.connection
        self.last = self._last()

    @property
    def _mine(self) -> Sql:
        """What the ledger remembers of this field."""
        table = remembered
        return sa.and_(table.c.module == self.watch.module.key, table.c.field == self.watch.name)

    def _last(self) -> datetime | None:
        """When it was looked at last; None before the first look."""
        asked = sa.select(remembered.c.value).where(self._mine, remembered.c.record == _NOBODY)
        written = self.connection.execute(asked).scalar()
        return None if written is None else datetime.fromisoformat(written)

    @property
    def is_first(self) -> bool:
        """Whether there is nothing to compare with yet."""
        return self.last is None

    @property
    def is_new_day(self) -> bool:
        """Whether the last look was on another local day; the first one of a day looks at everything."""
        clock = self.session.clock
        return self.last is None or self.last.astimezone(clock.zone).date() != clock.today

    @property
    def is_due(self) -> bool:
        """What is worked out from other records is looked at once a night, all else whenever one looks."""
        return self.watch.is_stored or self.is_new_day

    def claim(self) -> bool:
        """Whether this look is ours: of two at the same time, one finds the mark changed and leaves it."""
        now, mark = stored_instant(self.session.clock.now), remembered.c.record == _NOBODY
        if self.last is None:
            pair = {"module": self.watch.module.key, "field": self.watch.name}
            self.connection.execute(remembered.insert().values(**pair, record=_NOBODY, value=now))
            return True
        same = remembered.c.value == stored_instant(self.last)
        changed = sa.update(remembered).where(self._mine, mark, same).values(value=now)
        return self.connection.execute(changed).rowcount == 1

    def fill(self, only: Collection[str] | None = None) -> None:
        """Put what differs from what is remembered into a temporary table; of some records, or of all."""
        make_temporary(self.connection, _seen)
        now, then = self._values(only).subquery("now"), remembered.alias("then_")
        same = sa.and_(
            then.c.module == self.watch.module.key,
            then.c.field == self.watch.name,
            then.c.record == now.c.record,
        )
        is_new = then.c.record.is_(None)
        differs = sa.or_(is_new, then.c.value.is_distinct_from(now.c.value))
        found = sa.select(now.c.record, then.c.value, now.c.value, sa.case((is_new, 0), else_=1))
        found = found.select_from(now.outerjoin(then, same)).where(differs)
        self.connection.execute(_seen.insert().from_select([one.name for one in _seen.c], found))
        note_size(self.connection, _seen.name)

    def _values(self, only: Collection[str] | None) -> sa.Select[str, str]:
        """Each record with what it holds now, as texts."""
        base, module = TableScope.of(self.session.tables, self.watch.module, "base"), self.watch.module
        operand = self.watch.operand
        value = sa.null() if operand is None else self._lowering.operand(operand, base)
        record, value = (exactly(sa.cast(one, sa.Text)) for one in (base.own_key, value))
        columns = (record.label("record"), value.label("value"))
        tests = self._lately(base)
        if only is not None:
            make_temporary(self.connection, _asked)
            if only:
                self.connection.execute(_asked.insert(), [{"record": one} for one in only])
            tests = [base.own_key.in_(sa.select(as_key(module, _asked.c.record)))]
        return sa.select(*columns).select_from(base.from_clause()).where(*tests)

    def _lately(self, base: TableScope) -> list[Sql]:
        """Where a module tells when its records were written to, only the recent ones within a day."""
        on = self.watch.module.fields.get(self.watch.module.changed_on)
        if on is None or self.last is None or self.is_new_day or not self.watch.is_stored:
            return []
        since, value = self.last - MARGIN, base.field(FieldValue(on, self.watch.module))
        day = since.astimezone(self.session.clock.zone).date().isoformat()
        return [
            sa.or_(value >= (day if on.type is FieldType.DATE else stored_instant(since)), value.is_(None))
        ]

    def differences(self, watcher: Watcher) -> Iterator[list[Difference]]:
        """What counts for a watcher, page by page; nothing at the first look."""
        if self.is_first:
            return
        asked = self._changed(watcher) if watcher.watch.operand is not None else self._created(watcher)
        last = ""
        while True:
            page = asked.where(_seen.c.record > last).order_by(_seen.c.record).limit(_PAGE)
            found = [Difference(*row) for row in self.connection.execute(page)]
            if not found:
                return
            yield found
            last = found[-1].seen

    def _changed(self, watcher: Watcher) -> sa.Select[Any]:
        watch, lowering = watcher.watch, Lowering(watcher.session.tables, watcher.session.clock)
        assert watch.operand is not None
        tests = [_seen.c.known == 1]
        for asked, text in ((watch.before, _seen.c.before), (watch.after, _seen.c.after)):
            if asked is not None:
                held = ColumnScope({watch.operand: _typed(watch.operand.type, text)}, _seen.c.record)
                tests.append(lowering.is_yes(asked, held))
        record = _seen.c.record
        found: sa.Select[Any] = sa.select(record, record, _seen.c.before, _seen.c.after)
        return found.where(*tests)

    def _created(self, watcher: Watcher) -> sa.Select[Any]:
        watch, record, is_new = watcher.watch, _seen.c.record, _seen.c.known == 0
        if watch.relation is None:
            return sa.select(record, record).where(is_new)
        lowering = Lowering(watcher.session.tables, watcher.session.clock)
        fresh = TableScope.of(watcher.session.tables, watch.module, "fresh")
        of = fresh.field(FieldValue(watch.relation.link, watch.module))
        tests = [is_new, of.is_not(None)]
        if watch.where is not None:
            tests.append(lowering.is_yes(watch.where, fresh))
        same = fresh.own_key == as_key(watch.module, record)
        return sa.select(record, of).select_from(_seen.join(fresh.from_clause(), same)).where(*tests)

    def remember(self) -> None:
        """Keep what was seen for the next look, and forget records that are gone; the temporary table too."""
        found = sa.select(_seen.c.record)
        self.connection.execute(sa.delete(remembered).where(self._mine, remembered.c.record.in_(found)))
        pair = (sa.literal(self.watch.module.key), sa.literal(self.watch.name))
        rows = sa.select(*pair, _seen.c.record, _seen.c.after)
        self.connection.execute(remembered.insert().from_select([one.name for one in remembered.c], rows))
        self.close()

    def forget_the_gone(self) -> None:
        """Records that are no longer there: should one come back, it is new.

        Every record that is there is remembered by now, so that to count both tells whether one is gone.
        """
        module = self.watch.module
        there = TableScope.of(self.session.tables, module, "there")
        known = sa.select(sa.func.count()).where(self._mine, remembered.c.record != _NOBODY)
        if self.connection.execute(known).scalar_one() <= self.session.count(module):
            return
        same = there.own_key == as_key(module, remembered.c.record)
        exists = sa.select(sa.literal(1)).select_from(there.source).where(same).correlate(remembered).exists()
        gone = sa.and_(self._mine, remembered.c.record != _NOBODY, sa.not_(exists))
        self.connection.execute(sa.delete(remembered).where(gone))

    def close(self) -> None:
        """The temporary tables go away."""
        for table in (_seen, _asked):
            drop_temporary(self.connection, table.name)

    @property
    def _lowering(self) -> Lowering:
        return Lowering(self.session.tables, self.session.clock)


def is_watched(session: Session) -> bool:
    """Whether anything has been looked at, so that changes count."""
    return session.connection.execute(sa.select(sa.literal(1)).select_from(remembered).limit(1)).scalar() == 1


def forget_unwatched(session: Session, watched: Collection[tuple[str, str]]) -> None:
    """What nobody watches any more is not remembered: who watches it again one day begins anew."""
    marks = sa.select(remembered.c.module, remembered.c.field).where(remembered.c.record == _NOBODY)
    for module, name in session.connection.execute(marks).all():
        if (module, name) not in watched:
            mine = sa.and_(remembered.c.module == module, remembered.c.field == name)
            session.connection.execute(sa.delete(remembered).where(mine))


def _typed(kind: FieldType, text: Sql) -> Sql:
    """A remembered text in kept form."""
    return sa.cast(text, sa.BigInteger) if kind.is_numeric or kind in _WHOLE_NUMBERS else text
