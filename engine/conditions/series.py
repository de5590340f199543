"""`per: month, in_a_row: 3, falls_by: 30 %`: a value for each calendar unit, and how it moves."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.conditions.comparisons import AMOUNTS, comparison_of
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar, is_true
from engine.model.entities import Field, FieldType, Labels
from engine.model.moments import Unit
from engine.model.operands import Aggregate, Constant, Series
from engine.model.predicates import EachUnit, Empty, Test, Trend
from engine.shapes.reading import Reading
from engine.shapes.relations import day_of
from engine.shapes.schema import WHOLE, one_of_words, ref
from engine.shapes.values import read_value
from engine.shapes.zones import read_whole

UNITS = {"week": Unit.WEEKS, "month": Unit.MONTHS, "quarter": Unit.QUARTERS, "year": Unit.YEARS}
SERIES: Words[str, Any] = {
    "per": one_of_words(*UNITS),
    "in_a_row": {**WHOLE, "minimum": 1, "maximum": 36},
}
TRENDS: Words[str, Any] = {"falls_by": ref("value"), "rises_by": ref("value")}
_OTHERS = ("during", "since", "except", "latest")


def read_series(aggregate: Aggregate, node: Mapping, word: str, reading: Reading) -> Subject | None:
    """The series of an aggregate, with its own comparisons."""
    per, name = node.get("per"), node.get(word)
    assert isinstance(per, Scalar)
    assert isinstance(name, Scalar)
    lost = next((key for key in _OTHERS if key in node), "")
    if lost:
        reading.problems.error(node.key(lost).span, "W217", one="per", other=lost)
        return None
    on = day_of(aggregate.relation, per.span, reading)
    if on is None:
        return None
    series = Series(aggregate, on, UNITS[per.text])
    in_a_row = read_whole(node.get("in_a_row"), 1)
    value = Field(word, Labels(name.text, name.text), aggregate.type, name.span)

    def compare(comparison: str, written: Node) -> Test | None:
        if comparison in TRENDS:
            moves = _read_move(comparison, written, value, reading)
            return None if moves is None else Trend(series, comparison == "rises_by", *moves, in_a_row)
        if comparison in AMOUNTS:
            to = read_value(written, value, reading)
            return None if to is None else EachUnit(series, comparison_of(comparison), to, in_a_row)
        if comparison == "is_empty":
            return Empty(series, wanted=is_true(written))
        known = "、".join([*TRENDS, *AMOUNTS, "is_empty"])
        reading.problems.error(
            written.span, "W234", word=comparison, field=value.labels.told, type="series", known=known
        )
        return None

    return Subject(series, compare)


def _read_move(word: str, written: Node, value: Field, reading: Reading) -> tuple[Decimal, bool] | None:
    """By how much, and whether that is a percent of the unit before or an amount."""
    text = written.text.strip() if isinstance(written, Scalar) else ""
    relative = text.endswith(("%", "％"))
    by = read_value(written, replace(value, type=FieldType.PERCENT) if relative else value, reading)
    if by is None:
        return None
    if not isinstance(by, Constant) or not isinstance(by.value, Decimal) or by.value <= 0:
        reading.problems.error(written.span, "W505", word=word, value=text or "…")
        return None
    return by.value, relative
