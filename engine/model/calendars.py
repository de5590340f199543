"""The working calendar: which days are worked, at which hours, and when festivals are.

Working days are counted, not walked: the number of working days up to a day is arithmetic on weeks plus the
exceptions, so that a length of any size is found by bisection.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS = range(1, date.max.toordinal() + 1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Festival:
    """The days of a festival: some listed, some (month and day) the same every year."""

    days: tuple[date, ...] = ()
    yearly: tuple[tuple[int, int], ...] = ()

    def of_year(self, year: int) -> list[date]:
        """Its days in a year; 29 February falls on the 28th where there is none."""
        listed = [day for day in self.days if day.year == year]
        fixed = [date(year, month, min(day, monthrange(year, month)[1])) for month, day in self.yearly]
        return sorted({*listed, *fixed})

    def comes_after(self, year: int) -> bool:
        """Whether a later year has such a day."""
        return bool(self.yearly) or any(day.year > year for day in self.days)

    def comes_before(self, year: int) -> bool:
        """Whether an earlier year has such a day."""
        return bool(self.yearly) or any(day.year < year for day in self.days)


@dataclass(frozen=True, slots=True)
class OnDays:
    """Days of a calendar at one wall time: the named festivals, or every working day when none is named."""

    at: time
    festivals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """Weekdays that are worked (0 is Monday), hours of a working day in minutes, and the exceptions by date.

    `off` and `working` are free days and working days against the rule of the week. After the year
    `published` the public holidays are not known yet; None when nothing is unknown.
    """

    weekdays: frozenset[int] = frozenset(range(5))
    hours: tuple[tuple[int, int], ...] = ((9 * 60, 18 * 60),)
    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()
    festivals: Mapping[str, Festival] = field(default_factory=dict, hash=False)
    published: int | None = None

    def is_working(self, day: date) -> bool:
        """Whether a day is worked: `working` wins over `off`, both win over the week."""
        return day in self.working or (day.weekday() in self.weekdays and day not in self.off)

    def is_unknown(self, day: date) -> bool:
        """Whether the day lies in a year whose public holidays are not published yet."""
        return self.published is not None and day.year > self.published

    # --- working days ------------------------------------------------------------------------

    def shift(self, day: date, count: int, sign: int) -> date:
        """The working day `count` working days later (sign 1) or earlier (-1); the day itself for none."""
        if count == 0:
            return day
        if sign > 0:
            return self._worked(self._count(day.toordinal()) + count)
        return self._worked(self._count(day.toordinal() - 1) - count + 1)

    def apart(self, day: date, count: int, sign: int) -> tuple[date, date]:
        """First and last day with exactly `count` working days between it and `day`.

        Two days are as many working days apart as lie after the earlier up to the later. So Friday,
        Saturday and Sunday are all one working day before Monday.
        """
        wanted = self._count(day.toordinal()) + sign * count
        last = self._worked(wanted + 1)
        return self._worked(wanted), last if last in {date.min, date.max} else last - timedelta(days=1)

    def _count(self, ordinal: int) -> int:
        """How many working days there are from the first day of the calendar to this one."""
        weeks, rest = divmod(ordinal, 7)  # 1 January of year 1 is a Monday
        of_the_week = weeks * len(self.weekdays) + sum(weekday < rest for weekday in self.weekdays)
        return of_the_week + bisect_right(self._added, ordinal) - bisect_right(self._removed, ordinal)

    def _worked(self, number: int) -> date:
        """The working day of that number, kept within the calendar."""
        if number < 1:
            return date.min
        found = bisect_left(_ORDINALS, number, key=self._count)
        return date.fromordinal(_ORDINALS[found]) if found < len(_ORDINALS) else date.max

    @cached_property
    def _added(self) -> list[int]:
        return sorted(day.toordinal() for day in self.working if day.weekday() not in self.weekdays)

    @cached_property
    def _removed(self) -> list[int]:
        free = self.off - self.working
        return sorted(day.toordinal() for day in free if day.weekday() in self.weekdays)

    # --- working hours -----------------------------------------------------------------------

    @cached_property
    def minutes_a_day(self) -> int:
        """How long a working day is."""
        return sum(end - begin for begin, end in self.hours)

    def shift_time(self, at: datetime, minutes: int, sign: int) -> datetime:
        """The wall time so many working minutes later (as soon as they are worked) or earlier."""
        if minutes == 0:
            return at
        first, last = self.times_apart(at, minutes, sign)
        return first if sign > 0 else last

    def times_apart(self, at: datetime, minutes: int, sign: int) -> tuple[datetime, datetime]:
        """First and last wall time with exactly so many working minutes between it and `at`."""
        wanted = self._work_done(at) + sign * minutes * _MINUTE
        days, rest = divmod(wanted, self.minutes_a_day * _MINUTE)
        last = self._time_on(days + 1, rest, is_last=True)
        if rest:
            return self._time_on(days + 1, rest, is_last=False), last
        return self._time_on(days, self.minutes_a_day * _MINUTE, is_last=False), last

    def _work_done(self, at: datetime) -> timedelta:
        """The working time from the first day of the calendar to a wall time."""
        done = self._count(at.toordinal() - 1) * self.minutes_a_day * _MINUTE
        if not self.is_working(at.date()):
            return done
        passed = at - datetime.combine(at, time())
        for begin, end in self.hours:
            done += min(max(passed - begin * _MINUTE, timedelta()), (end - begin) * _MINUTE)
        return done

    def _time_on(self, number: int, worked: timedelta, *, is_last: bool) -> datetime:
        """The first or last time of a working day at which so much of it is worked."""
        day = datetime.combine(self._worked(number), time())
        for begin, end in self.hours:
            span = (end - begin) * _MINUTE
            if worked < span or (worked == span and not is_last):
                return day + begin * _MINUTE + worked
            worked -= span
        return day if day.date() == date.max else day + self.hours[-1][1] * _MINUTE

    # --- the days of a trigger ---------------------------------------------------------------

    def days_from(self, wanted: OnDays, day: date) -> Iterator[date]:
        """The wanted days from `day` on, ascending."""
        if not wanted.festivals:
            yield from self._working_from(day)
            return
        for year in range(day.year, date.max.year + 1):
            found = self._festival_days(wanted.festivals, year)
            yield from (one for one in found if one >= day)
            if not any(self.festivals[name].comes_after(year) for name in wanted.festivals):
                return

    def days_until(self, wanted: OnDays, day: date) -> Iterator[date]:
        """The wanted days up to `day`, descending."""
        if not wanted.festivals:
            yield from self._working_until(day)
            return
        for year in range(day.year, date.min.year - 1, -1):
            found = self._festival_days(wanted.festivals, year)
            yield from (one for one in reversed(found) if one <= day)
            if not any(self.festivals[name].comes_before(year) for name in wanted.festivals):
                return

    def _working_from(self, day: date) -> Iterator[date]:
        found = day if self.is_working(day) else self.shift(day, 1, 1)
        while found < date.max:
            yield found
            found = self.shift(found, 1, 1)

    def _working_until(self, day: date) -> Iterator[date]:
        found = day if self.is_working(day) else self.shift(day, 1, -1)
        while found > date.min:
            yield found
            found = self.shift(found, 1, -1)

    def _festival_days(self, names: Iterable[str], year: int) -> list[date]:
        return sorted({day for name in names for day in self.festivals[name].of_year(year)})


PLAIN = Calendar()
"""Monday to Friday from nine to six, without holidays: where a workspace has no calendar file."""


@dataclass(frozen=True, slots=True)
class LateCalendar:
    """A calendar that is put together when its days are asked for: a country's take longer than a check.

    `lacks` names the country whose holidays could not be read: nothing can be counted then.
    """

    read: Callable[[], Calendar]
    lacks: str = ""

    @classmethod
    def of(cls, calendar: Calendar) -> LateCalendar:
        """One that is there already."""
        return cls(lambda: calendar)


def _plain() -> Calendar:
    return PLAIN


NO_CALENDAR = LateCalendar(_plain)
"""Where nothing says which days are worked."""
