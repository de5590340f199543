"""What rests on a draw, once all records are selected: one of several colleagues for each record.

Dry run and run draw alike: the order of the records, the day and what everybody has to do settle it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine.model.colleagues import Drawn
from engine.model.effects import Wanted
from engine.model.entities import Field, FieldType, Module
from engine.model.operands import Operand, RecordKey
from engine.model.trees import draws_in
from engine.records.driving import execute_many
from engine.records.lower import Lowering
from engine.records.scopes import ColumnScope, Scope
from engine.records.selection import Selection
from engine.records.tables import Sql

_PAGE = 5_000


@dataclass(frozen=True)
class _Answering(Lowering):
    """Knows the answers of branches from the matched table."""

    table: sa.TableClause | None = None

    def answer(self, number: int, scope: Scope) -> Sql:  # noqa: ARG002 - it has been answered
        """The column of the branch."""
        assert self.table is not None
        return self.table.c[f"b{number}"] == 1


@dataclass
class Drawing:
    """Fills the columns of the matched table that the selection could not."""

    connection: sa.Connection
    selection: Selection
    table: sa.TableClause
    _columns: dict[Operand, Sql] = field(default_factory=dict)
    _loads: dict[str, int] = field(default_factory=dict)

    def complete(self) -> None:
        """Draws, and everything that rests on them, in the order of the steps."""
        draft = self.selection.draft
        if not draft.late:
            return
        late = {one.name for one in draft.late if isinstance(one, Wanted)}
        self._columns = {RecordKey(self.selection.workflow.module): self.table.c.id}
        self._columns |= {one.operand: self.table.c[one.name] for one in draft.wanted if one.name not in late}
        for one in draft.late:
            if isinstance(one, int):
                predicate = draft.branches[one].predicate
                self._set(f"b{one}", sa.cast(self._lowering.is_yes(predicate, self._scope), sa.Integer))
                continue
            if not isinstance(one.operand, Drawn):
                self._set(one.name, self._lowering.operand(one.operand, self._scope))
            else:
                self._draw(one.name, one.operand)
            self._columns[one.operand] = self.table.c[one.name]

    @property
    def _lowering(self) -> _Answering:
        selection = self.selection
        return _Answering(selection.tables, selection.clock, selection.draft.branches, table=self.table)

    @property
    def _scope(self) -> ColumnScope:
        return ColumnScope(self._columns, self.table.c.id)

    def _set(self, column: str, value: Sql) -> None:
        self.connection.execute(sa.update(self.table).values({self.table.c[column]: value}))

    # --- one draw ----------------------------------------------------------------------------

    def _draw(self, column: str, drawn: Drawn) -> None:
        """A colleague for every start behind the gate that has none yet."""
        if drawn.first is not None and draws_in(drawn.first):
            self._set(column, self._lowering.operand(drawn.first, self._scope))
        pool = tuple(map(str, drawn.pool))
        next_one = self._by_load(pool) if drawn.by_load else self._in_turn(pool)
        sql = f"UPDATE {self.selection.name} SET {column} = ? WHERE seq = ?"  # noqa: S608 - our own names
        for page in self._waiting(column, drawn):
            execute_many(self.connection, sql, [(next_one(), seq) for seq in page])

    def _waiting(self, column: str, drawn: Drawn) -> Iterator[list[int]]:
        tests = [self.table.c.deferred == 0, self.table.c[column].is_(None)]
        if drawn.gate is not None:
            tests.append(self._lowering.gate(drawn.gate, self._scope))
        last = 0
        while True:
            statement = sa.select(self.table.c.seq).where(self.table.c.seq > last, *tests)
            page = list(self.connection.execute(statement.order_by(self.table.c.seq).limit(_PAGE)).scalars())
            if not page:
                return
            last = page[-1]
            yield page

    def _in_turn(self, pool: tuple[str, ...]) -> Callable[[], str]:
        """One after the other, from another one each day: else the first would always get the odd one."""
        count = self.selection.clock.today.toordinal()

        def next_one() -> str:
            nonlocal count
            count += 1
            return pool[(count - 1) % len(pool)]

        return next_one

    def _by_load(self, pool: tuple[str, ...]) -> Callable[[], str]:
        """Who has the least to do, of equals the first by key; each draw counts from then on."""
        unknown = tuple(key for key in pool if key not in self._loads)
        if unknown:
            counted = self._count(unknown)
            self._loads |= {key: counted.get(key, 0) for key in unknown}
        heap = [(self._loads[key], number, key) for number, key in enumerate(pool)]
        heapq.heapify(heap)

        def next_one() -> str:
            load, number, key = heap[0]
            heapq.heapreplace(heap, (load + 1, number, key))
            self._loads[key] = load + 1
            return key

        return next_one

    def _count(self, pool: tuple[str, ...]) -> dict[str, int]:
        """Open tasks of each; where the model names no tasks, records of the module owned."""
        tables, module = self.selection.tables, self.selection.workflow.module
        tasks = tables.model.tasks
        of, who = module, module.fields.get(module.owner)
        open_ones: list[tuple[Field, str]] = []
        if tasks is not None and "to" in tasks.fields:
            of = tables.model.modules[tasks.module]
            who = of.fields.get(tasks.fields["to"])
            parts = set(tasks.fields.values())
            open_ones = [(of.fields[key], text) for key, text in tasks.defaults.items() if key not in parts]
        if who is None:
            return {}
        return self._counted(of, who, open_ones, pool)

    def _counted(
        self, module: Module, who: Field, open_ones: list[tuple[Field, str]], pool: tuple[str, ...]
    ) -> dict[str, int]:
        tables = self.selection.tables
        source = tables.of(module)
        person = tables.kept(module, who, source)
        tests: list[Any] = [person.in_(pool)]
        for one, text in open_ones:
            if one.type in {FieldType.CHOICE, FieldType.TEXT}:
                tests.append(tables.kept(module, one, source) == (one.option(text) or text))
        statement = sa.select(person, sa.func.count()).select_from(source).where(*tests).group_by(person)
        return {str(key): count for key, count in self.connection.execute(statement)}
