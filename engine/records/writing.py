"""A chunk of matched records carried out: enrollments first, then journal, updates, new records, outbox.

Everything of a chunk happens in the caller's transaction. Statements without text work on the temporary
table inside the database; rows with text come from Python through the driver's executemany (SPIKE section 0).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.ledger.locks import Lock, lock
from engine.ledger.tables import asks, created, failures, outbox
from engine.ledger.upserts import insert_into
from engine.model.effects import Create, Notice, Start
from engine.model.entities import Module
from engine.records.dictation import Dictation
from engine.records.driving import insert_rows
from engine.records.imprints import imprint_of
from engine.records.matched import Matched, newest_enrollment
from engine.records.statements import OUTBOX_COLUMNS, Bounds, Statements, gives_keys
from engine.records.tables import bound


@dataclass(frozen=True)
class ChunkWriter:
    """Writes the matched records `first` to `last` for one run; the enrollment of a row is `base + seq`.

    Where enrollments go on, `numbers` has theirs by `seq`.
    """

    statements: Statements
    first: int
    last: int
    base: int
    numbers: Mapping[int, int] | None = None

    @classmethod
    def begin(cls, statements: Statements, first: int, last: int) -> ChunkWriter:
        """A writer whose new enrollments get ids above all present ones; nobody else enrolls meanwhile."""
        matched = statements.matched
        if matched.goes_on:
            return cls(statements, first, last, 0, matched.enrollments(first, last))
        lock(matched.connection, Lock.ENROLLMENTS)
        return cls(statements, first, last, newest_enrollment(matched.connection) - first + 1)

    @property
    def matched(self) -> Matched:
        """The records of the run."""
        return self.statements.matched

    def number_of(self, seq: int) -> int:
        """The enrollment of a row."""
        return self.base + seq if self.numbers is None else self.numbers[seq]

    def taken(self) -> list[int]:
        """Rows that are not as they were selected: started meanwhile, gone, or written to by others.

        From here on to the end of the transaction no other program writes to records that the chunk changes.
        """
        count = self._execute(self.statements.intact).scalar_one()
        nobody_started = not self.matched.goes_on and self.matched.newest == self.base + self.first - 1
        if nobody_started and count == self.last - self.first + 1:
            return []
        return list(self._execute(self.statements.taken).scalars())

    def settle(self, gone: Collection[int]) -> None:
        """The chunk is committed, without these rows: the next one knows which enrollments are its own."""
        if self.matched.newest == self.base + self.first - 1:
            enrolled = (seq for seq in range(self.last, self.first - 1, -1) if seq not in gone)
            self.matched.newest = self.base + next(enrolled, self.first - 1)

    def enroll(self) -> None:
        """One enrollment a row; it waits at a step, or is over at once, done or stopped."""
        self._execute_in_portions(self.statements.enroll)

    def go_on(self) -> None:
        """The enrollments come to another step that waits, or are over; their open questions are, too."""
        for statement in self.statements.go_on:
            self._execute(statement)

    def journal(self, left: int) -> Sequence[int]:
        """One row for each effect of the rows that are left; how many each batch of the draft has."""
        found = [0] * len(self.matched.draft.batches)
        for one in self.statements.journal:
            written = self._execute(one.statement).rowcount
            counts = [written] if len(one.batches) == 1 else [left] * len(one.batches)
            for number, count in zip(one.batches, counts, strict=True):
                found[number] = count
            if one.counted is not None:
                for number, count in zip(one.uneven, self._execute(one.counted).one(), strict=True):
                    found[number] = count
        return found

    def journal_nobody(self, batch: Notice) -> None:
        """A row for each notice that has nobody to go to."""
        self._execute(self.statements.nobody[batch.path])

    def update(self) -> None:
        """The final values of every written field, one statement for the whole stretch."""
        if self.statements.update is not None:
            self._execute_in_portions(self.statements.update)

    def dictate(self, dictation: Dictation, batch: int) -> None:
        """The rows of a batch whose texts the database puts together."""
        dictation.write(batch, self._bounds)

    def create(self, batch: Create, rows: Sequence[tuple[Any, ...]], numbers: Sequence[int]) -> None:
        """New records: each row is the key followed by the values in the batch's order.

        `numbers` are their enrollments: keys that the database gives are kept beside these.
        """
        module = batch.module
        if not rows:
            return
        if gives_keys(module) and self.statements.keeps_imprints:
            self._create_counted(batch, rows, numbers)
            return
        if module.table:
            self.matched.connection.execute(self.statements.create(batch), [bound(row) for row in rows])
            return
        columns = [module.record_key.column, *(module.fields[key].column for key in batch.values)]
        given = int(gives_keys(module))
        target = self.matched.selection.tables.of(module)
        self._insert(target, columns[given:], [row[given:] for row in rows] if given else rows)

    def _create_counted(self, batch: Create, rows: Sequence[tuple[Any, ...]], numbers: Sequence[int]) -> None:
        """New records that the database counts itself, and how they were made."""
        ask, tables = self.matched.connection.execute, self.matched.selection.tables
        target = tables.of(batch.module)
        key = target.c[batch.module.record_key.column]
        # Asked to promise the order, SQLAlchemy would cast each value to what our own tables hold.
        made = self.statements.create(batch).returning(key)
        keys = ask(made, [bound(row) for row in rows]).scalars().all()
        prints = sa.select(key, imprint_of(tables, batch.module, target)).where(key.in_(keys))
        imprints = {row[0]: row[1] for row in ask(prints)}
        pairs = zip(numbers, keys, strict=True)
        kept = [(number, str(one), batch.path, imprints[one]) for number, one in pairs]
        self._insert(created, [one.name for one in created.c], kept)

    def imprint(self, batch: Create) -> None:
        """Keep how the new records of a batch were made, so that one sees who has touched them since."""
        if batch.number in self.statements.imprints:
            self._execute(self.statements.imprints[batch.number])

    def send(self, rows: Sequence[tuple[Any, ...]], *more: str) -> None:
        """Outbox rows, in the order of OUTBOX_COLUMNS, with `more` columns behind them."""
        self._insert(outbox, [*OUTBOX_COLUMNS, *more], rows)

    def ask(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Questions, in the order of ASK_COLUMNS."""
        self._insert(asks, list(ASK_COLUMNS), rows)

    def start(self, batch: Start) -> None:
        """Other workflows are started for the record once this run is over (Meaning 10)."""
        self._execute(self.statements.start(batch))

    def fail(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Records that could not be processed: run, record, path, code, facts as JSON."""
        if not rows:
            return
        statement = insert_into(self.matched.connection, failures)
        others = {one.name: statement.excluded[one.name] for one in failures.c if not one.primary_key}
        told = statement.on_conflict_do_update(index_elements=list(failures.primary_key), set_=others)
        names = [one.name for one in failures.c]
        self.matched.connection.execute(told, [dict(zip(names, row, strict=True)) for row in rows])

    def _insert(self, table: sa.Table, names: list[str], rows: Sequence[tuple[Any, ...]]) -> None:
        insert_rows(self.matched.connection, table, names, rows)

    def _execute(self, statement: Any) -> sa.CursorResult[Any]:
        return self.matched.connection.execute(statement, self._bounds)

    def _execute_in_portions(self, statement: Any) -> None:
        for portion in self.statements.portions(self._bounds):
            self.matched.connection.execute(statement, portion)

    @property
    def _bounds(self) -> Bounds:
        return self.statements.bounds(self.first, self.last, self.base)


ASK_COLUMNS = (
    *("enrollment", "path", "step", "run", "workflow", "record", "person", "question"),
    *("answers", "asked_at", "until", "state"),
)


def created_key(module: Module, enrollment: int, number: int) -> str | None:
    """The key of a created record, from its enrollment and step; numeric keys are given by the database."""
    return None if gives_keys(module) else f"W{enrollment}-{number}"
