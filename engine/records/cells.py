"""Table cells: `{table: T.column}` in a test or a window, one expression for each value of the cell.

Each value's own expression keeps its bounds constant, which an index can serve; a cell `none` makes the test
no, a record that fits no row unknown (LANGUAGE, Meaning 14).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.model.moments import Length, Period, Reach
from engine.model.operands import Aggregate, Cell, Constant, Operand, Window
from engine.model.predicates import Among, Compare, EachUnit, Elapsed, Test, operands_of
from engine.model.values import Value, to_stored
from engine.records.scopes import Scope
from engine.records.tables import Sql, constant, missing

if TYPE_CHECKING:
    from engine.records.lower import Lowering


def cells_asked(test: Test) -> list[Cell]:
    """The cells a test looks up; a cell that is its subject is a value that an earlier step wrote."""
    subject, *others = operands_of(test)
    found = [one for one in others if isinstance(one, Cell)]
    for one in (subject, *others):
        found += one.cells if isinstance(one, Aggregate) else ()
    return found


def by_cell(lowering: Lowering, cell: Cell, scope: Scope, make: Callable[[Value], Sql]) -> Sql:
    """For each value of the cell its own expression; no for `none`, unknown where no row fits."""
    by = [lowering.operand(one, scope) for one in cell.by]
    whens: list[tuple[Sql, Any]] = []
    for value, keys in _grouped(cell).items():
        fits = sa.or_(*(_equals(by, row) for row in keys))
        whens.append((fits, 0 if value is None else sa.cast(make(value), sa.Integer)))
    if cell.has_otherwise:
        known = sa.and_(*(one.is_not(None) for one in by))
        whens.append((known, 0 if cell.otherwise is None else sa.cast(make(cell.otherwise), sa.Integer)))
    return sa.case(*whens, else_=None) == 1


def cell_value(lowering: Lowering, cell: Cell, scope: Scope) -> Sql:
    """The cell's value in kept form; missing for `none` and where no row fits."""
    by = [lowering.operand(one, scope) for one in cell.by]
    whens: list[tuple[Sql, Any]] = [
        (_equals(by, row), constant(to_stored(value), cell.type)) for row, value in cell.rows
    ]
    if cell.has_otherwise:
        whens.append(
            (sa.and_(*(one.is_not(None) for one in by)), constant(to_stored(cell.otherwise), cell.type))
        )
    return sa.case(*whens, else_=None)


def aggregate_by_cell(
    lowering: Lowering, operand: Aggregate, scope: Scope, make: Callable[[Aggregate], Sql]
) -> Sql:
    """What `make` gives of an aggregate whose days a cell chooses: for each of its lengths its own."""
    cell = operand.cells[0]
    by = [lowering.operand(one, scope) for one in cell.by]
    whens: list[tuple[Sql, Any]] = []
    for value, keys in _grouped(cell).items():
        made = missing(operand.type) if value is None else make(_with_length(operand, cell, value))
        whens.append((sa.or_(*(_equals(by, row) for row in keys)), made))
    if cell.has_otherwise and cell.otherwise is not None:
        known = sa.and_(*(one.is_not(None) for one in by))
        whens.append((known, make(_with_length(operand, cell, cell.otherwise))))
    return sa.case(*whens, else_=None)


def with_cell(test: Test, cell: Cell, value: Value) -> Test:
    """The test with a table cell replaced by one of its values."""

    def windowed(operand: Operand) -> Operand:
        if isinstance(operand, Aggregate) and any(one is cell for one in operand.cells):
            return _with_length(operand, cell, value)
        return operand

    def other(operand: Operand) -> Operand:
        return Constant(value, cell.type) if operand is cell else windowed(operand)

    if isinstance(test, Elapsed):
        assert test.length is not cell or isinstance(value, Length)
        subject = windowed(test.operand)
        return replace(test, operand=subject, length=value if test.length is cell else test.length)  # type: ignore[arg-type]  # a Length, as asserted
    if isinstance(test, Compare):
        return replace(test, operand=windowed(test.operand), to=other(test.to))
    if isinstance(test, EachUnit):
        return replace(test, to=other(test.to))
    if isinstance(test, Among):
        return replace(test, operand=windowed(test.operand), values=tuple(map(other, test.values)))
    return replace(test, operand=windowed(test.operand))  # type: ignore[arg-type]  # an operand of its own kind


def _grouped(cell: Cell) -> dict[Value, list[tuple[Value, ...]]]:
    """The rows by their cell; of two for the same values the first counts."""
    grouped: dict[Value, list[tuple[Value, ...]]] = {}
    for row, value in dict(reversed(cell.rows)).items():
        grouped.setdefault(value, []).append(row)
    return grouped


def _equals(by: list[Sql], row: tuple[Value, ...]) -> Sql:
    return sa.and_(*(one == to_stored(value) for one, value in zip(by, row, strict=True)))


def _with_length(operand: Aggregate, cell: Cell, length: Value) -> Aggregate:
    """The aggregate with one of the cell's lengths in its place."""
    assert isinstance(length, Length)
    period = Period(Reach.LAST, length=length)

    def settled(window: Window | None) -> Window | None:
        if window is None or window.cell is not cell:
            return window
        return replace(window, cell=None, period=period)

    return replace(operand, window=settled(operand.window), except_=settled(operand.except_))
