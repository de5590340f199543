"""A chunk of matched records carried out: enrollments first, then journal, updates, new records, outbox.

Everything of a chunk happens in the caller's transaction. Statements without text work on the temporary
table inside the database; rows with text come from Python through the driver's executemany (SPIKE section 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import enrollments, failures, journal, outbox
from engine.model.effects import (
    Create,
    EffectBatch,
    EffectKind,
    Fanned,
    Notice,
    Skipped,
    Stop,
    Update,
    fanned_of,
    path_to,
)
from engine.model.entities import FieldType, Module
from engine.model.workflow import Once
from engine.records.matched import Matched
from engine.records.tables import Sql, binding, bound


@dataclass(frozen=True)
class ChunkWriter:
    """Writes the matched records `first` to `last` for one run; the enrollment of a row is `base + seq`."""

    matched: Matched
    run: int
    first: int
    last: int
    base: int

    @classmethod
    def begin(cls, matched: Matched, run: int, first: int, last: int) -> ChunkWriter:
        """A writer whose enrollments get ids above all present ones."""
        newest = matched.connection.execute(
            sa.select(sa.func.coalesce(sa.func.max(enrollments.c.id), 0))
        ).scalar_one()
        return cls(matched, run, first, last, newest - first + 1)

    def taken(self) -> list[int]:
        """Rows that are not as they were selected: started meanwhile, gone, or written to by others."""
        selection, table = self.matched.selection, self.matched.table
        tables, module = selection.tables, selection.workflow.module
        target = tables.of(module).alias("target")
        key = target.c[module.record_key.column]
        others = [selection.started(table.c.id, table.c.once_key), key.is_(None)]
        for change in self.matched.draft.writes:
            now, before = tables.kept(module, change.field, target), self.matched.part(change.before)
            others.append(now.is_distinct_from(before))
        beside = table.outerjoin(target, key == table.c.id)
        found = sa.select(table.c.seq).select_from(beside).where(self._in_chunk(), sa.or_(*others))
        return list(self._execute(found).scalars())

    def enroll(self) -> None:
        """One enrollment a row; it is over at once, done or stopped."""
        selection, table = self.matched.selection, self.matched.table
        stops = [batch for batch in self.matched.draft.batches if isinstance(batch, Stop)]
        reasons = [(self.matched.gate(batch.gate), sa.literal(batch.reason)) for batch in stops]
        reason: Sql = sa.case(*reasons, else_=None) if reasons else sa.null()
        state = sa.case((reason.is_not(None), "stopped"), else_="done") if reasons else sa.literal("done")
        is_episode, control = selection.workflow.once_per.kind is Once.EPISODE, self.matched.draft.control
        # One moment may see several episodes of a record; a run sees one.
        once_key = table.c.once_key + sa.literal(f"#{self.run}") if is_episode else table.c.once_key
        chosen = sa.select(
            sa.literal(self.base) + table.c.seq,
            sa.literal(selection.workflow.id),
            selection.record_text(table.c.id),
            once_key,
            sa.literal(self.run),
            sa.literal(selection.clock.today.isoformat()),
            state,
            reason,
            sa.literal(int(is_episode)),
            sa.literal(0) if control is None else table.c[f"b{control}"],
        ).where(self._in_chunk())
        names = [column.name for column in enrollments.c]
        self._execute(enrollments.insert().from_select(names, chosen))

    def journal(self, batch: EffectBatch) -> int:
        """One row for each effect of a batch; their number."""
        details, fanned = self._details(batch), fanned_of(batch)
        if fanned is not None:
            return self._journal_related(batch, fanned, details)
        written = self._journal(batch.path, str(batch.kind), self.matched.concerns(batch), details)
        if isinstance(batch, Notice):
            nobody = sa.and_(self.matched.gate(batch.gate), self.matched.part(batch.to).is_(None))
            self._journal(batch.path, str(EffectKind.SKIPPED), nobody, sa.literal('{"reason": "W604"}'))
        return written

    def update(self) -> None:
        """The final values of every written field, one statement for the whole stretch."""
        writes = self.matched.draft.writes
        if not writes:
            return
        tables, table = self.matched.selection.tables, self.matched.table
        module = self.matched.selection.workflow.module
        target = tables.of(module)
        values = {
            target.c[change.field.column]: tables.written(
                module, change.field, self.matched.part(change.after)
            )
            for change in writes
        }
        differs = sa.or_(*(self.matched.differs(change) for change in writes))
        same = target.c[module.record_key.column] == table.c.id
        self._execute(sa.update(target).values(values).where(same, self._in_chunk(), differs))

    def create(self, batch: Create, rows: Sequence[tuple[Any, ...]]) -> None:
        """New records: each row is the key followed by the values in the batch's order."""
        tables = self.matched.selection.tables
        target, module = tables.of(batch.module), batch.module
        fields = [module.fields[key] for key in batch.values]
        names = [module.record_key.column, *(field.column for field in fields)]
        if not module.table:
            self._insert(target, names, rows)
            return
        key, *values = map(binding, range(len(names)))
        written = [key, *(tables.written(module, *pair) for pair in zip(fields, values, strict=True))]
        statement = target.insert().values(dict(zip(names, written, strict=True)))
        if rows:
            self.matched.connection.execute(statement, [bound(row) for row in rows])

    def send(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Outbox rows, in the order of OUTBOX_COLUMNS."""
        self._insert(outbox, list(OUTBOX_COLUMNS), rows)

    def fail(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Records that could not be processed: run, record, path, code, facts as JSON."""
        names = ", ".join(column.name for column in failures.c)
        marks = ", ".join("?" for _ in failures.c)
        sql = f"INSERT OR REPLACE INTO {failures.name} ({names}) VALUES ({marks})"  # noqa: S608 - our names
        if rows:
            self.matched.connection.exec_driver_sql(sql, list(rows))

    def _details(self, batch: EffectBatch) -> Sql:
        if isinstance(batch, Update):
            pairs: list[Any] = []
            for change in batch.changes:
                before, after = self.matched.part(change.before), self.matched.part(change.after)
                pairs += [sa.literal(change.field.key), sa.func.json_array(before, after)]
            return sa.func.json_object("module", batch.module.key, "changes", sa.func.json_object(*pairs))
        if isinstance(batch, Create):
            return sa.func.json_object("module", batch.module.key, "id", self._created_key(batch))
        if isinstance(batch, Stop):
            return sa.func.json_object("reason", batch.reason)
        if isinstance(batch, Skipped):
            return sa.func.json_object("reason", batch.reason)
        return sa.null()

    def _created_key(self, batch: Create) -> Sql:
        """What `created_key` gives, in SQL."""
        if batch.module.record_key.type is FieldType.NUMBER:
            return sa.null()
        enrollment = sa.cast(sa.literal(self.base) + self.matched.table.c.seq, sa.Text)
        return sa.literal("W") + enrollment + sa.literal(f"-{batch.number}")

    def _journal(self, path: str, kind: str, concerns: Sql, details: Sql) -> int:
        values = (sa.literal(path), sa.literal(kind), sa.literal(self.run), details)
        chosen = sa.select(self._enrollment, *values).where(self._in_chunk(), concerns)
        return self._insert_journal(chosen)

    def _journal_related(self, batch: EffectBatch, fanned: Fanned, details: Sql) -> int:
        """The same for each related record, under a path of its own."""
        recipient = self.matched.fans[fanned.fan].table.c[fanned.recipient.name]
        path = sa.literal(path_to(batch.path, "")) + sa.cast(recipient, sa.Text)
        values = (path, sa.literal(str(batch.kind)), sa.literal(self.run), details)
        chosen = sa.select(self._enrollment, *values).select_from(self.matched.beside(fanned.fan))
        return self._insert_journal(chosen.where(self._in_chunk(), self.matched.concerns(batch)))

    @property
    def _enrollment(self) -> Sql:
        return sa.literal(self.base) + self.matched.table.c.seq

    def _insert_journal(self, chosen: Any) -> int:
        names = [column.name for column in journal.c]
        return self._execute(journal.insert().from_select(names, chosen)).rowcount

    def _in_chunk(self) -> Sql:
        return self.matched.table.c.seq.between(self.first, self.last)

    def _insert(self, table: sa.Table, names: list[str], rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        quote = self.matched.connection.dialect.identifier_preparer.quote
        columns = ", ".join(quote(name) for name in names)
        marks = ", ".join("?" for _ in names)
        sql = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})"  # noqa: S608 - quoted names
        self.matched.connection.exec_driver_sql(sql, list(rows))

    def _execute(self, statement: Any) -> sa.CursorResult[Any]:
        return self.matched.connection.execute(statement)


OUTBOX_COLUMNS = (
    *("enrollment", "path", "run", "kind", "record", "channel", "recipient"),
    *("template", "subject", "body", "urgent", "state"),
)


def created_key(module: Module, enrollment: int, number: int) -> str | None:
    """The key of a created record, from its enrollment and step; numeric keys are given by the database."""
    return None if module.record_key.type is FieldType.NUMBER else f"W{enrollment}-{number}"
