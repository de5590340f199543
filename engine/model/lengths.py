"""Lengths as people write them, in English or Chinese, and as they are shown."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.model.diagnostics import nearest
from engine.model.moments import Length, Unit, length_of_minutes

_A_DAY, _TWO_DAYS = 1440, 2880
_ALIKE = 0.7
"""Words of time are alike: what is less like one is probably another."""
_UNITS_ZH = {
    Unit.MINUTES: "分钟",
    Unit.HOURS: "小时",
    Unit.DAYS: "天",
    Unit.WEEKS: "周",
    Unit.MONTHS: "个月",
    Unit.QUARTERS: "个季度",
    Unit.YEARS: "年",
    Unit.WORKING_DAYS: "个工作日",
    Unit.WORKING_HOURS: "个工作小时",
}
_UNITS = {
    **{f"{unit}": unit for unit in Unit},
    **{f"{unit}"[:-1]: unit for unit in Unit},
    **{word: unit for unit, word in _UNITS_ZH.items()},
    "个小时": Unit.HOURS,
    "日": Unit.DAYS,
    "星期": Unit.WEEKS,
    "个星期": Unit.WEEKS,
    "月": Unit.MONTHS,
    "季度": Unit.QUARTERS,
    "工作日": Unit.WORKING_DAYS,
    "工作小时": Unit.WORKING_HOURS,
}
_HALVES = {
    "半年": Length(6, Unit.MONTHS),
    "半个月": Length(15, Unit.DAYS),
    "半小时": Length(30, Unit.MINUTES),
    "半个小时": Length(30, Unit.MINUTES),
}
_DIGITS = "零一二三四五六七八九"
_WRITTEN = re.compile(
    r"(\d{1,6}|[零一二两三四五六七八九十百]{1,5}) ?([a-z]+(?: [a-z]+)?|[\u4e00-\u9fff]+)", re.ASCII
)


def parse_length(text: str) -> Length | None:
    """`90 days`, `1 month`, `5 working days`, `90 天`, `三个月`, `半年`; None when it is no length."""
    if text in _HALVES:
        return _HALVES[text]
    match = _WRITTEN.fullmatch(text)
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None or (match[2] == "月" and not match[1].isdigit()):  # 三月 is March
        return None
    amount = int(match[1]) if match[1].isdigit() else _numerals().get(match[1])
    return None if amount is None else Length(amount, unit)


def lengths_like(text: str) -> list[str]:
    """Every length of the number that a text begins with, or has in it: what may have been meant."""
    number = re.search(r"\d{1,6}", text, re.ASCII)
    if number is None:
        return []
    units = [str(unit) if number[0] != "1" else str(unit)[:-1] for unit in Unit]
    return [f"{number[0]} {unit}" for unit in (*units, *_UNITS_ZH.values())]


def nearest_length(text: str) -> str:
    """The length that a misspelt one is nearly; empty where it is like none."""
    return nearest(text, lengths_like(text), likeness=_ALIKE)


@lru_cache(maxsize=1)
def _numerals() -> dict[str, int]:
    """The numbers to 999 as they are written: 三, 十五, 一百零五, 一百八十; 2 before a word is 两 as well."""
    found = {_numeral(number): number for number in range(1000)}
    return {**found, "两": 2, **{f"两{name[1:]}": found[name] for name in found if name.startswith("二百")}}


def _numeral(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    if not hundreds and not tens:
        return _DIGITS[ones]
    parts = [f"{_DIGITS[hundreds]}百"] if hundreds else []
    if tens:
        parts.append("十" if number < 20 else f"{_DIGITS[tens]}十")
    elif ones:
        parts.append("零")
    return "".join(parts) + (_DIGITS[ones] if ones else "")


def show_length(length: Length, language: str) -> str:
    """`90 天` or `90 days`, `1 day`."""
    if language == "zh":
        return f"{length.amount} {_UNITS_ZH[length.unit]}"
    return f"{length.amount} {str(length.unit)[:-1] if length.amount == 1 else length.unit}"


def show_kept(minutes: int, language: str) -> str:
    """A length that a record holds: from two days on in days, to a tenth of one."""
    if minutes < _TWO_DAYS or minutes % _A_DAY == 0:
        return show_length(length_of_minutes(minutes), language)
    days = f"{minutes / _A_DAY:.1f}".removesuffix(".0")
    return f"{days} 天" if language == "zh" else f"{days} days"
