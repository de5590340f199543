"""Dates as they are written in each language."""

from __future__ import annotations

from datetime import datetime

_WEEKDAYS = "一二三四五六日"


def moment_in_words(moment: datetime, language: str) -> str:
    """`11 月 24 日 周二 09:00`; with the year where it is another than now is for the reader to see."""
    if language == "zh":
        return f"{moment.month} 月 {moment.day} 日 周{_WEEKDAYS[moment.weekday()]} {moment:%H:%M}"
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"
