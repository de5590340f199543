"""Days, lengths and periods as LANGUAGE counts them: plain steps over plain dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from engine.model.moments import Anchor, Clock, Length, Moment, Period, Reach, Unit

MINUTES = {Unit.MINUTES: 1, Unit.HOURS: 60}
DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}
MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}
NOMINAL_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 30, Unit.QUARTERS: 90, Unit.YEARS: 365}


def nominal_minutes(length: Length) -> int:
    """Lengths that are kept are compared by a month of 30 days and a year of 365."""
    if length.unit in MINUTES:
        return length.amount * MINUTES[length.unit]
    return length.amount * NOMINAL_DAYS[length.unit] * 24 * 60


def is_short(length: Length) -> bool:
    """Hours and minutes: they lie between instants, not days."""
    return length.unit in MINUTES


def is_working(length: Length) -> bool:
    """Working days: the calendar file says which days are worked."""
    return length.unit is Unit.WORKING_DAYS


def moved(day: date, length: Length, sign: int) -> date:
    """So many days, weeks, months, quarters or years on or back; months clip."""
    try:
        if length.unit in DAYS:
            return day + timedelta(days=sign * length.amount * DAYS[length.unit])
        year, month = divmod(day.year * 12 + (day.month - 1) + sign * length.amount * MONTHS[length.unit], 12)
        for number in range(day.day, 27, -1):
            if _exists(year, month + 1, number):
                return date(year, month + 1, number)
        return date(year, month + 1, day.day)
    except (ValueError, OverflowError):
        return date.min if sign < 0 else date.max


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@cache
def first_of(day: date, unit: Unit) -> date:
    """The first day of the calendar week (Monday), month, quarter or year."""
    while not _opens(day, unit):
        day -= timedelta(days=1)
    return day


@cache
def last_of(day: date, unit: Unit) -> date:
    """The last day of the same."""
    while not _opens(day + timedelta(days=1), unit):
        day += timedelta(days=1)
    return day


OPENING_MONTHS = {Unit.MONTHS: range(1, 13), Unit.QUARTERS: (1, 4, 7, 10), Unit.YEARS: (1,)}


def _opens(day: date, unit: Unit) -> bool:
    if unit is Unit.WEEKS:
        return day.weekday() == 0
    return day.day == 1 and day.month in OPENING_MONTHS[unit]


def birthday(day: date, year: int) -> date:
    """The same day in another year; 29 February falls on the 28th where there is none."""
    return date(year, day.month, day.day if _exists(year, day.month, day.day) else 28)


@dataclass(frozen=True)
class Calendar:
    """Days as the clock's zone counts them."""

    clock: Clock

    @property
    def today(self) -> date:
        return self.day(self.clock.now)

    def day(self, value: date) -> date:
        """The local calendar day of a date or datetime."""
        return value.astimezone(self.clock.zone).date() if isinstance(value, datetime) else value

    def begins(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.clock.zone).astimezone(UTC)

    def is_instant(self, moment: Moment) -> bool:
        """Written with hours, minutes or a time of day; `now` and `start` are such."""
        if moment.anchor in {Anchor.INSTANT, Anchor.START}:
            return True
        return is_short(moment.offset) if moment.offset else moment.anchor is Anchor.NOW

    def moment_day(self, moment: Moment) -> date:
        if moment.unit is not None:
            return (first_of if moment.anchor is Anchor.START_OF else last_of)(self.today, moment.unit)
        if moment.fixed is not None:
            return moment.fixed.date()
        if moment.anchor is Anchor.START:
            return self.day(self.moment_instant(moment))
        if moment.offset is None:
            return self.today
        if is_short(moment.offset):
            return self.day(self.moment_instant(moment))
        if is_working(moment.offset):
            return self.worked(moment.offset.amount, moment.sign)
        return moved(self.today, moment.offset, moment.sign)

    def moment_instant(self, moment: Moment) -> datetime:
        """A day stands for its first moment."""
        if moment.anchor is Anchor.INSTANT and moment.fixed is not None:
            return moment.fixed.replace(tzinfo=self.clock.zone).astimezone(UTC)
        if moment.anchor is Anchor.START and self.clock.start is not None:
            return self.clock.start
        if moment.offset and is_short(moment.offset):
            return self.clock.now + moment.sign * timedelta(minutes=nominal_minutes(moment.offset))
        if moment.anchor is Anchor.NOW and moment.offset is None:
            return self.clock.now
        return self.begins(self.moment_day(moment))

    def within(self, value: date | None, period: Period) -> bool:
        """No day, no period; and no period goes beyond today."""
        if value is None or self.day(value) > self.today:
            return False
        if isinstance(value, datetime):
            if period.since is not None and self.is_instant(period.since):
                return value >= self.moment_instant(period.since)
            if period.length is not None and is_short(period.length):
                return value >= self.clock.now - timedelta(minutes=nominal_minutes(period.length))
        if period.length is not None and is_working(period.length):
            return self.working_days(self.day(value), period.length.amount) < period.length.amount
        first, last = self.days(period)
        return first <= self.day(value) <= last

    def days(self, period: Period) -> tuple[date, date]:
        if period.since is not None:
            return self.moment_day(period.since), self.today
        if period.length is not None:
            if is_short(period.length):
                return self.day(
                    self.clock.now - timedelta(minutes=nominal_minutes(period.length))
                ), self.today
            return moved(self.today, period.length, -1) + timedelta(days=1), self.today
        assert period.unit is not None
        if period.reach is Reach.THIS:
            return first_of(self.today, period.unit), self.today
        before = first_of(self.today, period.unit) - timedelta(days=1)
        return first_of(before, period.unit), before

    def working_days(self, day: date, enough: int) -> int:
        """How many lie between today and that day, the later of the two among them; no more than `enough`."""
        earlier, later, count = min(day, self.today), max(day, self.today), 0
        while earlier < later and count < enough:
            earlier += timedelta(days=1)
            count += self.clock.calendar.is_working(earlier)
        return count

    def worked(self, count: int, sign: int) -> date:
        """The working day that so many working days on, or back, one comes to."""
        day = self.today
        while count:
            day += timedelta(days=sign)
            count -= self.clock.calendar.is_working(day)
        return day

    def anniversary(self, value: date, *, ahead: bool) -> date:
        """The next one from today on, or the last one up to today."""
        day, year = self.day(value), self.today.year
        if ahead:
            return next(one for n in (0, 1) if (one := birthday(day, year + n)) >= self.today)
        return next(one for n in (0, 1) if (one := birthday(day, year - n)) <= self.today)
