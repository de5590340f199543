"""Standing: records of a module in the order of a value, worked out once over the whole module."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause

from engine.model.operands import Measure, Rank
from engine.model.predicates import Standing
from engine.model.values import SCALE
from engine.records.dialect import fenced
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering


def lower_rank(lowering: Lowering, rank: Rank, scope: Scope) -> Sql:
    """The rank from the top or the bottom, or the number of those ranked, in kept form."""
    if not isinstance(scope, TableScope):
        raise TypeError("a rank is worked out where the module's table is at hand")
    ranked = scope.beside(
        replace(rank, measure=Measure.FROM_TOP), lambda name: _ranked(lowering, rank, name, tuple(Measure))
    )
    return ranked.c[rank.measure.value] * SCALE


def standing_test(lowering: Lowering, test: Standing, scope: Scope) -> Sql:
    """Whether the rank is among the first or the last; a share is rounded up. Who is not ranked is not."""
    among = test.operand.among
    if among is None:
        return _placed(lowering, test, scope)
    asked = sa.cast(lowering.predicate(among, scope), sa.Integer)
    placed = sa.cast(_placed(lowering, test, scope), sa.Integer)
    return sa.case((asked == 0, 0), else_=placed) == 1


def standing_demanded(lowering: Lowering, test: Standing, scope: Scope) -> Sql:
    """The same where unknown is as good as no: nothing is joined, and only what is asked is worked out."""
    if not lowering.over_all or not isinstance(scope, TableScope):
        return standing_test(lowering, test, scope)
    side = _side(test)
    measures = (side,) if test.share is None else (side, Measure.OUT_OF)
    ranked = _ranked(lowering, test.operand, f"{scope.name}_standing", measures)
    size = None if test.share is None else ranked.c[Measure.OUT_OF.value]
    among = sa.select(ranked.c.id).where(_is_among(test, ranked.c[side.value] * SCALE, size))
    return scope.own_key.in_(among)


def _placed(lowering: Lowering, test: Standing, scope: Scope) -> Sql:
    place = lowering.operand(replace(test.operand, measure=_side(test)), scope)
    if test.share is None:
        return _is_among(test, place, None)
    size = lowering.operand(replace(test.operand, measure=Measure.OUT_OF), scope) // SCALE
    return _is_among(test, place, size)


def _side(test: Standing) -> Measure:
    return Measure.FROM_BOTTOM if test.bottom else Measure.FROM_TOP


def _is_among(test: Standing, place: Sql, size: Sql | None) -> Sql:
    """Whether a place, in kept form, is among those asked of so many that are ranked."""
    if test.number is not None:
        return place <= test.number * SCALE
    assert test.share is not None
    assert size is not None
    return place <= (size * int(test.share * SCALE) + SCALE - 1) // SCALE * SCALE


def _ranked(lowering: Lowering, rank: Rank, name: str, measures: Collection[Measure]) -> FromClause:
    """The `id` of every record that is ranked, and its measures by their names."""
    inner = TableScope.of(lowering.tables, rank.module, f"{name}_all")
    lowering = replace(lowering, over_all=True, joins_groups=lowering.tables.groups_pay)
    columns = [inner.own_key.label("id"), lowering.operand(rank.of, inner).label("value")]
    if rank.in_each is not None:
        columns.append(lowering.operand(rank.in_each, inner).label("grouped"))
    tests = [] if rank.among is None else [lowering.is_yes(rank.among, inner)]
    chosen = sa.select(*columns).select_from(inner.from_clause()).where(*tests)
    if not rank.module.table:
        # Or SQLite may read the keys from an index of another order, and what is related to them at random.
        chosen = chosen.order_by(inner.own_key)
    valued = fenced(chosen).subquery(f"{name}_valued")
    group = None if rank.in_each is None else valued.c.grouped
    ranked = sa.select(valued.c.id, *_windows(valued.c.value, group, measures))
    ranked = ranked.where(valued.c.value.is_not(None))
    return (ranked if group is None else ranked.where(group.is_not(None))).subquery(name)


def _windows(value: Sql, group: Sql | None, measures: Collection[Measure]) -> list[Sql]:
    """The measures: SQLite sorts all records for every window that differs from the others."""
    size = sa.func.count().over(partition_by=group)
    from_bottom: Sql = sa.func.rank().over(partition_by=group, order_by=value.asc())
    if len(measures) == len(Measure):
        # Whoever is not as high comes before it from the bottom.
        from_bottom = size - sa.func.count().over(partition_by=group, order_by=value.desc()) + 1
    windows: dict[Measure, Sql] = {
        Measure.FROM_TOP: sa.func.rank().over(partition_by=group, order_by=value.desc()),
        Measure.FROM_BOTTOM: from_bottom,
        Measure.OUT_OF: size,
    }
    return [windows[one].label(one.value) for one in measures]
