"""Aggregates: one value from the records related to another, as a correlated scalar (SPIKE section 1)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause

from engine.model.operands import Aggregate, FieldValue, Function, RecordKey, Window
from engine.model.predicates import Predicate
from engine.records.atoms import atoms_of
from engine.records.cells import aggregate_by_cell
from engine.records.daynumbers import day_number
from engine.records.days import local_day, since, within_period
from engine.records.scopes import Scope, TableScope, depth_of
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering

_MINUTES_A_DAY = 1440

_FUNCTIONS: dict[Function, Callable[[Sql], Sql]] = {
    Function.SUM: lambda column: sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger),
    Function.AVERAGE: lambda column: sa.cast(sa.func.round(sa.func.avg(column)), sa.BigInteger),
    Function.SMALLEST: sa.func.min,
    Function.LARGEST: sa.func.max,
    Function.LATEST: sa.func.max,
    Function.EARLIEST: sa.func.min,
    Function.DISTINCT: lambda column: sa.func.count(sa.distinct(column)) * 10_000,
}

_NOTHING_IS_0 = (Function.SUM, Function.COUNT, Function.DISTINCT)


def lower_aggregate(lowering: Lowering, operand: Aggregate, scope: Scope) -> Sql:
    """The aggregate's value in kept form."""
    if operand.cells:
        return aggregate_by_cell(lowering, operand, scope, lambda one: lower_aggregate(lowering, one, scope))
    if operand.function is not Function.SHARE and can_join(lowering, operand, scope):
        return _of_groups(lowering, operand, scope)
    if operand.function is Function.SHARE:
        value = _share(lowering, operand, scope)
    else:
        value = related(lowering, operand, scope, _measuring(lowering, operand)).scalar_subquery()
    asked = [one.length or one.since for one in operand.windows]
    lengths = [lowering.operand(one, scope) for one in asked if one is not None]
    if not lengths:
        return value
    return sa.case((sa.and_(*(one.is_not(None) for one in lengths)), value), else_=None)


def _measuring(lowering: Lowering, operand: Aggregate) -> Callable[[TableScope], Sql]:
    """What is made of related records, in kept form; not of a share."""
    if operand.function is Function.COUNT:
        return lambda _: sa.func.count() * 10_000
    assert operand.field is not None
    measured, function = operand.field, _FUNCTIONS[operand.function]
    return lambda inner: function(lowering.operand(measured, inner))


def _of_groups(lowering: Lowering, operand: Aggregate, scope: Scope) -> Sql:
    """The value of the record's group; without one it is 0, where that is what nothing makes."""
    make = _measuring(lowering, operand)
    groups = joined(lowering, operand, scope, lambda inner: make(inner).label("value"), of=operand)
    value: Sql = groups.c.value
    return sa.func.coalesce(value, 0) if operand.function in _NOTHING_IS_0 else value


def _share(lowering: Lowering, operand: Aggregate, scope: Scope) -> Sql:
    """The percent of the records looked at that fit `where`; missing without any."""

    def percent(inner: TableScope) -> Sql:
        fits = sa.literal(1) if operand.where is None else lowering.is_yes(operand.where, inner)
        share = sa.func.sum(sa.cast(fits, sa.Integer)) * 1_000_000.0 / sa.func.nullif(sa.func.count(), 0)
        return sa.cast(sa.func.round(share), sa.BigInteger)

    return related(lowering, operand, scope, percent, asking=False).scalar_subquery()


def related(
    lowering: Lowering,
    operand: Aggregate,
    scope: Scope,
    make: Callable[[TableScope], Sql | Sequence[Sql]],
    *,
    only: Callable[[TableScope], Sql] | None = None,
    newest: int | None = None,
    asking: bool = True,
) -> sa.Select[Any]:
    """SELECT something FROM the related records of the record that fit windows, `only` and `where`.

    `newest` gives so many rows, in that order; not `asking` leaves `where` to the caller.
    """
    relation = operand.relation
    name = f"r{depth_of(scope) + 1}_{relation.module.key}"
    inner = TableScope.of(lowering.tables, relation.module, name, outer=scope)
    tests = [lowering.tables.link(relation.link, inner.source) == scope.own_key]
    tests += _looked_at(lowering, operand, inner, scope)
    if only is not None:
        tests.append(only(inner))
    if operand.latest is not None:
        inner, tests = _newest(lowering, operand, inner, tests), []
    if operand.where is not None and asking:
        tests.append(_fits(lowering, operand.where, inner))
    statement = sa.select(*_columns(make(inner))).select_from(inner.from_clause()).where(*tests)
    if newest is not None:
        statement = statement.order_by(*newest_first(lowering, inner)).limit(newest)
    return statement.correlate_except(*inner.aliases())


