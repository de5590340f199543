"""Series: a count, sum or average for each calendar unit, all of them by one look at the related records.

Units are complete ones before today's; one before the record's first related record does not exist (LANGUAGE,
Meaning 15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause

from engine.model.moments import end_of, start_of
from engine.model.operands import Function, Series
from engine.model.predicates import EachUnit, Trend
from engine.model.values import SCALE, to_stored
from engine.records.days import DaySides, compare
from engine.records.related import can_group, can_join, grouped, joined, related
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql
from engine.records.windows import Days

if TYPE_CHECKING:
    from engine.records.lower import Lowering

Values = Sequence[Sql]


def lower_series(lowering: Lowering, series: Series, scope: Scope) -> Sql:
    """The last percent change, in kept form."""

    def change(values: Values) -> Sql:
        before, now = values
        changed = (now - before) * (100.0 * SCALE) / _size(before)
        return sa.cast(sa.func.round(changed), sa.BigInteger)

    return _over_units(_Units(lowering, series, 2, by_share=True), scope, change)


def unit_values(lowering: Lowering, series: Series, scope: Scope, number: int) -> Sql:
    """The values of the last units, the oldest first, as a JSON list of kept forms."""
    return _over_units(_Units(lowering, series, number), scope, lambda values: sa.func.json_array(*values))


def trend_test(lowering: Lowering, test: Trend, scope: Scope) -> Sql:
    """Whether it fell or rose by so much in each of the last units."""
    return _over_units(_units_of(lowering, test), scope, lambda values: _moved(test, values)) == 1


def trend_demanded(lowering: Lowering, test: Trend, scope: Scope) -> Sql:
    """The same where unknown is as good as no: of all records at once, where that can be."""
    of = test.operand.of
    if not test.relative or not can_group(lowering, of, scope):
        return trend_test(lowering, test, scope)
    units = _units_of(lowering, test)
    known = grouped(lowering, of, scope, units.values, only=units.dated).subquery("units")
    values = units.found(known)
    something = [before != 0 for before in values[:-1]]
    moved = sa.select(known.c.id).where(*_steps(test, values, sa.func.abs), *something)
    return scope.own_key.in_(moved)


def _units_of(lowering: Lowering, test: Trend) -> _Units:
    return _Units(lowering, test.operand, test.in_a_row + 1, by_share=test.relative)


def _moved(test: Trend, values: Values) -> Sql:
    """1 where every step is far enough."""
    return sa.cast(sa.and_(*_steps(test, values, _size)), sa.Integer)


def _size(before: Sql) -> Sql:
    """What a change is a percent of; missing where there is nothing."""
    return sa.func.nullif(sa.func.abs(before), 0, type_=sa.Float())


def _steps(test: Trend, values: Values, size: Callable[[Sql], Sql]) -> list[Sql]:
    """Whether each step is far enough."""
    by = to_stored(test.by)
    assert isinstance(by, int)

    def step(before: Sql, now: Sql) -> Sql:
        moved = now - before if test.rises else before - now
        if not test.relative:
            return moved >= by
        return moved * (100.0 * SCALE) >= size(before) * float(by)

    return [step(*pair) for pair in pairwise(values)]


def each_unit_test(lowering: Lowering, test: EachUnit, scope: Scope) -> Sql:
    """Whether the value of each of the last units compares so."""
    to = lowering.operand(test.to, scope)

    def every_unit(values: Values) -> Sql:
        return sa.cast(sa.and_(*(compare(one, to, test.comparison) for one in values)), sa.Integer)

    return _over_units(_Units(lowering, test.operand, test.in_a_row), scope, every_unit) == 1


def _over_units(units: _Units, scope: Scope, make: Callable[[Values], Sql]) -> Sql:
    """What `make` gives of the values of the last complete units of a record, the oldest first.

    They have names, so that each is worked out once.
    """
    lowering, of = units.lowering, units.series.of
    if can_join(lowering, of, scope):
        name = (units.series, units.number, units.by_share)
        return make(joined(lowering, of, scope, units.values, of=name, days=units.days))
    statement = related(lowering, of, scope, units.values, only=units.dated)
    known = statement.subquery("units")
    return sa.select(make(units.found(known))).select_from(known).correlate_except(known).scalar_subquery()


@dataclass(frozen=True)
class _Units:
    """The last complete units of a series.

    `by_share`: they are compared by percent, each with the one before. As no percent is known of 0, a unit
    that does not exist may then count as empty, and nothing before the first one has to be read.
    """

    lowering: Lowering
    series: Series
    number: int
    by_share: bool = False

    @property
    def spans(self) -> list[tuple[date, date]]:
        """First and last day of each, the oldest first."""
        return last_units(self.series, self.lowering.clock.today, self.number)

    def values(self, inner: TableScope) -> list[Sql]:
        """The value of each, of the related records that are looked at, under its name."""
        found = [self._value(inner, *span) for span in self.spans]
        return [value.label(f"v{number}") for number, value in enumerate(found)]

    def found(self, known: FromClause) -> list[Sql]:
        """The values by their names."""
        return [known.c[f"v{number}"] for number in range(self.number)]

    @property
    def days(self) -> Days:
        """The days of the related records that are to be looked at."""
        first, last = self.spans[0][0], self.spans[-1][1]
        # Of the newest ones, which these are must not depend on the days that are looked at.
        looks_back = not self.by_share or self.series.of.latest is not None
        return Days(self.series.on, None if looks_back else first, last)

    def dated(self, inner: TableScope) -> Sql:
        """Whether a related record is to be looked at."""
        return self.days.test(self.lowering, inner)

    def _value(self, inner: TableScope, begin: date, end: date) -> Sql:
        in_unit = self._sides(self._on(inner)).between(begin, end)
        value = _value(self.lowering, self.series, inner, in_unit)
        if self.by_share:
            return value
        return sa.case(
            (self._sides(inner.over(sa.func.min(self._on(inner)))).at_most(end), value), else_=None
        )

    def _on(self, inner: TableScope) -> Sql:
        return self.lowering.tables.kept(inner.module, self.series.on, inner.source)

    def _sides(self, value: Sql) -> DaySides:
        return DaySides(value, self.series.on.type, self.lowering.clock)


def _value(lowering: Lowering, series: Series, inner: TableScope, in_unit: Sql) -> Sql:
    """The unit's count, sum or average."""
    if series.of.function is Function.COUNT:
        return inner.over(sa.func.count(), in_unit) * SCALE
    assert series.of.field is not None
    measured = lowering.operand(series.of.field, inner)
    if series.of.function is Function.AVERAGE:
        return sa.cast(sa.func.nearest(inner.over(sa.func.avg(measured), in_unit)), sa.BigInteger)
    return sa.cast(sa.func.coalesce(inner.over(sa.func.sum(measured), in_unit), 0), sa.BigInteger)


def last_units(series: Series, today: date, number: int) -> list[tuple[date, date]]:
    """First and last day of the last complete units, the oldest first."""
    found: list[tuple[date, date]] = []
    begin = start_of(today, series.unit)
    for _ in range(number):
        begin = start_of(begin - timedelta(days=1), series.unit)
        found.append((begin, end_of(begin, series.unit)))
    return found[::-1]
