"""A list of rows with a value under each of the same names is a table, and looks like one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from editor.forms.elements import Block, Control, Element, Grid, GridRow, Items, Place
from editor.forms.filling import shown

REST = "otherwise"
"""The key beside the rows of a table of a workspace: what holds where no row does."""
Empty: TypeAlias = Callable[[Place], Control]
"""Makes the cell of a row that lacks it."""
_TELLING = {"text", "select"}
"""Cells by which people tell rows from one another."""
_FEWEST_COLUMNS = 2


def with_grid(rows: Sequence[Element], empty: Empty) -> tuple[Element, ...]:
    """Parts of a block: a table among them comes first, with what holds for all other rows as its last."""
    place, found = next(((n, one) for n, one in enumerate(rows) if isinstance(one, Grid)), (0, None))
    if found is None:
        return tuple(rows)
    rest = [one for n, one in enumerate(rows) if n != place]
    last = next((one for one in rest if _is_rest(one, found.columns)), None)
    assert last is None or isinstance(last, Block)
    if last is None:
        return found, *rest
    grid = replace(found, rows=(*found.rows, _row(last, found.columns, empty, last.label)))
    return grid, *(one for one in rest if one is not last)


def grid_of(items: Items, empty: Empty) -> Grid | None:
    """The table that a list is; None where it is none."""
    blocks = [one for one in items.items if isinstance(one, Block)]
    if len(blocks) != len(items.items) or not all(_is_flat(one) for one in blocks):
        return None
    columns = tuple(dict.fromkeys(_name(cell) for one in blocks for cell in one.rows))
    if len(columns) < _FEWEST_COLUMNS or not blocks:
        return None
    rows = tuple(_row(one, columns, empty) for one in blocks)
    return Grid(items.place, items.label, items.help, columns, rows, items.offers, items.remove)


def _is_flat(block: Block) -> bool:
    return not block.is_step and bool(block.rows) and all(isinstance(one, Control) for one in block.rows)


def _cells(block: Block) -> list[Control]:
    return [one for one in block.rows if isinstance(one, Control)]


def _is_rest(one: Element, columns: Sequence[str]) -> bool:
    if not isinstance(one, Block) or _name(one) != REST or not _is_flat(one):
        return False
    return {_name(cell) for cell in one.rows} <= set(columns)


def _row(block: Block, columns: Sequence[str], empty: Empty, label: str = "") -> GridRow:
    """A cell a column. What a row lacks can be written; the last one has what it says and no more."""
    by_name = {_name(one): one for one in _cells(block)}
    title = label or " · ".join(shown(one) for one in by_name.values() if one.kind in _TELLING) or "·"
    cells = tuple(
        _cell(by_name[name], title)
        if name in by_name
        else None
        if label
        else _missing(block, name, title, empty)
        for name in columns
    )
    return GridRow(block.place, title, cells, block.remove, block.moves, is_rest=bool(label))


def _cell(cell: Control, row: str) -> Control:
    return replace(cell, label=f"{row} · {_name(cell)}", remove=None, instead=())


def _missing(block: Block, name: str, row: str, empty: Empty) -> Control:
    return _cell(empty(Place((*block.place.path, name), block.place.line, block.place.end_line)), row)


def _name(cell: Element) -> str:
    return str(cell.place.path[-1])
