"""A value that a step writes into a field: whether the field may be written, and takes it."""

from __future__ import annotations

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import Field, FieldType, Module
from engine.model.operands import Cell, Constant, Operand
from engine.shapes.fields import field_named
from engine.shapes.reading import Reading
from engine.shapes.values import read_value


def note_fixed(key: Scalar, field: Field, module: Module, reading: Reading) -> bool:
    """Whether the field is a key or computed, and so cannot be written; noted."""
    is_fixed = field.computed is not None or field is module.record_key
    if is_fixed:
        reading.problems.error(key.span, "W242", field=field.labels.told)
    return is_fixed


def read_new_value(node: Node, field: Field, reading: Reading) -> Operand | None:
    """A literal, another field of the matched record, or a cell that a field can hold.

    A blank is no value: what is to be emptied is said to be (Meaning 16).
    """
    if isinstance(node, Scalar) and not node.text.strip():
        reading.problems.error(node.span, "W210", key=field.labels.told, kind="blank")
        return None
    found = read_value(node, field, reading)
    if found is None:
        return None
    if isinstance(found, Constant) and found.value in field.retired:
        known = "、".join(field.options)
        reading.problems.error(node.span, "W243", field=field.labels.told, value=found.value, known=known)
        return None
    if field.type is not FieldType.CHOICE or not isinstance(node, Mapping):
        return found
    return found if _all_are_options(found, field, node, reading) else None


def _all_are_options(value: Operand, field: Field, node: Mapping, reading: Reading) -> bool:
    """Whether a choice can take whatever the other field or the table may hold; noted when it cannot."""
    name = node.get("table" if isinstance(value, Cell) else "field")
    assert isinstance(name, Scalar)
    if value.type is not FieldType.CHOICE:
        reading.problems.error(node.span, "W236", value=name.text, type=value.type, expected=FieldType.CHOICE)
        return False
    for written in _possible(value, name.text, reading):
        if written not in field.options:
            reading.problems.error(
                node.span,
                "W293",
                field=field.labels.told,
                source=name.text,
                value=written,
                known="、".join(field.options),
                nearest=nearest(written, field.options),
            )
            return False
    return True


def _possible(value: Operand, name: str, reading: Reading) -> tuple[str, ...]:
    """What a cell or another choice may hold."""
    if isinstance(value, Cell):
        cells = (*(cell for _, cell in value.rows), value.otherwise)
        return tuple(str(cell) for cell in cells if cell is not None)
    return field_named(name, reading).options
