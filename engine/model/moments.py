"""Lengths, moments and periods: what `90 days`, `in 3 days` and `last 90 days` mean on a clock."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.model.calendars import NO_CALENDAR, PLAIN, Calendar, LateCalendar


class Unit(StrEnum):
    """Units of a length; months and years follow the calendar, working days and hours the calendar file."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"
    WORKING_DAYS = "working days"
    WORKING_HOURS = "working hours"


_NOMINAL_MINUTES = {
    Unit.MINUTES: 1,
    Unit.HOURS: 60,
    Unit.DAYS: 1440,
    Unit.WEEKS: 10080,
    Unit.MONTHS: 43200,
    Unit.QUARTERS: 129600,
    Unit.YEARS: 525600,
    Unit.WORKING_DAYS: 2016,  # the fifth of a week
    Unit.WORKING_HOURS: 60,
}


@dataclass(frozen=True, slots=True)
class Length:
    """A span of time, such as 90 days."""

    amount: int
    unit: Unit

    @property
    def counts_days(self) -> bool:
        """Whole calendar days, as opposed to hours and minutes between instants."""
        return self.unit not in {Unit.MINUTES, Unit.HOURS, Unit.WORKING_HOURS}

    @property
    def is_working(self) -> bool:
        """Working days or hours: what they come to depends on the calendar file."""
        return self.unit in {Unit.WORKING_DAYS, Unit.WORKING_HOURS}

    @property
    def minutes(self) -> int:
        """Nominal minutes (a month is 30 days, a year 365): for lengths kept in records, and to sort."""
        return self.amount * _NOMINAL_MINUTES[self.unit]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


