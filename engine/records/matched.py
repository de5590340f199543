"""The matched records of one workflow: a temporary table that is counted, read and written from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause

from engine.ledger.tables import enrollments
from engine.model.effects import Ask, Change, Column, Draft, EffectBatch, Fixed, Notice, Update, fanned_of
from engine.model.operands import Gate
from engine.records.drawing import Drawing
from engine.records.driving import drop_temporary, execute_many, fetch, make_temporary, note_size
from engine.records.fans import FanTable
from engine.records.selection import Selection
from engine.records.tables import Sql, constant

_PAGE = 2_000
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(enrollments.c.id), 0))


@dataclass
class Matched:
    """Rows `seq` 1 to `starts` start now; those after, up to `starts + deferred`, wait for another day.

    `newest` is the newest enrollment that the selection has seen, or that came of these rows since.
    """

    connection: sa.Connection
    selection: Selection
    table: sa.TableClause
    starts: int = 0
    deferred: int = 0
    columns: tuple[str, ...] = field(default=())
    fans: tuple[FanTable, ...] = ()
    newest: int | None = None

    @classmethod
    def fill(cls, connection: sa.Connection, selection: Selection) -> Matched:
        """Select into a new temporary table; an older one of this connection goes away."""
        make_temporary(connection, selection.create_table())
        newest = newest_enrollment(connection) if selection.has_ledger else None  # before anything is seen
        connection.execute(selection.fill())
        note_size(connection, selection.name)
        table = selection.matched_table()
        Drawing(connection, selection, table).complete()
        counted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(table.c.deferred), 0))
        everything, deferred = connection.execute(counted.select_from(table)).one()
        columns = tuple(column.name for column in table.c)
        found = cls(connection, selection, table, everything - deferred, deferred, columns, newest=newest)
        found.fans = tuple(FanTable(selection, fan, table) for fan in selection.draft.fans)
        for one in found.fans:
            one.fill(connection, found.gate(one.fan.gate))
        return found

    @property
    def goes_on(self) -> bool:
        """Whether these are enrollments that have waited, and not records that start."""
        return self.selection.goes_on

    @property
    def path(self) -> str:
        """The step that they have waited at; empty for records that start."""
        return self.selection.path

    @property
    def enrollment(self) -> Sql:
        """The number of the enrollment that goes on."""
        return sa.cast(self.table.c.once_key, sa.Integer)

    def enrollments(self, first: int, last: int) -> dict[int, int]:
        """The enrollments of a chunk by `seq`."""
        chosen = sa.select(self.table.c.seq, self.enrollment).where(self.table.c.seq.between(first, last))
        return {seq: number for seq, number in self.connection.execute(chosen)}  # noqa: C416 - rows are no pairs to mypy

    def deferred_records(self) -> sa.Select[str]:
        """Those that wait for another day, by their keys as the ledger holds them."""
        chosen = sa.select(self.selection.record_text(self.table.c.id))
        return chosen.where(self.table.c.deferred == 1)

    @property
    def draft(self) -> Draft:
        """What is to be done with them."""
        return self.selection.draft

    def positions(self) -> dict[str, int]:
        """Where each column stands in a row; `nothing` is a column that is always missing.

        The columns of a fan stand after those, in its own rows.
        """
        found = {name: number for number, name in enumerate((*self.columns, "nothing"))}
        for one in self.fans:
            found |= {name: number for number, name in enumerate(one.columns, len(self.columns) + 1)}
        return found

    def rows(self, first: int, last: int) -> Sequence[tuple[Any, ...]]:
        """The rows whose seq lies between the two, both included."""
        names = ", ".join(self.columns)
        sql = f"SELECT {names}, NULL FROM {self.table.name} WHERE seq BETWEEN ? AND ? ORDER BY seq"  # noqa: S608 - our names
        return fetch(self.connection, sql, (first, last))

    def all_rows(self) -> Iterator[tuple[Any, ...]]:
        """Every start, page by page."""
        for first in range(1, self.starts + 1, _PAGE):
            yield from self.rows(first, min(first + _PAGE - 1, self.starts))

    def related_rows(self, fan: int, first: int, last: int) -> Sequence[tuple[Any, ...]]:
        """The related records of these starts, each as the row of its start and then its own columns."""
        one = self.fans[fan]
        names = ", ".join((*self.columns, "NULL", *one.columns))
        sql = (
            f"SELECT {names} FROM {one.name} JOIN {self.table.name} ON seq = parent"  # noqa: S608 - our names
            f" WHERE parent BETWEEN ? AND ? ORDER BY parent, {one.columns[0]}"
        )
        return fetch(self.connection, sql, (first, last))

    def related_to(self, row: Sequence[Any]) -> Mapping[int, Sequence[tuple[Any, ...]]]:
        """The rows of every fan for one start."""
        return {number: self.related_rows(number, row[0], row[0]) for number in range(len(self.fans))}

    def all_related(self) -> Iterator[tuple[Any, ...]]:
        """The related records of every start, fan by fan, page by page."""
        for number in range(len(self.fans)):
            for first in range(1, self.starts + 1, _PAGE):
                yield from self.related_rows(number, first, min(first + _PAGE - 1, self.starts))

    def find(self, record: str | int) -> tuple[Any, ...] | None:
        """The row of one record, a start or deferred."""
        sql = f"SELECT {', '.join(self.columns)}, NULL FROM {self.table.name} WHERE id = ?"  # noqa: S608 - our names
        return next(iter(fetch(self.connection, sql, (record,))), None)

    def deferred_ids(self, limit: int, first: int = 0) -> list[Any]:
        """Keys of records that wait for another day, from one number (counted from 0) on."""
        statement = sa.select(self.table.c.id).where(self.table.c.deferred == 1).order_by(self.table.c.seq)
        return list(self.connection.execute(statement.offset(first).limit(limit)).scalars())

    @cached_property
    def effects(self) -> Sequence[int]:
        """For each batch of the draft, on how many starts, or their related records, it does something.

        Counted once, of all that were selected, whatever is left out later.
        """
        found: dict[int, int] = {}
        for fan in (None, *range(len(self.fans))):
            counts = {
                number: sa.func.coalesce(sa.func.sum(sa.cast(self.concerns(batch), sa.Integer)), 0)
                for number, batch in enumerate(self.draft.batches)
                if _fan_of(batch) == fan
            }
            if counts:
                asked = sa.select(*(count.label(f"n{number}") for number, count in counts.items()))
                statement = asked.select_from(self.beside(fan)).where(self.table.c.deferred == 0)
                found |= zip(counts, self.connection.execute(statement).one(), strict=True)
        return [found[number] for number in range(len(self.draft.batches))]

    def beside(self, fan: int | None) -> FromClause:
        """What the effects of a batch are selected from: the starts, or the related records of a fan."""
        if fan is None:
            return self.table
        related = self.fans[fan].table
        return related.join(self.table, related.c.parent == self.table.c.seq)

    def concerns(self, batch: EffectBatch) -> Sql:
        """Whether a batch does something with a row."""
        is_open, fanned = self.gate(batch.gate), fanned_of(batch)
        if fanned is not None:
            return sa.and_(is_open, self.fans[fanned.fan].concerns(fanned))
        if isinstance(batch, Update):
            return sa.and_(is_open, sa.or_(*(self.differs(change) for change in batch.changes)))
        if isinstance(batch, Notice | Ask):
            return sa.and_(is_open, self.part(batch.to).is_not(None))
        return is_open

    def gate(self, gate: Gate) -> Sql:
        """Whether a gate stands open for a row."""
        parts = [self.table.c[f"b{number}"] == int(answer) for number, answer in gate.taken]
        parts += [sa.not_(self.gate(one)) for one in gate.unless]
        return sa.and_(sa.true(), *parts)

    def differs(self, change: Change) -> Sql:
        """Whether a field would get another value."""
        return self.part(change.after).is_distinct_from(self.part(change.before))

    def part(self, part: Fixed | Column) -> Sql:
        """A constant, or a column of the row."""
        return constant(part.value, part.type) if isinstance(part, Fixed) else self.table.c[part.name]

    def drop(self, seqs: Sequence[int]) -> None:
        """Take rows out: they are not started."""
        sql = f"DELETE FROM {self.table.name} WHERE seq = ?"  # noqa: S608 - our own names
        execute_many(self.connection, sql, [(seq,) for seq in seqs])

    def close(self) -> None:
        """Drop the temporary tables."""
        for one in self.fans:
            one.drop(self.connection)
        drop_temporary(self.connection, self.table.name)


def newest_enrollment(connection: sa.Connection) -> int:
    """The number of the newest enrollment; 0 before the first."""
    return int(connection.execute(_NEWEST).scalar_one())


def _fan_of(batch: EffectBatch) -> int | None:
    fanned = fanned_of(batch)
    return None if fanned is None else fanned.fan
