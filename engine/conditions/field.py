"""`field: F`: the value of a field, of the record itself or over links."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.comparisons import SCHEMAS, Asked, read_test
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar
from engine.model.kinds import Schema
from engine.model.predicates import Test
from engine.shapes.fields import field_named, read_field
from engine.shapes.reading import Reading
from engine.shapes.schema import ref


class FieldIs:
    """The value of a field."""

    name: ClassVar[str] = "field"
    options: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = {"field": ref("field"), **SCHEMAS}
    example: ClassVar[str] = "{field: 客户层级, is: [B, C]}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The field's operand; comparisons follow its type."""
        operand = read_field(node.get("field"), reading)
        if operand is None:
            return None
        name = node.get("field")
        assert isinstance(name, Scalar)
        named = field_named(name.text, reading)

        def compare(word: str, value: Node) -> Test | None:
            return read_test(word, value, Asked(operand, named), reading)

        return Subject(operand, compare)
