"""What is made of the records that point to a record: which of them are looked at, and their one value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.model.entities import Relation
from engine.model.moments import Length, Period, Reach, Unit
from engine.model.operands import Aggregate, Function, Window
from engine.model.predicates import Predicate
from tests.reference.comparing import KEY, ordered
from tests.reference.days import nominal_minutes

if TYPE_CHECKING:
    from tests.reference.evaluator import Reference, Row

NO_DAYS = object()


def aggregate(reference: Reference, operand: Aggregate, record: Row) -> Any:
    """The one value; missing too when nobody knows which days to look at."""
    seen = looked_at(reference, operand, record)
    if seen is None:
        return None
    rows = fitting(reference, operand.where, seen)
    if operand.function is Function.SHARE:
        return reference.rounded(Fraction(len(rows) * 100, len(seen)), 4) if seen else None
    return value_of_rows(reference, operand, rows)


def value_of_rows(reference: Reference, operand: Aggregate, rows: Sequence[Row]) -> Any:
    """What the function makes of these rows."""
    if operand.function is Function.COUNT:
        return Decimal(len(rows))
    assert operand.field is not None
    values = [one for one in (reference.value(operand.field, row) for row in rows) if one is not None]
    if operand.function is Function.DISTINCT:
        return Decimal(len({ordered(one) for one in values}))
    if operand.function is Function.SUM:
        return sum(values, Decimal(0))
    if not values:
        return None
    if operand.function is Function.AVERAGE:
        return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    biggest = operand.function in {Function.LARGEST, Function.LATEST}
    return (max if biggest else min)(values, key=ordered)


def pointing_to(reference: Reference, relation: Relation, record: Row) -> list[Row]:
    """The records related to this one."""
    rows = reference.world[relation.module.key]
    return [row for row in rows if row[relation.link.key] == record[KEY]]


def fitting(reference: Reference, where: Predicate | None, rows: Sequence[Row]) -> list[Row]:
    """Those that fit; unknown does not."""
    return [row for row in rows if where is None or reference.ask(where, row) is True]


def looked_at(reference: Reference, operand: Aggregate, record: Row) -> list[Row] | None:
    """In the window, not in the exception, the newest so many: all before `where` is asked."""
    rows = pointing_to(reference, operand.relation, record)
    for window, wanted in ((operand.window, True), (operand.except_, False)):
        if window is None:
            continue
        period = period_of(reference, window, record)
        if not isinstance(period, Period):
            return None
        rows = [row for row in rows if reference.calendar.within(row[window.on.key], period) is wanted]
    if operand.latest is None:
        return rows
    return sorted(rows, key=lambda row: _age(operand, row), reverse=True)[: operand.latest]


def _age(operand: Aggregate, row: Row) -> tuple[bool, Any, Any]:
    """By day or instant, then by key; without a day it is the oldest."""
    day = None if operand.on is None else row[operand.on.key]
    numeric = operand.relation.module.record_key.type.is_numeric
    key = int(row[KEY]) if numeric else row[KEY]
    return day is not None, day or datetime.min.replace(tzinfo=UTC), key


def period_of(reference: Reference, window: Window, record: Row) -> Any:
    """The days of a window; a length that a record holds means the last so many days, begun ones count."""
    if window.period is not None:
        return window.period
    if window.cell is not None:
        length = reference.looked_up(window.cell, record)
        return Period(Reach.LAST, length=length) if isinstance(length, Length) else NO_DAYS
    assert window.length is not None
    length = reference.value(window.length, record)
    if length is None:
        return NO_DAYS
    days = -(-nominal_minutes(length) // (24 * 60))
    return Period(Reach.LAST, length=Length(days, Unit.DAYS))
