"""Which records a workflow concerns, as SQL: one scan into a temporary table (SPIKE section 5.1).

Conditions that can be answered while scanning stand in the inner statement, aggregates that are needed
more than once are worked out there behind a fence, and everything else is arithmetic on its columns.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.ledger.tables import enrollments
from engine.ledger.traces import is_freed
from engine.model.effects import Change, Column, Draft, Fixed
from engine.model.entities import FieldType
from engine.model.moments import Clock, Length, Unit, start_of
from engine.model.nights import Walking
from engine.model.operands import FieldValue, Operand, RecordKey
from engine.model.predicates import All, Predicate
from engine.model.values import Value, stored_instant
from engine.model.workflow import Bar, Once, Workflow
from engine.records.atoms import atoms_of, can_wait
from engine.records.deferral import ORDER_COLUMNS, Deferral
from engine.records.dialect import exactly, fenced
from engine.records.happened import has_one, of_run
from engine.records.happened import once_key as event_key
from engine.records.lower import Lowering
from engine.records.scopes import ColumnScope, Scope, TableScope
from engine.records.tables import (
    RecordTables,
    Sql,
    as_kept,
    constant,
    exact_text,
    key_type,
    value_type,
)

MATCHED = "wakeline_matched"
Asked: TypeAlias = Predicate | Bar


@dataclass(frozen=True)
class Selection:
    """The statements of one workflow at one moment; of an event run, for the records of its events alone.

    `only` is the key of the one record that is asked about.
    """

    workflow: Workflow
    draft: Draft
    tables: RecordTables
    clock: Clock
    has_ledger: bool
    place: int = 0
    path: str = ""
    event_run: int | None = None
    only: str | int | None = None

    @property
    def name(self) -> str:
        """The temporary table; of several selections of one run, each has its own."""
        return f"{MATCHED}_{self.place}" if self.place else MATCHED

    @property
    def goes_on(self) -> bool:
        """Whether enrollments that wait are selected, and not records that start."""
        return False

    @property
    def lowering(self) -> Lowering:
        """The lowering that knows the draft's branches."""
        over_all = self.told is None and self.only is None and not self.goes_on
        return Lowering(self.tables, self.clock, self.draft.branches, self.told, over_all)

    @property
    def told(self) -> sa.Subquery | None:
        """The events of an event run."""
        return None if self.event_run is None else of_run(self.event_run)

    def create_table(self) -> sa.Table:
        """The temporary table of matches, as it is made: of the same form night for night."""
        wanted = tuple((one.name, type(as_kept(sa.null(), one.operand).type)) for one in self.draft.wanted)
        form = (MATCHED, self.name, self.workflow.module.key, len(self.draft.branches), wanted)
        return self.tables.once(form, self._create_table)

    def _create_table(self) -> sa.Table:
        counted = sa.BigInteger().with_variant(
            sa.Integer(), "sqlite"
        )  # the only type that counts by itself there
        return sa.Table(
            self.name,
            sa.MetaData(),
            sa.Column("seq", counted, primary_key=True),
            sa.Column("id", key_type(self.workflow.module), nullable=False),
            sa.Column("once_key", exact_text(), nullable=False),
            sa.Column("deferred", sa.Integer, nullable=False),
            *(sa.Column(f"b{n}", sa.Integer, nullable=False) for n in range(len(self.draft.branches))),
            *(sa.Column(one.name, value_type(one.operand)) for one in self.draft.wanted),
            prefixes=["TEMPORARY"],
        )

    def matched_table(self) -> sa.TableClause:
        """The temporary table as later statements name it."""
        names = ["seq", "id", "once_key", "deferred"]
        names += [f"b{number}" for number in range(len(self.draft.branches))]
        names += [one.name for one in self.draft.wanted]
        return self.tables.once(
            (self.name, *names), lambda: sa.table(self.name, *(sa.column(name) for name in names))
        )

    def fill(self) -> sa.Insert:
        """INSERT INTO matched SELECT: starts first, then what the limit defers, each by id."""
        candidates = self._candidates()
        columns = candidates.subquery("candidates")
        waiting = Deferral(self, columns)
        deferred = waiting.deferred()
        names = [column.name for column in columns.c if column.name not in ORDER_COLUMNS]
        plain = [columns.c[name] for name in names if name not in {"id", "once_key"}]
        chosen = sa.select(columns.c.id, columns.c.once_key, deferred.label("deferred"), *plain)
        chosen = waiting.beside(chosen)
        table = self.matched_table()
        by_key = self.in_order(columns.c.id)
        order = (deferred, by_key) if waiting.is_needed else (by_key,)
        targets = ["id", "once_key", "deferred", *(name for name in names if name not in {"id", "once_key"})]
        return table.insert().from_select(targets, chosen.order_by(*order))

    # --- candidates: conditions yes, not started for this key, something would change ---------

    def _candidates(self) -> sa.Select[Any]:
        base = self._base()
        shared = self._shared()
        inside, outside = self._split_conditions(shared)
        atoms = self._fetched(outside)
        columns = [self.lowering.operand(atom, base).label(f"a{number}") for number, atom in enumerate(atoms)]
        tests = [self._test(item, base) for item in inside]
        if self.told is not None:
            tests.append(has_one(self.told, self.workflow.module, base.own_key))
        if self.only is not None:
            tests.append(base.own_key == self.only)
        inner = sa.select(base.own_key.label("id"), *columns).select_from(base.from_clause()).where(*tests)
        if any(not isinstance(atom, FieldValue | RecordKey) for atom in atoms):
            inner = fenced(inner.order_by(self.in_order(base.own_key)))
        scanned = inner.subquery("scanned")
        known: dict[Operand, Sql] = {RecordKey(self.workflow.module): scanned.c.id}
        known |= {atom: scanned.c[f"a{number}"] for number, atom in enumerate(atoms)}
        return self._outer(scanned, ColumnScope(known, scanned.c.id, joins={}), outside)

    def _outer(self, scanned: sa.Subquery, scope: ColumnScope, outside: list[Asked]) -> sa.Select[Any]:
        lowering = self.lowering
        answers = [
            sa.cast(lowering.is_yes(branch.predicate, scope), sa.Integer).label(f"b{number}")
            for number, branch in enumerate(self.draft.branches)
        ]
        values = [
            as_kept(lowering.operand(one.operand, scope), one.operand).label(one.name)
            for one in self.draft.wanted
        ]
        columns: list[Any] = [scanned.c.id, self.once_key(scope).label("once_key"), *answers, *values]
        limit = self.workflow.limit
        if limit is not None:
            columns.append(lowering.operand(limit.owner, scope).label("limit_owner"))
            first = sa.null() if limit.first is None else lowering.operand(limit.first, scope)
            columns.append(first.label("limit_first"))
        tests = [self._test(item, scope) for item in outside]
        tests += self._free(scope)
        if self._skips_unchanged and self.draft.writes:
            tests.append(sa.or_(*(self._differs(change, scope) for change in self.draft.writes)))
        return sa.select(*columns).select_from(scope.beside(scanned)).where(*tests)

    def _base(self) -> TableScope:
        """Where records are looked for: all of the module."""
        return TableScope.of(self.tables, self.workflow.module, "base")

    def _free(self, scope: Scope) -> list[Sql]:
        """The records that have not started for their once-per key."""
        if not self.has_ledger:
            return []
        return [sa.not_(self.started(scope.own_key, self.once_key(scope), scope))]

    @property
    def weighs_others(self) -> bool:
        """Whether a record may have to wait for another day because others come before it."""
        return Deferral(self, self._candidates().subquery("candidates")).is_needed

    @property
    def _skips_unchanged(self) -> bool:
        """Whether a record of which nothing would change is left out."""
        return self.draft.only_updates

    def _test(self, asked: Asked, scope: Scope) -> Sql:
        """A condition that is yes; a bar that is not: what it cannot tell does not stand in the way."""
        if isinstance(asked, Bar):
            return sa.not_(self.lowering.is_yes(asked.predicate, scope))
        # What other conditions leave over is looked up for each record.
        lowering = self.lowering
        alone = lowering.over_all and len(self._conjuncts()) == 1 and not self.bars
        lowering = replace(lowering, at_once=alone, joins_groups=alone and self.tables.groups_pay)
        return lowering.demand(asked, scope)

    def _differs(self, change: Change, scope: Scope) -> Sql:
        return self._part(change.after, scope).is_distinct_from(self._part(change.before, scope))

    def _part(self, part: Fixed | Column, scope: Scope) -> Sql:
        if isinstance(part, Fixed):
            return constant(part.value, part.type)
        operand = next(one.operand for one in self.draft.wanted if one.name == part.name)
        return self.lowering.operand(operand, scope)

    # --- where each condition is answered ------------------------------------------------------

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What keeps a record from starting."""
        return self.workflow.bars

    def _conjuncts(self) -> list[Predicate]:
        condition = self.workflow.condition
        if condition is None:
            return []
        return list(condition.items) if isinstance(condition, All) else [condition]

    def _shared(self) -> set[Operand]:
        """What has to be worked out and more than one place asks for."""
        asked: Counter[Operand] = Counter()
        for noun in (*self._conjuncts(), *self.bars, *self.draft.branches, *self.draft.wanted):
            asked.update(atom for atom in atoms_of(noun) if not isinstance(atom, FieldValue | RecordKey))
        return {operand for operand, times in asked.items() if times > 1}

    def _split_conditions(self, shared: set[Operand]) -> tuple[list[Asked], list[Asked]]:
        inside: list[Asked] = []
        outside: list[Asked] = []
        for item in (*self._conjuncts(), *self.bars):
            uses_shared = any(atom in shared for atom in atoms_of(item))
            (outside if uses_shared else inside).append(item)
        return inside, outside

    def _fetched(self, outside: list[Asked]) -> list[Operand]:
        """What the scan fetches: all but the key, and what one place asks of related records untested.

        These are worked out in their place, for the records that are left.
        """
        asked = Counter(self._outer_atoms(outside))
        compared = self.draft.wanted if self._skips_unchanged else ()
        tested = set(atoms_of((*outside, self.workflow.once_per, *compared)))
        return [
            atom
            for atom, times in asked.items()
            if (times > 1 or atom in tested or not can_wait(atom)) and atom != RecordKey(self.workflow.module)
        ]

    def _outer_atoms(self, outside: list[Asked]) -> list[Operand]:
        limit, once = self.workflow.limit, self.workflow.once_per
        nouns = (tuple(outside), self.draft.branches, self.draft.wanted, once)
        asked = [atom for noun in nouns for atom in atoms_of(noun)]
        if limit is not None:
            asked += [*atoms_of(limit.owner), *atoms_of(limit.first)]
        return asked

    # --- once ----------------------------------------------------------------------------------

    def once_key(self, scope: Scope) -> Sql:
        """What may start only once for a record: a constant, the calendar unit, or a field's value."""
        once = self.workflow.once_per
        if once.kind is Once.FIELD:
            assert once.field is not None
            return sa.func.coalesce(sa.cast(self.lowering.operand(once.field, scope), sa.Text), "")
        if once.kind is Once.EVENT and self.told is not None:
            return event_key(self.told, self.workflow.module, scope.own_key)
        return sa.literal(once_label(self.workflow, self.clock))

    def started(self, key: Sql, once_key: Sql, scope: Scope | None = None) -> Sql:
        """Whether the record of a key has started for a once-per key.

        Without a `scope` a table's length is not at hand: then whether it has started today.
        """
        once, table = self.workflow.once_per, enrollments.alias("started")
        tests = [table.c.workflow == self.workflow.id, table.c.record == self.record_text(key)]
        if once.kind is Once.EPISODE:
            tests.append(table.c.episode_open == 1)
        elif once.kind is Once.LENGTH:
            tests += [table.c.started_on > self._not_since(scope), sa.not_(is_freed(table.c.once_key))]
        else:
            tests.append(table.c.once_key == once_key)
        started = sa.select(sa.literal(1)).select_from(table).where(*tests).correlate_except(table).exists()
        if not self.draft.waits or once.kind is Once.EPISODE:  # an episode is open as long as it waits
            return started
        return sa.or_(started, self._waits(key))

    def _waits(self, key: Sql) -> Sql:
        """Whether the record's enrollment in this workflow goes on: only one may be open (Meaning 7)."""
        table = enrollments.alias("waits")
        tests = [table.c.workflow == self.workflow.id, table.c.record == self.record_text(key)]
        tests.append(table.c.state == Walking.WAITING.value)
        return sa.select(sa.literal(1)).select_from(table).where(*tests).correlate_except(table).exists()

    def _not_since(self, scope: Scope | None) -> Sql:
        """The day after which a start is too recent; missing where a table has no length for the record."""
        once = self.workflow.once_per
        if once.cell is None:
            assert once.length is not None
            return sa.literal(self._days_back(once.length))
        if scope is None:
            return sa.literal(self._days_back(Length(1, Unit.DAYS)))
        rows = tuple((keys, self._days_back(length)) for keys, length in once.cell.rows)
        rest = self._days_back(once.cell.otherwise)
        days = replace(once.cell, rows=rows, otherwise=rest, type=FieldType.TEXT)
        return self.lowering.operand(days, scope)

    def _days_back(self, length: Value) -> str | None:
        if not isinstance(length, Length):
            return None
        return self.clock.days_apart(length, -1)[1].isoformat()

    def in_order(self, key: Sql) -> Sql:
        """A record key to put records in order by."""
        return key if self.workflow.module.record_key.type is FieldType.NUMBER else exactly(key)

    def record_text(self, key: Sql) -> Sql:
        """A record key as the ledger holds it."""
        is_number = self.workflow.module.record_key.type is FieldType.NUMBER
        return sa.cast(key, sa.Text) if is_number else key


def once_label(workflow: Workflow, clock: Clock) -> str:
    """The once-per key of a start at this moment, for every kind but `field`."""
    kind, today = workflow.once_per.kind, clock.today
    units = {
        Once.WEEK: Unit.WEEKS,
        Once.MONTH: Unit.MONTHS,
        Once.QUARTER: Unit.QUARTERS,
        Once.YEAR: Unit.YEARS,
    }
    if kind is Once.CUSTOMER:
        return ""
    if kind is Once.EPISODE:
        return stored_instant(clock.now)
    if kind in units:
        return f"{kind}:{start_of(today, units[kind]).isoformat()}"
    return f"{kind}:{today.isoformat()}"
