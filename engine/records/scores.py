"""Scores and their bands, worked out while a record is read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.model.operands import Aggregate, Constant
from engine.model.predicates import Compare, Comparison
from engine.model.scores import BandOf, Dimension, Indicator, Points, PointsEach, Score
from engine.model.values import SCALE, Value, to_stored
from engine.records.cells import aggregate_by_cell
from engine.records.daynumbers import day_number
from engine.records.days import local_day
from engine.records.dialect import fenced
from engine.records.related import can_join, joined, related
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql
from engine.records.windows import Days, days_of

if TYPE_CHECKING:
    from engine.records.lower import Lowering

_TENTH = SCALE // 10
_MOST_HALVINGS = 1000.0
"""After these nothing is left, and PostgreSQL has no smaller numbers."""
_BEYOND = 1e300
"""Above every score there is."""
_SIDES = {
    Comparison.AT_LEAST: (0, True),
    Comparison.MORE_THAN: (1, True),
    Comparison.LESS_THAN: (0, False),
    Comparison.AT_MOST: (1, False),
}
"""What has to be reached, or must not be: so much more than the number compared with."""


def lower_score(lowering: Lowering, score: Score, scope: Scope) -> Sql:
    """The score in kept form, to one decimal, within its limits."""
    tenths = sa.cast(sa.func.round(_in_tenths(lowering, score, scope)), sa.BigInteger)
    if score.not_below is None and score.not_above is None:
        return tenths * _TENTH
    # As numbers in floating point: what is compared is named once, and worked out once.
    kept: Sql = tenths * float(_TENTH)
    if score.not_below is not None:
        kept = sa.func.greater(kept, float(_kept(score.not_below)))
    if score.not_above is not None:
        kept = sa.func.lesser(kept, float(_kept(score.not_above)))
    return sa.cast(kept, sa.BigInteger)


def lower_band(lowering: Lowering, band: BandOf, scope: Scope) -> Sql:
    """The name of the first band that the score reaches."""
    score, ready = band.score, scope.atom(band.score)
    if ready is not None:
        return _band(score, ready, lambda least: ready >= least)
    # No FROM of its own, and none is to be added: the score is that of the record around it.
    worked = (
        _weighted(lowering, score, scope)
        if score.dimensions
        else sa.select(_points(lowering, score, scope)).correlate_except()
    )
    worked_out = fenced(worked).subquery("scored")
    [tenths] = worked_out.c
    found = _band(score, tenths, lambda least: _reaches(tenths, least, score))
    return sa.select(found).select_from(worked_out).scalar_subquery()


def _band(score: Score, value: Sql, reaches: Callable[[int], Sql]) -> Sql:
    """The first band that `reaches` says yes to; the last one may be for every score there is."""
    whens: list[tuple[Any, Any]] = [
        (value.is_not(None) if one.at_least is None else reaches(_kept(one.at_least)), one.name)
        for one in score.bands
    ]
    return sa.case(*whens, else_=None)


def score_test(lowering: Lowering, test: Compare, score: Score, scope: Scope) -> Sql | None:
    """Whether a score is above or below a number; None where it has to be rounded for that."""
    if not isinstance(test.to, Constant) or test.to.value is None or test.comparison not in _SIDES:
        return None
    step, at_least = _SIDES[test.comparison]
    reached = _reaches(_in_tenths(lowering, score, scope), _kept(test.to.value) + step, score)
    return reached if at_least else sa.not_(reached)


def _in_tenths(lowering: Lowering, score: Score, scope: Scope) -> Sql:
    """The score times ten, neither rounded nor held to its limits."""
    if score.dimensions:
        return _weighted(lowering, score, scope).scalar_subquery()
    return _points(lowering, score, scope)


def _reaches(tenths: Sql, least: int, score: Score) -> Sql:
    """Whether the score, rounded and within its limits, is at least so much in kept form.

    What is not rounded is compared with where rounding begins to reach it, away from zero: on PostgreSQL, to
    round a number takes as long as to work out the rest of a score.
    """
    if score.not_below is not None and _kept(score.not_below) >= least:
        return tenths > -_BEYOND
    if score.not_above is not None and _kept(score.not_above) < least:
        return tenths > _BEYOND
    needed = -(-least // _TENTH)
    return tenths >= needed - 0.5 if needed > 0 else tenths > needed - 0.5


def _kept(value: Value) -> int:
    kept = to_stored(value)
    assert isinstance(kept, int)
    return kept


# --- dimensions ---------------------------------------------------------------------------------------------


def _weighted(lowering: Lowering, score: Score, scope: Scope) -> sa.Select[Any]:
    """Every indicator once, then the mean of means, in tenths; what is unknown yields its weight."""
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
    value = sa.case((enough, total / _known(weights) * 10), else_=None)
    return sa.select(value.label("tenths")).select_from(sums).correlate_except(sums)


def _dimension(dimension: Dimension, known: list[tuple[Indicator, Sql]]) -> tuple[Sql, Sql]:
    """The mean of the known indicators (missing without any), and the known part of its weight."""
    nothing = sa.literal(0.0)
    weights = sum(
        (sa.case((value.is_not(None), float(one.weight)), else_=0.0) for one, value in known), nothing
    )
    total = sum((sa.func.coalesce(value * float(one.weight), 0.0) for one, value in known), nothing)
    whole = float(sum((one.weight for one in dimension.indicators), Decimal(0)))
    return total / _known(weights), weights / whole


def _known(weights: Sql) -> Sql:
    """What to divide by; missing where nothing is known."""
    return sa.func.nullif(weights, 0.0, type_=sa.Float())


def _on_its_way(lowering: Lowering, indicator: Indicator, scope: Scope) -> Sql:
    """0 at `worst` and below, 100 at `best` and above."""
    worst, best = _kept(indicator.worst), _kept(indicator.best)
    way = (lowering.operand(indicator.operand, scope) - worst) * 100.0 / float(best - worst)
    return sa.func.lesser(100.0, sa.func.greater(0.0, way))


# --- points -------------------------------------------------------------------------------------------------


def _points(lowering: Lowering, score: Score, scope: Scope) -> Sql:
    """The points of a score together, in tenths."""
    total: Sql = sa.literal(0.0)
    for one in score.points:
        total = total + (
            _given(lowering, one, scope) if isinstance(one, Points) else _each(lowering, one, scope)
        )
    return total * 10


def _given(lowering: Lowering, points: Points, scope: Scope) -> Sql:
    return sa.case((lowering.demand(points.predicate, scope), float(points.give)), else_=0.0)


def _each(lowering: Lowering, points: PointsEach, scope: Scope) -> Sql:
    """The sum over the related records, held to `at_most`."""

    def total(inner: TableScope) -> Sql:
        return inner.over(sa.func.sum(_left(lowering, points, inner))) * float(points.give)

    def asked(aggregate: Aggregate) -> Sql:
        if aggregate.cells:
            return aggregate_by_cell(lowering, aggregate, scope, asked)
        if can_join(lowering, aggregate, scope):
            [given] = joined(lowering, aggregate, scope, lambda inner: [total(inner)], of=(points, aggregate))
            return given
        return related(lowering, aggregate, scope, total).scalar_subquery()

    found: Sql = sa.func.coalesce(asked(points.aggregate), 0.0)
    if points.at_most is None:
        return found
    most = abs(float(points.at_most))
    return sa.func.lesser(found, most) if points.give >= 0 else sa.func.greater(found, -most)


def _left(lowering: Lowering, points: PointsEach, inner: TableScope) -> Sql:
    """What is left today of the points that one related record gives."""
    on = points.aggregate.on
    if points.halves_every is None or on is None:
        return sa.literal(1.0)
    kept = lowering.tables.kept(inner.module, on, inner.source)
    today = lowering.clock.today.toordinal()
    age: Sql = sa.literal(today) - day_number(local_day(kept, on.type, lowering.clock))
    half_life = points.halves_every.minutes / 1440
    days = _days(lowering, points.aggregate)
    if days is None or days.last > lowering.clock.today:
        age = sa.func.greater(0, age)
    halvings: Sql = age / half_life
    if days is None or days.first is None or today - days.first.toordinal() > _MOST_HALVINGS * half_life:
        halvings = sa.func.lesser(halvings, _MOST_HALVINGS)
    return sa.func.pow(0.5, halvings)


def _days(lowering: Lowering, aggregate: Aggregate) -> Days | None:
    """The first and the last day of the records that give points, where that is known beforehand."""
    days = days_of(aggregate.window, lowering.clock)
    return days if days is not None and days.on is aggregate.on else None
