"""The public holidays of a country, through the package `holidays` (the extra `calendar`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.util import find_spec

from engine.model.calendars import Festival

YEARS = range(2000, 2061)
"""What is asked for. A rhythm of working days before and after it follows the week alone."""

CHINA = "CN"
_IN_ENGLISH = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labor Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "除夕": "Lunar New Year's Eve",
    "元宵节": "Lantern Festival",
}
_FROM_SPRING_FESTIVAL = {"除夕": timedelta(days=-1), "元宵节": timedelta(days=14)}
"""Festivals that are no public holiday in every year, by their distance."""


_IN_LIEU = re.compile(r"[（(0-9]")
"""Names of days that stand for others, such as `New Year's Day (observed)`: no festivals."""


@dataclass(frozen=True, slots=True)
class Country:
    """Days off, working days at a weekend, festivals by name; the last year that is decided, where known."""

    off: frozenset[date]
    working: frozenset[date]
    festivals: Mapping[str, Festival]
    published: int | None


def are_holidays_installed() -> bool:
    """Whether holidays of countries can be known here."""
    return find_spec("holidays") is not None


def is_country(code: str) -> bool:
    """Whether holidays of the country are known."""
    if code == CHINA:  # the usual one, and in every release of the package
        return True
    import holidays  # noqa: PLC0415 - an extra, and 70 ms with all its countries

    return code in holidays.list_supported_countries()


@lru_cache(maxsize=4)
def country_days(code: str) -> Country:
    """What is known of a country: 100 ms, so only when a day is asked for."""
    import holidays  # noqa: PLC0415 - an extra

    # In its own language: without one, names would depend on the machine's.
    language = holidays.country_holidays(code).default_language
    found = holidays.country_holidays(code, years=YEARS, language=language)
    named = _festivals((day, name) for day in sorted(found) for name in found.get_list(day))
    named = {name: one for name, one in named.items() if not _IN_LIEU.search(name)}
    published = None
    if code == CHINA:
        named, published = _of_china(named), max(found.special_public_holidays)
    working = frozenset(found.weekend_workdays) - frozenset(found)
    return Country(frozenset(found), working, named, published)


def _festivals(days: Iterable[tuple[date, str]]) -> dict[str, Festival]:
    """A holiday of several days is one festival a year: on the first of them."""
    first: dict[tuple[str, int], date] = {}
    for day, name in days:
        first.setdefault((name, day.year), day)
    names = dict.fromkeys(name for name, _ in first)
    return {
        name: Festival(tuple(day for (other, _), day in first.items() if other == name)) for name in names
    }


def _of_china(named: Mapping[str, Festival]) -> dict[str, Festival]:
    """The festivals people greet on, in Chinese and English; days in lieu are none."""
    spring = named["春节"].days
    derived = {
        name: Festival(tuple(day + apart for day in spring)) for name, apart in _FROM_SPRING_FESTIVAL.items()
    }
    found: dict[str, Festival] = {}
    for name, english in _IN_ENGLISH.items():
        found[name] = found[english] = derived.get(name) or named[name]
    return found
