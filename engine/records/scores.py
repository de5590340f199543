"""Scores and their bands, worked out while a record is read."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.model.operands import Aggregate
from engine.model.scores import BandOf, Dimension, Indicator, Points, PointsEach, Score
from engine.model.values import SCALE, to_stored
from engine.records.cells import aggregate_by_cell
from engine.records.daynumbers import day_number
from engine.records.days import local_day
from engine.records.dialect import fenced
from engine.records.related import can_join, joined, related
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering

_TENTH = SCALE // 10


def lower_score(lowering: Lowering, score: Score, scope: Scope) -> Sql:
    """The score in kept form, to one decimal."""
    if score.dimensions:
        return _weighted(lowering, score, scope)
    total: Sql = sa.literal(0.0)
    for one in score.points:
        total = total + (
            _given(lowering, one, scope) if isinstance(one, Points) else _each(lowering, one, scope)
        )
    return _kept(total, score)


def lower_band(lowering: Lowering, band: BandOf, scope: Scope) -> Sql:
    """The name of the first band that the score reaches."""
    # No FROM of its own, and none is to be added: the score is that of the record around it.
    worked = sa.select(lowering.operand(band.score, scope).label("score")).correlate_except()
    worked_out = fenced(worked).subquery("scored")
    score = worked_out.c.score
    whens: list[tuple[Any, Any]] = [
        (score.is_not(None) if one.at_least is None else score >= to_stored(one.at_least), one.name)
        for one in band.score.bands
    ]
    return sa.select(sa.case(*whens, else_=None)).select_from(worked_out).scalar_subquery()


def _kept(total: Sql, score: Score) -> Sql:
    """Within its limits, rounded to tenths."""
    kept: Sql = sa.cast(sa.func.round(total * 10), sa.BigInteger) * _TENTH
    if score.not_below is not None:
        kept = sa.case((kept < to_stored(score.not_below), to_stored(score.not_below)), else_=kept)
    if score.not_above is not None:
        kept = sa.case((kept > to_stored(score.not_above), to_stored(score.not_above)), else_=kept)
    return kept


# --- dimensions ---------------------------------------------------------------------------------------------


def _weighted(lowering: Lowering, score: Score, scope: Scope) -> Sql:
    """Every indicator once, then the means of means; unknown ones yield their weight to the others."""
    names = [
        (dimension, [(one, f"i{place}_{number}") for number, one in enumerate(dimension.indicators)])
        for place, dimension in enumerate(score.dimensions)
    ]
    columns = [
        _on_its_way(lowering, one, scope).label(name) for _, indicators in names for one, name in indicators
    ]
    # Behind fences: what is named more than once would be worked out as often (SPIKE section 1).
    known = fenced(sa.select(*columns).correlate_except()).subquery("known")
    parts = [
        _dimension(dimension, [(one, known.c[name]) for one, name in found]) for dimension, found in names
    ]
    flat = [part.label(f"p{number}") for number, part in enumerate(one for pair in parts for one in pair)]
    sums = fenced(sa.select(*flat)).subquery("parts")
    means = [
        (dimension.weight, sums.c[f"p{2 * number}"], sums.c[f"p{2 * number + 1}"])
        for number, dimension in enumerate(score.dimensions)
    ]
    nothing = sa.literal(0.0)
    total = sum((sa.func.coalesce(mean * float(weight), 0.0) for weight, mean, _ in means), nothing)
    weights = sum(
        (sa.case((mean.is_not(None), float(weight)), else_=0.0) for weight, mean, _ in means), nothing
    )
    covered = sum((share * float(weight) for weight, _, share in means), nothing)
    needed = float(score.needs * sum((one.weight for one in score.dimensions), Decimal(0)))
    enough = covered >= needed - 1e-9
    value = sa.case((enough, _kept(total / sa.func.nullif(weights, 0.0), score)), else_=None)
    return sa.select(value).select_from(sums).scalar_subquery()


def _dimension(dimension: Dimension, known: list[tuple[Indicator, Sql]]) -> tuple[Sql, Sql]:
    """The mean of the known indicators (missing without any), and the known part of its weight."""
    nothing = sa.literal(0.0)
    weights = sum(
        (sa.case((value.is_not(None), float(one.weight)), else_=0.0) for one, value in known), nothing
    )
    total = sum((sa.func.coalesce(value * float(one.weight), 0.0) for one, value in known), nothing)
    whole = float(sum((one.weight for one in dimension.indicators), Decimal(0)))
    return total / sa.func.nullif(weights, 0.0), weights / whole


def _on_its_way(lowering: Lowering, indicator: Indicator, scope: Scope) -> Sql:
    """0 at `worst` and below, 100 at `best` and above."""
    worst, best = to_stored(indicator.worst), to_stored(indicator.best)
    assert isinstance(worst, int)
    assert isinstance(best, int)
    way = (lowering.operand(indicator.operand, scope) - worst) * 100.0 / (best - worst)
    return sa.func.lesser(100.0, sa.func.greater(0.0, way))


# --- points -------------------------------------------------------------------------------------------------


def _given(lowering: Lowering, points: Points, scope: Scope) -> Sql:
    return sa.case((lowering.is_yes(points.predicate, scope), float(points.give)), else_=0.0)


def _each(lowering: Lowering, points: PointsEach, scope: Scope) -> Sql:
    """The sum over the related records, held to `at_most`."""

    def total(inner: TableScope) -> Sql:
        return sa.func.coalesce(sa.func.sum(_one(lowering, points, inner)), 0.0)

    def asked(aggregate: Aggregate) -> Sql:
        if aggregate.cells:
            return aggregate_by_cell(lowering, aggregate, scope, asked)
        if can_join(lowering, aggregate, scope):
            groups = joined(lowering, aggregate, scope, lambda one: total(one).label("given"), of=points)
            return groups.c.given
        return related(lowering, aggregate, scope, total).scalar_subquery()

    found: Sql = sa.func.coalesce(asked(points.aggregate), 0.0)
    if points.at_most is None:
        return found
    most = abs(float(points.at_most))
    return sa.func.lesser(found, most) if points.give >= 0 else sa.func.greater(found, -most)


def _one(lowering: Lowering, points: PointsEach, inner: TableScope) -> Sql:
    """What one related record gives today."""
    give, on = sa.literal(float(points.give)), points.aggregate.on
    if points.halves_every is None or on is None:
        return give
    kept = lowering.tables.kept(inner.module, on, inner.source)
    day = day_number(local_day(kept, on.type, lowering.clock))
    age = sa.func.greater(0, sa.literal(lowering.clock.today.toordinal()) - day)
    half_life = points.halves_every.minutes / 1440
    # After a thousand half-lives nothing is left, and PostgreSQL has no smaller numbers.
    return give * sa.func.pow(0.5, sa.func.lesser(age / half_life, 1000.0))
