"""Series: a count, sum or average for each calendar unit, all of them by one look at the related records.

Units are complete ones before today's; one before the record's first related record does not exist (LANGUAGE,
Meaning 15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.model.moments import end_of, start_of
from engine.model.operands import Function, Series
from engine.model.predicates import EachUnit, Trend
from engine.model.values import SCALE, to_stored
from engine.records.days import DaySides, compare
from engine.records.related import related
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering

Values = Sequence[Sql]


def lower_series(lowering: Lowering, series: Series, scope: Scope) -> Sql:
    """The last percent change, in kept form."""

    def change(values: Values) -> Sql:
        before, now = values
        changed = (now - before) * 100.0 * SCALE / sa.func.nullif(sa.func.abs(before), 0)
        return sa.cast(sa.func.round(changed), sa.BigInteger)

    return _over_units(lowering, series, scope, change, number=2)


def unit_values(lowering: Lowering, series: Series, scope: Scope, number: int) -> Sql:
    """The values of the last units, the oldest first, as a JSON list of kept forms."""
    return _over_units(lowering, series, scope, lambda values: sa.func.json_array(*values), number=number)


def trend_test(lowering: Lowering, test: Trend, scope: Scope) -> Sql:
    """Whether it fell or rose by so much in each of the last units."""
    by = to_stored(test.by)

    def step(before: Sql, now: Sql) -> Sql:
        moved = now - before if test.rises else before - now
        if not test.relative:
            return moved >= by
        return moved * (100.0 * SCALE) >= sa.func.nullif(sa.func.abs(before), 0) * sa.literal(by)

    def every_step(values: Values) -> Sql:
        return sa.cast(sa.and_(*(step(*pair) for pair in pairwise(values))), sa.Integer)

    return _over_units(lowering, test.operand, scope, every_step, number=test.in_a_row + 1) == 1


def each_unit_test(lowering: Lowering, test: EachUnit, scope: Scope) -> Sql:
    """Whether the value of each of the last units compares so."""
    to = lowering.operand(test.to, scope)

    def every_unit(values: Values) -> Sql:
        return sa.cast(sa.and_(*(compare(one, to, test.comparison) for one in values)), sa.Integer)

    return _over_units(lowering, test.operand, scope, every_unit, number=test.in_a_row) == 1


def _over_units(
    lowering: Lowering, series: Series, scope: Scope, make: Callable[[Values], Sql], *, number: int
) -> Sql:
    """What `make` gives of the values of the last complete units, the oldest first."""
    spans = last_units(series, lowering.clock.today, number)

    def values(inner: TableScope) -> Sql:
        on = lowering.tables.kept(inner.module, series.on, inner.source)
        sides = DaySides(on, series.on.type, lowering.clock)
        first = sa.func.min(on)
        reaches = DaySides(first, series.on.type, lowering.clock)
        found = []
        for begin, end in spans:
            value = _value(lowering, series, inner, sides.between(begin, end))
            found.append(sa.case((reaches.at_most(end), value), else_=None))
        return make(found)

    def dated(inner: TableScope) -> Sql:
        on = lowering.tables.kept(inner.module, series.on, inner.source)
        return DaySides(on, series.on.type, lowering.clock).at_most(spans[-1][1])

    return related(lowering, series.of, scope, values, only=dated).scalar_subquery()


def _value(lowering: Lowering, series: Series, inner: TableScope, in_unit: Sql) -> Sql:
    """The unit's count, sum or average."""
    if series.of.function is Function.COUNT:
        return sa.cast(sa.func.sum(sa.case((in_unit, SCALE), else_=0)), sa.BigInteger)
    assert series.of.field is not None
    measured = sa.case((in_unit, lowering.operand(series.of.field, inner)), else_=None)
    if series.of.function is Function.AVERAGE:
        return sa.cast(sa.func.round(sa.func.avg(measured)), sa.BigInteger)
    return sa.cast(sa.func.coalesce(sa.func.sum(measured), 0), sa.BigInteger)


def last_units(series: Series, today: date, number: int) -> list[tuple[date, date]]:
    """First and last day of the last complete units, the oldest first."""
    found: list[tuple[date, date]] = []
    begin = start_of(today, series.unit)
    for _ in range(number):
        begin = start_of(begin - timedelta(days=1), series.unit)
        found.append((begin, end_of(begin, series.unit)))
    return found[::-1]
