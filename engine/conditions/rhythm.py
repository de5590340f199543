"""`usual_gap_of`, `expected_next_of`: a customer's own rhythm, from the days of related records."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.aggregates import day_of, find_relation, read_where
from engine.conditions.comparisons import AMOUNTS, DATES, Asked, comparison_of, read_test
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar, is_nothing
from engine.model.entities import Field, FieldType, Labels
from engine.model.kinds import Schema
from engine.model.moments import Length
from engine.model.operands import Constant, ExpectedNext, UsualGap
from engine.model.predicates import Compare, Empty, Test
from engine.shapes.reading import Reading
from engine.shapes.schema import YES_NO, ref
from engine.shapes.shape import note_kind
from engine.shapes.times import read_length

OPTIONS = ("where",)


def read_gap(node: Mapping, word: str, reading: Reading) -> UsualGap | None:
    """The usual gap that `word: R` with its `where` asks for."""
    name = node.get(word)
    if not isinstance(name, Scalar) or is_nothing(name):
        note_kind(name or node, word, "string", reading.problems)
        return None
    relation = find_relation(name.text, name.span, reading)
    on = None if relation is None else day_of(relation, name.span, reading)
    if relation is None or on is None:
        return None
    where, broken = read_where(node, relation, reading)
    return None if broken else UsualGap(relation, on, where)


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
                return Empty(operand, wanted=isinstance(value, Scalar) and value.text.lower() == "true")
            length = read_length(value, word, reading)
            if length is None:
                return None
            to = Constant(length, FieldType.LENGTH) if isinstance(length, Length) else length
            return Compare(operand, comparison_of(word), to)

        return Subject(operand, compare)


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
