"""`create_record`: a new record of any module, such as a service case for the matched customer."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Scalar
from engine.model.effects import Create, Part, Written
from engine.model.entities import Field, FieldType, Module
from engine.model.kinds import Drafting, Schema
from engine.model.operands import Operand, RecordKey
from engine.shapes.fields import find_field
from engine.shapes.modules import find_module
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, ref
from engine.shapes.settable import note_fixed, read_new_value
from engine.shapes.texts import read_text
from engine.shapes.values import read_literal

_FIELDS: Schema = {"type": "object", "minProperties": 1, "additionalProperties": ref("value")}


@dataclass(frozen=True, slots=True)
class CreateRecord:
    """Make a new record, linked to the matched one."""

    name: ClassVar[str] = "create_record"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = block({"module": TEXT, "fields": _FIELDS}, "module", "fields")
    example: ClassVar[str] = "create_record: {module: 工单, fields: {标题: 售后回访, 提交日期: today}}"

    module: Module
    values: Words[str, Operand | Written]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The module and the values; the link to the matched record goes without saying."""
        details = node.get(cls.name)
        assert isinstance(details, Mapping)
        name, fields = details.get("module"), details.get("fields")
        module = find_module(name, reading.model, reading.problems)
        if module is None or not isinstance(fields, Mapping):
            return None
        values = _read_values(fields, module, reading)
        if values is None or _lacks_required(values, module, details, reading):
            return None
        return cls(module, values)

    def draft(self, path: str, drafting: Drafting) -> None:
        """One new record."""
        values: dict[str, Part] = {
            key: drafting.text(value) if isinstance(value, Written) else drafting.value(value)
            for key, value in self.values.items()
        }
        drafting.add(Create(path, drafting.gate, self.module, drafting.number(), values))


def _read_values(fields: Mapping, module: Module, reading: Reading) -> dict[str, Operand | Written] | None:
    """The values by field: what is written, then the link and the defaults."""
    values: dict[str, Operand | Written] = {}
    complete = True
    for key, node in fields.entries:
        field = find_field(key.text, module, key.span, reading)
        if field is None or note_fixed(key, field, module, reading):
            complete = False
            continue
        if field.key in values:
            reading.problems.error(key.span, "W107", key=key.text, line=fields.entries[0][0].span.line)
        value = _read_value(node, field, reading)
        complete = complete and value is not None
        if value is not None:
            values[field.key] = value
    link = _link_back(module, reading.module)
    if link is not None and link.key not in values:
        reading.uses.add(("field", f"{module.key}.{link.key}"))
        values[link.key] = RecordKey(reading.module)
    return _with_defaults(values, module, fields, reading) if complete else None


def _read_value(node: Node, field: Field, reading: Reading) -> Operand | Written | None:
    if field.type is FieldType.TEXT and isinstance(node, Scalar) and "{{" in node.text:
        return read_text(node, reading)
    return read_new_value(node, field, reading)


def _link_back(module: Module, to: Module) -> Field | None:
    """The field that points to the matched record, when there is just one."""
    links = [one for one in module.fields.values() if one.type is FieldType.LINK and one.to == to.key]
    return links[0] if len(links) == 1 else None


def _with_defaults(
    values: dict[str, Operand | Written], module: Module, fields: Mapping, reading: Reading
) -> dict[str, Operand | Written]:
    for field in module.fields.values():
        if field.key not in values and field.default is not None and field.computed is None:
            default = read_literal(Scalar(field.default, quoted=True, span=fields.span), field, reading)
            if default is not None:
                values[field.key] = default
    return values


def _lacks_required(values: Words[str, object], module: Module, at: Mapping, reading: Reading) -> bool:
    missing = [
        one.labels.zh for one in module.fields.values()
        if one.required and one.computed is None and one.key not in values and one is not module.record_key
    ]  # fmt: skip
    if missing:
        reading.problems.error(
            at.key("fields").span, "W541", module=module.labels.told, fields="、".join(missing)
        )
    return bool(missing)
