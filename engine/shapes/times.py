"""LENGTH, MOMENT and PERIOD as written in a file, in English or Chinese (LANGUAGE section 0)."""

from __future__ import annotations

import re
from datetime import date, datetime

from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import FieldType
from engine.model.moments import Anchor, Length, Moment, Period, Reach, Unit
from engine.model.predicates import Cell
from engine.model.values import parse_length
from engine.shapes.cells import read_cell
from engine.shapes.reading import Reading
from engine.shapes.shape import note_kind


def read_length(node: Node, word: str, reading: Reading) -> Length | Cell | None:
    """`90 days`, `90 天`, or a cell of a table that holds one."""
    if isinstance(node, Mapping):
        return read_cell(node, FieldType.LENGTH, reading)
    if not isinstance(node, Scalar):
        note_kind(node, word, "length", reading.problems)
        return None
    if "working" in node.text or "工作" in node.text:
        reading.problems.error(node.span, "W290", word=node.text)
        return None
    length = parse_length(node.text)
    if length is None:
        reading.problems.error(node.span, "W221", value=node.text)
    return length


_UNIT_WORDS = {
    "week": Unit.WEEKS,
    "month": Unit.MONTHS,
    "quarter": Unit.QUARTERS,
    "year": Unit.YEARS,
    "周": Unit.WEEKS,
    "月": Unit.MONTHS,
    "季度": Unit.QUARTERS,
    "年": Unit.YEARS,
}
CALENDAR = {
    **{f"this {word}": (Reach.THIS, unit) for word, unit in _UNIT_WORDS.items()},
    **{f"previous {word}": (Reach.PREVIOUS, unit) for word, unit in _UNIT_WORDS.items()},
    **{f"本{word}": (Reach.THIS, unit) for word, unit in _UNIT_WORDS.items()},
    **{f"上{word}": (Reach.PREVIOUS, unit) for word, unit in _UNIT_WORDS.items()},
    "今年": (Reach.THIS, Unit.YEARS),
    "去年": (Reach.PREVIOUS, Unit.YEARS),
    "上个月": (Reach.PREVIOUS, Unit.MONTHS),
}


def read_period(node: Node, reading: Reading) -> Period | Cell | None:
    """`last 90 days`, `近 90 天`, `this month`, a bare length (means `last`), or a cell with a length."""
    if isinstance(node, Mapping):
        return read_cell(node, FieldType.LENGTH, reading)
    if not isinstance(node, Scalar):
        note_kind(node, "during", "string", reading.problems)
        return None
    text = node.text
    if text in CALENDAR:
        reach, unit = CALENDAR[text]
        return Period(reach, unit=unit, text=text)
    bare = re.sub(r"^(last +|近 ?|最近 ?)", "", text)
    length = parse_length(bare)
    if length is None or length.amount == 0 or not length.counts_days:
        reading.problems.error(node.span, "W222", value=text)
        return None
    return Period(Reach.LAST, length=length, text=text)


_ANCHORS = {"today": Anchor.TODAY, "今天": Anchor.TODAY, "now": Anchor.NOW, "现在": Anchor.NOW}
_EDGES = {
    **{f"start of {word}": (Anchor.START_OF, unit) for word, unit in _UNIT_WORDS.items()},
    **{f"end of {word}": (Anchor.END_OF, unit) for word, unit in _UNIT_WORDS.items()},
    "年初": (Anchor.START_OF, Unit.YEARS),
    "年底": (Anchor.END_OF, Unit.YEARS),
    "月初": (Anchor.START_OF, Unit.MONTHS),
    "月底": (Anchor.END_OF, Unit.MONTHS),
    "季度初": (Anchor.START_OF, Unit.QUARTERS),
    "季度末": (Anchor.END_OF, Unit.QUARTERS),
    "周初": (Anchor.START_OF, Unit.WEEKS),
    "周末": (Anchor.END_OF, Unit.WEEKS),
}


def parse_moment(text: str) -> Moment | None:
    """A moment as written, or None when the text is none; raises ValueError for a day that does not exist."""
    if text in _ANCHORS:
        return Moment(_ANCHORS[text], text=text)
    if text in _EDGES:
        anchor, unit = _EDGES[text]
        return Moment(anchor, unit=unit, text=text)
    for pattern, sign in ((r"(.+) ago", -1), (r"(.+)前", -1), (r"in (.+)", 1), (r"(.+)后", 1)):
        match = re.fullmatch(pattern, text)
        length = parse_length(match.group(1).strip()) if match else None
        if length:
            return Moment(Anchor.NOW, offset=length, sign=sign, text=text)
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?", text, re.ASCII)
    if match and match.group(2):
        return Moment(Anchor.INSTANT, fixed=datetime.fromisoformat(f"{match[1]}T{match[2]}"), text=text)
    if match:
        day = date.fromisoformat(match[1])
        return Moment(Anchor.DAY, fixed=datetime(day.year, day.month, day.day), text=text)  # noqa: DTZ001 - local
    return None


def read_moment(node: Node, word: str, reading: Reading) -> Moment | None:
    """A point in time; `start` belongs to enrollments that wait."""
    if not isinstance(node, Scalar):
        note_kind(node, word, "date", reading.problems)
        return None
    if node.text in {"start", "开始"} or "working" in node.text or "工作" in node.text:
        reading.problems.error(node.span, "W290", word=node.text)
        return None
    try:
        moment = parse_moment(node.text)
    except ValueError:
        reading.problems.error(node.span, "W229", value=node.text)
        return None
    if moment is None:
        reading.problems.error(node.span, "W223", value=node.text)
    return moment


def has_time_of_day(moment: Moment) -> bool:
    """Whether the moment is an instant rather than a whole day."""
    if moment.anchor is Anchor.INSTANT:
        return True
    if moment.offset is not None:
        return not moment.offset.counts_days
    return moment.anchor is Anchor.NOW
