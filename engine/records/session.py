"""What the stages may ask of a store: count, select, explain, write. It knows no word of the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from engine.ledger.book import Book
from engine.ledger.tables import enrollments
from engine.ledger.upserts import insert_into
from engine.ledger.waits import Waits
from engine.model.calendars import LateCalendar
from engine.model.diagnostics import RecordRefused
from engine.model.effects import Draft
from engine.model.entities import Field, FieldType, Model, Module
from engine.model.moments import Clock
from engine.model.nights import Walking
from engine.model.operands import Operand
from engine.model.predicates import Leaf, Predicate
from engine.model.values import Value, from_stored, to_stored
from engine.model.workflow import Once, Workflow
from engine.records.answering import Answering, Answers
from engine.records.driving import driver_errors, is_refusal
from engine.records.lossless import loss_of
from engine.records.lower import Lowering
from engine.records.matched import Matched
from engine.records.nearness import Miss, Nearness, Told
from engine.records.scopes import TableScope
from engine.records.selection import Selection
from engine.records.tables import RecordTables, binding, bound
from engine.records.waking import WakingSelection

_PAGE_KEYS = 500
_MOST_DIGITS = 18
"""No database counts further."""


def as_key(module: Module, written: str) -> str | int | None:
    """What is written as a key of the module; None where it cannot be one."""
    if module.record_key.type is not FieldType.NUMBER:
        return written
    return int(written) if written.isdecimal() and len(written) <= _MOST_DIGITS else None


@dataclass(frozen=True)
class Session:
    """One connection with its clock; `event_run` is the run for whose events it selects, where it is one.

    `place` numbers what it selects, where several selections are open at once.
    """

    connection: sa.Connection
    tables: RecordTables
    clock: Clock
    has_ledger: bool
    rehearsing: bool = False
    event_run: int | None = None
    place: int = 0

    @property
    def book(self) -> Book:
        """The ledger over the same connection."""
        return Book(self.connection)

    def about(self, model: Model, calendar: LateCalendar) -> Session:
        """The same connection with another model and calendar, such as those of a recorded version."""
        tables = self.tables.about(model)
        return replace(self, tables=tables, clock=replace(self.clock, late_calendar=calendar))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside a rehearsal everything is undone in the end anyway."""
        if self.rehearsing:
            with self.connection.begin_nested():
                yield
            return
        before = self.connection.get_transaction()
        if before is not None:  # begun by what was read outside; over also where its COMMIT gets lost
            with before:
                pass
        with self.connection.begin():
            yield

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A transaction in which a refused row is told apart from a failing database: RecordRefused."""
        try:
            with self.transaction():
                yield
        except driver_errors(self.connection) as failure:
            if not is_refusal(failure):
                raise
            said = getattr(failure, "orig", failure)
            if loss := loss_of(said):
                raise RecordRefused("W475", **loss) from failure
            raise RecordRefused(reason=str(said).split("\n", maxsplit=1)[0]) from failure

    def count(self, module: Module) -> int:
        """The number of records of a module."""
        return int(
            self.connection.execute(
                sa.select(sa.func.count()).select_from(self.tables.of(module))
            ).scalar_one()
        )

    def selection(self, workflow: Workflow, draft: Draft, only: str | int | None = None) -> Selection:
        """The statements of a workflow at this session's moment, about all records or `only` one."""
        return Selection(
            workflow,
            draft,
            self.tables,
            self.clock,
            self.has_ledger,
            event_run=self.event_run,
            place=self.place,
            only=only,
        )

    def select(self, workflow: Workflow, draft: Draft, only: str | int | None = None) -> Matched:
        """The records that would start now, in a temporary table; `only` one of them may be asked about.

        Whether one has to wait for another day is a matter of all: then all are selected.
        """
        chosen = self.selection(workflow, draft, only)
        matched = Matched.fill(self.connection, chosen)
        if only is None or not (matched.starts or matched.deferred) or not chosen.weighs_others:
            return matched
        matched.close()
        return Matched.fill(self.connection, self.selection(workflow, draft))

    def select_waking(
        self, workflow: Workflow, draft: Draft, path: str, *, over: tuple[Predicate, ...], place: int
    ) -> Matched:
        """The enrollments that wait at `path` of this version and go on now: time is over, or `over` holds.

        `place` numbers the selections that are open at once.
        """
        selection = WakingSelection(
            workflow, draft, self.tables, self.clock, has_ledger=True, place=place, path=path, over=over
        )
        return Matched.fill(self.connection, selection)

    def end_gone(self, workflow: Workflow) -> int:
        """End the enrollments of a version that wait for a record that is gone; how many they were."""
        selection = self.selection(workflow, Draft((), (), (), ()))
        table, key = self.tables.of(workflow.module), workflow.module.record_key.column
        present = sa.select(selection.record_text(table.c[key]))
        return Waits(self.connection).end_gone(workflow.id, workflow.version, present, self.clock)

    def answering(self, workflow: Workflow, draft: Draft) -> Answering:
        """The statements that ask the module's records for their answers."""
        return Answering(self.selection(workflow, draft))

    def answers(self, workflow: Workflow, draft: Draft) -> list[Answers]:
        """The whole module by the answers its records give; at most 3 to the number of leaves groups."""
        asked = self.answering(workflow, draft)
        return [asked.told(row) for row in self.connection.execute(asked.alike())]

    def misses(
        self, workflow: Workflow, draft: Draft, wanted: Mapping[Leaf, Sequence[Told]]
    ) -> Iterator[Miss]:
        """What conditions saw of the records that miss them alone; `wanted` has the answers of these."""
        near = Nearness(self.answering(workflow, draft), wanted)
        for row in self.connection.execute(near.statement()) if wanted else ():
            yield from near.told(row)

    def records_answering(
        self,
        workflow: Workflow,
        draft: Draft,
        answer: bool | None,  # noqa: FBT001 - three answers
        limit: int,
    ) -> list[str | int]:
        """Keys of records for which the whole condition has that answer (None: unknown), by key."""
        inner = self.answering(workflow, draft).each().subquery("answers")
        asked = inner.c.whole.is_(None) if answer is None else inner.c.whole == int(answer)
        statement = sa.select(inner.c.id).where(asked).order_by(inner.c.id).limit(limit)
        return list(self.connection.execute(statement).scalars())

    def records_barred(self, workflow: Workflow, draft: Draft, limit: int) -> list[tuple[str | int, int]]:
        """Key and first bar (numbered from 1) of records that would start if nothing stood in the way."""
        inner = self.answering(workflow, draft).each().subquery("answers")
        statement = sa.select(inner.c.id, inner.c.bar).where(inner.c.whole == 1, inner.c.bar > 0)
        found = self.connection.execute(statement.order_by(inner.c.bar, inner.c.id).limit(limit))
        return [(key, bar) for key, bar in found]

    def count_barred(self, workflow: Workflow, draft: Draft) -> tuple[int, ...]:
        """How many records that say yes each bar keeps from starting, in the order of the bars.

        A record counts for the first bar in its way. No statement is asked where a workflow has no bars.
        """
        if not workflow.bars:
            return ()
        counted = self.connection.execute(self.answering(workflow, draft).barred())
        found: dict[int, int] = dict(counted.all())
        return tuple(found.get(number, 0) for number in range(1, len(workflow.bars) + 1))

    def answers_of(self, workflow: Workflow, draft: Draft, record: str | int) -> Answers | None:
        """The answers of one record; None when there is none of that key."""
        asked = self.answering(workflow, draft)
        inner = asked.each().subquery("answers")
        row = self.connection.execute(sa.select(inner).where(inner.c.id == record)).first()
        return None if row is None else asked.one(row)

    def answers_among(
        self, workflow: Workflow, draft: Draft, records: Sequence[str | int]
    ) -> dict[str | int, Answers]:
        """The answers of some records, by key."""
        asked = self.answering(workflow, draft)
        inner = asked.each().subquery("answers")
        rows = self.connection.execute(sa.select(inner).where(inner.c.id.in_(records)))
        return {row[0]: asked.one(row) for row in rows}

    def kept_of(self, module: Module, field: Field, records: Sequence[str | int]) -> dict[str | int, Any]:
        """One stored field of some records in kept form, by key."""
        target = self.tables.of(module)
        key = self.tables.key(module, target)
        chosen = sa.select(key, self.tables.kept(module, field, target)).where(key.in_(records))
        return {row[0]: row[1] for row in self.connection.execute(chosen)}

    def record_key(self, module: Module, written: str) -> str | int | None:
        """The key that a written one means; None when no record has it."""
        key = as_key(module, written)
        if key is None:
            return None
        column = self.tables.key(module, self.tables.of(module))
        found: str | int | None = self.connection.execute(sa.select(column).where(column == key)).scalar()
        return found

    def fields_of(
        self, module: Module, record: str | int, operands: Mapping[str, Operand]
    ) -> dict[str, Value]:
        """Some values of one record, by the names of the operands; all are missing where it is gone."""
        base = TableScope.of(self.tables, module, "base")
        lowering = Lowering(self.tables, self.clock)
        columns = [
            lowering.operand(operand, base).label(f"v{n}") for n, operand in enumerate(operands.values())
        ]
        if not columns:
            return {}
        statement = sa.select(*columns).select_from(base.from_clause()).where(base.own_key == record)
        row = self.connection.execute(statement).first()
        if row is None:
            return dict.fromkeys(operands)
        return {
            name: from_stored(operand.type, raw)
            for (name, operand), raw in zip(operands.items(), row, strict=True)
        }

    def read_all(self, module: Module, operands: Sequence[Operand]) -> Iterator[tuple[Value, ...]]:
        """The values of every record, by key, as the operands stand."""
        base = TableScope.of(self.tables, module, "base")
        lowering = Lowering(self.tables, self.clock)
        columns = [lowering.operand(operand, base).label(f"v{n}") for n, operand in enumerate(operands)]
        statement = sa.select(*columns).select_from(base.from_clause()).order_by(base.own_key)
        kinds = [operand.type for operand in operands]
        # Closed also where nobody wants the rest: the server keeps its place until then.
        with closing(self.connection.execute(statement, execution_options={"yield_per": 2000})) as rows:
            for row in rows:
                yield tuple(from_stored(kind, raw) for kind, raw in zip(kinds, row, strict=True))

    def read_some(
        self, module: Module, keys: Sequence[str | int], operands: Sequence[Operand]
    ) -> Iterator[tuple[Value, ...]]:
        """The same of some records only, each row behind its key; those that are gone are left out."""
        base = TableScope.of(self.tables, module, "base")
        lowering = Lowering(self.tables, self.clock)
        columns = [lowering.operand(operand, base).label(f"v{n}") for n, operand in enumerate(operands)]
        kinds = [operand.type for operand in operands]
        for first in range(0, len(keys), _PAGE_KEYS):
            mine = base.own_key.in_(keys[first : first + _PAGE_KEYS])
            statement = sa.select(base.own_key, *columns).select_from(base.from_clause()).where(mine)
            for key, *row in self.connection.execute(statement):
                yield key, *(from_stored(kind, raw) for kind, raw in zip(kinds, row, strict=True))

    def holds(self, module: Module) -> bool:
        """Whether the module has any record."""
        key = self.tables.key(module, self.tables.of(module))
        return self.connection.execute(sa.select(key).limit(1)).first() is not None

    def existing_keys(self, module: Module, keys: Sequence[str | int]) -> set[str | int]:
        """Those of the keys that the module has records of."""
        column = self.tables.key(module, self.tables.of(module))
        return set(self.connection.execute(sa.select(column).where(column.in_(keys))).scalars())

    def upsert(self, module: Module, fields: Sequence[Field], rows: Iterable[Sequence[Value]]) -> None:
        """Write records: a row is the key, then a value for each field; a known key updates those fields."""
        table, key = self.tables.of(module), module.record_key.column
        values = {
            field.column: self.tables.written(module, field, binding(number))
            for number, field in enumerate(fields, start=1)
        }
        statement: Any = insert_into(self.connection, table).values(
            {key: self.tables.written_key(module, binding(0)), **values}
        )
        updates = {field.column: statement.excluded[field.column] for field in fields}
        statement = (
            statement.on_conflict_do_update(index_elements=[key], set_=updates)
            if updates
            else statement.on_conflict_do_nothing(index_elements=[key])
        )
        params = [bound((row[0], *map(to_stored, row[1:]))) for row in rows]
        if params:
            self.connection.execute(statement, params)

    def update(self, module: Module, fields: Sequence[Field], rows: Iterable[Sequence[Value]]) -> int:
        """Write fields of known records, rows as for `upsert`; how many were different before."""
        table = self.tables.of(module)
        written = {one.column: binding(number) for number, one in enumerate(fields, start=1)}
        differs = [
            (
                table.c[one.column] if one.type is FieldType.LINK else self.tables.kept(module, one, table)
            ).is_distinct_from(written[one.column])
            for one in fields
        ]
        params = [bound((row[0], *map(to_stored, row[1:]))) for row in rows]
        if not fields or not params:
            return 0
        same = self.tables.same_record(module, table, binding(0))
        values = {one.column: self.tables.written(module, one, written[one.column]) for one in fields}
        return self.connection.execute(
            sa.update(table).where(same, sa.or_(*differs)).values(values), params
        ).rowcount

    def close_episodes(self, workflow: Workflow) -> None:
        """An episode ends when a run sees the conditions answered no, not unknown (LANGUAGE, Meaning 7)."""
        if workflow.once_per.kind is not Once.EPISODE or workflow.condition is None:
            return
        base = TableScope.of(self.tables, workflow.module, "base")
        lowering = Lowering(self.tables, self.clock)
        is_no = sa.not_(lowering.predicate(workflow.condition, base))
        selection = self.selection(workflow, Draft((), (), (), ()))
        same = selection.record_text(base.own_key) == enrollments.c.record
        said_no = sa.select(sa.literal(1)).select_from(base.from_clause()).where(same, is_no)
        self.connection.execute(
            sa.update(enrollments)
            .values(episode_open=0)
            .where(enrollments.c.workflow == workflow.id, enrollments.c.episode_open == 1)
            .where(enrollments.c.state != Walking.WAITING.value)
            .where(said_no.correlate_except(*base.aliases()).exists())
        )
