"""Aggregates: one value from the records related to another, as a correlated scalar (SPIKE section 1)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import iterate

from engine.model.operands import Aggregate, Constant, FieldValue, Function, MomentValue, RecordKey
from engine.model.predicates import COMPARED, Compare, Comparison, Predicate
from engine.model.values import SCALE, to_stored
from engine.records.atoms import atoms_of
from engine.records.cells import aggregate_by_cell
from engine.records.groups import Groups, Look
from engine.records.scopes import Scope, TableScope, depth_of
from engine.records.tables import Sql
from engine.records.windows import Days, looked_at

if TYPE_CHECKING:
    from engine.records.lower import Lowering

_AGGREGATES: Mapping[Function, Callable[[Sql], FunctionElement[Any]]] = {
    Function.SUM: sa.func.sum,
    Function.AVERAGE: sa.func.avg,
    Function.SMALLEST: sa.func.min,
    Function.LARGEST: sa.func.max,
    Function.LATEST: sa.func.max,
    Function.EARLIEST: sa.func.min,
    Function.DISTINCT: lambda column: sa.func.count(sa.distinct(column)),
}
_IN_KEPT_FORM: Mapping[Function, Callable[[Sql], Sql]] = {
    Function.COUNT: lambda value: value * SCALE,
    Function.DISTINCT: lambda value: value * SCALE,
    Function.SUM: lambda value: sa.cast(sa.func.coalesce(value, 0), sa.BigInteger),
    Function.AVERAGE: lambda value: sa.cast(sa.func.nearest(value), sa.BigInteger),
}
"""What is not in kept form by itself."""

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
    measured, function = operand.field, operand.function

    def made(inner: TableScope) -> Sql:
        if function is Function.COUNT:
            return inner.over(sa.func.count())
        assert measured is not None
        return inner.over(_AGGREGATES[function](lowering.operand(measured, inner)))

    finish = _IN_KEPT_FORM.get(function)
    return made if finish is None else lambda inner: finish(made(inner))


def _of_groups(lowering: Lowering, operand: Aggregate, scope: Scope) -> Sql:
    """The value of the record's group; without one it is 0, where that is what nothing makes."""
    make = _measuring(lowering, operand)
    [value] = joined(lowering, operand, scope, lambda inner: [make(inner)], of=operand)
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
    tests += looked_at(lowering, operand, inner, scope)
    if only is not None:
        tests.append(only(inner))

    def ask(inner: TableScope, tests: list[Sql]) -> sa.Select[Any]:
        if operand.where is not None and asking:
            tests = [*tests, _fits(lowering, operand.where, inner)]
        statement = sa.select(*_columns(make(inner))).select_from(inner.from_clause()).where(*tests)
        if newest is not None:
            statement = statement.order_by(*newest_first(lowering, inner)).limit(newest)
        return statement.correlate_except(*inner.aliases())

    if operand.latest is None:
        return ask(inner, tests)
    chosen = sa.select(inner.source).where(*tests).order_by(*newest_first(lowering, inner))
    chosen = chosen.limit(operand.latest)
    every = _as_table(inner, chosen)
    named = _named(ask(every, []), every.source) or [relation.module.record_key.column]
    return ask(_as_table(inner, chosen.with_only_columns(*(inner.source.c[one] for one in named))), [])


def grouped(
    lowering: Lowering,
    operand: Aggregate,
    scope: Scope,
    make: Callable[[TableScope], Sql | Sequence[Sql]],
    *,
    only: Callable[[TableScope], Sql] | None = None,
    chosen: Callable[[TableScope], Sql] | None = None,
) -> sa.Select[Any]:
    """The same for all records at once: the key of each that has related records as `id`, and its values.

    `chosen` leaves out groups.
    """
    relation = operand.relation
    inner = TableScope.of(lowering.tables, relation.module, f"all_{relation.module.key}")
    tests = looked_at(lowering, operand, inner, scope)
    if only is not None:
        tests.append(only(inner))
    if operand.where is not None:
        tests.append(_fits(lowering, operand.where, inner))
    link = lowering.tables.link(relation.link, inner.source)
    statement = sa.select(link.label("id"), *_columns(make(inner)))
    having = [] if chosen is None else [chosen(inner)]
    return statement.select_from(inner.from_clause()).where(*tests).group_by(link).having(*having)


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


