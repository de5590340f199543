"""The demo's day, and how days and answers are written."""

from datetime import date
from functools import cache

TODAY = date(2026, 4, 1).toordinal()  # the demo's day; no record is later than the day before


@cache
def iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def yes_no(value: bool) -> str:
    return "是" if value else "否"
