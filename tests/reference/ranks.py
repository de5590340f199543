"""Where a record stands among the records of its module."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from engine.model.operands import Measure, Rank
from engine.model.predicates import Standing
from tests.reference.comparing import ordered

if TYPE_CHECKING:
    from tests.reference.evaluator import Reference, Row


def _ranked(reference: Reference, rank: Rank, record: Row) -> Any:
    """What the record is ranked by; nothing without a value or a group, or outside `among`."""
    if rank.in_each is not None and _group(reference, rank, record) is None:
        return None
    if rank.among is not None and reference.ask(rank.among, record) is not True:
        return None
    return ordered(reference.value(rank.of, record))


def _group(reference: Reference, rank: Rank, record: Row) -> Any:
    return None if rank.in_each is None else ordered(reference.value(rank.in_each, record))


def _field(reference: Reference, rank: Rank, record: Row) -> tuple[Any, list[Any]]:
    """The record's own value, and all that it is ranked with."""
    own, group = _ranked(reference, rank, record), _group(reference, rank, record)
    rows = [one for one in reference.world[rank.module.key] if _group(reference, rank, one) == group]
    values = [_ranked(reference, rank, one) for one in rows]
    return own, [one for one in values if one is not None]


def rank(reference: Reference, operand: Rank, record: Row) -> Decimal | None:
    """1 the highest, or the lowest; equals share it. Who is not ranked has no place, and is out of none."""
    own, values = _field(reference, operand, record)
    if own is None:
        return None
    if operand.measure is Measure.OUT_OF:
        return Decimal(len(values))
    bottom = operand.measure is Measure.FROM_BOTTOM
    return Decimal(1 + sum((one < own) if bottom else (one > own) for one in values))


def standing(reference: Reference, test: Standing, record: Row) -> bool | None:
    """Among the first, or the last, so many; a share is rounded up. Who is known not to be ranked is not."""
    among = test.operand.among
    if among is not None and reference.ask(among, record) is False:
        return False
    own, values = _field(reference, test.operand, record)
    if own is None:
        return None
    place = 1 + sum((one < own) if test.bottom else (one > own) for one in values)
    if test.number is not None:
        return bool(place <= test.number)
    assert test.share is not None
    return bool(place <= ceil(len(values) * Fraction(test.share)))
