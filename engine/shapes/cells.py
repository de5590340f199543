"""`{table: T.column}`: a cell looked up by the record's own values."""

from __future__ import annotations

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Scalar, Span
from engine.model.entities import Field, FieldType, Labels
from engine.model.operands import Cell, FieldValue, Operand
from engine.model.scores import BandOf, Score
from engine.model.values import Value, ValueMistake
from engine.shapes.fields import resolve_field
from engine.shapes.reading import Reading, Table
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
    by = [_looked_up_by(field, name.span, reading) for field in table.by]
    if any(one is None for one in by):
        return None
    operands = tuple(one for one in by if one is not None)
    # A row without this cell was noted when the table was read.
    complete = [(keys, cells[column]) for keys, cells in table.rows if column in cells]
    rows = tuple(_row(keys, cell, operands, at=table.at, reading=reading) for keys, cell in complete)
    otherwise = table.otherwise or {}
    return Cell(
        name.text,
        operands,
        tuple(row for row in rows if row),
        kind,
        otherwise.get(column),
        column in otherwise,
    )


def _looked_up_by(field: str, at: Span, reading: Reading) -> Operand | None:
    """A field of the record; of a score its band, where it has bands."""
    operand = resolve_field(field, at, reading)
    return BandOf(operand) if isinstance(operand, Score) and operand.bands else operand


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


def _row(
    keys: tuple[str, ...],
    cell: Value,
    by: tuple[Operand, ...],
    *,
    at: Span,
    reading: Reading,
) -> tuple[tuple[Value, ...], Value] | None:
    read: list[Value] = []
    for text, operand in zip(keys, by, strict=True):
        field = operand.field if isinstance(operand, FieldValue) else _unnamed(operand, at)
        try:
            read.append(reading.values.read(field, text))
        except ValueMistake as mistake:
            facts = {"kind": "", "known": "", "nearest": nearest(text, field.options), **mistake.facts}
            reading.problems.error(at, mistake.code, place=reading.place(field.at), **facts)
            return None
    return tuple(read), cell


def _unnamed(operand: Operand, at: Span) -> Field:
    """What a computed value is read as: a band by the names of the bands, else by its type alone."""
    if isinstance(operand, BandOf):
        name, bands = operand.score.name, tuple(one.name for one in operand.score.bands)
        return Field(name, Labels(name, name), FieldType.CHOICE, at, bands)
    kind = FieldType.TEXT if operand.type is FieldType.CHOICE else operand.type
    return Field("by", Labels("by", "by"), kind, at)
