"""The bands of a score: from the highest on, without gaps, each of them reachable."""

from __future__ import annotations

from decimal import Decimal

from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.entities import Field, FieldType, Labels
from engine.model.operands import Constant
from engine.model.scores import Band
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, listed
from engine.shapes.values import read_literal

BANDS = listed(block({"name": TEXT, "at_least": {"type": ["number", "string"]}}, "name"))


def read_bands(node: Node | None, reading: Reading, *, is_percent: bool) -> tuple[Band, ...] | None:
    """The bands; None with the mistakes noted. `is_percent`: the score lies between 0 and 100."""
    if node is None:
        return ()
    items = [one for one in node.items if isinstance(one, Mapping)] if isinstance(node, Sequence) else []
    found = [_band(one, reading) for one in items]
    bands = [one for one in found if one is not None]
    if len(bands) != len(found):
        return None
    before = len(reading.problems.found)
    for number in range(1, len(bands)):
        _note_unreachable(bands[:number], bands[number], items, reading)
    highest = bands[0].at_least
    if is_percent and highest is not None and highest > 100:
        reading.problems.error(items[0].span, "W562", name=bands[0].name, value=str(highest))
    lowest = bands[-1].at_least
    if lowest is not None and not (is_percent and lowest <= 0):
        reading.problems.error(items[-1].span, "W554", name=bands[-1].name, value=str(lowest))
    return tuple(bands) if len(reading.problems.found) == before else None


def _band(node: Mapping, reading: Reading) -> Band | None:
    name, at_least = node.get("name"), node.get("at_least")
    if not isinstance(name, Scalar):
        return None
    if not isinstance(at_least, Scalar):
        return Band(name.text)
    field = Field("at_least", Labels("at_least", "at_least"), FieldType.NUMBER, at_least.span)
    bound = read_literal(at_least, field, reading)
    if not isinstance(bound, Constant) or not isinstance(bound.value, Decimal):
        return None
    return Band(name.text, bound.value)


def _note_unreachable(earlier: list[Band], band: Band, items: list[Mapping], reading: Reading) -> None:
    """A band whose scores an earlier one takes, or that has the name of an earlier one."""
    at = items[len(earlier)].span
    for number, one in enumerate(earlier):
        place = reading.place(items[number].span)
        if one.name == band.name:
            reading.problems.error(at, "W557", name=band.name, place=place)
        elif one.at_least is None or (band.at_least is not None and band.at_least >= one.at_least):
            reading.problems.error(at, "W553", name=band.name, other=one.name, place=place)
            return
