"""The length between a date and today, behind it or ahead: what `time_since` and `time_until` share."""

from __future__ import annotations

from typing import Any

from engine.conditions.comparisons import AMOUNTS
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar, is_true
from engine.model.entities import FieldType
from engine.model.kinds import Schema
from engine.model.moments import Length
from engine.model.operands import Cell, Operand
from engine.model.predicates import Comparison, Elapsed, Empty, Test
from engine.model.values import Value
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.schema import YES_NO, ref
from engine.shapes.times import read_length

OPTIONS = ("yearly",)
COMPARISONS = ("is", "is_not", *AMOUNTS)


def length_schema(word: str) -> Schema:
    """The shape of a leaf about a length."""
    bounds: dict[str, Any] = {one: ref("length") for one in COMPARISONS}
    return {word: ref("field"), "yearly": YES_NO, "is_empty": YES_NO, **bounds}


def read_length_subject(node: Mapping, word: str, reading: Reading, *, ahead: bool) -> Subject | None:
    """The date's operand; comparisons take lengths."""
    name = node.get(word)
    operand = read_field(name, reading)
    if operand is None or not isinstance(name, Scalar):
        return None
    if not operand.type.is_moment:
        reading.problems.error(
            name.span, "W237", field=name.text, type=operand.type, word=word, expected="date"
        )
        return None
    yearly = node.get("yearly")
    is_yearly = is_true(yearly)
    subject = operand

    def compare(comparison: str, value: Node) -> Test | None:
        if comparison == "is_empty":
            return Empty(subject, wanted=is_true(value))
        if comparison not in COMPARISONS:
            known = "、".join([*COMPARISONS, "is_empty"])
            reading.problems.error(
                value.span, "W234", word=comparison, field=name.text, type="length", known=known
            )
            return None
        length = _read_bound(value, comparison, subject, reading)
        if length is None:
            return None
        if is_yearly and not isinstance(length, Length | Cell):
            reading.problems.error(value.span, "W506")
            return None
        return Elapsed(subject, Comparison(comparison), length, ahead, is_yearly)

    return Subject(subject, compare)


def _read_bound(node: Node, word: str, operand: Operand, reading: Reading) -> Length | Operand | None:
    """A length; hours and minutes are none for plain dates."""
    length = read_length(node, word, reading)
    held: tuple[Value, ...] = (length,) if isinstance(length, Length) else ()
    if isinstance(length, Cell):
        held = (*(value for _, value in length.rows), length.otherwise)
    for one in held:
        if operand.type is FieldType.DATE and isinstance(one, Length) and not one.counts_days:
            written = node.text if isinstance(node, Scalar) else str(one)
            reading.problems.error(node.span, "W238", value=written)
            return None
    return length
