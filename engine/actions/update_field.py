"""`update_field`: set fields of the matched record."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import Field
from engine.model.kinds import Drafting, Schema
from engine.model.operands import Added, Constant, FieldValue, First, MomentValue, Operand
from engine.model.values import Value
from engine.shapes.fields import own_field
from engine.shapes.reading import Reading
from engine.shapes.schema import block, ref
from engine.shapes.settable import note_fixed, read_new_value
from engine.shapes.shape import fits, note_unknown_key
from engine.shapes.values import read_literal

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
        _note_doubles(details, reading)
        return cls(changes) if len(changes) == len(found) else None

    def draft(self, path: str, drafting: Drafting) -> None:
        """One update of the matched record."""
        drafting.set(path, self.changes)


def _note_doubles(details: Mapping, reading: Reading) -> None:
    """A field written twice, by two of its names: which of them counts would be chance."""
    seen: dict[Field, int] = {}
    for key, _ in details.entries:
        field = reading.module.field(key.text)
        if field in seen:
            reading.problems.error(key.span, "W107", key=key.text, line=seen[field])
        elif field is not None:
            seen[field] = key.span.line


def _read_change(key: Scalar, node: Node, reading: Reading) -> tuple[Field, Operand] | None:
    field = own_field(key, reading)
    if field is None:
        return None
    if note_fixed(key, field, reading.module, reading):
        return None
    operand = _read_value(field, node, reading)
    return None if operand is None else (field, operand)


def _read_value(field: Field, node: Node, reading: Reading) -> Operand | None:
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
    found = read_new_value(node, field, reading)
    return found if found is None else _never_cleared(found, field, reading)


def _never_cleared(value: Operand, field: Field, reading: Reading) -> Operand:
    """A value that is missing, or a name that nobody bears, leaves the field as it is: only `clear` clears.

    Meaning 14 and 16.
    """
    if isinstance(value, Constant | MomentValue):
        return value
    return First((value, FieldValue(field, reading.module)), field.type)


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
