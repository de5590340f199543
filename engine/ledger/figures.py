"""What the runs of some days have done, in numbers: sums that the database makes. Nothing here writes.

The days are local ones, both included; a workflow may be chosen. Runs that take others back count nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import enrollments, failures, journal, outbox, runs
from engine.ledger.traces import is_freed, is_taken_back
from engine.model.effects import EffectKind
from engine.model.nights import Cause, RunState

_NOT_RUN = (RunState.DUE.value, RunState.MISSED.value, RunState.SKIPPED.value)
_TOUCHES = (EffectKind.MESSAGE.value, EffectKind.CREATE.value)
"""What a customer notices, sooner or later."""


@dataclass(frozen=True, slots=True)
class DaySums:
    """The runs of a workflow on a local day; `not_run` were missed or skipped."""

    workflow: str
    day: str
    runs: int
    checked: int
    matched: int
    started: int
    failed: int
    not_run: int


@dataclass(frozen=True, slots=True)
class GoalSums:
    """Of those that started in these days, in the control group or not: how many they are, how many have
    reached the goal in its time, and for how many that is still open.
    """

    workflow: str
    control: bool
    started: int
    reached: int
    open: int


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that more workflows than wanted have written to within a week, which begins on a Monday."""

    record: str
    week: date
    workflows: int


