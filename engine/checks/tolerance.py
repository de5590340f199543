"""Sees a table in which a more important tier is left alone for longer than a less important one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from engine.checks.places import told_place
from engine.model.document import Document, Node, Scalar, Sequence
from engine.model.document import Mapping as Block
from engine.model.entities import Field, FieldType, Model
from engine.model.moments import Length, Unit
from engine.shapes.reading import Reading, Table

_IN_MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}
_CLEARLY = 1.1
"""Months against days, or working days against days: only what is longer by more than the units differ."""


def note_tolerance(documents: Mapping[str, Document], reading: Reading) -> None:
    """Every table by one ordered field: in each column of lengths, the first option's is the shortest."""
    for table in reading.tables.values():
        field = _ordered(table.by[0], reading.model) if len(table.by) == 1 else None
        root = documents[table.at.file].root
        node = None if root is None else root.get(table.name)
        if field is not None and isinstance(node, Block):
            _note_table(table, field, node, reading)


def _ordered(name: str, model: Model) -> Field | None:
    """The field of that name, where every field called so is ordered alike."""
    found = [one for module in model.modules.values() if (one := module.field(name)) is not None]
    alike = {(one.type, one.ordered, one.options) for one in found}
    return found[0] if len(alike) == 1 and found[0].type is FieldType.CHOICE and found[0].ordered else None


def _note_table(table: Table, field: Field, node: Block, reading: Reading) -> None:
    written = node.get("rows")
    rows = {_text(row, table.by[0]): row for row in (written.items if isinstance(written, Sequence) else ())}
    values = {keys[0]: cells for keys, cells in table.rows}
    # The first option is the most important one (LANGUAGE section 5: `options: [A, B, C], ordered: true`).
    order = [one for one in field.options if one in rows and one in values]
    for column in (name for name, kind in table.columns.items() if kind is FieldType.LENGTH):
        for high, low in _out_of_order(order, {one: values[one].get(column) for one in order}):
            at, other = _cell(rows[high], column), _cell(rows[low], column)
            facts = {"field": field.labels.told, "column": column, "value": high, "other": low}
            reading.problems.warning(at.span, "W590", place=told_place(other.span), **facts)


def _out_of_order(order: list[str], lengths: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """For each option that is left alone longer, the first one behind it that is not."""
    seen: set[str] = set()
    for high, low in combinations(order, 2):
        one, other = lengths[high], lengths[low]
        is_longer = isinstance(one, Length) and isinstance(other, Length) and _longer(one, other)
        if is_longer and high not in seen:
            seen.add(high)
            yield high, low


def _longer(one: Length, other: Length) -> bool:
    if one.unit in _IN_MONTHS and other.unit in _IN_MONTHS:
        return one.amount * _IN_MONTHS[one.unit] > other.amount * _IN_MONTHS[other.unit]
    alike = one.is_working is other.is_working and (one.unit in _IN_MONTHS) is (other.unit in _IN_MONTHS)
    return one.minutes > other.minutes * (1 if alike else _CLEARLY)


def _cell(row: Node, column: str) -> Node:
    found = row.get(column) if isinstance(row, Block) else None
    return row if found is None else found


def _text(row: Node, key: str) -> str:
    found = row.get(key) if isinstance(row, Block) else None
    return found.text if isinstance(found, Scalar) else ""
