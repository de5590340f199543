"""Dates and datetimes against moments, lengths and windows: bounds computed on the clock, then compared.

A date is compared by its day, a datetime by its local day, and by its instant where the file says hours,
minutes or a time of day (LANGUAGE, Meaning 3 and 4).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import sqlalchemy as sa

from engine.model.entities import FieldType
from engine.model.moments import Anchor, Clock, Length, Moment, Period, shift_day
from engine.model.predicates import Comparison
from engine.model.values import stored_instant
from engine.records.tables import Sql

_DAY = timedelta(days=1)


def elapsed_test(
    value: Sql, kind: FieldType, comparison: Comparison, length: Length, clock: Clock
) -> Sql:
    """The length from the value to now; the future never matches."""
    if not length.counts_days:
        return _instant_elapsed(value, comparison, stored_instant(clock.back(length)), stored_instant(clock.now))
    day = shift_day(clock.today, length, -1)
    sides = _Days(value, kind, clock)
    tests: dict[Comparison, Callable[[], Sql]] = {
        Comparison.AT_LEAST: lambda: sides.at_most(day),
        Comparison.MORE_THAN: lambda: sides.before(day),
        Comparison.AT_MOST: lambda: sa.and_(sides.at_least(day), sides.at_most(clock.today)),
        Comparison.LESS_THAN: lambda: sa.and_(sides.after(day), sides.at_most(clock.today)),
        Comparison.IS: lambda: sa.and_(sides.on(day), sides.at_most(clock.today)),
        Comparison.IS_NOT: lambda: sa.and_(sa.not_(sides.on(day)), sides.at_most(clock.today)),
    }
    return tests[comparison]()


def _instant_elapsed(value: Sql, comparison: Comparison, bound: str, now: str) -> Sql:
    tests = {
        Comparison.AT_LEAST: value <= bound,
        Comparison.MORE_THAN: value < bound,
        Comparison.AT_MOST: sa.and_(value >= bound, value <= now),
        Comparison.LESS_THAN: sa.and_(value > bound, value <= now),
        Comparison.IS: value == bound,
        Comparison.IS_NOT: sa.and_(value != bound, value <= now),
    }
    return tests[comparison]


def moment_test(value: Sql, kind: FieldType, comparison: Comparison, moment: Moment, clock: Clock) -> Sql:
    """The value before, on or after a moment."""
    if kind is FieldType.DATETIME and _is_instant(moment):
        instant = stored_instant(moment.instant(clock))
        tests = {
            Comparison.AT_LEAST: value >= instant,
            Comparison.MORE_THAN: value > instant,
            Comparison.AT_MOST: value <= instant,
            Comparison.LESS_THAN: value < instant,
            Comparison.IS: value == instant,
            Comparison.IS_NOT: value != instant,
        }
        return tests[comparison]
    day, sides = moment.day(clock), _Days(value, kind, clock)
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
    sides = _Days(value, kind, clock)
    moment = period.since
    if moment is not None and kind is FieldType.DATETIME and _is_instant(moment):
        return sa.and_(value >= stored_instant(moment.instant(clock)), sides.at_most(clock.today))
    first, last = period.days(clock)
    return sa.and_(sides.at_least(first), sides.at_most(last))


def _is_instant(moment: Moment) -> bool:
    if moment.anchor is Anchor.INSTANT:
        return True
    if moment.offset is not None:
        return not moment.offset.counts_days
    return moment.anchor is Anchor.NOW


class _Days:
    """The sides of a day for a date, or for a datetime by its local day."""

    def __init__(self, value: Sql, kind: FieldType, clock: Clock) -> None:
        self.value = value
        self.by_instant = kind is FieldType.DATETIME
        self.clock = clock

    def before(self, day: date) -> Sql:
        return self.value < (self._midnight(day) if self.by_instant else day.isoformat())

    def at_most(self, day: date) -> Sql:
        return self.value < self._after(day) if self.by_instant else self.value <= day.isoformat()

    def at_least(self, day: date) -> Sql:
        return self.value >= (self._midnight(day) if self.by_instant else day.isoformat())

    def after(self, day: date) -> Sql:
        return self.value >= self._after(day) if self.by_instant else self.value > day.isoformat()

    def on(self, day: date) -> Sql:
        if self.by_instant:
            return sa.and_(self.at_least(day), self.at_most(day))
        return self.value == day.isoformat()

    def _midnight(self, day: date) -> str:
        return stored_instant(self.clock.midnight(day))

    def _after(self, day: date) -> str:
        return self._midnight(day + _DAY if day < date.max - _DAY else day)
