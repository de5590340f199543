"""The values an operand may have, as far as some tests can tell them apart.

An axis stands for one side of a value (how large it is, how many days away, which of some tags it holds) and
has a few marks on it, at least one for each way in which its tests can turn out. What nobody understands here
may answer anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import pairwise, product
from math import ceil, floor
from operator import or_
from typing import Any

from engine.checks.answers import ANY, NO, UNKNOWN, YES
from engine.checks.reach import reach_of
from engine.model.entities import FieldType
from engine.model.moments import Anchor, Length, Unit
from engine.model.operands import Age, Aggregate, Constant, FieldValue, Function, Operand, UsualGap
from engine.model.predicates import (
    COMPARED,
    Among,
    Carrying,
    Compare,
    Comparison,
    EachUnit,
    Elapsed,
    HasTags,
    OnDay,
    Test,
    Trend,
)
from engine.model.scores import Score

Mark = Any

_WHOLE = Decimal(100)
_OTHER = object()
"""A value that none of the tests names."""
_MOST_TAGS = 5
_LONGEST_DAYS = 100_000
"""Beyond, lengths run into the first and last day there is, and are no longer longer than each other."""


@dataclass(frozen=True)
class Axis:
    """Marks, and what a test answers at a mark; `tests` are those it understands."""

    tests: tuple[Test, ...]
    marks: tuple[Mark, ...]
    answer: Callable[[Test, Mark], int]


def axes_of(operand: Operand, tests: Sequence[Test]) -> Iterator[Axis]:
    """The axes of an operand for different tests; every test not on one of them has an axis of its own."""
    left = list(tests)
    for axis in filter(None, (make(operand, left) for make in _MAKERS)):
        left = [one for one in left if one not in axis.tests]
        yield axis
    for test in left:
        said = said_of_units(test)
        yield Axis((test,), tuple(one for one in (YES, NO, UNKNOWN) if one & said), lambda _, mark: int(mark))


def _said(is_so: bool) -> int:  # noqa: FBT001 - turns a truth into an answer
    return YES if is_so else NO


def _compared(comparison: Comparison, value: Any, bound: Any) -> int:
    return _said(COMPARED[comparison](value, bound))


def _between(bounds: Iterable[Fraction], *, whole: bool = False) -> tuple[Fraction, ...]:
    """The bounds, a mark between each two of them, one below and one above; `whole`: no halves exist."""
    known = sorted(set(bounds))
    if whole:
        near = {Fraction(one) for bound in known for one in (floor(bound), ceil(bound))}
        return tuple(sorted({one + step for one in near for step in (-1, 0, 1)}))
    halves = [(one + other) / 2 for one, other in pairwise(known)]
    return tuple(sorted({*known, *halves, known[0] - 1, known[-1] + 1}))


# --- numbers and lengths ------------------------------------------------------------------------------------


def _amounts(operand: Operand, tests: Sequence[Test]) -> Axis | None:
    if not (operand.type.is_numeric or operand.type is FieldType.LENGTH):
        return None
    mine = tuple(one for one in tests if _bounds(one))
    if not mine:
        return None
    lowest, highest, whole = _range_of(operand)
    ends = [one for one in (lowest, highest) if one is not None]
    marks = _between([*ends, *(bound for one in mine for bound in _bounds(one))], whole=whole)
    marks = tuple(
        one for one in marks if (lowest is None or one >= lowest) and (highest is None or one <= highest)
    )
    return Axis(mine, marks, _answer_amount)


def _range_of(operand: Operand) -> tuple[Fraction | None, Fraction | None, bool]:
    """The least and the most a value can be, and whether it is a whole number."""
    if isinstance(operand, Aggregate) and operand.function in {Function.COUNT, Function.DISTINCT}:
        return Fraction(0), None if operand.latest is None else Fraction(operand.latest), True
    if isinstance(operand, Aggregate) and operand.function is Function.SHARE:
        return Fraction(0), Fraction(100), False
    if isinstance(operand, Score):
        low, high = (None if one is None else Fraction(one) for one in reach_of(operand))
        return low, high, False
    return (Fraction(0) if isinstance(operand, UsualGap | Age) else None), None, False


def _bounds(test: Test) -> tuple[Fraction, ...]:
    """The numbers a test compares with; none when it does anything else."""
    asked = (test.to,) if isinstance(test, Compare) else test.values if isinstance(test, Among) else ()
    found = tuple(_number(one.value) if isinstance(one, Constant) else None for one in asked)
    return () if None in found else tuple(one for one in found if one is not None)


def _number(value: object) -> Fraction | None:
    if isinstance(value, Length):
        return None if value.is_working else Fraction(value.minutes)
    return Fraction(value) if isinstance(value, Decimal) else None


def _answer_amount(test: Test, mark: Fraction) -> int:
    if isinstance(test, Compare):
        return _compared(test.comparison, mark, _bounds(test)[0])
    assert isinstance(test, Among)
    return _said((mark in _bounds(test)) is not test.negated)


def said_of_units(test: Test) -> int:
    """What a test of each unit of a series may say; of all others that nobody understands here, anything."""
    if isinstance(test, Trend) and test.operand.of.function is Function.COUNT:
        is_more_than_all = test.relative and not test.rises and test.by > _WHOLE
        return NO | UNKNOWN if is_more_than_all else ANY
    bound = test.to if isinstance(test, EachUnit) else None
    if not isinstance(test, EachUnit) or not isinstance(bound, Constant):
        return ANY
    each = Compare(test.operand.of, test.comparison, bound)
    axis = _amounts(test.operand.of, [each])
    return ANY if axis is None else reduce(or_, (axis.answer(each, one) for one in axis.marks), UNKNOWN)


# --- options and other texts --------------------------------------------------------------------------------

_BY_NAME = {
    FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.CHOICE, FieldType.YES_NO,
}  # fmt: skip


def _options(operand: Operand, tests: Sequence[Test]) -> Axis | None:
    mine = tuple(one for one in tests if operand.type in _BY_NAME and _named(one))
    if not mine:
        return None
    named = dict.fromkeys(value for one in mine for value in _named(one))
    # A yes or no of our own tables is one of the two; a company's column may hold anything.
    own = isinstance(operand, FieldValue) and not operand.module.table
    if own and operand.type is FieldType.YES_NO:
        return Axis(mine, (True, False), _answer_name)
    return Axis(mine, (*named, _OTHER), _answer_name)


def _named(test: Test) -> tuple[Any, ...]:
    """The values a test asks for by `is` or `is_not`; none when it does anything else."""
    if isinstance(test, Compare) and test.comparison not in {Comparison.IS, Comparison.IS_NOT}:
        return ()
    asked = (test.to,) if isinstance(test, Compare) else test.values if isinstance(test, Among) else ()
    found = tuple(one.value if isinstance(one, Constant) else None for one in asked)
    return () if None in found else found


def _answer_name(test: Test, mark: Any) -> int:
    negated = test.comparison is Comparison.IS_NOT if isinstance(test, Compare) else False
    negated = test.negated if isinstance(test, Among) else negated
    return _said((mark in _named(test)) is not negated)


# --- days before and after today ----------------------------------------------------------------------------

_IN_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}
_IN_MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}


def _days(operand: Operand, tests: Sequence[Test]) -> Axis | None:
    """How many days from today, the past below 0; months are 28 to 31 days, no more is known of them."""
    mine = tuple(one for one in tests if operand.type.is_moment and _away(one) is not None)
    if not mine:
        return None
    bounds = [Fraction(end) for one in mine for end in _away(one) or ()]
    marks = _between([Fraction(0), *bounds])
    whole = tuple(one for one in marks if one.denominator == 1)
    return Axis(mine, (*whole, *_apart(marks)), _answer_days)


def _apart(marks: Sequence[Fraction]) -> Iterator[Fraction]:
    """A half stands for the days between its neighbours, where there are any."""
    for before, mark, after in zip(marks, marks[1:], marks[2:], strict=False):
        if mark.denominator != 1 and after - before > 1:
            yield mark


def _away(test: Test) -> tuple[int, int] | None:
    """Between how many days from today the bound of a test lies."""
    if isinstance(test, Elapsed) and isinstance(test.length, Length) and not test.yearly:
        return _signed(test.length, 1 if test.ahead else -1)
    if isinstance(test, OnDay) and test.moment.unit is None and test.moment.fixed is None:
        moment = test.moment
        if moment.offset is not None and moment.anchor in {Anchor.NOW, Anchor.TODAY}:
            return _signed(moment.offset, moment.sign)
        return (0, 0) if moment.anchor is Anchor.TODAY else None
    return None


def _signed(length: Length, sign: int) -> tuple[int, int] | None:
    if length.unit in _IN_DAYS:
        least = most = length.amount * _IN_DAYS[length.unit]
    elif length.unit in _IN_MONTHS:
        months = length.amount * _IN_MONTHS[length.unit]
        least, most = 28 * months, 31 * months
    else:
        return None
    ends = sorted((sign * least, sign * most))
    return None if most > _LONGEST_DAYS else (ends[0], ends[1])


def _answer_days(test: Test, mark: Fraction) -> int:
    bound = _away(test)
    assert bound is not None
    low, high = bound
    if isinstance(test, OnDay):
        return _uncertain(test.comparison, mark, low, high)
    assert isinstance(test, Elapsed)
    if (mark < 0) if test.ahead else (mark > 0):
        return NO
    if test.ahead:
        return _uncertain(test.comparison, mark, low, high)
    return _uncertain(test.comparison, -mark, -high, -low)


def _uncertain(comparison: Comparison, value: Fraction, low: int, high: int) -> int:
    """Compared with a bound that lies somewhere between two."""
    found = _compared(comparison, value, low) | _compared(comparison, value, high)
    return YES | NO if low < high and low <= value <= high else found


_LONGEST_YEAR = 366


def _days_since(operand: Operand, tests: Sequence[Test]) -> Axis | None:
    return _days_of_the_year(operand, tests, ahead=False)


def _days_until(operand: Operand, tests: Sequence[Test]) -> Axis | None:
    return _days_of_the_year(operand, tests, ahead=True)


def _days_of_the_year(operand: Operand, tests: Sequence[Test], *, ahead: bool) -> Axis | None:
    """How many days since the last such day of a year, or until the next."""
    found = {one: _yearly(one, ahead=ahead) for one in tests if operand.type.is_moment}
    mine = tuple(one for one, bound in found.items() if bound is not None)
    if not mine:
        return None
    bounds = [Fraction(end) for one in mine for end in found[one] or ()]
    marks = _between([Fraction(0), Fraction(_LONGEST_YEAR), *bounds], whole=True)

    def answer(test: Test, mark: Fraction) -> int:
        assert isinstance(test, Elapsed)
        low, high = found[test] or (0, 0)
        return _uncertain(test.comparison, mark, low, high)

    return Axis(mine, tuple(one for one in marks if 0 <= one <= _LONGEST_YEAR), answer)


def _yearly(test: Test, *, ahead: bool) -> tuple[int, int] | None:
    """Between how many days the length of a test of the day of the year lies."""
    if isinstance(test, Elapsed) and test.yearly and test.ahead is ahead and isinstance(test.length, Length):
        return _signed(test.length, 1)
    return None


# --- days of the calendar -----------------------------------------------------------------------------------


def _dates(operand: Operand, tests: Sequence[Test]) -> Axis | None:
    mine = tuple(one for one in tests if operand.type.is_moment and _ordinal(one) is not None)
    if not mine:
        return None
    marks = _between([Fraction(_ordinal(one) or 0) for one in mine], whole=True)

    def answer(test: Test, mark: Fraction) -> int:
        assert isinstance(test, OnDay)
        return _compared(test.comparison, mark, _ordinal(test))

    return Axis(mine, marks, answer)


def _ordinal(test: Test) -> int | None:
    if isinstance(test, OnDay) and test.moment.anchor is Anchor.DAY and test.moment.fixed is not None:
        return test.moment.fixed.date().toordinal()
    return None


# --- tags ---------------------------------------------------------------------------------------------------


def _tags(operand: Operand, tests: Sequence[Test]) -> Axis | None:
    mine = tuple(one for one in tests if isinstance(one, HasTags) and operand.type is FieldType.TAGS)
    names = tuple(dict.fromkeys(tag for one in mine for tag in one.tags))
    if not mine or len(names) > _MOST_TAGS:
        return None
    subsets = product((True, False), repeat=len(names))
    marks = tuple(frozenset(name for name, has in zip(names, one, strict=True) if has) for one in subsets)
    return Axis(mine, marks, lambda test, mark: carries(test, mark) if isinstance(test, HasTags) else ANY)


def carries(test: HasTags, tags: frozenset[str]) -> int:
    """What a test of tags says of a record with these."""
    has = [one in tags for one in test.tags]
    if test.carrying is Carrying.HAS_ALL:
        return _said(all(has))
    return _said(any(has) is (test.carrying is Carrying.HAS))


_MAKERS = (_amounts, _options, _days, _days_since, _days_until, _dates, _tags)
