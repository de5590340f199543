"""A record's own rhythm: the median gap between the days of related records, and the day expected next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.model.entities import FieldType
from engine.model.operands import Aggregate, ExpectedNext, Function, UsualGap
from engine.records.daynumbers import day_number, day_text, rounded
from engine.records.days import local_day
from engine.records.related import related
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering

LEAST_DAYS = 4
_MINUTES_A_DAY = 1440


def lower_gap(lowering: Lowering, gap: UsualGap, scope: Scope) -> Sql:
    """The median of the gaps in minutes; missing below four days with a record."""
    days = _days(lowering, gap, scope).distinct().subquery("days")
    between = (days.c.day - sa.func.lag(days.c.day).over(order_by=days.c.day)).label("gap")
    gaps = sa.select(between).subquery("gaps")
    place = sa.func.row_number().over(order_by=gaps.c.gap).label("place")
    size = sa.func.count().over().label("size")
    placed = sa.select(gaps.c.gap, place, size).where(gaps.c.gap.is_not(None)).subquery("placed")
    middle = placed.c.place.in_([(placed.c.size + 1) // 2, (placed.c.size + 2) // 2])
    return (
        sa.select(rounded(sa.func.avg(placed.c.gap) * _MINUTES_A_DAY))
        .where(middle, placed.c.size >= LEAST_DAYS - 1)
        .scalar_subquery()
    )


def lower_expected(lowering: Lowering, expected: ExpectedNext, scope: Scope) -> Sql:
    """The newest day plus the gap, rounded to whole days."""
    newest = sa.select(sa.func.max(_days(lowering, expected.gap, scope).subquery("days").c.day))
    gap = lowering.operand(expected.gap, scope)
    return day_text(newest.scalar_subquery() + (gap + _MINUTES_A_DAY // 2) // _MINUTES_A_DAY)


def _days(lowering: Lowering, gap: UsualGap, scope: Scope) -> sa.Select[Any]:
    """The days of the related records up to today, as numbers."""

    def day(inner: TableScope) -> Sql:
        on = lowering.tables.kept(inner.module, gap.on, inner.source)
        return day_number(local_day(on, gap.on.type, lowering.clock)).label("day")

    counted = Aggregate(Function.COUNT, gap.relation, FieldType.NUMBER, where=gap.where)
    today = lowering.clock.today.toordinal()
    return related(lowering, counted, scope, day, only=lambda inner: day(inner).element <= today)