@dataclass(frozen=True)
class Figures:
    """Sums over one connection."""

    connection: sa.Connection
    since: date
    until: date
    workflow: str = ""

    def days(self) -> list[DaySums]:
        """Of every workflow and day with runs."""
        ran = runs.c.state.not_in(_NOT_RUN)
        count = sa.func.sum(sa.case((ran, 1), else_=0))
        missed = sa.func.sum(sa.case((runs.c.state.in_(_NOT_RUN[1:]), runs.c.slots), else_=0))
        sums = [sa.func.sum(one) for one in (runs.c.checked, runs.c.matched, runs.c.started, runs.c.failed)]
        where = (runs.c.workflow, runs.c.on_day)
        found = sa.select(*where, count, *sums, missed).where(*self._mine).group_by(*where).order_by(*where)
        return [DaySums(row[0], row[1], *map(int, row[2:])) for row in self.connection.execute(found)]

    def effects(self) -> dict[str, int]:
        """Kind of effect -> how many."""
        if self.connection.dialect.name == "postgresql":
            each = sa.func.json_each_text(sa.cast(runs.c.effects, sa.JSON)).table_valued("key", "value")
        else:
            each = sa.func.json_each(runs.c.effects).table_valued("key", "value")
        count = sa.func.sum(sa.cast(each.c.value, sa.BigInteger))
        found = sa.select(each.c.key, count).select_from(runs.join(each, sa.true())).where(*self._mine)
        found = found.where(runs.c.effects != "{}").group_by(each.c.key).order_by(each.c.key)
        return {kind: int(total) for kind, total in self.connection.execute(found)}

    def failures(self, limit: int) -> list[tuple[str, dict[str, str], int]]:
        """Code, facts and number of records for the reasons that kept most of them from being processed."""
        why, count = (failures.c.code, failures.c.facts), sa.func.count()
        joined = failures.join(runs, runs.c.id == failures.c.run)
        found = sa.select(*why, count).select_from(joined).where(*self._mine).group_by(*why)
        rows = self.connection.execute(found.order_by(count.desc(), *why).limit(limit))
        return [(row[0], json.loads(row[1]), int(row[2])) for row in rows]

    def letters(self) -> list[tuple[str, str, int]]:
        """Channel, state and number of the letters to customers."""
        where = (outbox.c.channel, outbox.c.state)
        joined = outbox.join(runs, runs.c.id == outbox.c.run)
        is_mine = (outbox.c.kind == EffectKind.MESSAGE.value, *self._mine)
        found = sa.select(*where, sa.func.count()).select_from(joined).where(*is_mine).group_by(*where)
        return [(row[0], row[1], int(row[2])) for row in self.connection.execute(found.order_by(*where))]

    def created(self, module: str) -> Iterator[tuple[str, str]]:
        """Workflow and key of every record that was made in a module, but for what was taken back."""
        details = sa.cast(journal.c.details, sa.JSON) if self._is_postgres else journal.c.details
        joined = journal.join(runs, runs.c.id == journal.c.run)
        made = (
            journal.c.kind == EffectKind.CREATE.value,
            _part(details, "module", self._is_postgres) == module,
        )
        key = _part(details, "id", self._is_postgres)
        found = sa.select(runs.c.workflow, key).select_from(joined).where(*self._mine, *made)
        for row in self.connection.execute(found.where(sa.not_(is_taken_back(journal)))):
            yield row[0], str(row[1])

    def goals(self, now: str) -> list[GoalSums]:
        """Of every workflow with a goal; `now` is the instant as kept."""
        reached, is_open = enrollments.c.goal_at.is_not(None), enrollments.c.goal_by >= now
        watched = sa.or_(reached, enrollments.c.goal_by.is_not(None))
        days = enrollments.c.started_on.between(self.since.isoformat(), self.until.isoformat())
        where = (enrollments.c.workflow, enrollments.c.control)
        counts = [
            sa.func.sum(sa.case((test, 1), else_=0)) for test in (reached, sa.and_(sa.not_(reached), is_open))
        ]
        found = sa.select(*where, sa.func.count(), *counts)
        found = found.where(days, watched, sa.not_(is_freed(enrollments.c.once_key)))
        found = found.where(enrollments.c.workflow == self.workflow) if self.workflow else found
        rows = self.connection.execute(found.group_by(*where).order_by(*where))
        return [GoalSums(row[0], bool(row[1]), *map(int, row[2:])) for row in rows]

    def touched(self, most: int, among: Collection[str], limit: int) -> tuple[int, list[Touched]]:
        """Records that more than `most` of some workflows have written to within a week: how often there is
        one, and the first of them, the most touched first.
        """
        mondays = list(_mondays(self.since, self.until))
        week = _week_of(runs.c.on_day, mondays)
        of = journal.join(enrollments, enrollments.c.id == journal.c.enrollment)
        joined = of.join(runs, runs.c.id == journal.c.run)
        each = sa.select(enrollments.c.record, week.label("week"), enrollments.c.workflow).select_from(joined)
        is_one = (journal.c.kind.in_(_TOUCHES), enrollments.c.workflow.in_(among))
        inner = each.where(*self._mine, *is_one).distinct().subquery("touches")
        count = sa.func.count()
        found = sa.select(inner.c.record, inner.c.week, count.label("workflows"))
        weeks = found.group_by(inner.c.record, inner.c.week).having(count > most).subquery("weeks")
        total = self.connection.execute(sa.select(sa.func.count()).select_from(weeks)).scalar_one()
        order = (weeks.c.workflows.desc(), weeks.c.week, weeks.c.record)
        rows = self.connection.execute(sa.select(weeks).order_by(*order).limit(limit))
        return int(total), [Touched(row[0], mondays[row[1]], int(row[2])) for row in rows]

    @property
    def _is_postgres(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    @property
    def _mine(self) -> tuple[sa.ColumnElement[bool], ...]:
        days = runs.c.on_day.between(self.since.isoformat(), self.until.isoformat())
        own = (runs.c.workflow == self.workflow,) if self.workflow else ()
        return days, runs.c.cause != Cause.UNDO.value, *own


def _part(details: Any, name: str, is_postgres: bool) -> sa.ColumnElement[str]:  # noqa: FBT001 - two dialects
    """A part of a JSON object as text."""
    if is_postgres:
        return sa.func.json_extract_path_text(details, name)
    return sa.cast(sa.func.json_extract(details, f"$.{name}"), sa.Text)


def _mondays(since: date, until: date) -> Iterator[date]:
    """The first day of every week that has a day of the time."""
    monday = since - timedelta(days=since.weekday())
    while monday <= until:
        yield monday
        monday += timedelta(days=7)


def _week_of(day: sa.ColumnElement[str], mondays: Sequence[date]) -> sa.ColumnElement[int]:
    """The number of the week that a day is in."""
    ends = [(day < (one + timedelta(days=7)).isoformat(), number) for number, one in enumerate(mondays)]
    return sa.case(*ends, else_=len(mondays) - 1)
