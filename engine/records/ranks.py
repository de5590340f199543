"""Standing: records of a module in the order of a value, worked out once over the whole module."""

from __future__ import annotations

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
    ranked = scope.beside(replace(rank, measure=Measure.FROM_TOP), lambda name: _ranked(lowering, rank, name))
    return ranked.c[rank.measure.value] * SCALE


def standing_test(lowering: Lowering, test: Standing, scope: Scope) -> Sql:
    """Whether the rank is among the first or the last; a share is rounded up. Who is not ranked is not."""
    among = test.operand.among
    if among is None:
        return _placed(lowering, test, scope)
    asked = sa.cast(lowering.predicate(among, scope), sa.Integer)
    placed = sa.cast(_placed(lowering, test, scope), sa.Integer)
    return sa.case((asked == 0, 0), else_=placed) == 1


def _placed(lowering: Lowering, test: Standing, scope: Scope) -> Sql:
    side = Measure.FROM_BOTTOM if test.bottom else Measure.FROM_TOP
    place = lowering.operand(replace(test.operand, measure=side), scope)
    if test.number is not None:
        return place <= test.number * SCALE
    assert test.share is not None
    size = lowering.operand(replace(test.operand, measure=Measure.OUT_OF), scope) // SCALE
    return place <= (size * int(test.share * SCALE) + SCALE - 1) // SCALE * SCALE


def _ranked(lowering: Lowering, rank: Rank, name: str) -> FromClause:
    inner = TableScope.of(lowering.tables, rank.module, f"{name}_all")
    value = lowering.operand(rank.of, inner).label("value")
    each = sa.literal(0) if rank.in_each is None else lowering.operand(rank.in_each, inner)
    tests = [] if rank.among is None else [lowering.is_yes(rank.among, inner)]
    chosen = sa.select(inner.own_key.label("id"), value, each.label("grouped"))
    chosen = chosen.select_from(inner.from_clause()).where(*tests)
    valued = fenced(chosen).subquery(f"{name}_valued")
    group = valued.c.grouped
    highest, lowest = valued.c.value.desc(), valued.c.value.asc()
    return (
        sa.select(
            valued.c.id,
            sa.func.rank().over(partition_by=group, order_by=highest).label(Measure.FROM_TOP.value),
            sa.func.rank().over(partition_by=group, order_by=lowest).label(Measure.FROM_BOTTOM.value),
            sa.func.count().over(partition_by=group).label(Measure.OUT_OF.value),
        )
        .where(valued.c.value.is_not(None), group.is_not(None))
        .subquery(name)
    )
