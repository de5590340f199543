"""LENGTH, MOMENT and PERIOD as written in a file, in English or Chinese (LANGUAGE section 0)."""

from __future__ import annotations

import re
from datetime import date, datetime

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import FieldType
from engine.model.lengths import lengths_like, nearest_length, parse_length
from engine.model.moments import Anchor, Length, Moment, Period, Reach, Unit
from engine.model.operands import Cell, Operand
from engine.shapes.reading import CALENDAR_USE, Reading
from engine.shapes.references import read_reference
from engine.shapes.shape import note_kind

_ALIKE = 0.75
"""Before and after are alike: what is less like a moment is not taken for it."""


def read_length(node: Node, word: str, reading: Reading) -> Length | Operand | None:
    """`90 days`, `90 天`, a cell of a table that holds one, or a field of the record."""
    if isinstance(node, Mapping):
        return _read_lengths(node, reading)
    if not isinstance(node, Scalar):
        note_kind(node, word, "length", reading.problems)
        return None
    length = parse_length(node.text)
    if length is None:
        reading.problems.error(node.span, "W221", value=node.text, nearest=nearest_length(node.text))
    return noted(length, node, reading)


def noted(length: Length | None, node: Node, reading: Reading) -> Length | None:
    """The length; working days depend on the calendar file, and a workspace without one should know."""
    if length is not None and length.is_working:
        note_calendar(node, reading)
    return length


def note_calendar(node: Node, reading: Reading) -> None:
    """What is read here depends on the working calendar; warned of once where there is none."""
    lacking = reading.settings.late_calendar.lacks
    if lacking:
        reading.problems.error(node.span, "W526", kind="used", value=lacking)
    elif not reading.settings.has_calendar and CALENDAR_USE not in reading.uses:
        reading.problems.warning(node.span, "W522")
    reading.uses.add(CALENDAR_USE)


def _read_lengths(node: Mapping, reading: Reading) -> Operand | None:
    """A cell of a table, or a length that the record holds itself."""
    found = read_reference(node, FieldType.LENGTH, "length", reading)
    if isinstance(found, Cell):
        held = (*(value for _, value in found.rows), found.otherwise)
        if any(isinstance(value, Length) and value.is_working for value in held):
            note_calendar(node, reading)
    return found


_UNITS = {"week": Unit.WEEKS, "month": Unit.MONTHS, "quarter": Unit.QUARTERS, "year": Unit.YEARS}
_UNITS_ZH = {"周": Unit.WEEKS, "月": Unit.MONTHS, "季度": Unit.QUARTERS, "年": Unit.YEARS}
CALENDAR = {
    **{f"this {word}": (Reach.THIS, unit) for word, unit in _UNITS.items()},
    **{f"previous {word}": (Reach.PREVIOUS, unit) for word, unit in _UNITS.items()},
    **{f"本{word}": (Reach.THIS, unit) for word, unit in _UNITS_ZH.items()},
    **{f"上{word}": (Reach.PREVIOUS, unit) for word, unit in _UNITS_ZH.items()},
    "今年": (Reach.THIS, Unit.YEARS),
    "去年": (Reach.PREVIOUS, Unit.YEARS),
    "上个月": (Reach.PREVIOUS, Unit.MONTHS),
    "上个季度": (Reach.PREVIOUS, Unit.QUARTERS),
}
LAST = re.compile(r"^(last +|近 ?|最近 ?|过去 ?)")
"""What may stand before a length that looks back."""


def parse_period(text: str) -> Period | None:
    """A period as written, or None when the text is none; a bare length means `last`."""
    if text in CALENDAR:
        reach, unit = CALENDAR[text]
        return Period(reach, unit=unit, text=text)
    length = parse_length(LAST.sub("", text))
    if length is None or length.amount == 0 or not length.counts_days:
        return None
    return Period(Reach.LAST, length=length, text=text)


def nearest_period(text: str) -> str:
    """The period that a misspelt one is nearly; empty where it is like none."""
    lengths = lengths_like(text)
    return nearest(text, [*CALENDAR, *lengths, *(f"last {one}" for one in lengths)], likeness=_ALIKE)


