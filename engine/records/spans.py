"""Lengths between a record's date and today: the next one, every year's, and lengths that records hold.

Where the length is written in the file its bounds are computed on the clock (records/days.py); where each
record holds its own, the database counts the days.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta

import sqlalchemy as sa

from engine.model.entities import FieldType
from engine.model.moments import Clock, Length
from engine.model.operands import Age
from engine.model.predicates import Comparison, Elapsed
from engine.model.values import stored_instant
from engine.records.daynumbers import day_number, epoch_seconds
from engine.records.days import DaySides, compare, elapsed_test, local_day
from engine.records.tables import Sql

_DAY = timedelta(days=1)
_MINUTES_A_DAY = 1440


def span_test(value: Sql, test: Elapsed, clock: Clock) -> Sql:
    """The length from the value to now, or from now to the value, against a written length."""
    if test.yearly:
        return _yearly_test(local_day(value, test.operand.type, clock), test, clock)
    return _until_test(value, test, clock) if test.ahead else elapsed_test(value, test, clock)


def own_span_test(value: Sql, length: Sql, test: Elapsed, clock: Clock) -> Sql:
    """The same against minutes that the record holds; whole days are counted by days."""
    kind, today = test.operand.type, clock.today.toordinal()
    day = day_number(local_day(value, kind, clock))
    days = day - today if test.ahead else today - day
    by_days = sa.and_(days >= 0, compare(days * _MINUTES_A_DAY, length, test.comparison))
    answer: Sql = sa.cast(by_days, sa.Integer)
    if kind is not FieldType.DATE:
        now = int(clock.now.timestamp())
        seconds = epoch_seconds(value) - now if test.ahead else now - epoch_seconds(value)
        by_instant = sa.and_(seconds >= 0, compare(seconds, length * 60, test.comparison))
        answer = sa.case((length % _MINUTES_A_DAY == 0, answer), else_=sa.cast(by_instant, sa.Integer))
    # Nothing is known about a length that is missing, on whichever side of today the day lies.
    return sa.case((length.is_(None), None), else_=answer) == 1


def age(value: Sql, operand: Age, clock: Clock) -> Sql:
    """The whole days between a date and today, in minutes; missing on the other side of today."""
    day, today = day_number(local_day(value, operand.operand.type, clock)), clock.today.toordinal()
    days = day - today if operand.ahead else today - day
    return sa.case((days >= 0, days * _MINUTES_A_DAY), else_=None)


def _until_test(value: Sql, test: Elapsed, clock: Clock) -> Sql:
    """The length from now to the value; the past never matches."""
    kind, comparison, length = test.operand.type, test.comparison, test.length
    assert isinstance(length, Length)
    if not length.counts_days:
        now, bound = stored_instant(clock.now), stored_instant(clock.shift_instant(length, 1))
        return sa.and_(value >= now, compare(value, sa.literal(bound), comparison))
    (first, last), sides = clock.days_apart(length, 1), DaySides(value, kind, clock)
    tests: dict[Comparison, Callable[[], Sql]] = {
        Comparison.AT_LEAST: lambda: sides.at_least(first),
        Comparison.MORE_THAN: lambda: sides.after(last),
        Comparison.AT_MOST: lambda: sides.between(clock.today, last),
        Comparison.LESS_THAN: lambda: sa.and_(sides.at_least(clock.today), sides.before(first)),
        Comparison.IS: lambda: sa.and_(sides.between(first, last), sides.at_least(clock.today)),
        Comparison.IS_NOT: lambda: sa.and_(sa.not_(sides.between(first, last)), sides.at_least(clock.today)),
    }
    return tests[comparison]()


def _yearly_test(day: Sql, test: Elapsed, clock: Clock) -> Sql:
    """The next or the last day of that month and day; it is always less than a year away."""
    assert isinstance(test.length, Length)
    sign, today = (1 if test.ahead else -1), clock.today
    bound = clock.shift(today, test.length, sign)
    before = bound - sign * _DAY
    within: dict[Comparison, Callable[[], Sql]] = {
        Comparison.AT_MOST: lambda: _falls(day, today, bound, sign),
        Comparison.LESS_THAN: lambda: _falls(day, today, before, sign),
        Comparison.AT_LEAST: lambda: sa.not_(_falls(day, today, before, sign)),
        Comparison.MORE_THAN: lambda: sa.not_(_falls(day, today, bound, sign)),
        Comparison.IS: lambda: sa.and_(
            _falls(day, today, bound, sign), sa.not_(_falls(day, today, before, sign))
        ),
        Comparison.IS_NOT: lambda: sa.not_(
            sa.and_(_falls(day, today, bound, sign), sa.not_(_falls(day, today, before, sign)))
        ),
    }
    return within[test.comparison]()


def _falls(day: Sql, today: date, end: date, sign: int) -> Sql:
    """Whether the day of the year falls between today and `end`, in the direction of `sign`."""
    first, last = (today, end) if sign > 0 else (end, today)
    if first > last:
        return sa.case((day.is_not(None), 0), else_=None) == 1
    if last - first >= timedelta(days=366) or _a_year_on(first) <= last:
        return sa.case((day.is_not(None), 1), else_=None) == 1
    month_day = sa.func.substr(day, 6, 5)
    return sa.or_(*(_in_year(month_day, *piece) for piece in _by_year(first, last)))


def _a_year_on(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _by_year(first: date, last: date) -> list[tuple[date, date]]:
    return [
        (max(first, date(year, 1, 1)), min(last, date(year, 12, 31)))
        for year in range(first.year, last.year + 1)
    ]


def _in_year(month_day: Sql, first: date, last: date) -> Sql:
    """29 February falls on the 28th in years that have none."""
    plain: Sql = month_day.between(f"{first:%m-%d}", f"{last:%m-%d}")
    if isleap(first.year):
        return plain
    on_28th = first <= date(first.year, 2, 28) <= last
    return sa.or_(plain, month_day == "02-29") if on_28th else sa.and_(plain, month_day != "02-29")
