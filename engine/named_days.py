"""Days as people name them, mostly past ones: a date, `昨天`, `3 天前`, `上周二`, `last Tuesday`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from engine.model.moments import Anchor, Clock
from engine.shapes.times import parse_moment

_WEEK = 7
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE = re.compile(r"(上上个?|上个?|本|这个?)?(?:周|星期|礼拜)([一二三四五六日天])")
_WEEKDAYS = dict(zip("一二三四五六日", range(_WEEK), strict=True)) | {"天": 6}
_WEEKS_AGO = {"上上": 2, "上": 1, "本": 0, "这": 0}


def day_named(text: str, clock: Clock) -> date | None:
    """The day that is meant at the moment of the clock; None where the text names none.

    `上周二` is that of the calendar week before, which begins on Monday; `周二` and `last Tuesday` are the
    newest one, `last` being before today.
    """
    named = _weekday(text.strip().lower(), clock.today)
    return _written(text.strip(), clock) if named is None else named


def _written(text: str, clock: Clock) -> date | None:
    """A moment of the language."""
    try:
        moment = parse_moment(text)
        return None if moment is None or moment.anchor is Anchor.START else moment.day(clock)
    except (ValueError, OverflowError):  # 30 February; a million years ago
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
