"""VALUE as written in a file: a literal of the field's type, another field, or a cell of a table."""

from __future__ import annotations

import re

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Span, is_nothing
from engine.model.entities import Field, FieldType
from engine.model.named import Named, RecordName
from engine.model.operands import Constant, MomentValue, Operand
from engine.model.values import ValueMistake
from engine.shapes.reading import Reading
from engine.shapes.references import read_reference
from engine.shapes.shape import note_kind
from engine.shapes.times import has_time_of_day, read_moment


def read_value(node: Node, field: Field, reading: Reading) -> Operand | None:
    """A value for (or to compare with) a field, of the field's own type."""
    if isinstance(node, Mapping):
        return read_reference(node, field.type, field.labels.told, reading)
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
        facts = {"field": field.labels.told, "value": node.text, "known": "", "nearest": "", **mistake.facts}
        parts = [part.strip() for part in re.split("[,，、]", node.text)]
        several = len(parts) > 1 and all(field.option(part) for part in parts)
        if several or field.options:
            facts["nearest"] = ", ".join(parts) if several else nearest(node.text, field.options)
        facts["place"] = reading.place(field.at) if field.options else ""
        reading.problems.error(node.span, mistake.code, **{**facts, "kind": "comma" if several else ""})
        return None
    constant = Constant(value, field.type)
    return named_record(constant, field.to, node.span, reading) if field.type is FieldType.LINK else constant


def named_record(written: Constant, module: str, at: Span, reading: Reading) -> Named:
    """The record of a module that is meant by its key or name; whether there is one, its records tell."""
    name, key = str(written.value), reading.model.modules[module].record_key
    if key.type is FieldType.NUMBER and re.fullmatch("[0-9]+", name):
        name = str(int(name))
    reading.named.add(RecordName(module, name, at))
    return Named(Constant(name, FieldType.TEXT), module)


def _read_moment_value(node: Scalar, field: Field, reading: Reading) -> Operand | None:
    moment = read_moment(node, field.labels.told, reading)
    if moment is None:
        return None
    if field.type is FieldType.DATE and has_time_of_day(moment) and moment.text not in {"now", "现在"}:
        reading.problems.error(node.span, "W235", field=field.labels.told, value=node.text)
        return None
    return MomentValue(moment, field.type)
