"""Which enrollments that wait at a step go on, or end, now: their records, as a selection like any other."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause

from engine.ledger.tables import enrollments
from engine.model.entities import FieldType, Module
from engine.model.moments import Anchor, Moment
from engine.model.nights import Walking
from engine.model.operands import Enrolled, EnrollmentPart, MomentValue, Operand
from engine.model.predicates import AnyOf, Compare, Comparison, Leaf, Predicate
from engine.model.workflow import Bar
from engine.records.scopes import Scope, TableScope
from engine.records.selection import Asked, Selection
from engine.records.tables import RecordTables, Sql

UNTIL = Enrolled(EnrollmentPart.UNTIL, FieldType.DATETIME)
ID = Enrolled(EnrollmentPart.ID, FieldType.NUMBER)
_NOW = MomentValue(Moment(Anchor.NOW), FieldType.DATETIME)
IS_DUE = Leaf("until", (Compare(UNTIL, Comparison.AT_MOST, _NOW),), if_missing=True)
"""Time is over; a wait without an end is over at once."""


@dataclass
class EnrolledScope(TableScope):
    """A module's table beside the enrollments that wait for its records."""

    enrollment: FromClause | None = None
    is_one_of: tuple[Sql, ...] = ()

    def atom(self, operand: Operand) -> Sql | None:
        """What the ledger keeps of the enrollment."""
        if isinstance(operand, Enrolled) and self.enrollment is not None:
            found: Sql = self.enrollment.c[operand.part.value]
            return found
        return None

    def from_clause(self) -> FromClause:
        """The enrollments with their records, and all joins that were asked for so far."""
        assert self.enrollment is not None
        clause: FromClause = self.enrollment.join(self.source, sa.and_(*self.is_one_of))
        for joined, on in self._joins.values():
            clause = clause.outerjoin(joined, on)
        return clause

    def aliases(self) -> list[FromClause]:
        """With the enrollments."""
        assert self.enrollment is not None
        return [self.enrollment, *super().aliases()]


@dataclass(frozen=True)
class WakingSelection(Selection):
    """The enrollments of the workflow's version that wait at `path`.

    All of them are selected for which `over` holds, or whose time is over.
    """

    over: tuple[Predicate, ...] = ()

    @property
    def goes_on(self) -> bool:
        """They have started before."""
        return True

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Nothing keeps from going on: what ends it is part of the draft."""
        return ()

    def once_key(self, scope: Scope) -> Sql:
        """The enrollment itself."""
        return sa.cast(self.lowering.operand(ID, scope), sa.Text)

    def started(self, key: Sql, once_key: Sql, scope: Scope | None = None) -> Sql:  # noqa: ARG002 - as its own
        """Whether the enrollment has gone on meanwhile."""
        table = enrollments.alias("waiting")
        tests = [table.c.id == sa.cast(once_key, sa.Integer), table.c.path == self.path]
        tests.append(table.c.state == Walking.WAITING.value)
        return sa.not_(sa.select(sa.literal(1)).where(*tests).correlate_except(table).exists())

    def _base(self) -> TableScope:
        module, table = self.workflow.module, enrollments.alias("enrolled")
        source = self.tables.of(module).alias("base")
        is_one_of = (
            table.c.workflow == self.workflow.id,
            table.c.version == self.workflow.version,
            table.c.state == Walking.WAITING.value,
            table.c.path == self.path,
            record_key_of(self.tables, module, table.c.record) == source.c[module.record_key.column],
        )
        return EnrolledScope(self.tables, module, source, "base", enrollment=table, is_one_of=is_one_of)

    def _free(self, scope: Scope) -> list[Sql]:  # noqa: ARG002 - all of them have started
        return []

    @property
    def _skips_unchanged(self) -> bool:
        return False

    def _fetched(self, outside: list[Asked]) -> list[Operand]:
        return list(dict.fromkeys((*super()._fetched(outside), ID)))

    def _conjuncts(self) -> list[Predicate]:
        return [AnyOf("", (IS_DUE, *self.over))]


def record_key_of(tables: RecordTables, module: Module, record: Sql) -> Sql:  # noqa: ARG001 - the store's word
    """A record key as the module's own table holds it, from the text that the ledger keeps."""
    is_number = module.record_key.type is FieldType.NUMBER
    return sa.cast(record, sa.BigInteger) if is_number else record
