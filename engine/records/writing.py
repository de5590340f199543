"""A chunk of matched records carried out: enrollments first, then journal, updates, new records, outbox.

Everything of a chunk happens in the caller's transaction. Statements without text work on the temporary
table inside the database; rows with text come from Python through the driver's executemany (SPIKE section 0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.ledger.events import has_begun
from engine.ledger.locks import Lock, lock
from engine.ledger.tables import asks, enrollments, events, failures, journal, outbox, runs
from engine.ledger.upserts import insert_into
from engine.model.effects import (
    Create,
    EffectBatch,
    EffectKind,
    Fanned,
    Notice,
    Skipped,
    Start,
    Stop,
    Update,
    Woke,
    fanned_of,
    path_to,
)
from engine.model.entities import FieldType, Module
from engine.model.nights import AskState, EventState
from engine.model.workflow import Once
from engine.records.driving import insert_rows, is_postgres
from engine.records.matched import Matched
from engine.records.tables import Sql, binding, bound
from engine.records.walks import Walk


@dataclass(frozen=True)
class ChunkWriter:
    """Writes the matched records `first` to `last` for one run; the enrollment of a row is `base + seq`.

    Where enrollments go on, `numbers` has theirs by `seq`.
    """

    matched: Matched
    run: int
    first: int
    last: int
    base: int
    numbers: Mapping[int, int] | None = None

    @classmethod
    def begin(cls, matched: Matched, run: int, first: int, last: int) -> ChunkWriter:
        """A writer whose new enrollments get ids above all present ones; nobody else enrolls meanwhile."""
        if matched.goes_on:
            return cls(matched, run, first, last, 0, matched.enrollments(first, last))
        lock(matched.connection, Lock.ENROLLMENTS)
        newest = matched.connection.execute(
            sa.select(sa.func.coalesce(sa.func.max(enrollments.c.id), 0))
        ).scalar_one()
        return cls(matched, run, first, last, newest - first + 1)

    def number_of(self, seq: int) -> int:
        """The enrollment of a row."""
        return self.base + seq if self.numbers is None else self.numbers[seq]

    def taken(self) -> list[int]:
        """Rows that are not as they were selected: started meanwhile, gone, or written to by others.

        From here on to the end of the transaction no other program writes to records that the chunk changes.
        """
        self._keep_others_away()
        selection, table = self.matched.selection, self.matched.table
        tables, module = selection.tables, selection.workflow.module
        target = tables.of(module).alias("target")
        gone = target.c[module.record_key.column].is_(None)
        others = [selection.started(table.c.id, table.c.once_key), gone]
        for change in self.matched.draft.writes:
            now, before = tables.kept(module, change.field, target), self.matched.part(change.before)
            others.append(now.is_distinct_from(before))
        beside = table.outerjoin(target, tables.same_record(module, target, table.c.id))
        found = sa.select(table.c.seq).select_from(beside).where(self._in_chunk(), sa.or_(*others))
        return list(self._execute(found).scalars())

    def _keep_others_away(self) -> None:
        """Lock what is to be changed, in the order of keys, so that two of us never wait for each other.

        SQLite has one writer at a time. The keys themselves are not changed: who links to a record goes on.
        """
        if not self.matched.draft.writes or not is_postgres(self.matched.connection):
            return
        tables, module = self.matched.selection.tables, self.matched.selection.workflow.module
        target = tables.of(module).alias("target")
        same = tables.same_record(module, target, self.matched.table.c.id)
        kept = sa.select(sa.literal(1)).select_from(target).join(self.matched.table, same)
        kept = kept.where(self._in_chunk()).order_by(target.c[module.record_key.column])
        locked = kept.with_for_update(key_share=True, of=target).subquery("locked")
        self._execute(sa.select(sa.func.count()).select_from(locked))

    def enroll(self) -> None:
        """One enrollment a row; it waits at a step, or is over at once, done or stopped."""
        walk = self._walk()
        selection, table = self.matched.selection, self.matched.table
        is_episode, control = selection.workflow.once_per.kind is Once.EPISODE, self.matched.draft.control
        # One moment may see several episodes of a record; a run sees one.
        once_key = table.c.once_key + sa.literal(f"#{self.run}") if is_episode else table.c.once_key
        values: dict[str, Sql] = {
            "id": self._enrollment,
            "workflow": sa.literal(selection.workflow.id),
            "record": selection.record_text(table.c.id),
            "once_key": once_key,
            "run": sa.literal(self.run),
            "started_on": sa.literal(selection.clock.today.isoformat()),
            "episode_open": sa.literal(int(is_episode)),
            "control": sa.literal(0) if control is None else table.c[f"b{control}"],
            "version": sa.literal(selection.workflow.version),
            "started_at": walk.now,
            **walk.columns(),
        }
        if self.matched.draft.goal_by is not None:
            values["goal_by"] = walk.instant(self.matched.draft.goal_by)
        chosen = sa.select(*values.values()).where(self._in_chunk())
        self._execute(enrollments.insert().from_select(list(values), chosen))

    def go_on(self) -> None:
        """The enrollments come to another step that waits, or are over; their open questions are, too."""
        walk, table = self._walk(), self.matched.table
        same = sa.and_(enrollments.c.id == self._enrollment, self._in_chunk())
        # The goal is seen when it ends an enrollment; within its time it is a success (Meaning 8).
        seen = sa.case((walk.is_goal, walk.now), else_=enrollments.c.goal_at)
        self._execute(sa.update(enrollments).values(**walk.columns(), goal_at=seen).where(same))
        gone_on = sa.select(self._enrollment).select_from(table).where(self._in_chunk())
        # In time it is withdrawn: goal or stop rule were quicker.
        state = sa.case((asks.c.until > walk.now, AskState.WITHDRAWN.value), else_=AskState.EXPIRED.value)
        is_open = sa.and_(asks.c.enrollment.in_(gone_on), asks.c.state == AskState.OPEN.value)
        self._execute(sa.update(asks).values(state=state).where(is_open))

    def _walk(self) -> Walk:
        return Walk(self.matched, self._in_chunk())

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
        same = tables.same_record(module, target, table.c.id)
        self._execute(sa.update(target).values(values).where(same, self._in_chunk(), differs))

    def create(self, batch: Create, rows: Sequence[tuple[Any, ...]]) -> None:
        """New records: each row is the key followed by the values in the batch's order."""
        tables = self.matched.selection.tables
        target, module = tables.of(batch.module), batch.module
        fields = [module.fields[key] for key in batch.values]
        names = [module.record_key.column, *(field.column for field in fields)]
        if not module.table:
            given = int(module.record_key.type is FieldType.NUMBER)  # such a key comes from the database
            self._insert(target, names[given:], [row[given:] for row in rows] if given else rows)
            return
        key, *values = map(binding, range(len(names)))
        written = [
            tables.written_key(module, key),
            *(tables.written(module, *pair) for pair in zip(fields, values, strict=True)),
        ]
        if module.record_key.type is FieldType.NUMBER:  # given by the database
            names, written = names[1:], written[1:]
        statement = target.insert().values(dict(zip(names, written, strict=True)))
        if rows:
            self.matched.connection.execute(statement, [bound(row) for row in rows])

    def send(self, rows: Sequence[tuple[Any, ...]], *more: str) -> None:
        """Outbox rows, in the order of OUTBOX_COLUMNS, with `more` columns behind them."""
        self._insert(outbox, [*OUTBOX_COLUMNS, *more], rows)

    def ask(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Questions, in the order of ASK_COLUMNS."""
        self._insert(asks, list(ASK_COLUMNS), rows)

    def start(self, batch: Start) -> None:
        """Other workflows are started for the record once this run is over (Meaning 10).

        What led to them began with the event that began the enrollment, however many runs ago.
        """
        path, workflow = sa.literal(f"/{batch.path}"), self.matched.selection.workflow.id
        walk, led = enrollments.alias("walk"), events.alias("led")
        at = sa.select(runs.c.at).where(runs.c.id == self.run).scalar_subquery()
        before = sa.func.coalesce(led.c.origins + sa.literal(" "), sa.literal(""))
        values: dict[str, Sql] = {
            "key": sa.literal("start/") + sa.cast(self._enrollment, sa.Text) + path,
            "workflow": sa.literal(batch.workflow),
            "record": self.matched.selection.record_text(self.matched.table.c.id),
            "kind": sa.literal("started"),
            "depth": sa.func.coalesce(led.c.depth, 0) + 1,
            "origins": sa.func.trim(before + sa.literal(workflow)),
            "at": at,
            "state": sa.literal(EventState.WAITING.value),
        }
        begun = self.matched.table.join(walk, walk.c.id == self._enrollment)
        chosen = sa.select(*values.values()).select_from(begun.outerjoin(led, has_begun(led, walk)))
        chosen = chosen.where(self._in_chunk(), self.matched.gate(batch.gate))
        self._execute(events.insert().from_select(list(values), chosen))

    def fail(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Records that could not be processed: run, record, path, code, facts as JSON."""
        if not rows:
            return
        statement = insert_into(self.matched.connection, failures)
        others = {one.name: statement.excluded[one.name] for one in failures.c if not one.primary_key}
        told = statement.on_conflict_do_update(index_elements=list(failures.primary_key), set_=others)
        names = [one.name for one in failures.c]
        self.matched.connection.execute(told, [dict(zip(names, row, strict=True)) for row in rows])

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
        if isinstance(batch, Woke):
            return sa.func.json_object("how", batch.how)
        if isinstance(batch, Start):
            return sa.func.json_object("workflow", batch.workflow)
        if isinstance(batch, Skipped):
            return sa.func.json_object("reason", batch.reason)
        return sa.null()

    def _created_key(self, batch: Create) -> Sql:
        """What `created_key` gives, in SQL."""
        if batch.module.record_key.type is FieldType.NUMBER:
            return sa.null()
        enrollment = sa.cast(self._enrollment, sa.Text)
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
        if self.numbers is not None:
            return self.matched.enrollment
        return sa.literal(self.base) + self.matched.table.c.seq

    def _insert_journal(self, chosen: Any) -> int:
        names = [column.name for column in journal.c]
        return self._execute(journal.insert().from_select(names, chosen)).rowcount

    def _in_chunk(self) -> Sql:
        return self.matched.table.c.seq.between(self.first, self.last)

    def _insert(self, table: sa.Table, names: list[str], rows: Sequence[tuple[Any, ...]]) -> None:
        insert_rows(self.matched.connection, table, names, rows)

    def _execute(self, statement: Any) -> sa.CursorResult[Any]:
        return self.matched.connection.execute(statement)


ASK_COLUMNS = (
    *("enrollment", "path", "step", "run", "workflow", "record", "person", "question"),
    *("answers", "asked_at", "until", "state"),
)
OUTBOX_COLUMNS = (
    *("enrollment", "path", "run", "kind", "record", "channel", "recipient"),
    *("template", "subject", "body", "urgent", "state"),
)

ADDRESSED = ("module", "addressee", "html")
"""What a message has beside OUTBOX_COLUMNS: the record it goes to, whether its body is HTML."""


def created_key(module: Module, enrollment: int, number: int) -> str | None:
    """The key of a created record, from its enrollment and step; numeric keys are given by the database."""
    return None if module.record_key.type is FieldType.NUMBER else f"W{enrollment}-{number}"
