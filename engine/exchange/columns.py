"""Which field each column of a sheet belongs to, and which columns belong to none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.exchange.report import Note, facts_of
from engine.exchange.sheet import Sheet, SheetUnusable
from engine.model.diagnostics import nearest
from engine.model.entities import Field, FieldType, Model, Module


@dataclass(frozen=True, slots=True)
class Columns:
    """The place of the key, the place of each field, and what was passed over."""

    key: int
    fields: tuple[tuple[int, Field], ...]
    ignored: tuple[str, ...]
    notes: tuple[Note, ...]


def match_columns(sheet: Sheet, module: Module) -> Columns:
    """The columns of a sheet by key, label or older label of the module's fields."""
    found: dict[str, tuple[int, Field]] = {}
    ignored: list[str] = []
    notes: list[Note] = []
    for place, name in enumerate(sheet.header):
        field = module.field(name) if name else None
        if field is None or field.computed is not None:
            ignored.append(name or f"#{place + 1}")
            notes.append(_note(ignored[-1], field, module))
        elif field.column in found:
            first = sheet.header[found[field.column][0]]
            raise SheetUnusable("W303", file=sheet.name, field=field.labels.told, first=first, second=name)
        else:
            found[field.column] = (place, field)
    if module.record_key.column not in found:
        names = key_names(module)
        told = {"file": sheet.name, "module": module.labels.told, "known": "、".join(names)}
        sign = _wide_separator(sheet.header, names)
        raise SheetUnusable("W302", **told, **({"kind": "wide", "sign": sign} if sign else {}))
    key, _ = found.pop(module.record_key.column)
    return Columns(key, tuple(found.values()), tuple(ignored), tuple(notes))


def _wide_separator(header: Sequence[str], names: Sequence[str]) -> str:
    """The full-width sign that parts the key from other columns in one cell of the header, if one does."""
    return next((sign for sign in "，；、" for one in header if set(names) & {*one.split(sign)} - {one}), "")


def is_key(module: Module, field: Field) -> bool:
    """Whether a field is what identifies the record."""
    return field.computed is None and field.column == module.record_key.column


def key_field(module: Module) -> Field:
    """The field that identifies the record, as a column name finds it."""
    return next((one for one in module.fields.values() if is_key(module, one)), module.record_key)


def stored_fields(module: Module) -> list[Field]:
    """The fields that records keep, the key left out."""
    return [one for one in module.fields.values() if one.computed is None and not is_key(module, one)]


def may_wait(model: Model, module: Module, link: Field) -> bool:
    """Whether a link may be written before its record comes: the module it leads to leads back here.

    Not in a company's own table, which may hold each link to its record.
    """
    if module.table:
        return False
    seen: set[str] = set()
    ahead = [link.to]
    while ahead:
        key = ahead.pop()
        if key == module.key:
            return True
        if key not in seen:
            seen.add(key)
            ahead += [one.to for one in stored_fields(model.modules[key]) if one.type is FieldType.LINK]
    return False


def key_names(module: Module) -> list[str]:
    """Every column name under which the key is accepted."""
    return [name for name in module.field_names() if (field := module.field(name)) and is_key(module, field)]


def column_name(module: Module, field: Field, language: str) -> str:
    """The header for a field: its label, or another of its names where a field before it has that label."""
    names = (field.labels.of(language), *field.labels.all(), field.key)
    return next((name for name in names if module.field(name) is field), field.key)


def _note(column: str, computed: Field | None, module: Module) -> Note:
    if computed is not None:
        return Note("W313", facts_of(column=column))
    names = [name for one in stored_fields(module) for name in (one.key, *one.labels.all())]
    return Note("W307", facts_of(column=column, nearest=nearest(column, [*names, *key_names(module)])))
