"""Lengths, periods, moments and shares as a number within a few words: `3 days`, `in 3 days`, `近 3 天`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

NUMBER = "{}"
"""Where the number stands in a pattern; a pattern without it is said as it is: `today`."""
Pattern = tuple[str, str]
"""The same in an English file and in a Chinese one."""

_SMALL = (("minutes", "分钟"), ("hours", "小时"), ("working hours", "个工作小时"))
_DAYS = (
    ("days", "天"), ("working days", "个工作日"), ("weeks", "周"), ("months", "个月"), ("quarters", "个季度"),
    ("years", "年"),
)  # fmt: skip
UNITS = _SMALL + _DAYS
_CALENDAR = (("week", "周"), ("month", "月"), ("quarter", "季度"), ("year", "年"))
_LENGTHS = tuple((f"{NUMBER} {en}", f"{NUMBER} {zh}") for en, zh in UNITS)
_LATER = tuple((f"in {NUMBER} {en}", f"{NUMBER} {zh}后") for en, zh in UNITS)
_AGO = tuple((f"{NUMBER} {en} ago", f"{NUMBER} {zh}前") for en, zh in UNITS)
_NEAR = (("today", "今天"), ("tomorrow", "明天"), ("yesterday", "昨天"))
_EDGES = tuple(
    (f"{edge} of {en}", f"{zh}{ending}")
    for edge, ending in (("start", "初"), ("end", "末"))
    for en, zh in _CALENDAR
)

PATTERNS: Mapping[str, tuple[Pattern, ...]] = {
    "length": _LENGTHS,
    "period": (
        *((f"last {NUMBER} {en}", f"近 {NUMBER} {zh}") for en, zh in _DAYS),
        *((f"this {en}", f"本{zh}") for en, zh in _CALENDAR),
        *((f"previous {en}", f"上{zh}") for en, zh in _CALENDAR),
    ),
    "day": (*_NEAR, ("start", "开始"), *_LATER, *_EDGES),
    "moment": (*_NEAR, ("now", "现在"), *_LATER, *_AGO, *_EDGES),
    "since": (("start", "开始"), *_NEAR, *_AGO, *_EDGES),
    "percent": ((f"{NUMBER} %", f"{NUMBER} %"),),
    "number": ((NUMBER, NUMBER),),
}
"""By what is meant. Before a `day` of a comparison there is no `ago`: that is a length since."""
_CALLED = {"start": ("when it started", "开始的时候"), "now": ("now", "现在")}
"""What a pattern is called where it does not say it by itself."""
_EXACT = {
    "length": r"\d+",
    "percent": r"-?\d+(?:\.\d+)?",
    "number": r"-?\d+(?:\.\d+)?",
}


def split(text: str, kind: str) -> tuple[str, str] | None:
    """Number and pattern of what a person has written; None where it is written in another way."""
    for known, pattern in _readers(kind):
        found = known.fullmatch(text.strip())
        if found is not None:
            return (found[1] if found.groups() else "", pattern)
    return None


@lru_cache(maxsize=16)
def _readers(kind: str) -> list[tuple[re.Pattern[str], str]]:
    digits = f"({_EXACT.get(kind, _EXACT['length'])})"
    known = [one for pair in PATTERNS[kind] for one in dict.fromkeys(pair)]
    return [(re.compile(_reading(one).replace(re.escape(NUMBER), digits)), one) for one in known]


def _reading(pattern: str) -> str:
    """A unit may be said of one, and blanks beside Chinese may be left out."""
    found = re.escape(pattern).replace("\\ ", " ")
    found = re.sub(r"(?<=[a-z])s\b", "s?", found)
    return found if re.search("[a-z]", pattern) else found.replace(" ", " ?")


def choices(kind: str, chosen: str, language: str) -> list[tuple[str, str]]:
    """The patterns that may stand beside one, in its own language, each as the reader calls it."""
    column = 1 if any(chosen == zh != en for en, zh in PATTERNS[kind]) else 0
    return [(pair[column], called(pair, language)) for pair in PATTERNS[kind]]


def called(pair: Pattern, language: str) -> str:
    """A pattern without its number, which stands before it."""
    told = _CALLED.get(pair[0], pair)[0 if language == "en" else 1]
    return told.removeprefix(f"{NUMBER} ").replace(NUMBER, "…")


def first(kind: str) -> str:
    """What a span begins with, where nobody has written one."""
    return _FIRST[kind]


_FIRST = {
    "length": "90 days",
    "period": "last 90 days",
    "day": "today",
    "moment": "today",
    "since": "start",
    "percent": "10 %",
    "number": "1",
}
