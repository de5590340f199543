"""Dates as they are written in each language."""

from __future__ import annotations

from datetime import datetime

_WEEKDAYS = "一二三四五六日"


_STEPS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"))
_MOST_DAYS = 14


def distance_in_words(moment: datetime, now: datetime) -> tuple[str, int]:
    """How far away a moment is: the key of a text and a number; `soon` within a minute, `far` after weeks."""
    seconds = int((moment - now).total_seconds())
    side = "in" if seconds >= 0 else "ago"
    for length, name in _STEPS:
        count = abs(seconds) // length
        if count:
            return ("far", 0) if name == "days" and count > _MOST_DAYS else (f"{side}_{name}", count)
    return "soon", 0


def moment_in_words(moment: datetime, language: str) -> str:
    """`11 月 24 日 周二 09:00`; with the year where it is another than now is for the reader to see."""
    if language == "zh":
        return f"{moment.month} 月 {moment.day} 日 周{_WEEKDAYS[moment.weekday()]} {moment:%H:%M}"
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"
