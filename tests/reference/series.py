"""Related records along the calendar: one value for each unit, and the usual gap from one to the next."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from engine.model.moments import Length, Unit
from engine.model.operands import ExpectedNext, Series, UsualGap
from engine.model.predicates import EachUnit, Trend
from tests.reference.comparing import compared
from tests.reference.days import first_of, last_of
from tests.reference.related import fitting, looked_at, pointing_to, value_of_rows

if TYPE_CHECKING:
    from tests.reference.evaluator import Answer, Reference, Row


def values(reference: Reference, series: Series, record: Row) -> list[Decimal | None]:
    """Of each complete unit since the first record, the oldest first."""
    end = first_of(reference.calendar.today, series.unit) - timedelta(days=1)
    rows = fitting(reference, series.of.where, looked_at(reference, series.of, record) or ())
    dated = [(reference.calendar.day(day), row) for row in rows if (day := row[series.on.key]) is not None]
    past = [(day, row) for day, row in dated if day <= end]
    if not past:
        return []
    found, day = [], first_of(min(day for day, _ in past), series.unit)
    while day <= end:
        last = last_of(day, series.unit)
        within = [row for one, row in past if day <= one <= last]
        found.append(value_of_rows(reference, series.of, within))
        day = last + timedelta(days=1)
    return found


def newest(known: list[Decimal | None], count: int) -> list[Decimal | None]:
    """The last so many; a unit before the first record does not exist, so nothing is known of it."""
    return [*[None] * (count - len(known)), *known[-count:]]


def change(before: Decimal | None, now: Decimal | None) -> Fraction | None:
    """In percent of what was; of nothing there is no percent."""
    if before is None or now is None or before == 0:
        return None
    return (Fraction(now) - Fraction(before)) / abs(Fraction(before)) * 100


def last_change(reference: Reference, series: Series, record: Row) -> Decimal | None:
    before, now = newest(values(reference, series, record), 2)
    found = change(before, now)
    return None if found is None else reference.rounded(found, 4)


def trend(reference: Reference, test: Trend, record: Row) -> list[Answer]:
    """Whether it fell, or rose, by so much, in each of the steps asked for."""
    known = newest(values(reference, test.operand, record), test.in_a_row + 1)
    found: list[Answer] = []
    for before, now in pairwise(known):
        if test.relative:
            step = change(before, now)
        else:
            step = None if before is None or now is None else Fraction(now) - Fraction(before)
        found.append(None if step is None else (step if test.rises else -step) >= Fraction(test.by))
    return found


def each_unit(reference: Reference, test: EachUnit, record: Row) -> list[Answer]:
    """Each of the units asked for against the same value."""
    to: Any = reference.value(test.to, record)
    known = newest(values(reference, test.operand, record), test.in_a_row)
    return [None if one is None or to is None else compared(test.comparison, one, to) for one in known]


# --- the usual gap ------------------------------------------------------------------------------------------


def days_of(reference: Reference, gap: UsualGap, record: Row) -> list[date]:
    """The days on which something happened up to today, each once, the oldest first."""
    rows = fitting(reference, gap.where, pointing_to(reference, gap.relation, record))
    days = {reference.calendar.day(day) for row in rows if (day := row[gap.on.key]) is not None}
    return sorted(day for day in days if day <= reference.calendar.today)


def gap_in_days(days: list[date]) -> Fraction | None:
    """The median, of two in the middle their mean; three gaps or fewer days than four are no habit."""
    if len(days) < 4:
        return None
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    middle = len(gaps) // 2
    return Fraction(gaps[middle]) if len(gaps) % 2 else Fraction(gaps[middle - 1] + gaps[middle], 2)


def usual_gap(reference: Reference, operand: UsualGap, record: Row) -> Length | None:
    gap = gap_in_days(days_of(reference, operand, record))
    return None if gap is None else Length(int(gap * 24 * 60), Unit.MINUTES)


def expected_next(reference: Reference, operand: ExpectedNext, record: Row) -> date | None:
    days = days_of(reference, operand.gap, record)
    gap = gap_in_days(days)
    return None if gap is None else days[-1] + timedelta(days=int(gap + Fraction(1, 2)))
