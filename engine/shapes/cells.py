"""`{table: T.column}`: a cell looked up by the record's own values."""

from __future__ import annotations

from dataclasses import replace

from engine.model.diagnostics import Problems, nearest
from engine.model.document import Mapping, Scalar, Span
from engine.model.entities import Field, FieldType, Labels, Module
from engine.model.operands import Cell, FieldValue, Operand
from engine.model.scores import BandOf, Score
from engine.model.values import Value, ValueMistake
from engine.shapes.fields import resolve_field
from engine.shapes.reading import Reading, RowPlace, Table
from engine.shapes.schema import CELL
from engine.shapes.shape import fits


def read_cell(node: Mapping, expected: FieldType | None, reading: Reading) -> Cell | None:
    """The cell named by `{table: T.column}`; its column must hold `expected` (None: anything)."""
    name = node.get("table")
    if not fits(node, CELL, reading.problems) or not isinstance(name, Scalar):
        return None
    found = _find(name, reading)
    if found is None:
        return None
    table, column = found
    kind = table.columns[column]
    if expected is not None and kind is not expected:
        reading.problems.error(name.span, "W262", value=name.text, type=kind, expected=expected)
        return None
    reading.uses.add(("table", table.name))
    operands = _looked_up_by(table, name.span, reading)
    if operands is None:
        return None
    keys = read_keys(table, operands, reading)
    # A row without this cell was noted when the table was read.
    rows = [(key, cells[column]) for key, (_, cells) in zip(keys, table.rows, strict=True) if column in cells]
    otherwise = table.otherwise or {}
    return Cell(
        name.text,
        operands,
        tuple((key, cell) for key, cell in rows if key is not None),
        kind,
        otherwise.get(column),
        column in otherwise,
    )


def lookup_field(name: str, at: Span, reading: Reading) -> Operand | None:
    """A field that a table is looked up by; of a score its band, where it has bands."""
    operand = resolve_field(name, at, reading)
    return BandOf(operand) if isinstance(operand, Score) and operand.bands else operand


def knows_field(name: str, module: Module, reading: Reading) -> bool:
    """Whether a name leads to a field from a module; nothing is noted."""
    own = Problems()
    resolve_field(name, module.at, replace(reading.about(module), problems=own, uses=set()))
    return not own.found


def _looked_up_by(table: Table, at: Span, reading: Reading) -> tuple[Operand, ...] | None:
    """The fields of the present record; a name that is a field nowhere was told where the table stands."""
    found: list[Operand] = []
    for name in table.by:
        own = Problems()
        operand = lookup_field(name, at, replace(reading, problems=own))
        if own.found and any(knows_field(name, one, reading) for one in reading.model.modules.values()):
            facts = {"module": reading.module.labels.told, "value": name, "table": table.name}
            reading.problems.error(at, "W204", kind="table", place=reading.place(table.at), **facts)
        found += [] if operand is None else [operand]
    return tuple(found) if len(found) == len(table.by) else None


def read_keys(
    table: Table, by: tuple[Operand, ...], reading: Reading
) -> tuple[tuple[Value, ...] | None, ...]:
    """What each row is looked up by, as the fields read it; notes at its cells what they cannot read."""
    fields = tuple(one.field if isinstance(one, FieldValue) else _unnamed(one, table.at) for one in by)
    found: list[tuple[Value, ...] | None] = []
    seen: dict[tuple[Value, ...], int] = {}
    for number, ((texts, _), place) in enumerate(zip(table.rows, table.rows_at, strict=True)):
        key = _read_key(texts, fields, place, reading)
        if key is not None and seen.setdefault(key, number) != number:
            _note_double(table, seen[key], number, reading)
        found.append(key)
    return tuple(found)


def _note_double(table: Table, first: int, second: int, reading: Reading) -> None:
    """Two rows for the same records: also where one of them uses another spelling of an option."""
    row, other = ("、".join(table.rows[one][0]) for one in (second, first))
    facts = {"kind": "" if row == other else "spelling", "row": row, "other": other}
    line = table.rows_at[first].row.line
    reading.problems.error(table.rows_at[second].row, "W266", line=line, **facts)


def _find(name: Scalar, reading: Reading) -> tuple[Table, str] | None:
    table_name, dot, column = name.text.rpartition(".")
    table = reading.tables.get(table_name if dot else name.text)
    if table is None:
        known = [f"{one.name}.{key}" for one in reading.tables.values() for key in one.columns]
        reading.problems.error(
            name.span, "W260", value=name.text, nearest=nearest(name.text, known), known="、".join(known)
        )
        return None
    if not dot or column not in table.columns:
        near, kind = (nearest(column, table.columns), "") if dot else ("", "no_column")
        columns = "、".join(table.columns)
        reading.problems.error(
            name.span,
            "W261",
            kind=kind,
            value=name.text,
            nearest=near,
            known=columns,
            place=reading.place(table.at),
        )
        return None
    return table, column


def _read_key(
    texts: tuple[str, ...], fields: tuple[Field, ...], place: RowPlace, reading: Reading
) -> tuple[Value, ...] | None:
    read: list[Value] = []
    for text, field, at in zip(texts, fields, place.keys, strict=True):
        if field.type is FieldType.CHOICE and not field.options:
            return None  # that it has no options was told in the model
        try:
            read.append(reading.values.read(field, text))
        except ValueMistake as mistake:
            facts = {"kind": "", "known": "", "nearest": nearest(text, field.options), **mistake.facts}
            reading.problems.error(at, mistake.code, place=reading.place(field.at), **facts)
    return tuple(read) if len(read) == len(texts) else None


def _unnamed(operand: Operand, at: Span) -> Field:
    """What a computed value is read as: a band by the names of the bands, else by its type alone."""
    if isinstance(operand, BandOf):
        name, bands = operand.score.name, tuple(one.name for one in operand.score.bands)
        return Field(name, Labels(name, name), FieldType.CHOICE, at, bands)
    kind = FieldType.TEXT if operand.type is FieldType.CHOICE else operand.type
    return Field("by", Labels("by", "by"), kind, at)
