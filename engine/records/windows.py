"""Which related records an aggregate looks at: the days of its windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.model.entities import Field, FieldType
from engine.model.moments import Clock
from engine.model.operands import Aggregate, Window
from engine.records.daynumbers import day_number
from engine.records.days import DaySides, local_day, since, within_period
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering

_MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Days:
    """Days of a field from the first, or from ever, to the last."""

    on: Field
    first: date | None
    last: date

    def test(self, lowering: Lowering, inner: TableScope) -> Sql:
        """Whether a record lies in them."""
        kept = lowering.tables.kept(inner.module, self.on, inner.source)
        sides = DaySides(kept, self.on.type, lowering.clock)
        return sides.at_most(self.last) if self.first is None else sides.between(self.first, self.last)


def days_of(window: Window | None, clock: Clock) -> Days | None:
    """The days that hold a window, where they are the same for every record."""
    if window is None or window.period is None:
        return None
    return Days(window.on, *window.period.days(clock))


def is_by_day(window: Window) -> bool:
    """Whether a window holds all of its days, and does not begin at an instant."""
    period = window.period
    if period is None or window.on.type is FieldType.DATE:
        return period is not None
    begins_at_instant = period.since is not None and period.since.is_instant
    return not begins_at_instant and (period.length is None or period.length.counts_days)


def looked_at(lowering: Lowering, operand: Aggregate, inner: TableScope, scope: Scope) -> list[Sql]:
    """What related records lie in the windows."""
    tests: list[Sql] = []
    if operand.window is not None:
        tests.append(within(lowering, operand.window, inner, scope))
    if operand.except_ is not None:
        tests.append(outside(lowering, operand.except_, inner, scope))
    return tests


def outside(lowering: Lowering, window: Window, inner: TableScope, scope: Scope) -> Sql:
    """Whether a related record does not lie in the window, as far as that is known."""
    return sa.func.coalesce(sa.cast(within(lowering, window, inner, scope), sa.Integer), 0) == 0


def within(lowering: Lowering, window: Window, inner: TableScope, scope: Scope) -> Sql:
    """Whether a related record lies in the window; unknown without a day."""
    clock, kind = lowering.clock, window.on.type
    on = lowering.tables.kept(inner.module, window.on, inner.source)
    if window.period is not None:
        return within_period(on, kind, window.period, clock)
    if window.since is not None:
        return since(on, kind, lowering.operand(window.since, scope), clock)
    assert window.length is not None
    days = (lowering.operand(window.length, scope) + _MINUTES_A_DAY - 1) // _MINUTES_A_DAY
    day, today = day_number(local_day(on, kind, clock)), clock.today.toordinal()
    return sa.and_(day <= today, day > today - days)
