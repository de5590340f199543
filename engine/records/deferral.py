"""Which of the records that would start wait for another day: the workflow's limit, and what people can do.

Both count what was started today; the best come first, missing last, ties by id (LANGUAGE, Meaning 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.ledger.tables import enrollments, journal
from engine.ledger.traces import is_cancelled, is_freed
from engine.model.effects import Column, Create, EffectKind, Fixed
from engine.model.entities import FieldType, Module
from engine.model.operands import Gate
from engine.records.scopes import TableScope
from engine.records.tables import Sql, missing

if TYPE_CHECKING:
    from engine.records.selection import Selection

ORDER_COLUMNS = ("limit_owner", "limit_first")
"""Columns of the candidates that only this needs."""


@dataclass(frozen=True)
class Deferral:
    """Works on the candidates of a selection."""

    selection: Selection
    candidates: sa.Subquery

    @property
    def is_needed(self) -> bool:
        """Whether anything may have to wait."""
        return self.selection.workflow.limit is not None or bool(self._tasks)

    def deferred(self) -> Sql:
        """1 for a record that waits, else 0."""
        tests = [*self._over_limit(), *self._over_capacity()]
        return sa.case((sa.or_(*tests), 1), else_=0) if tests else sa.literal(0)

    def beside(self, chosen: sa.Select[Any]) -> sa.Select[Any]:
        """With the counts of today beside each candidate."""
        joined: Any = self.candidates
        if self.selection.has_ledger and self.selection.workflow.limit is not None:
            started = self._started_today()
            same = started.c.owner.is_not_distinct_from(self.candidates.c.limit_owner)
            joined = joined.outerjoin(started, same)
        if self.selection.has_ledger and self._tasks:
            given = self._given_today()
            joined = joined.outerjoin(given, given.c.person == sa.cast(self._person(), sa.Text))
        return chosen.select_from(joined)

    # --- the workflow's limit -------------------------------------------------------------------

    def _over_limit(self) -> list[Sql]:
        limit = self.selection.workflow.limit
        if limit is None:
            return []
        place = sa.func.row_number().over(partition_by=self.candidates.c.limit_owner, order_by=self._order())
        return [place + self._before("started_today") > limit.per_owner_per_day]

    def _started_today(self) -> sa.Subquery:
        """The starts of today for each present owner."""
        selection, limit = self.selection, self.selection.workflow.limit
        assert limit is not None
        base = TableScope.of(selection.tables, selection.workflow.module, "owned")
        owner = selection.lowering.operand(limit.owner, base)
        started = enrollments.join(
            base.from_clause(), enrollments.c.record == selection.record_text(base.own_key)
        )
        return (
            sa.select(owner.label("owner"), sa.func.count().label("n"))
            .select_from(started)
            .where(
                enrollments.c.workflow == selection.workflow.id,
                self._today(),
                sa.not_(is_freed(enrollments.c.once_key)),
            )
            .group_by(owner)
            .subquery("started_today")
        )

    # --- what people can do ---------------------------------------------------------------------

    @property
    def _tasks(self) -> list[Create]:
        """The tasks a record would bring, as far as a capacity is set."""
        tasks = self.selection.tables.model.tasks
        if self.selection.workflow.tasks_per_person is None or tasks is None or not tasks.fields.get("to"):
            return []
        to = tasks.fields["to"]
        batches = (one for one in self.selection.draft.batches if isinstance(one, Create))
        return [one for one in batches if one.module.key == tasks.module and to in one.values]

    def _over_capacity(self) -> list[Sql]:
        """The tasks of a person, summed up in order; whoever brings none is never too many."""
        most = self.selection.workflow.tasks_per_person
        if most is None or not self._tasks:
            return []
        brought = sum((sa.cast(self._gate(one.gate), sa.Integer) for one in self._tasks), sa.literal(0))
        so_far = sa.func.sum(brought).over(
            partition_by=self._person(), order_by=self._order(), rows=(None, 0)
        )
        too_many = so_far + self._before("given_today") > most
        return [sa.and_(brought > 0, self._person().is_not(None), too_many)]

    def _person(self) -> Sql:
        """Who gets the first task of the record."""
        tasks = self.selection.tables.model.tasks
        assert tasks is not None
        to = tasks.fields["to"]
        whens = [(self._gate(one.gate), self._value(one, to)) for one in self._tasks]
        return sa.case(*whens, else_=None)

    def _value(self, batch: Create, key: str) -> Sql:
        part = batch.values[key]
        if isinstance(part, Column):
            found: Sql = self.candidates.c[part.name]
            return found
        return sa.literal(part.value) if isinstance(part, Fixed) else missing(FieldType.TEXT)

    def _gate(self, gate: Gate) -> Sql:
        parts = [self.candidates.c[f"b{number}"] == int(answer) for number, answer in gate.taken]
        parts += [sa.not_(self._gate(one)) for one in gate.unless]
        return sa.and_(sa.true(), *parts)

    def _given_today(self) -> sa.Subquery:
        """The tasks that workflows have given to each person today, and that no undo has cancelled."""
        model = self.selection.tables.model
        assert model.tasks is not None
        module: Module = model.modules[model.tasks.module]
        task = self.selection.tables.of(module).alias("task")
        created = sa.func.json_extract(journal.c.details, "$.id")
        in_module = sa.func.json_extract(journal.c.details, "$.module") == module.key
        person = sa.cast(task.c[module.fields[model.tasks.fields["to"]].column], sa.Text)
        return (
            sa.select(person.label("person"), sa.func.count().label("n"))
            .select_from(
                enrollments.join(journal, journal.c.enrollment == enrollments.c.id).join(
                    task, self.selection.tables.is_key(module, task, created)
                )
            )
            .where(
                self._today(),
                journal.c.kind == str(EffectKind.CREATE),
                in_module,
                sa.not_(is_cancelled(journal)),
            )
            .group_by(person)
            .subquery("given_today")
        )

    # --- both -----------------------------------------------------------------------------------

    def _order(self) -> tuple[Sql, ...]:
        limit = self.selection.workflow.limit
        if limit is None:
            return (self.candidates.c.id,)
        first = self.candidates.c.limit_first
        best = first.desc() if limit.highest_first else first.asc()
        return best.nulls_last(), self.candidates.c.id

    def _today(self) -> Sql:
        return enrollments.c.started_on == self.selection.clock.today.isoformat()

    def _before(self, counted: str) -> Sql:
        if not self.selection.has_ledger:
            return sa.literal(0)
        return sa.func.coalesce(sa.literal_column(f"{counted}.n"), 0)
