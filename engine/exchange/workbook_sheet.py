"""A workbook becomes a header and numbered rows of cells, read row by row."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.read_only import EMPTY_CELL

from engine.exchange.report import Note, facts_of
from engine.exchange.sheet import SheetRow, SheetUnusable, column_names
from engine.exchange.workbook_cells import code_of, text_of
from engine.exchange.workbook_marks import Marks, demand_readable
from engine.model.diagnostics import EngineError

MOST_COLUMNS = 1_000
"""A table is at most so wide; Excel's own limit of 16,384 columns would only cost time."""

_MOST_ROWS = 1 << 20
_BESIDE = 16
"""So far to the right of the table stray cells are looked for."""

_TOLD = 5
_CHUNK = 500

Line = tuple[int, Sequence[Any]]


def open_workbook(path: Path, page: str = "") -> WorkbookSheet:
    """The sheet of that name, else the first one to be seen that holds anything. Raises SheetUnusable."""
    with ExitStack() as stack, _translated(path.name):
        # Opened here, because the library would go by the ending of the name.
        file = stack.enter_context(path.open("rb"))
        demand_readable(file, path.name)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        stack.callback(book.close)
        found = _choose(path.name, book, page)
        found.files = stack.pop_all()
    return found


def _choose(name: str, book: Workbook, page: str) -> WorkbookSheet:
    sheets = {one.title: one for one in book.worksheets}
    if page:
        if page not in sheets:
            raise SheetUnusable("W323", file=name, sheet=page, known="、".join(sheets))
        found = WorkbookSheet(name, book, sheets[page])
        if not found.header:
            raise SheetUnusable("W316", file=name)
        return found
    seen = [one for one in sheets.values() if one.sheet_state == "visible"]
    filled = [one for one in seen if any(_filled(one))]
    if not filled:
        raise SheetUnusable("W316", file=name)
    return WorkbookSheet(name, book, filled[0], others=[one.title for one in filled[1:]])


def _filled(page: Any) -> Iterator[Line]:
    """The first row of a sheet that holds anything, if there is one."""
    return islice((line for line in _lines(page, MOST_COLUMNS) if not _is_blank(line[1])), 1)


class WorkbookSheet:
    """One sheet of an open workbook."""

    encoding = separator = ""

    def __init__(self, name: str, book: Workbook, page: Any, others: Sequence[str] = ()) -> None:
        self.name = name
        self.page = str(page.title)
        self.files = ExitStack()
        self._book = book
        self._sheet = page
        self._others = others
        self._beside: list[int] = []
        self._hidden = 0
        with book._archive.open(page._worksheet_path) as part:  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else tells which part of the file a sheet is
            self._marks = Marks.of(part)
        row, cells = next(_filled(page), (0, ()))
        self._header_row = row
        self.header = column_names([code_of(one) or text_of(one, book.epoch)[0] for one in cells])

    def rows(self) -> Iterator[SheetRow]:
        """The rows below the header that hold anything; each call begins anew."""
        width = len(self.header)
        self._beside, self._hidden = [], 0
        covered = _Covered(self._marks.covered(self._header_row, width))
        lines = _lines(self._sheet, width + _BESIDE)
        while (chunk := self._chunk(lines, covered)) is not None:
            yield from chunk

    def notes(self) -> tuple[Note, ...]:
        """What was read although it is hidden, and what was not read."""
        notes = []
        if self._others:
            notes.append(_note("sheets", sheet=self.page, known="、".join(self._others)))
        if self._hidden:
            notes.append(_note("rows", count=self._hidden))
        if hidden := self._hidden_columns():
            notes.append(_note("columns", known="、".join(hidden)))
        if self._beside:
            told = [*map(str, self._beside[:_TOLD]), *(["…"] if len(self._beside) > _TOLD else [])]
            notes.append(_note("beside", known="、".join(told)))
        return tuple(notes)

    def close(self) -> None:
        """Let go of the file."""
        self.files.close()

    def _chunk(self, lines: Iterator[Line], covered: _Covered) -> list[SheetRow] | None:
        with _translated(self.name):
            taken = list(islice(lines, _CHUNK))
            rows = [
                self._row(number, cells, covered.in_row(number))
                for number, cells in taken
                if number > self._header_row and (not _is_blank(cells) or self._marks.has_unsolved(number))
            ]
        return rows if taken else None

    def _row(self, number: int, cells: Sequence[Any], covered: Sequence[int]) -> SheetRow:
        width = len(self.header)
        texts: list[str] = []
        faults: dict[int, str] = {}
        shown: dict[int, str] = {}
        for place, cell in enumerate(cells[:width]):
            text, fault = ("", "") if cell.value is None else text_of(cell, self._book.epoch)
            texts.append(text)
            if code := code_of(cell):
                shown[place] = code
            if not text and self._marks.is_unsolved(number, place + 1):
                fault = "W324"
            if fault:
                faults[place] = fault
        faults.update((column - 1, "W328") for column in covered)
        if len(self._beside) <= _TOLD and not _is_blank(cells[width:]):
            self._beside.append(number)
        self._hidden += self._marks.is_hidden(number)
        return SheetRow(number, texts, faults=faults, shown=shown)

    def _hidden_columns(self) -> list[str]:
        hidden = self._marks.hidden_columns
        return [
            name
            for column, name in enumerate(self.header, 1)
            if name and any(first <= column <= last for first, last in hidden)
        ]


class _Covered:
    """Steps along the covered cells of a sheet with its rows, which come in order."""

    def __init__(self, cells: Iterator[tuple[int, int]]) -> None:
        self._cells = cells
        self._next = next(cells, None)

    def in_row(self, number: int) -> list[int]:
        found = []
        while self._next and self._next[0] <= number:
            if self._next[0] == number:
                found.append(self._next[1])
            self._next = next(self._cells, None)
        return found


def _lines(page: Any, width: int) -> Iterator[Line]:
    """The rows of a sheet that have cells, up to a column."""
    # What the file says about its own size is often wrong.
    page.reset_dimensions()
    gap = None
    for number, cells in enumerate(page.iter_rows(max_row=_MOST_ROWS, max_col=width), 1):
        # Of a million rows that are not there, all are the same object.
        if cells is gap:
            continue
        if all(one is EMPTY_CELL for one in cells):
            gap = cells
        else:
            yield number, cells


def _is_blank(cells: Sequence[Any]) -> bool:
    return all(one.value is None or (isinstance(one.value, str) and not one.value.strip()) for one in cells)


def _note(kind: str, **facts: object) -> Note:
    return Note("W327", facts_of(kind=kind, **facts))


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """A broken workbook shows itself in many ways; what the library finds odd is nobody's concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (EngineError, PermissionError, FileNotFoundError):
            raise
        except Exception as failure:
            raise SheetUnusable("W321", file=name) from failure