def length_of_minutes(minutes: int) -> Length:
    """The length with the largest of days, hours, minutes that divides it evenly."""
    for unit in (Unit.DAYS, Unit.HOURS):
        if minutes % _NOMINAL_MINUTES[unit] == 0:
            return Length(minutes // _NOMINAL_MINUTES[unit], unit)
    return Length(minutes, Unit.MINUTES)


def add_months(day: date, months: int) -> date:
    """The same day some months on; clipped to the month's end (LANGUAGE, Meaning 3)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


_MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}


def shift_day(day: date, length: Length, sign: int, calendar: Calendar = PLAIN) -> date:
    """The day `length` later (sign 1) or earlier (-1), kept within the years 1 to 9999."""
    if length.unit is Unit.WORKING_DAYS:
        return calendar.shift(day, length.amount, sign)
    try:
        if length.unit in _MONTHS:
            return add_months(day, sign * length.amount * _MONTHS[length.unit])
        return day + sign * timedelta(days=length.amount * (7 if length.unit is Unit.WEEKS else 1))
    except (ValueError, OverflowError):
        return date.min if sign < 0 else date.max


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment everything is computed for: an instant in UTC, the zone of its days, the working calendar.

    `start` is when the present enrollment began, where there is one.
    """

    now: datetime
    zone: ZoneInfo
    late_calendar: LateCalendar = field(default=NO_CALENDAR, repr=False)
    start: datetime | None = None

    @property
    def calendar(self) -> Calendar:
        """The working calendar; most workflows can do without it."""
        return self.late_calendar.read()

    @property
    def local(self) -> datetime:
        """The moment on the wall clock of the zone."""
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The calendar day in the zone."""
        return self.local.date()

    def midnight(self, day: date) -> datetime:
        """The instant at which a local day begins, in UTC."""
        if day >= date.max - timedelta(days=1):
            return datetime.max.replace(microsecond=0, tzinfo=UTC)
        if day <= date.min + timedelta(days=1):
            return datetime.min.replace(tzinfo=UTC)
        return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)

    def shift(self, day: date, length: Length, sign: int) -> date:
        """The day `length` later (sign 1) or earlier (-1); working days skip what is free."""
        calendar = self.calendar if length.unit is Unit.WORKING_DAYS else PLAIN
        return shift_day(day, length, sign, calendar)

    def days_apart(self, length: Length, sign: int) -> tuple[date, date]:
        """First and last day that lie exactly `length` after (sign 1) or before (-1) today.

        They differ for working days only: on a Monday, Friday to Sunday are one working day ago.
        """
        if length.unit is Unit.WORKING_DAYS:
            first, last = self.calendar.apart(self.today, length.amount, sign)
            return (max(first, self.today), last) if sign > 0 else (first, min(last, self.today))
        day = shift_day(self.today, length, sign)
        return day, day

    def shift_instant(self, length: Length, sign: int) -> datetime:
        """The instant some hours or minutes from now; working hours pass in working time only."""
        if length.unit is not Unit.WORKING_HOURS:
            return self.now + sign * timedelta(minutes=length.minutes)
        if length.amount == 0:
            return self.now
        wall = self.local.replace(tzinfo=None)
        return self._instant(self.calendar.shift_time(wall, length.minutes, sign))

    def instants_apart(self, length: Length, sign: int) -> tuple[datetime, datetime]:
        """First and last instant exactly some hours or minutes from now; working hours make them differ."""
        if length.unit is not Unit.WORKING_HOURS:
            instant = self.shift_instant(length, sign)
            return instant, instant
        walls = self.calendar.times_apart(self.local.replace(tzinfo=None), length.minutes, sign)
        first, last = map(self._instant, walls)
        return (max(first, self.now), last) if sign > 0 else (first, min(last, self.now))

    def back(self, length: Length) -> datetime:
        """The instant some hours or minutes ago."""
        return self.shift_instant(length, -1)

    def _instant(self, wall: datetime) -> datetime:
        """The instant of a wall time, kept within the years 1 to 9999."""
        if not date.min + timedelta(days=1) < wall.date() < date.max - timedelta(days=1):
            return self.midnight(wall.date())
        return wall.replace(tzinfo=self.zone).astimezone(UTC)


def end_of_wait(length: Length, clock: Clock) -> datetime:
    """When a wait that begins now is over: days end at the same time of day (Meaning 9)."""
    if not length.counts_days:
        return clock.shift_instant(length, 1)
    day = clock.shift(clock.today, length, 1)
    return datetime.combine(day, clock.local.time(), tzinfo=clock.zone).astimezone(UTC)


class Anchor(StrEnum):
    """What a moment starts from."""

    TODAY = "today"
    NOW = "now"
    START = "start"
    DAY = "day"
    INSTANT = "instant"
    START_OF = "start of"
    END_OF = "end of"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as written: an anchor, an offset (`in 3 days`, `95 days ago`) or a fixed day.

    `yesterday` and its like are an offset from the anchor TODAY, `1 day ago` is one from NOW.
    """

    anchor: Anchor
    offset: Length | None = None
    sign: int = 1
    fixed: datetime | None = None
    unit: Unit | None = None
    text: str = ""

    @property
    def is_past_offset(self) -> bool:
        """Written as `… ago`."""
        return self.offset is not None and self.sign < 0 and self.anchor is Anchor.NOW

    @property
    def is_instant(self) -> bool:
        """Whether it tells a time of day, as opposed to a whole day."""
        if self.offset is not None:
            return not self.offset.counts_days
        return self.anchor in {Anchor.NOW, Anchor.INSTANT, Anchor.START}

    def day(self, clock: Clock) -> date:
        """The local calendar day this moment falls on."""
        if self.fixed is not None:
            return self.fixed.date()
        today = clock.today
        if self.unit is not None:
            return (start_of if self.anchor is Anchor.START_OF else end_of)(today, self.unit)
        if self.anchor is Anchor.START:
            return self.instant(clock).astimezone(clock.zone).date()
        if self.offset is None:
            return today
        if not self.offset.counts_days:
            return self.instant(clock).astimezone(clock.zone).date()
        return clock.shift(today, self.offset, self.sign)

    def instant(self, clock: Clock) -> datetime:
        """The instant in UTC; a day means its first moment, `now` the clock's own."""
        if self.anchor is Anchor.INSTANT and self.fixed is not None:
            return self.fixed.replace(tzinfo=clock.zone).astimezone(UTC)
        if self.anchor is Anchor.NOW and self.offset is None:
            return clock.now
        if self.anchor is Anchor.START:
            return clock.start or clock.now
        if self.offset is not None and not self.offset.counts_days:
            return clock.shift_instant(self.offset, self.sign)
        return clock.midnight(self.day(clock))


def start_of(day: date, unit: Unit) -> date:
    """The first day of the week (Monday), month, quarter or year that `day` is in."""
    if unit is Unit.WEEKS:
        return day - timedelta(days=day.weekday())
    month = {Unit.MONTHS: day.month, Unit.QUARTERS: (day.month - 1) // 3 * 3 + 1, Unit.YEARS: 1}[unit]
    return day.replace(month=month, day=1)


def end_of(day: date, unit: Unit) -> date:
    """The last day of the week (Sunday), month, quarter or year that `day` is in."""
    first = start_of(day, unit)
    if unit is Unit.WEEKS:
        return shift_day(first, Length(6, Unit.DAYS), 1)
    last = add_months(first, _MONTHS[unit] - 1)
    return last.replace(day=monthrange(last.year, last.month)[1])


class Reach(StrEnum):
    """How a period lies to today."""

    LAST = "last"
    THIS = "this"
    PREVIOUS = "previous"
    SINCE = "since"


@dataclass(frozen=True, slots=True)
class Period:
    """Days that are looked at: rolling (`last 90 days`), calendar (`this month`) or since a moment."""

    reach: Reach
    length: Length | None = None
    unit: Unit | None = None
    since: Moment | None = None
    text: str = ""

    def days(self, clock: Clock) -> tuple[date, date]:
        """First and last day, both included; `last 90 days` is today and the 89 before (Meaning 4)."""
        today = clock.today
        if self.since is not None:
            return self.since.day(clock), today
        if self.length is not None and not self.length.counts_days:
            return clock.back(self.length).astimezone(clock.zone).date(), today
        if self.length is not None:
            before = clock.days_apart(self.length, -1)[1]
            return before + timedelta(days=1), today
        assert self.unit is not None
        first = start_of(today, self.unit)
        if self.reach is Reach.THIS:
            return first, today
        last = first - timedelta(days=1)
        return start_of(last, self.unit), last


When: TypeAlias = Moment | Period | Length


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of that name, None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
