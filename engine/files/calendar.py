"""calendar.yaml: public holidays of a country, the company's own days, working hours, festivals by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Words
from datetime import date, timedelta
from functools import cache

from engine.files.countries import Country, are_holidays_installed, country_days, is_country
from engine.files.scalars import texts_of
from engine.model.calendars import NO_CALENDAR, PLAIN, WEEKDAYS, Calendar, Festival, LateCalendar
from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, Span, is_nothing
from engine.shapes.schema import TEXT, WHOLE, block, listed, one_of_words, one_or_many
from engine.shapes.shape import fits

NAME = "calendar.yaml"
ASKED = {"type": "string", "pattern": r"^([A-Z]{2}|calendar\.yaml)$", "examples": ["CN", NAME]}
"""What workspace.yaml may say of the calendar: a country, for those who need nothing else, or the file."""

_DAY = {"type": "string", "examples": ["2026-10-09"]}
_DAYS = {"anyOf": [listed(_DAY), {"type": "object", "minProperties": 1, "additionalProperties": TEXT}]}
SCHEMA = block(
    {
        "country": {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["CN"]},
        "working_days": listed(one_of_words(*WEEKDAYS)),
        "hours": listed({"type": "string", "examples": ["09:00-12:00", "13:30-18:00"]}),
        "holidays": _DAYS,
        "working": _DAYS,
        "complete": listed(WHOLE),
        "festivals": {"type": "object", "minProperties": 1, "additionalProperties": one_or_many(_DAY)},
    }
)
LOOK_AHEAD = timedelta(days=60)
"""How long before an unknown year begins it is told."""

_CODE = re.compile("[A-Z]{2}")
_FULL = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEARLY = re.compile(r"\d{2}-\d{2}", re.ASCII)
_LEAP_YEAR = "2024"  # every day that a year may have exists in it
_SPAN = re.compile(r"(\d{2}):(\d{2}) ?[-–] ?(\d{2}):(\d{2})", re.ASCII)
_MINUTES_A_DAY = 24 * 60


def read_calendar(document: Document | None, asked: Node | None, problems: Problems) -> LateCalendar:
    """The calendar of a workspace; what is wrong is noted at once, a country's days come when asked for."""
    code = country_of(document, asked)
    _note_contradiction(document, asked, problems)
    if document is None and code is None:
        return NO_CALENDAR
    root = document.root if document is not None else None
    if root is not None:
        fits(root, SCHEMA, problems)
    root = root or Mapping((), Span(NAME, 1, 1, 1, 2))
    own = _Reader(root, problems).calendar(None)
    if code is not None and not are_holidays_installed():
        # Only a warning: it is an error where working time is used, and other workflows need none of it.
        problems.warning(code.span, "W526", kind="", value=code.text)
        return LateCalendar(lambda: own, lacks=code.text)
    if code is not None and is_country(code.text):
        return LateCalendar(cache(lambda: _Reader(root, Problems()).calendar(country_days(code.text))))
    if code is not None:
        problems.error(code.span, "W527", kind="", value=code.text)
    return LateCalendar(lambda: own)


def country_of(document: Document | None, asked: Node | None) -> Scalar | None:
    """Where the country stands: in the calendar file, or in workspace.yaml."""
    written = document.root.get("country") if document is not None and document.root is not None else None
    codes = (one for one in (written, asked) if isinstance(one, Scalar) and _CODE.fullmatch(one.text))
    return next(codes, None)


def note_unpublished(calendar: Calendar, country: Scalar, today: date, problems: Problems) -> None:
    """Warn of a year whose public holidays are guesses, as long as it is near (they are decided in November).

    The warning depends on the day, so reading the files does not give it: a command asks with its own clock.
    """
    day = today if today > date.max - LOOK_AHEAD else today + LOOK_AHEAD
    if calendar.is_unknown(day):
        facts = {"country": country.text, "year": day.year, "published": calendar.published}
        problems.warning(country.span, "W529", **facts)


def _note_contradiction(document: Document | None, asked: Node | None, problems: Problems) -> None:
    if not isinstance(asked, Scalar) or is_nothing(asked):
        return
    code = country_of(document, asked)
    if asked.text == NAME and document is None:
        problems.error(asked.span, "W527", kind="file", value=NAME)
    elif _CODE.fullmatch(asked.text) and code is not None and code.text != asked.text:
        facts = {"value": asked.text, "other": code.text, "line": code.span.line}
        problems.error(asked.span, "W527", kind="twice", **facts)


