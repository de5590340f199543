"""The runs of a workflow over all its records, by the day of their night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import enrollments, failures, journal, runs
from engine.model.nights import Cause, RunState

_WHOLE = (Cause.CLOCK.value, Cause.HAND.value, Cause.EVENT.value)
"""What selects records; the others are about enrollments that wait."""
_RAN = (RunState.DONE, RunState.STOPPED, RunState.HELD, RunState.RUNNING, RunState.REFUSED, RunState.FAILED)


@dataclass(frozen=True)
class Nights:
    """The runs of a workflow, over one connection."""

    connection: sa.Connection
    workflow: str

    def of_day(self, day: date) -> int | None:
        """The run of a local day, by its number: one that ran rather than one that did not, by the clock
        rather than by hand, and of those the last.
        """
        ran = sa.case((runs.c.state.in_([one.value for one in _RAN]), 0), else_=1)
        by_clock = sa.case((runs.c.cause == Cause.CLOCK.value, 0), else_=1)
        found = self._all().where(runs.c.on_day == day.isoformat())
        return self._first(found.order_by(ran, by_clock, runs.c.id.desc()))

    def last(self) -> int | None:
        """The number of the newest; one of events, which looks at few, only where there is no other."""
        of_events = sa.case((runs.c.cause == Cause.EVENT.value, 1), else_=0)
        return self._first(self._all().order_by(of_events, runs.c.id.desc()))

    def around(self, day: date) -> Iterator[str]:
        """The nearest days before and after with a run."""
        days = sa.select(runs.c.on_day).where(runs.c.workflow == self.workflow, runs.c.cause.in_(_WHOLE))
        before = days.where(runs.c.on_day < day.isoformat()).order_by(runs.c.on_day.desc())
        after = days.where(runs.c.on_day > day.isoformat()).order_by(runs.c.on_day)
        for nearest in (before, after):
            found = self.connection.execute(nearest.limit(1)).scalar()
            if found is not None:
                yield found

    def _all(self) -> sa.Select[Any]:
        return sa.select(runs.c.id).where(runs.c.workflow == self.workflow, runs.c.cause.in_(_WHOLE))

    def _first(self, statement: sa.Select[Any]) -> int | None:
        found: int | None = self.connection.execute(statement.limit(1)).scalar()
        return found


def records_of(connection: sa.Connection, run: int, *, limit: int, offset: int) -> list[str]:
    """Whose records a run began with, went on with or could not process, by their key; a page of them."""
    asked = sa.select(runs.c.on_day, runs.c.woken, runs.c.undoes).where(runs.c.id == run)
    row = connection.execute(asked).first()
    if row is None:
        return []
    begun = sa.select(enrollments.c.record).where(enrollments.c.started_on == row.on_day)
    parts = [
        begun.where(enrollments.c.run == run),
        sa.select(failures.c.record).where(failures.c.run == run),
    ]
    if row.woken or row.undoes is not None:  # else its journal is about those that it began
        joined = journal.join(enrollments, enrollments.c.id == journal.c.enrollment)
        parts.append(sa.select(enrollments.c.record).select_from(joined).where(journal.c.run == run))
    found = sa.union(*parts).subquery()
    page = sa.select(found.c.record).order_by(found.c.record).limit(limit).offset(offset)
    return list(connection.execute(page).scalars())
