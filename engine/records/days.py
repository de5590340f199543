"""Dates and datetimes against moments, lengths and windows: bounds computed on the clock, then compared.

A date is compared by its day, a datetime by its local day, and by its instant where the file says hours,
minutes or a time of day (LANGUAGE, Meaning 3 and 4).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from engine.model.entities import FieldType
from engine.model.moments import Clock, Length, Period
from engine.model.operands import Constant, Enrolled, MomentValue, Operand, ReachedAt
from engine.model.predicates import COMPARED, Compare, Comparison, Elapsed, OnDay
from engine.model.values import stored_instant
from engine.records.tables import Sql

_DAY = timedelta(days=1)


def compare(left: Sql, right: Sql, comparison: Comparison) -> Sql:
    """Two values in kept form."""
    answer: Sql = COMPARED[comparison](left, right)
    return answer


def compare_moments(left: Sql, right: Sql, test: Compare, clock: Clock) -> Sql:
    """Two dates or datetimes: by their local days, unless one of them was written with a time of day."""
    kind, other = test.operand.type, test.to.type
    tells_time = _tells_time(test.operand, clock) or _tells_time(test.to, clock)
    if kind is other and (kind is FieldType.DATE or tells_time):
        return compare(left, right, test.comparison)
    if isinstance(test.to, MomentValue):
        return _day_test(left, kind, test.comparison, day=test.to.moment.day(clock), clock=clock)
    if isinstance(test.to, Constant) and isinstance(test.to.value, date):
        return _day_test(left, kind, test.comparison, day=_day_of(test.to.value, clock), clock=clock)
    return compare(local_day(left, kind, clock), local_day(right, other, clock), test.comparison)


def _tells_time(operand: Operand, clock: Clock) -> bool:
    """Written with hours, minutes or a time of day; a bare day reads as its midnight."""
    if isinstance(operand, MomentValue):
        return operand.moment.is_instant
    if isinstance(operand, Enrolled | ReachedAt):
        return True
    value = operand.value if isinstance(operand, Constant) else None
    return isinstance(value, datetime) and value != clock.midnight(_day_of(value, clock))


def _day_of(value: date, clock: Clock) -> date:
    return value.astimezone(clock.zone).date() if isinstance(value, datetime) else value


def local_day(value: Sql, kind: FieldType, clock: Clock) -> Sql:
    """A date as it is, the local day of a datetime: ISO text."""
    if kind is FieldType.DATE:
        return value
    return sa.func.substr(sa.func.wakeline_local(value, clock.zone.key), 1, 10)


def elapsed_test(value: Sql, test: Elapsed, clock: Clock) -> Sql:
    """The length from the value to now; the future never matches."""
    kind, comparison, length = test.operand.type, test.comparison, test.length
    assert isinstance(length, Length)
    if not length.counts_days:
        return _instant_elapsed(value, comparison, length, clock)
    (first, last), sides = clock.days_apart(length, -1), DaySides(value, kind, clock)
    tests: dict[Comparison, Callable[[], Sql]] = {
        Comparison.AT_LEAST: lambda: sides.at_most(last),
        Comparison.MORE_THAN: lambda: sides.before(first),
        Comparison.AT_MOST: lambda: sides.between(first, clock.today),
        Comparison.LESS_THAN: lambda: sa.and_(sides.after(last), sides.at_most(clock.today)),
        Comparison.IS: lambda: sides.between(first, last),
        Comparison.IS_NOT: lambda: sa.and_(sa.not_(sides.between(first, last)), sides.at_most(clock.today)),
    }
    return tests[comparison]()


def _instant_elapsed(value: Sql, comparison: Comparison, length: Length, clock: Clock) -> Sql:
    first, last = map(stored_instant, clock.instants_apart(length, -1))
    now = stored_instant(clock.now)
    tests = {
        Comparison.AT_LEAST: value <= last,
        Comparison.MORE_THAN: value < first,
        Comparison.AT_MOST: sa.and_(value >= first, value <= now),
        Comparison.LESS_THAN: sa.and_(value > last, value <= now),
        Comparison.IS: sa.and_(value >= first, value <= last),
        Comparison.IS_NOT: sa.and_(sa.or_(value < first, value > last), value <= now),
    }
    return tests[comparison]


def moment_test(value: Sql, test: OnDay, clock: Clock) -> Sql:
    """The value before, on or after a moment."""
    kind, comparison, moment = test.operand.type, test.comparison, test.moment
    if kind is FieldType.DATETIME and moment.is_instant:
        return compare(value, sa.literal(stored_instant(moment.instant(clock))), comparison)
    return _day_test(value, kind, comparison, day=moment.day(clock), clock=clock)


def _day_test(value: Sql, kind: FieldType, comparison: Comparison, *, day: date, clock: Clock) -> Sql:
    sides = DaySides(value, kind, clock)
    sided: dict[Comparison, Callable[[date], Sql]] = {
        Comparison.AT_LEAST: sides.at_least,
        Comparison.MORE_THAN: sides.after,
        Comparison.AT_MOST: sides.at_most,
        Comparison.LESS_THAN: sides.before,
        Comparison.IS: sides.on,
        Comparison.IS_NOT: lambda one: sa.not_(sides.on(one)),
    }
    return sided[comparison](day)


def within_period(value: Sql, kind: FieldType, period: Period, clock: Clock) -> Sql:
    """The value in the days of a period; `since` an instant counts from it to now."""
    sides = DaySides(value, kind, clock)
    moment, length = period.since, period.length
    if moment is not None and kind is FieldType.DATETIME and moment.is_instant:
        return sa.and_(value >= stored_instant(moment.instant(clock)), sides.at_most(clock.today))
    if length is not None and kind is FieldType.DATETIME and not length.counts_days:
        return sa.and_(value >= stored_instant(clock.back(length)), sides.at_most(clock.today))
    first, last = period.days(clock)
    return sides.between(first, last)


def since(value: Sql, kind: FieldType, instant: Sql, clock: Clock) -> Sql:
    """The value from an instant to now; plain dates count from its local day on (Meaning 5)."""
    first = local_day(instant, FieldType.DATETIME, clock) if kind is FieldType.DATE else instant
    return sa.and_(value >= first, DaySides(value, kind, clock).at_most(clock.today))


class DaySides:
    """The sides of a day for a date, or for a datetime by its local day."""

    def __init__(self, value: Sql, kind: FieldType, clock: Clock) -> None:
        self.value = value
        self.by_instant = kind is FieldType.DATETIME
        self.clock = clock

    def before(self, day: date) -> Sql:
        """Earlier than the day."""
        return self.value < (self._midnight(day) if self.by_instant else day.isoformat())

    def at_most(self, day: date) -> Sql:
        """The day or earlier."""
        return self.value < self._after(day) if self.by_instant else self.value <= day.isoformat()

    def at_least(self, day: date) -> Sql:
        """The day or later."""
        return self.value >= (self._midnight(day) if self.by_instant else day.isoformat())

    def after(self, day: date) -> Sql:
        """Later than the day."""
        return self.value >= self._after(day) if self.by_instant else self.value > day.isoformat()

    def between(self, first: date, last: date) -> Sql:
        """In the days from the first to the last, both included."""
        if self.by_instant:
            return sa.and_(self.at_least(first), self.at_most(last))
        # In one piece, or SQLite would read the value twice; PostgreSQL takes no COLLATE in there.
        begin, end = (sa.literal(one.isoformat(), sa.Text()) for one in (first, last))
        return self.value.between(begin, end)

    def on(self, day: date) -> Sql:
        """On the day."""
        if self.by_instant:
            return sa.and_(self.at_least(day), self.at_most(day))
        return self.value == day.isoformat()

    def _midnight(self, day: date) -> str:
        return stored_instant(self.clock.midnight(day))

    def _after(self, day: date) -> str:
        return self._midnight(day + _DAY if day < date.max - _DAY else day)
