"""`time_since: F`: the length between a date and today; the future never matches."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import FieldType
from engine.model.kinds import Schema
from engine.model.predicates import Comparison, Elapsed, Empty, Operand, Test
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.schema import YES_NO, ref
from engine.shapes.times import read_length

_COMPARISONS = ("is", "is_not", "at_least", "more_than", "at_most", "less_than")


class TimeSince:
    """How long ago a date was."""

    name: ClassVar[str] = "time_since"
    options: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = {
        "time_since": ref("field"),
        "is_empty": YES_NO,
        **{word: ref("length") for word in _COMPARISONS},
    }
    example: ClassVar[str] = "{time_since: 最近下单日期, at_least: 90 days}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The date's operand; comparisons take lengths."""
        name = node.get("time_since")
        operand = read_field(name, reading)
        if operand is None or not isinstance(name, Scalar):
            return None
        if not operand.type.is_moment:
            reading.problems.error(
                name.span, "W237", field=name.text, type=operand.type, word="time_since", expected="date"
            )
            return None

        def compare(word: str, value: Node) -> Test | None:
            return _read_length_test(word, value, operand, reading)

        return Subject(operand, compare)


def _read_length_test(word: str, node: Node, operand: Operand, reading: Reading) -> Test | None:
    if word == "is_empty":
        return Empty(operand, wanted=isinstance(node, Scalar) and node.text.lower() == "true")
    length = read_length(node, word, reading)
    if length is None:
        return None
    if operand.type is FieldType.DATE and not getattr(length, "counts_days", True):
        value = node.text if isinstance(node, Scalar) else ""
        reading.problems.error(node.span, "W238", value=value)
        return None
    return Elapsed(operand, Comparison(word), length)
