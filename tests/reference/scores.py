"""Scores: indicators weighed in dimensions, or points added up; and the bands they reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.model.moments import Length
from engine.model.scores import BandOf, Dimension, Indicator, Points, PointsEach, Score
from tests.reference.days import nominal_minutes
from tests.reference.related import fitting, looked_at

if TYPE_CHECKING:
    from tests.reference.evaluator import Reference, Row


def score(reference: Reference, operand: Score, record: Row) -> Decimal | None:
    """Kept to one decimal."""
    if operand.dimensions:
        found = _of_dimensions(reference, operand, record)
    else:
        found = sum((_points(reference, one, record) for one in operand.points), Fraction(0))
    if found is None:
        return None
    if operand.not_below is not None:
        found = max(found, Fraction(operand.not_below))
    if operand.not_above is not None:
        found = min(found, Fraction(operand.not_above))
    return reference.rounded(found, 1)


def band(reference: Reference, operand: BandOf, record: Row) -> str | None:
    """The first that the kept score reaches."""
    reached = reference.value(operand.score, record)
    if reached is None:
        return None
    bands = (one for one in operand.score.bands if one.at_least is None or reached >= one.at_least)
    return next((one.name for one in bands), None)


# --- dimensions ---------------------------------------------------------------------------------------------


def _of_dimensions(reference: Reference, operand: Score, record: Row) -> Fraction | None:
    """An unknown indicator yields its weight; too little known is no score."""
    found = [(one, *_weighed(reference, one, record)) for one in operand.dimensions]
    everything = sum(Fraction(one.weight) for one in operand.dimensions)
    known = sum((Fraction(one.weight) * part for one, _, part in found), Fraction(0)) / everything
    if known == 0 or known < Fraction(operand.needs):
        return None
    return _mean((Fraction(one.weight), value) for one, value, part in found if part)


def _weighed(reference: Reference, dimension: Dimension, record: Row) -> tuple[Fraction, Fraction]:
    """The mean of what is known, and which part of the weight that is."""
    held = [(Fraction(one.weight), _held(reference, one, record)) for one in dimension.indicators]
    known = [(weight, value) for weight, value in held if value is not None]
    if not known:
        return Fraction(0), Fraction(0)
    return _mean(known), sum(weight for weight, _ in known) / sum(weight for weight, _ in held)


def _mean(weighed: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    pairs = list(weighed)
    return sum((weight * value for weight, value in pairs), Fraction(0)) / sum(one for one, _ in pairs)


def _held(reference: Reference, one: Indicator, record: Row) -> Fraction | None:
    """The way from worst to best, held at both ends."""
    value = reference.value(one.operand, record)
    if value is None:
        return None
    worst, best = _number(one.worst), _number(one.best)
    return min(max((_number(value) - worst) / (best - worst) * 100, Fraction(0)), Fraction(100))


def _number(value: object) -> Fraction:
    assert isinstance(value, Length | Decimal)
    return Fraction(nominal_minutes(value) if isinstance(value, Length) else value)


# --- points -------------------------------------------------------------------------------------------------


def _points(reference: Reference, one: Points | PointsEach, record: Row) -> Fraction:
    """Given for a yes, or for each related record; what is unknown gives nothing."""
    if isinstance(one, Points):
        return Fraction(one.give) if reference.ask(one.predicate, record) is True else Fraction(0)
    rows = fitting(reference, one.aggregate.where, looked_at(reference, one.aggregate, record) or ())
    given = sum((Fraction(one.give) * _left(reference, one, row) for row in rows), Fraction(0))
    if one.at_most is None:
        return given
    most = abs(Fraction(one.at_most))
    return max(given, -most) if one.give < 0 else min(given, most)


def _left(reference: Reference, one: PointsEach, row: Row) -> Fraction:
    """What is left of the points at the record's age; the future has none, and no day has nothing left."""
    if one.halves_every is None:
        return Fraction(1)
    assert one.aggregate.on is not None
    day: date | None = row[one.aggregate.on.key]
    if day is None:
        return Fraction(0)
    age = max((reference.calendar.today - reference.calendar.day(day)).days, 0)
    return Fraction(0.5 ** (age / (nominal_minutes(one.halves_every) / (24 * 60))))
