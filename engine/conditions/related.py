"""What `count_of`, `sum_of` and their kin share: one value from related records, or a series of them."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.conditions.aggregates import OPTION_SCHEMAS, OPTIONS, read_aggregate
from engine.conditions.comparisons import SCHEMAS, Asked, read_test
from engine.conditions.series import SERIES, TRENDS, read_series
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import Field, Labels
from engine.model.kinds import Schema
from engine.model.operands import Aggregate
from engine.model.predicates import Test
from engine.shapes.reading import Reading
from engine.shapes.schema import ref


def related_schema(word: str, **more: Any) -> Schema:
    """The shape of a leaf about one value from related records."""
    return {word: ref("field"), **OPTION_SCHEMAS, **more, **SCHEMAS}


def series_schema(word: str) -> Schema:
    """The same, for a value that may also be asked for each calendar unit."""
    return related_schema(word, **SERIES, **TRENDS)


class OfRelated:
    """A value from related records; comparisons follow its type."""

    name: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = OPTIONS

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The value's operand."""
        operand = read_aggregate(node, cls.name, reading)
        if operand is None:
            return None
        return cls._subject(operand, node, reading)

    @classmethod
    def _subject(cls, operand: Aggregate, node: Mapping, reading: Reading) -> Subject | None:
        definition = named_after(node, cls.name, operand)

        def compare(comparison: str, value: Node) -> Test | None:
            return read_test(comparison, value, Asked(operand, definition), reading)

        return Subject(operand, compare)


def named_after(node: Mapping, word: str, operand: Aggregate) -> Field:
    """What messages call a value that is no field; its options are those of the field it is made of."""
    name = node.get(word)
    assert isinstance(name, Scalar)
    return Field(word, Labels(name.text, name.text), operand.type, name.span)


class InSeries(OfRelated):
    """A value that may also be asked for each calendar unit."""

    options: ClassVar[tuple[str, ...]] = (*OPTIONS, *SERIES)

    @classmethod
    def _subject(cls, operand: Aggregate, node: Mapping, reading: Reading) -> Subject | None:
        if "per" in node:
            return read_series(operand, node, cls.name, reading)
        lost = next((key for key in ("in_a_row", *TRENDS) if key in node), "")
        if lost:
            reading.problems.error(node.key(lost).span, "W504", word=lost)
            return None
        return super()._subject(operand, node, reading)
