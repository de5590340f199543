"""How far a record is from meeting a condition: in days, in number, or in share of the bound.

One definition for one record (explain) and for all that miss a single condition (the funnel of a dry run).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.model.moments import Clock, Length
from engine.model.operands import Aggregate, Constant, Function
from engine.model.predicates import Compare, Comparison, Elapsed, Leaf, OnDay, Test
from engine.model.values import Value, days_between

_LOWER = {Comparison.AT_LEAST, Comparison.MORE_THAN}
_UPPER = {Comparison.AT_MOST, Comparison.LESS_THAN}
_FEW = 20
"""Whole numbers up to this are counted, and not told as a share."""
_OPEN = {Comparison.MORE_THAN, Comparison.LESS_THAN}


class Measure(StrEnum):
    """What a distance is counted in; a share is one of the bound, from 0."""

    DAYS = "days"
    COUNT = "count"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`by` is what is missing; `is_short`: the value lies below what is asked, not above it.

    `share` is the same as a share of the bound; None where the bound is 0, or in days.
    """

    measure: Measure
    by: int | Decimal
    is_short: bool
    share: Decimal | None = None


def shortfall(leaf: Leaf, actual: Value, cell: Value, clock: Clock) -> Shortfall | None:
    """How far a value is from meeting a condition that it does not meet; None where that cannot be measured.

    `cell` is what the condition holds it against, where that is no constant of the file.
    """
    return next(iter(_distances(leaf, actual, cell, clock)), None)


def is_measured(leaf: Leaf) -> bool:
    """Whether anything of a condition can be measured."""
    return any(_measures(test) for test in leaf.tests)


def _measures(test: Test) -> bool:
    if isinstance(test, Elapsed):
        return not test.yearly and test.comparison in _LOWER | _UPPER
    if isinstance(test, OnDay):
        return test.comparison in _LOWER | _UPPER
    if not isinstance(test, Compare) or test.operand.type.is_moment:
        return False
    return test.comparison in _LOWER | _UPPER or (_counts(test) and test.comparison is Comparison.IS)


def _distances(leaf: Leaf, actual: Value, cell: Value, clock: Clock) -> Iterator[Shortfall]:
    for test in leaf.tests:
        found: Shortfall | None = None
        if not _measures(test):
            continue
        if isinstance(test, Elapsed) and isinstance(actual, date | datetime):
            found = _of_length(test, local_day(actual, clock), cell, clock)
        elif isinstance(test, OnDay) and isinstance(actual, date | datetime):
            found = _of_days(local_day(actual, clock), test.moment.day(clock), test.comparison)
        elif isinstance(test, Compare) and isinstance(actual, Decimal | int):
            bound = test.to.value if isinstance(test.to, Constant) else cell
            if isinstance(bound, Decimal | int):
                found = _of_number(Decimal(actual), Decimal(bound), test)
        if found is not None:
            yield found


def local_day(value: date | datetime, clock: Clock) -> date:
    """A date as it is, the local day of a datetime."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(clock.zone).date()
    return value


def _of_length(test: Elapsed, day: date, cell: Value, clock: Clock) -> Shortfall | None:
    """A day against a length before (or after) today; none on the other side of today."""
    length = test.length if isinstance(test.length, Length) else cell
    if not isinstance(length, Length) or not length.counts_days:
        return None
    if (day < clock.today) if test.ahead else (day > clock.today):
        return None
    comparison, wants_far = test.comparison, test.comparison in _LOWER
    if length.is_working and wants_far and not test.ahead:
        due = clock.shift(day, length, 1)  # the day on which so many working days will have passed
        found = days_between(clock.today, due) + (comparison in _OPEN)
        return Shortfall(Measure.DAYS, found, is_short=True) if found > 0 else None
    first, last = clock.days_apart(length, 1 if test.ahead else -1)
    takes_first = (
        comparison in {Comparison.AT_LEAST, Comparison.LESS_THAN}
        if test.ahead
        else (comparison in {Comparison.MORE_THAN, Comparison.AT_MOST})
    )
    bound = first if takes_first else last
    found = days_between(day, bound) if test.ahead is wants_far else days_between(bound, day)
    found += comparison in _OPEN
    return Shortfall(Measure.DAYS, found, wants_far) if found > 0 else None


def _of_days(day: date, bound: date, comparison: Comparison) -> Shortfall | None:
    wants_late = comparison in _LOWER
    found = days_between(day, bound) if wants_late else days_between(bound, day)
    found += comparison in _OPEN
    return Shortfall(Measure.DAYS, found, wants_late) if found > 0 else None


def _of_number(value: Decimal, bound: Decimal, test: Compare) -> Shortfall | None:
    is_met = {
        Comparison.AT_LEAST: value >= bound,
        Comparison.MORE_THAN: value > bound,
        Comparison.AT_MOST: value <= bound,
        Comparison.LESS_THAN: value < bound,
        Comparison.IS: value == bound,
    }[test.comparison]
    if is_met:
        return None
    by, is_short = abs(bound - value), value < bound or test.comparison is Comparison.MORE_THAN
    if _counts(test) or (bound == int(bound) and value == int(value) and abs(bound) <= _FEW):
        return Shortfall(Measure.COUNT, int(by) + (test.comparison in _OPEN), is_short)
    return Shortfall(Measure.SHARE, by, is_short, by / abs(bound) if bound else None)


def _counts(test: Compare) -> bool:
    """Whether whole things are counted."""
    return isinstance(test.operand, Aggregate) and test.operand.function in {
        Function.COUNT,
        Function.DISTINCT,
    }
