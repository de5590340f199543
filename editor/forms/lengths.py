"""Lengths as a number and a unit, in the words of the file's language."""

from __future__ import annotations

import re

UNITS = {
    "zh": ("分钟", "小时", "天", "个工作日", "周", "个月", "年"),
    "en": ("minutes", "hours", "days", "working days", "weeks", "months", "years"),
}
"""What may stand behind a number, by the language it is written in."""
_LENGTH = re.compile(r"(\d+(?:\.\d+)?) ?(.+)")
_ONE = {
    "minute": "minutes",
    "hour": "hours",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "year": "years",
}


def split_length(text: str) -> tuple[str, str] | None:
    """Number and unit of a length as a person writes it; None where it is written in another way."""
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        return None
    unit = _ONE.get(found[2], found[2])
    return (found[1], unit) if any(unit in known for known in UNITS.values()) else None


def units_beside(unit: str, language: str) -> list[tuple[str, str]]:
    """The units of the language in which one is written, each with its name in the reader's."""
    known = next((known for known in UNITS.values() if unit in known), None)
    return [(unit, unit)] if known is None else list(zip(known, UNITS[language], strict=True))