def read_period(node: Node, reading: Reading) -> Period | Operand | None:
    """`last 90 days`, `近 90 天`, `this month`, a bare length (means `last`), or where a length stands."""
    if isinstance(node, Mapping):
        return _read_lengths(node, reading)
    if not isinstance(node, Scalar):
        note_kind(node, "during", "string", reading.problems)
        return None
    period = parse_period(node.text)
    if period is None:
        reading.problems.error(node.span, "W222", value=node.text, nearest=nearest_period(node.text))
        return None
    noted(period.length, node, reading)
    return period


_ANCHORS = {
    "today": Anchor.TODAY,
    "今天": Anchor.TODAY,
    "now": Anchor.NOW,
    "现在": Anchor.NOW,
    "start": Anchor.START,
    "开始": Anchor.START,
}
_DAYS = {"yesterday": -1, "tomorrow": 1, "昨天": -1, "明天": 1, "前天": -2, "后天": 2}
_EDGES = {
    **{f"start of {word}": (Anchor.START_OF, unit) for word, unit in _UNITS.items()},
    **{f"end of {word}": (Anchor.END_OF, unit) for word, unit in _UNITS.items()},
    **{
        f"{this}{word}{edge}": (anchor, unit)
        for word, unit in _UNITS_ZH.items()
        for this in ("", "本")
        for edge, anchor in (("初", Anchor.START_OF), ("末", Anchor.END_OF), ("底", Anchor.END_OF))
    },
    "今年初": (Anchor.START_OF, Unit.YEARS),
    "今年底": (Anchor.END_OF, Unit.YEARS),
}
_OFFSETS = ((r"(.+) ago", -1), (r"(.+)前", -1), (r"in (.+)", 1), (r"(.+)后", 1))
_FIXED = (
    re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}:\d{2}))?", re.ASCII),
    re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日(?: ?(\d{2}:\d{2}))?", re.ASCII),
)


def parse_moment(text: str) -> Moment | None:
    """A moment as written, or None when the text is none; raises ValueError for a day that does not exist."""
    if text in _ANCHORS:
        return Moment(_ANCHORS[text], text=text)
    if text in _DAYS:
        days, sign = abs(_DAYS[text]), -1 if _DAYS[text] < 0 else 1
        return Moment(Anchor.TODAY, offset=Length(days, Unit.DAYS), sign=sign, text=text)
    if text in _EDGES:
        anchor, unit = _EDGES[text]
        return Moment(anchor, unit=unit, text=text)
    for pattern, sign in _OFFSETS:
        match = re.fullmatch(pattern, text)
        length = parse_length(match.group(1).strip()) if match else None
        if length:
            return Moment(Anchor.NOW, offset=length, sign=sign, text=text)
    return _parse_fixed(text)


def _parse_fixed(text: str) -> Moment | None:
    match = next(filter(None, (pattern.fullmatch(text) for pattern in _FIXED)), None)
    if match is None:
        return None
    day = date(int(match[1]), int(match[2]), int(match[3]))
    if match[4]:
        return Moment(Anchor.INSTANT, fixed=datetime.fromisoformat(f"{day}T{match[4]}"), text=text)
    return Moment(Anchor.DAY, fixed=datetime(day.year, day.month, day.day), text=text)  # noqa: DTZ001 - local


def nearest_moment(text: str) -> str:
    """The moment that a misspelt one is nearly; empty where it is like none."""
    known = [*_ANCHORS, *_DAYS, *_EDGES]
    for one in lengths_like(text):
        known += [f"in {one}", f"{one} ago"] if one.isascii() else [f"{one}后", f"{one}前"]
    return nearest(text, known, likeness=_ALIKE)


def read_moment(node: Node, word: str, reading: Reading) -> Moment | None:
    """A point in time; `start` means nothing before an enrollment has begun (Meaning 5)."""
    if not isinstance(node, Scalar):
        note_kind(node, word, "date", reading.problems)
        return None
    try:
        moment = parse_moment(node.text)
    except ValueError:
        reading.problems.error(node.span, "W229", value=node.text)
        return None
    if moment is None:
        reading.problems.error(node.span, "W223", value=node.text, nearest=nearest_moment(node.text))
    elif moment.anchor is Anchor.START and reading.before_start:
        reading.problems.error(node.span, "W520", value=node.text)
        return None
    else:
        noted(moment.offset, node, reading)
    return moment


def has_time_of_day(moment: Moment) -> bool:
    """Whether the moment was written with one; `start` is a day to a date, an instant to a datetime."""
    return moment.is_instant and moment.anchor is not Anchor.START
