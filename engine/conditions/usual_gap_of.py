"""`usual_gap_of`: the usual length between a customer's related records."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.comparisons import AMOUNTS, comparison_of
from engine.conditions.rhythm import OPTIONS, read_gap
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, is_true
from engine.model.entities import FieldType
from engine.model.kinds import Schema
from engine.model.moments import Length
from engine.model.operands import Constant
from engine.model.predicates import Compare, Empty, Test
from engine.shapes.reading import Reading
from engine.shapes.schema import YES_NO, ref
from engine.shapes.times import read_length


class UsualGapOf:
    """The usual length between related records: the median gap, from four days with a record on."""

    name: ClassVar[str] = "usual_gap_of"
    options: ClassVar[tuple[str, ...]] = OPTIONS
    schema: ClassVar[Schema] = {
        "usual_gap_of": ref("field"),
        "where": ref("condition"),
        "is_empty": YES_NO,
        **{word: ref("length") for word in ("is", "is_not", *AMOUNTS)},
    }
    example: ClassVar[str] = "{usual_gap_of: 订单, at_most: 30 days}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The gap's operand; comparisons take lengths."""
        gap = read_gap(node, cls.name, reading)
        if gap is None:
            return None
        operand = gap

        def compare(word: str, value: Node) -> Test | None:
            if word == "is_empty":
                return Empty(operand, wanted=is_true(value))
            length = read_length(value, word, reading)
            if length is None:
                return None
            to = Constant(length, FieldType.LENGTH) if isinstance(length, Length) else length
            return Compare(operand, comparison_of(word), to)

        return Subject(operand, compare)