def asks_existence(test: Compare) -> bool | None:
    """Whether a count is compared with none or one, the cheapest to ask (SPIKE section 1): some, or none."""
    of, to = test.operand, test.to
    if not isinstance(of, Aggregate) or of.function is not Function.COUNT or not isinstance(to, Constant):
        return None
    if of.window is not None and (of.window.length or of.window.since) is not None:
        return None
    asked = (test.comparison, to_stored(to.value))
    if asked in {(Comparison.IS, 0), (Comparison.LESS_THAN, SCALE), (Comparison.AT_MOST, 0)}:
        return False
    some = {(Comparison.IS_NOT, 0), (Comparison.AT_LEAST, SCALE), (Comparison.MORE_THAN, 0)}
    return True if asked in some else None


def chooses_groups(lowering: Lowering, test: Compare, scope: Scope) -> bool:
    """Whether an aggregate is better compared in the groups of all records, and those that are found chosen.

    A record without a group must not fit: what is missing never does, and what nothing makes is 0.
    """
    operand, to = test.operand, test.to
    if not lowering.at_once or not isinstance(operand, Aggregate) or operand.function is Function.SHARE:
        return False
    if not isinstance(to, Constant | MomentValue) or asks_existence(test) is not None:
        return False
    if not can_group(lowering, operand, scope):
        return False
    if operand.function not in _NOTHING_IS_0:
        return True
    least = to_stored(to.value) if isinstance(to, Constant) else None
    return isinstance(least, int) and not COMPARED[test.comparison](0, least)


def chosen_groups(
    lowering: Lowering, operand: Aggregate, scope: Scope, chosen: Callable[[Sql], Sql]
) -> sa.Select[Any]:
    """The keys of the records whose related ones make a value that is `chosen`."""
    make = _measuring(lowering, operand)
    return grouped(lowering, operand, scope, lambda _: (), chosen=lambda inner: chosen(make(inner)))


def joined(
    lowering: Lowering,
    operand: Aggregate,
    scope: Scope,
    make: Callable[[TableScope], Sequence[Sql]],
    *,
    of: Hashable,
    days: Days | None = None,
) -> Sequence[Sql]:
    """What `make` gives of a record's group, as columns of the groups of all records joined to the scope.

    `of` names what it is for, so that it is made once. `days` are all that matter to it.
    """
    assert isinstance(scope, TableScope)
    relation = operand.relation
    if relation not in scope.groups:
        inner = TableScope.of(lowering.tables, relation.module, f"all_{relation.module.key}")
        link = lowering.tables.link(relation.link, inner.source)
        scope.groups[relation] = Groups(lowering, link, inner, f"groups_{len(scope.groups)}")
    groups = scope.groups[relation]
    assert isinstance(groups, Groups)
    return groups.values(of, Look.of(lowering, operand, days), make)


def _columns(made: Sql | Sequence[Sql]) -> Sequence[Sql]:
    return [made] if isinstance(made, sa.ColumnElement) else made


def _as_table(inner: TableScope, chosen: sa.Select[Any]) -> TableScope:
    """Some of the related records, as a table of their own."""
    name = f"{inner.name}_newest"
    source = chosen.correlate_except(inner.source).subquery(name)
    return TableScope(inner.tables, inner.module, source, name, inner.outer)


def _named(statement: sa.Select[Any], table: FromClause) -> list[str]:
    """The columns of a table that a statement names: SQLite would read all of them from every row."""
    found = [one for one in iterate(statement) if isinstance(one, sa.ColumnClause) and one.table is table]
    return list(dict.fromkeys(one.name for one in found))


def newest_first(lowering: Lowering, inner: TableScope) -> list[Any]:
    """The order of related records: the newest first, ties by key, those without a day last."""
    on = inner.module.fields.get(inner.module.happens_on)
    key = inner.own_key.desc()
    if on is None:
        return [key]
    return [lowering.tables.kept(inner.module, on, inner.source).desc().nulls_last(), key]
