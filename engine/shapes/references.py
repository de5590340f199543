"""A value that stands elsewhere: `{field: F}`, `{field: F, times: 2}`, `{table: T.column}`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import FieldType
from engine.model.operands import Operand, Times
from engine.shapes.cells import read_cell
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.shape import note_unknown_key

WORDS = ("field", "times")


def read_reference(node: Mapping, kind: FieldType, label: str, reading: Reading) -> Operand | None:
    """The operand a block stands for, of a type that can be compared with `kind`."""
    if "table" in node:
        return read_cell(node, kind, reading)
    if "field" in node:
        return _read_other(node, kind, reading)
    if node.entries:
        note_unknown_key(node.entries[0][0], ["field", "table"], reading.problems)
    else:
        reading.problems.error(node.span, "W210", key=label)
    return None


def _read_other(node: Mapping, kind: FieldType, reading: Reading) -> Operand | None:
    stranger = next((key for key, _ in node.entries if key.text not in WORDS), None)
    if stranger is not None:
        note_unknown_key(stranger, WORDS, reading.problems)
        return None
    other = read_field(node.get("field"), reading)
    if other is None:
        return None
    if not comparable(other.type, kind):
        name = _text(node.get("field"))
        reading.problems.error(node.span, "W236", value=name, type=other.type, expected=kind)
        return None
    times = node.get("times")
    return other if times is None else _multiplied(other, times, reading)


def _multiplied(other: Operand, times: Node, reading: Reading) -> Operand | None:
    """So many times a number or a length."""
    if not (other.type.is_numeric or other.type is FieldType.LENGTH):
        reading.problems.error(times.span, "W501", type=other.type)
        return None
    try:
        factor = Decimal(_text(times))
    except InvalidOperation:
        factor = Decimal(0)
    if not Decimal("0.0001") <= factor <= 10_000:
        reading.problems.error(times.span, "W502", value=_text(times) or "…")
        return None
    return Times(other, factor, other.type)


def comparable(one: FieldType, other: FieldType) -> bool:
    """Whether values of two types can be told equal or ordered."""
    wordy = {FieldType.TEXT, FieldType.CHOICE, FieldType.EMAIL, FieldType.PHONE, FieldType.LINK}
    if one in wordy and other in wordy:
        return True
    return one is other or {one, other} == {FieldType.NUMBER, FieldType.MONEY}


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
