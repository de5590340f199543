"""`update_field`: set fields of the matched record."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import Field
from engine.model.kinds import Drafting, Schema
from engine.model.predicates import Added, Constant, FieldValue, Operand
from engine.model.values import Value
from engine.shapes.fields import own_field
from engine.shapes.reading import Reading
from engine.shapes.schema import block, ref
from engine.shapes.shape import fits, note_unknown_key
from engine.shapes.values import read_literal, read_value

_ADD = block({"add": {"type": ["number", "string"]}}, "add")
_CLEAR = block({"clear": {"const": True}}, "clear")


@dataclass(frozen=True, slots=True)
class UpdateField:
    """Set fields of the record."""

    name: ClassVar[str] = "update_field"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"anyOf": [ref("value"), _ADD, _CLEAR]},
    }
    example: ClassVar[str] = "update_field: {沉默状态: 即将沉默, 沉默唤醒次数: {add: 1}}"

    changes: tuple[tuple[Field, Operand], ...]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The fields and their new values."""
        details = node.get(cls.name)
        assert isinstance(details, Mapping)
        found = [_read_change(key, value, reading) for key, value in details.entries]
        changes = tuple(one for one in found if one is not None)
        return cls(changes) if len(changes) == len(found) else None

    def draft(self, path: str, drafting: Drafting) -> None:
        """One update of the matched record."""
        drafting.set(path, self.changes)


def _read_change(key: Scalar, node: Node, reading: Reading) -> tuple[Field, Operand] | None:
    field = own_field(key, reading)
    if field is None:
        return None
    if field.computed is not None or field is reading.module.record_key:
        reading.problems.error(key.span, "W242", field=field.labels.told)
        return None
    operand = _read_new_value(field, node, reading)
    if isinstance(operand, Constant) and operand.value in field.retired:
        reading.problems.error(node.span, "W243", field=field.labels.told, value=operand.value)
        return None
    return None if operand is None else (field, operand)


def _read_new_value(field: Field, node: Node, reading: Reading) -> Operand | None:
    if isinstance(node, Mapping) and "clear" in node:
        if not fits(node, _CLEAR, reading.problems):
            return None
        if field.required:
            reading.problems.error(node.span, "W244", field=field.labels.told)
            return None
        return Constant(None, field.type)
    if isinstance(node, Mapping) and "add" in node:
        return _read_addition(field, node, reading)
    if isinstance(node, Mapping) and not {"field", "table"} & set(node.keys()):
        if node.entries:
            note_unknown_key(node.entries[0][0], ["add", "clear", "field", "table"], reading.problems)
        else:
            reading.problems.error(node.span, "W210", key=field.labels.told)
        return None
    return read_value(node, field, reading)


def _read_addition(field: Field, node: Mapping, reading: Reading) -> Operand | None:
    amount = node.get("add")
    if not field.type.is_numeric:
        reading.problems.error(
            node.span, "W234", word="add", field=field.labels.told, type=field.type, known=""
        )
        return None
    if not fits(node, _ADD, reading.problems):
        return None
    constant = read_literal(amount, field, reading) if isinstance(amount, Scalar) else None
    if not isinstance(constant, Constant):
        return None
    value: Value = constant.value
    return Added(FieldValue(field, reading.module), value if value is not None else Decimal(0), field.type)