class _Reader:
    """Reads one calendar file; what is wrong is noted and left out."""

    def __init__(self, root: Mapping, problems: Problems) -> None:
        self.root = root
        self.problems = problems

    def calendar(self, country: Country | None) -> Calendar:
        """What the file says, over what the country has."""
        off, working = self._days("holidays"), self._days("working")
        for day in off.keys() & working.keys():
            self.problems.error(working[day].span, "W528", value=f"{day}", line=off[day].span.line)
        known = country or Country(frozenset(), frozenset(), {}, None)
        return Calendar(
            weekdays=self._weekdays(),
            hours=self._hours(),
            off=(known.off - working.keys()) | off.keys(),
            working=(known.working - off.keys()) | working.keys(),
            festivals=self._festivals(known.festivals),
            published=self._published(known.published),
        )

    def _weekdays(self) -> frozenset[int]:
        words = texts_of(self.root.get("working_days"))
        return frozenset(WEEKDAYS.index(word) for word in words if word in WEEKDAYS) or PLAIN.weekdays

    def _days(self, key: str) -> dict[date, Scalar]:
        node = self.root.get(key)
        names = [name for name, _ in node.entries] if isinstance(node, Mapping) else _scalars(node)
        found = ((self._day(name), name) for name in names)
        return {day: name for day, name in found if day is not None}

    def _day(self, node: Scalar) -> date | None:
        if not _FULL.fullmatch(node.text):
            self.problems.error(node.span, "W524", kind="shape", value=node.text)
            return None
        try:
            return date.fromisoformat(node.text)
        except ValueError:
            self.problems.error(node.span, "W524", kind="", value=node.text)
            return None

    def _hours(self) -> tuple[tuple[int, int], ...]:
        """The spans of a working day in minutes, in order."""
        found: list[tuple[int, int]] = []
        for node in _scalars(self.root.get("hours")):
            span = _span_of(node.text)
            if span is None:
                self.problems.error(node.span, "W525", kind="", value=node.text)
            elif found and span[0] < found[-1][1]:
                self.problems.error(node.span, "W525", kind="order", value=node.text)
            else:
                found.append(span)
        return tuple(found) or PLAIN.hours

    def _festivals(self, known: Words[str, Festival]) -> dict[str, Festival]:
        """Listed days stand in for the country's of the same year; a yearly one for all of them."""
        found = dict(known)
        node = self.root.get("festivals")
        for key, value in node.entries if isinstance(node, Mapping) else ():
            own = self._festival(value)
            old = found.get(key.text)
            if old is not None and not own.yearly:
                years = {day.year for day in own.days}
                own = Festival((*(day for day in old.days if day.year not in years), *own.days), old.yearly)
            names = [name for name, one in found.items() if one is old] if old is not None else []
            found.update(dict.fromkeys([*names, key.text], own))
        first = [key.text for key, _ in node.entries] if isinstance(node, Mapping) else []
        return {
            name: found[name] for name in (*first, *found)
        }  # its own are named first, where they are listed

    def _festival(self, node: Node) -> Festival:
        days: list[date] = []
        yearly: list[tuple[int, int]] = []
        for one in _scalars(node):
            is_yearly = _YEARLY.fullmatch(one.text) is not None
            written = Scalar(f"{_LEAP_YEAR}-{one.text}", one.quoted, one.span) if is_yearly else one
            day = self._day(written)
            if day is not None and is_yearly:
                yearly.append((day.month, day.day))
            elif day is not None:
                days.append(day)
        return Festival(tuple(sorted(days)), tuple(yearly))

    def _published(self, year: int | None) -> int | None:
        """`complete` lists years whose days stand in the file itself."""
        own = set(texts_of(self.root.get("complete")))
        while year is not None and f"{year + 1}" in own:
            year += 1
        return year


def _scalars(node: Node | None) -> Iterable[Scalar]:
    nodes: Iterator[Node] = iter(node.items if isinstance(node, Sequence) else (node,) if node else ())
    return [one for one in nodes if isinstance(one, Scalar) and not is_nothing(one)]


def _span_of(text: str) -> tuple[int, int] | None:
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    hours, minutes, to_hours, to_minutes = map(int, match.groups())
    begin, end = hours * 60 + minutes, to_hours * 60 + to_minutes
    return (begin, end) if minutes < 60 and to_minutes < 60 and begin < end <= _MINUTES_A_DAY else None