def grouped(
    lowering: Lowering,
    operand: Aggregate,
    scope: Scope,
    make: Callable[[TableScope], Sql | Sequence[Sql]],
    *,
    only: Callable[[TableScope], Sql] | None = None,
) -> sa.Select[Any]:
    """The same for all records at once: the key of each that has related records as `id`, and its values."""
    relation = operand.relation
    inner = TableScope.of(lowering.tables, relation.module, f"all_{relation.module.key}")
    tests = _looked_at(lowering, operand, inner, scope)
    if only is not None:
        tests.append(only(inner))
    if operand.where is not None:
        tests.append(_fits(lowering, operand.where, inner))
    link = lowering.tables.link(relation.link, inner.source)
    chosen = sa.select(link.label("id"), *_columns(make(inner)))
    return chosen.select_from(inner.from_clause()).where(*tests).group_by(link)


def _fits(lowering: Lowering, where: Predicate, inner: TableScope) -> Sql:
    """Whether a related record is looked at; bare tests, so that the planner knows how many are."""
    return replace(lowering, over_all=False).demand(where, inner)


def can_group(lowering: Lowering, operand: Aggregate, scope: Scope) -> bool:
    """Whether an aggregate of all records can be worked out by one look at all that are related to one.

    Nothing in it may differ from record to record. Of a company's own table two links that are not equal
    may lead to the same record.
    """
    relation = operand.relation
    asked = [*atoms_of(operand.where), *atoms_of(operand.field)]
    return (
        lowering.over_all
        and isinstance(scope, TableScope)
        and scope.outer is None
        and not (relation.module.table or relation.to.table or operand.latest)
        and all(one.period is not None for one in operand.windows)
        and all(isinstance(one, FieldValue | RecordKey) for one in asked)
    )


def can_join(lowering: Lowering, operand: Aggregate, scope: Scope) -> bool:
    """Whether it is better to join the groups of all records than to look up those of each."""
    return lowering.joins_groups and can_group(lowering, operand, scope)


def joined(
    lowering: Lowering,
    operand: Aggregate,
    scope: Scope,
    make: Callable[[TableScope], Sql | Sequence[Sql]],
    *,
    of: Hashable,
    only: Callable[[TableScope], Sql] | None = None,
) -> FromClause:
    """The groups, joined to the records; `of` names what they are for, so that they are joined once."""
    assert isinstance(scope, TableScope)
    return scope.beside(of, grouped(lowering, operand, scope, make, only=only).subquery)


def _columns(made: Sql | Sequence[Sql]) -> Sequence[Sql]:
    return [made] if isinstance(made, sa.ColumnElement) else made


def _looked_at(lowering: Lowering, operand: Aggregate, inner: TableScope, scope: Scope) -> list[Sql]:
    """What related records lie in the windows."""
    tests: list[Sql] = []
    if operand.window is not None:
        tests.append(_within(lowering, operand.window, inner, scope))
    if operand.except_ is not None:
        outside = sa.func.coalesce(sa.cast(_within(lowering, operand.except_, inner, scope), sa.Integer), 0)
        tests.append(outside == 0)
    return tests


def _within(lowering: Lowering, window: Window, inner: TableScope, scope: Scope) -> Sql:
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


def _newest(lowering: Lowering, operand: Aggregate, inner: TableScope, tests: list[Sql]) -> TableScope:
    """The newest of the related records, as a table of their own."""
    newest = sa.select(inner.source).where(*tests).order_by(*newest_first(lowering, inner))
    newest = newest.limit(operand.latest)
    name = f"{inner.name}_newest"
    return TableScope(
        lowering.tables, inner.module, newest.correlate_except(inner.source).subquery(name), name, inner.outer
    )


def newest_first(lowering: Lowering, inner: TableScope) -> list[Any]:
    """The order of related records: the newest first, ties by key, those without a day last."""
    on = inner.module.fields.get(inner.module.happens_on)
    key = inner.own_key.desc()
    if on is None:
        return [key]
    return [lowering.tables.kept(inner.module, on, inner.source).desc().nulls_last(), key]
