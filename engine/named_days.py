"""Days as people name them, mostly past ones: a date, `昨天`, `3 天前`, `上周二`, `last Tuesday`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from engine.model.moments import Anchor, Clock
from engine.shapes.times import parse_moment

_WEEK = 7
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE = re.compile(r"(上上个?|上个?|本|这个?)?(?:周|星期|礼拜)([一二三四五六日天])")
_NUMBERS = re.compile(
    r"(?:(?P<year>\d{4})[-/.年] ?)?(?P<month>\d{1,2}) ?[-/.月] ?(?P<day>\d{1,2})[日号]?", re.ASCII
)
_WEEKDAYS = dict(zip("一二三四五六日", range(_WEEK), strict=True)) | {"天": 6}
_WEEKS_AGO = {"上上": 2, "上": 1, "本": 0, "这": 0}


def day_named(text: str, clock: Clock) -> date | None:
    """The day that is meant at the moment of the clock; None where the text names none.

    `上周二` is that of the calendar week before, which begins on Monday; `周二` and `last Tuesday` are the
    newest one, `last` being before today. `4月1日` is the newest one too.
    """
    asked = text.strip().lower()
    return _weekday(asked, clock.today) or _in_the_year(asked, clock.today) or _written(asked, clock)


def is_written_as_day(text: str) -> bool:
    """Whether it has the form of a day, whether or not there is such a day."""
    return _NUMBERS.fullmatch(text.strip()) is not None


def _written(text: str, clock: Clock) -> date | None:
    """A moment of the language."""
    try:
        moment = parse_moment(text)
        return None if moment is None or moment.anchor is Anchor.START else moment.day(clock)
    except (ValueError, OverflowError):  # 30 February; a million years ago
        return None


def _in_the_year(text: str, today: date) -> date | None:
    """A day as a calendar or a table has it, with the year or without."""
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return None
    year, month, day = (None if one is None else int(one) for one in found.group("year", "month", "day"))
    years = (today.year, today.year - 1) if year is None else (year,)
    days = [one for each in years if (one := _day(each, month or 0, day or 0)) is not None]
    return next((one for one in days if year is not None or one <= today), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday(text: str, today: date) -> date | None:
    last, _, name = text.rpartition(" ")
    if name in _ENGLISH and last in {"", "last"}:
        back = (today.weekday() - _ENGLISH.index(name)) % _WEEK
        return today - timedelta(days=back or (_WEEK if last else 0))
    found = _CHINESE.fullmatch(text)
    if found is None:
        return None
    week, number = found.group(1), _WEEKDAYS[found.group(2)]
    if week is None:
        return today - timedelta(days=(today.weekday() - number) % _WEEK)
    monday = today - timedelta(days=today.weekday() + _WEEK * _WEEKS_AGO[week.rstrip("个")])
    return monday + timedelta(days=number)
