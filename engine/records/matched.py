"""The matched records of one workflow: a temporary table that is counted, read and written from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.model.effects import Change, Column, Draft, EffectBatch, Fixed, Notice, Update
from engine.model.predicates import Gate
from engine.records.selection import MATCHED, Selection
from engine.records.tables import Sql

_PAGE = 2_000


@dataclass
class Matched:
    """Rows `seq` 1 to `starts` start now; those after, up to `starts + deferred`, wait for another day."""

    connection: sa.Connection
    selection: Selection
    table: sa.TableClause
    starts: int = 0
    deferred: int = 0
    columns: tuple[str, ...] = field(default=())

    @classmethod
    def fill(cls, connection: sa.Connection, selection: Selection) -> Matched:
        """Select into a new temporary table; an older one of this connection goes away."""
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{MATCHED}")
        connection.exec_driver_sql(selection.create_table())
        connection.execute(selection.fill())
        table = selection.matched_table()
        counted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(table.c.deferred), 0))
        everything, deferred = connection.execute(counted.select_from(table)).one()
        columns = tuple(column.name for column in table.c)
        return cls(connection, selection, table, everything - deferred, deferred, columns)

    @property
    def draft(self) -> Draft:
        """What is to be done with them."""
        return self.selection.draft

    def positions(self) -> dict[str, int]:
        """Where each column stands in a row; `nothing` is a column that is always missing."""
        return {**{name: number for number, name in enumerate(self.columns)}, "nothing": len(self.columns)}

    def rows(self, first: int, last: int) -> Sequence[tuple[Any, ...]]:
        """The rows whose seq lies between the two, both included."""
        names = ", ".join(self.columns)
        sql = f"SELECT {names}, NULL FROM {MATCHED} WHERE seq BETWEEN ? AND ? ORDER BY seq"  # noqa: S608 - our names
        return self.connection.exec_driver_sql(sql, (first, last)).cursor.fetchall()

    def all_rows(self) -> Iterator[tuple[Any, ...]]:
        """Every start, page by page."""
        for first in range(1, self.starts + 1, _PAGE):
            yield from self.rows(first, min(first + _PAGE - 1, self.starts))

    def find(self, record: str | int) -> tuple[Any, ...] | None:
        """The row of one record, a start or deferred."""
        sql = f"SELECT {', '.join(self.columns)}, NULL FROM {MATCHED} WHERE id = ?"  # noqa: S608 - our names
        return self.connection.exec_driver_sql(sql, (record,)).cursor.fetchone()

    def deferred_ids(self, limit: int) -> list[Any]:
        """Keys of records that wait for another day."""
        statement = sa.select(self.table.c.id).where(self.table.c.deferred == 1).order_by(self.table.c.seq)
        return list(self.connection.execute(statement.limit(limit)).scalars())

    def count_effects(self) -> list[int]:
        """For each batch of the draft, on how many starts it does something."""
        if not self.draft.batches:
            return []
        counts = [
            sa.func.coalesce(sa.func.sum(sa.cast(self.concerns(batch), sa.Integer)), 0).label(f"n{number}")
            for number, batch in enumerate(self.draft.batches)
        ]
        statement = sa.select(*counts).select_from(self.table).where(self.table.c.deferred == 0)
        return list(self.connection.execute(statement).one())

    def concerns(self, batch: EffectBatch) -> Sql:
        """Whether a batch does something with a row."""
        is_open = self.gate(batch.gate)
        if isinstance(batch, Update):
            return sa.and_(is_open, sa.or_(*(self.differs(change) for change in batch.changes)))
        if isinstance(batch, Notice):
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
        return sa.literal(part.value) if isinstance(part, Fixed) else self.table.c[part.name]

    def drop(self, seqs: Sequence[int]) -> None:
        """Take rows out: they are not started."""
        self.connection.exec_driver_sql(f"DELETE FROM {MATCHED} WHERE seq = ?", [(seq,) for seq in seqs])  # noqa: S608 - our own names

    def close(self) -> None:
        """Drop the temporary table."""
        self.connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{MATCHED}")
