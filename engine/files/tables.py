"""tables.yaml: numbers a company changes, looked up by fields (LANGUAGE section 5)."""

from __future__ import annotations

from collections.abc import Iterable

from engine.files.scalars import text_of
from engine.model.diagnostics import Problems, nearest
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, is_nothing
from engine.model.entities import Field, FieldType, Labels
from engine.model.values import Reader, Value, ValueMistake
from engine.shapes.reading import RowPlace, Table
from engine.shapes.schema import TEXT, block, listed, one_or_many
from engine.shapes.shape import fits, note_kind, note_unknown_key

TABLE = block(
    {
        "by": one_or_many(TEXT),
        "columns": {"type": "object", "minProperties": 1},
        "rows": listed({"type": "object"}),
        "otherwise": {"type": "object"},
    },
    "by",
    "columns",
    "rows",
)
SCHEMA = {"type": "object", "additionalProperties": TABLE}
NONE = "none"
OF_PEOPLE = ("person", "role")
"""Types of columns whose cells name whom a step is for: a key or a name, or a role of workspace.yaml."""


def read_tables(
    document: Document, values: Reader, problems: Problems, roles: Iterable[str] = ()
) -> dict[str, Table]:
    """Every table of the file by name; `roles` are the names that cells of roles may hold."""
    if document.root is None:
        return {}
    known_roles = tuple(roles)
    found: dict[str, Table] = {}
    for key, node in document.root.entries:
        if isinstance(node, Mapping) and fits(node, TABLE, problems):
            found[key.text] = _read(key, node, values, problems)
            _note_roles(node, found[key.text], known_roles, problems)
        elif not isinstance(node, Mapping):
            note_kind(node, key.text, "object", problems)
    return found


def _read(key: Scalar, node: Mapping, values: Reader, problems: Problems) -> Table:
    lookup = _names(node.get("by"))
    by = tuple(one.text for one in lookup)
    headers = node.get("columns")
    columns = _columns(headers, problems)
    named = headers.keys() if isinstance(headers, Mapping) else ()
    rows: list[tuple[tuple[str, ...], dict[str, Value]]] = []
    places: list[RowPlace] = []
    written = node.get("rows")
    for row in written.items if isinstance(written, Sequence) else ():
        if not isinstance(row, Mapping):
            continue
        _note_strangers(row, (*by, *named), problems)
        if _lacks_cells(row, by, columns, problems):
            continue
        found = [cell for name in by if isinstance(cell := row.get(name), Scalar)]
        keys = tuple(cell.text for cell in found)
        rows.append((keys, _cells(row, columns, values, problems)))
        places.append(RowPlace(row.span.start(), tuple(cell.span for cell in found)))
    otherwise = node.get("otherwise")
    if isinstance(otherwise, Mapping):
        _note_strangers(otherwise, named, problems)
    rest = _cells(otherwise, columns, values, problems) if isinstance(otherwise, Mapping) else None
    return Table(
        key.text,
        by,
        columns,
        tuple(rows),
        rest,
        key.span,
        _columns_of_people(headers),
        tuple(one.span for one in lookup),
        tuple(places),
    )


def _names(node: Node | None) -> tuple[Scalar, ...]:
    written = node.items if isinstance(node, Sequence) else (node,)
    return tuple(one for one in written if isinstance(one, Scalar))


def _columns_of_people(node: Node | None) -> dict[str, str]:
    entries = node.entries if isinstance(node, Mapping) else ()
    return {key.text: text_of(value) for key, value in entries if text_of(value) in OF_PEOPLE}


def _note_roles(node: Mapping, table: Table, roles: tuple[str, ...], problems: Problems) -> None:
    """A role that workspace.yaml does not know would leave the step without anybody."""
    written = node.get("rows")
    rows = [*(written.items if isinstance(written, Sequence) else ()), node.get("otherwise")]
    for row in rows:
        for column, kind in table.people.items() if isinstance(row, Mapping) else ():
            cell = row.get(column) if isinstance(row, Mapping) else None
            if kind != "role" or not isinstance(cell, Scalar) or is_nothing(cell):
                continue
            if cell.text not in roles and (cell.text != NONE or cell.quoted):
                near, known = nearest(cell.text, roles), "、".join(roles) or "—"
                problems.error(cell.span, "W537", value=cell.text, nearest=near, known=known)


def _lacks_cells(row: Mapping, by: tuple[str, ...], columns: Iterable[str], problems: Problems) -> bool:
    """A row without one of its names cannot be looked up; one without a number would silently not apply."""
    known = (*by, *columns)
    misspelt = {nearest(name, known) for name in row.keys() if name not in known}
    for name in known:
        if name not in row and name not in misspelt:
            problems.error(row.span.start(), "W278" if name in columns else "W211", key=name)
        elif name in row:
            cell = row.get(name)
            if not isinstance(cell, Scalar) or is_nothing(cell):
                note_kind(cell or row, name, "string|number", problems)
    return any(not text_of(row.get(name)) for name in by)


def _columns(node: Node | None, problems: Problems) -> dict[str, FieldType]:
    found: dict[str, FieldType] = {}
    for key, value in node.entries if isinstance(node, Mapping) else ():
        text = text_of(value)
        if text in set(FieldType):
            found[key.text] = FieldType(text)
        elif text in OF_PEOPLE:
            found[key.text] = FieldType.TEXT
        else:
            known = [*FieldType, *OF_PEOPLE]
            problems.error(
                value.span,
                "W215",
                key=key.text,
                value=text or "…",
                known="、".join(known),
                nearest=nearest(text, known),
            )
    return found


def _note_strangers(row: Mapping, known: tuple[str, ...], problems: Problems) -> None:
    for name, _ in row.entries:
        if name.text not in known:
            note_unknown_key(name, known, problems)


def _cells(
    row: Mapping, columns: dict[str, FieldType], values: Reader, problems: Problems
) -> dict[str, Value]:
    """The cells of a row by column; None is the cell `none`; a column not named has no cell."""
    found: dict[str, Value] = {}
    for name, kind in columns.items():
        node = row.get(name)
        if not isinstance(node, Scalar) or is_nothing(node):
            continue
        if node.text == NONE and not node.quoted:
            found[name] = None
            continue
        field = Field(name, Labels(name, name), kind, node.span)
        if kind is FieldType.CHOICE:
            field = Field(name, Labels(name, name), FieldType.TEXT, node.span)
        try:
            found[name] = values.read(field, node.text)
        except ValueMistake as mistake:
            facts = {"field": name, "kind": "", "nearest": "", "known": "", "place": "", **mistake.facts}
            problems.error(node.span, mistake.code, **facts)
    return found
