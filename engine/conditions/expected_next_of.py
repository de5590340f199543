"""`expected_next_of`: the day on which a customer's next related record is due."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.comparisons import DATES, Asked, read_test
from engine.conditions.rhythm import OPTIONS, read_gap
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import Field, Labels
from engine.model.kinds import Schema
from engine.model.operands import ExpectedNext
from engine.model.predicates import Test
from engine.shapes.reading import Reading
from engine.shapes.schema import YES_NO, ref


class ExpectedNextOf:
    """The day on which the next related record is due by the usual gap."""

    name: ClassVar[str] = "expected_next_of"
    options: ClassVar[tuple[str, ...]] = OPTIONS
    schema: ClassVar[Schema] = {
        "expected_next_of": ref("field"),
        "where": ref("condition"),
        "is_empty": YES_NO,
        **{word: ref("day") for word in ("is", "is_not", *DATES)},
    }
    example: ClassVar[str] = "{expected_next_of: 订单, on_or_before: today}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The day's operand."""
        gap, name = read_gap(node, cls.name, reading), node.get(cls.name)
        if gap is None or not isinstance(name, Scalar):
            return None
        operand = ExpectedNext(gap)
        definition = Field(cls.name, Labels(name.text, name.text), operand.type, name.span)

        def compare(word: str, value: Node) -> Test | None:
            return read_test(word, value, Asked(operand, definition), reading)

        return Subject(operand, compare)
