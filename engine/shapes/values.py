"""VALUE as written in a file: a literal of the field's type, another field, or a cell of a table."""

from __future__ import annotations

import re

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, is_nothing
from engine.model.entities import Field, FieldType
from engine.model.predicates import Constant, MomentValue, Operand
from engine.model.values import ValueMistake
from engine.shapes.cells import read_cell
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.shape import note_kind, note_unknown_key
from engine.shapes.times import has_time_of_day, parse_moment


def read_value(node: Node, field: Field, reading: Reading) -> Operand | None:
    """A value for (or to compare with) a field, of the field's own type."""
    if isinstance(node, Mapping):
        return _read_reference(node, field, reading)
    if not isinstance(node, Scalar):
        note_kind(node, field.labels.told, "string|number", reading.problems)
        return None
    if is_nothing(node):
        reading.problems.error(node.span, "W210", key=field.labels.told)
        return None
    return read_literal(node, field, reading)


def read_literal(node: Scalar, field: Field, reading: Reading) -> Operand | None:
    """A written value: a constant, or a moment such as `today` for dates."""
    if "{{" in node.text:
        reading.problems.error(node.span, "W294", kind="", value=node.text, field=field.labels.told)
        return None
    if field.type.is_moment:
        return _read_moment_value(node, field, reading)
    try:
        value = reading.values.read(field, node.text)
    except ValueMistake as mistake:
        facts = {"field": field.labels.told, "value": node.text, "known": "", **mistake.facts}
        parts = [part.strip() for part in re.split("[,，、]", node.text)]
        several = len(parts) > 1 and all(field.option(part) for part in parts)
        facts["nearest"] = ", ".join(parts) if several else nearest(node.text, field.options)
        facts["place"] = reading.place(field.at) if field.options else ""
        reading.problems.error(node.span, mistake.code, **{**facts, "kind": "comma" if several else ""})
        return None
    return Constant(value, field.type)


def _read_moment_value(node: Scalar, field: Field, reading: Reading) -> Operand | None:
    try:
        moment = parse_moment(node.text)
    except ValueError:
        reading.problems.error(node.span, "W229", value=node.text)
        return None
    if moment is None:
        reading.problems.error(node.span, "W223", value=node.text)
        return None
    if field.type is FieldType.DATE and has_time_of_day(moment) and moment.text not in {"now", "现在"}:
        reading.problems.error(node.span, "W235", field=field.labels.told, value=node.text)
        return None
    return MomentValue(moment, field.type)


def _read_reference(node: Mapping, field: Field, reading: Reading) -> Operand | None:
    if "table" in node:
        return read_cell(node, field.type, reading)
    if "field" in node:
        if "times" in node:
            reading.problems.error(node.key("times").span, "W290", word="times")
            return None
        if node.keys() != ("field",):
            stranger = next(key for key, _ in node.entries if key.text != "field")
            note_unknown_key(stranger, ["field", "times"], reading.problems)
            return None
        other = read_field(node.get("field"), reading)
        if other is not None and not comparable(other.type, field.type):
            reading.problems.error(
                node.span, "W236", value=_text(node.get("field")), type=other.type, expected=field.type
            )
            return None
        return other
    if node.entries:
        note_unknown_key(node.entries[0][0], ["field", "table"], reading.problems)
    else:
        reading.problems.error(node.span, "W210", key=field.labels.told)
    return None


def comparable(one: FieldType, other: FieldType) -> bool:
    """Whether values of two types can be told equal or ordered."""
    wordy = {FieldType.TEXT, FieldType.CHOICE, FieldType.EMAIL, FieldType.PHONE, FieldType.LINK}
    if one in wordy and other in wordy:
        return True
    return one is other or {one, other} == {FieldType.NUMBER, FieldType.MONEY}


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
