"""Where operands find their values in a statement: a module's table with its joins, or computed columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from sqlalchemy.sql.expression import FromClause
from sqlalchemy.sql.functions import FunctionElement

from engine.model.entities import Field, Module
from engine.model.operands import FieldValue, Operand, RecordKey
from engine.records.tables import RecordTables, Sql

_BASE = "base"
Joins: TypeAlias = dict[Hashable, tuple[FromClause, Sql]]
"""What is joined to a statement, and on what; each once."""


class Joined(Protocol):
    """What is joined to a statement, and made last."""

    def statement(self) -> FromClause:
        """With an `id`."""


class Scope(Protocol):
    """What a lowering asks of its surroundings."""

    def atom(self, operand: Operand) -> Sql | None:
        """The operand's column, when the scope has one ready."""

    def field(self, operand: FieldValue) -> Sql:
        """A stored field in kept form."""

    def key(self, operand: RecordKey) -> Sql:
        """A record key as it stands in the table."""

    @property
    def own_key(self) -> Sql:
        """The key of the record the scope is about."""


@dataclass
class TableScope:
    """A module's table under an alias; links become outer joins, each once.

    `outer` is the scope around it, where its records are those related to another.
    `among`: what holds of the records that are aggregated, where the statement itself has others, too.
    `groups` are joined by their `id` when all is asked of them that will be.
    """

    tables: RecordTables
    module: Module
    source: FromClause
    name: str
    outer: Scope | None = None
    among: tuple[Sql, ...] = ()
    groups: dict[Hashable, Joined] = field(default_factory=dict)
    _joins: Joins = field(default_factory=dict)

    @classmethod
    def of(cls, tables: RecordTables, module: Module, name: str, *, outer: Scope | None = None) -> TableScope:
        """The module's table under the alias `name`."""
        # Of every record that is looked for there is one in a statement, or one in each of its sub-selects:
        # what lies inside another has another name.
        source = tables.once((name, module.key), lambda: tables.of(module).alias(name))
        return cls(tables, module, source, name, outer)

    def atom(self, operand: Operand) -> Sql | None:  # noqa: ARG002 - a table has nothing ready
        """Nothing is computed beforehand."""
        return None

    def field(self, operand: FieldValue) -> Sql:
        """The column in kept form, over joins where there are links."""
        return self.tables.kept(operand.module, operand.field, self._linked(operand.links))

    def key(self, operand: RecordKey) -> Sql:
        """The key column."""
        return self.tables.key(operand.module, self._linked(operand.links))

    @property
    def own_key(self) -> Sql:
        """The key column of the module itself."""
        return self.tables.key(self.module, self.source)

    def from_clause(self) -> FromClause:
        """The table with all joins that were asked for so far."""
        clause = self.source
        for joined, on in self._joins.values():
            clause = clause.outerjoin(joined, on)
        for one in self.groups.values():
            made = one.statement()
            clause = clause.outerjoin(made, made.c.id == self.own_key)
        return clause

    def over(self, function: FunctionElement[Any], *tests: Sql) -> Sql:
        """An aggregate of the records that are looked at, and fit the tests."""
        fit = (*self.among, *tests)
        return function.filter(*fit) if fit else function

    def beside(self, of: Hashable, make: Callable[[str], FromClause]) -> FromClause:
        """A statement over the whole module, joined by its `id`, each once; `make` is given a name."""
        if of not in self._joins:
            joined = make(f"{self.name}_{len(self._joins)}")
            self._joins[of] = (joined, joined.c.id == self.own_key)
        return self._joins[of][0]

    def aliases(self) -> list[FromClause]:
        """Every table of this scope, so that an outer statement is not mistaken for it."""
        return [self.source, *(joined for joined, _ in self._joins.values())]

    def _linked(self, links: tuple[Field, ...]) -> FromClause:
        if not links:
            return self.source
        if links not in self._joins:
            before = self._linked(links[:-1])
            module = self.tables.model.linked(links[-1])
            joined = self.tables.of(module).alias(f"{self.name}_{len(self._joins)}")
            on = self.tables.link(links[-1], before) == self.tables.key(module, joined)
            self._joins[links] = (joined, on)
        return self._joins[links][0]


@dataclass(frozen=True)
class ColumnScope:
    """Columns of an inner statement that hold the operands; nothing else can be asked.

    Where the statement can be joined to, `joins` is what it is joined to so far.
    """

    columns: Mapping[Operand, Sql]
    record: Sql
    joins: Joins | None = None

    def atom(self, operand: Operand) -> Sql | None:
        """The operand's column."""
        return self.columns.get(operand)

    def field(self, operand: FieldValue) -> Sql:
        """The operand's column."""
        return self.columns[operand]

    def key(self, operand: RecordKey) -> Sql:
        """The operand's column."""
        return self.columns[operand]

    @property
    def own_key(self) -> Sql:
        """The column with the record's key."""
        return self.record

    def beside(self, statement: FromClause) -> FromClause:
        """The inner statement with all that was joined to it so far."""
        for joined, on in (self.joins or {}).values():
            statement = statement.outerjoin(joined, on)
        return statement


def depth_of(scope: Scope) -> int:
    """How many related tables a scope lies behind, so that a table related to itself gets another alias."""
    name = getattr(scope, "name", "")
    return int(name[1]) if name[:1] == "r" and name[1:2].isdigit() else 0


def around(scope: Scope | None) -> Iterator[Scope]:
    """The scope, and those around it, from the inside out."""
    while scope is not None:
        yield scope
        scope = getattr(scope, "outer", None)
