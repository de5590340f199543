"""What a score is made of: dimensions with indicators, or points; and its bands (LANGUAGE section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.model.entities import FieldType, Module
from engine.model.moments import Length
from engine.model.values import Value

if TYPE_CHECKING:
    from engine.model.operands import Aggregate, Operand
    from engine.model.predicates import Predicate


@dataclass(frozen=True, slots=True)
class Indicator:
    """A value on its way from `worst` to `best`: 0 to 100, held at both ends."""

    operand: Operand
    worst: Value
    best: Value
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Dimension:
    """Indicators that count together; an unknown one yields its weight to the others (Meaning 16)."""

    name: str
    weight: Decimal
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """Points given when a predicate holds."""

    predicate: Predicate
    give: Decimal


@dataclass(frozen=True, slots=True)
class PointsEach:
    """Points for each related record, at most so many together; they halve with the record's age."""

    aggregate: Aggregate
    give: Decimal
    at_most: Decimal | None = None
    halves_every: Length | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A part of a score's range, from `at_least` on."""

    name: str
    at_least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A number from dimensions (0 to 100) or from points, kept to one decimal; `bands` from the highest on.

    Dimensions whose known weight is below `needs` (0 to 1) give no score.
    """

    name: str
    module: Module
    dimensions: tuple[Dimension, ...] = ()
    points: tuple[Points | PointsEach, ...] = ()
    needs: Decimal = Decimal("0.5")
    not_below: Decimal | None = None
    not_above: Decimal | None = None
    bands: tuple[Band, ...] = ()
    type: FieldType = FieldType.NUMBER


@dataclass(frozen=True, slots=True)
class BandOf:
    """The name of the first band that the score reaches; missing without a score."""

    score: Score
    type: FieldType = FieldType.CHOICE
