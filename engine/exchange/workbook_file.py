"""Rows become a workbook: a bold header that stays in view, sensible widths, texts that stay texts."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from engine.exchange.cells import guarded
from engine.exchange.sheet import SheetUnusable
from engine.exchange.workbook_cells import LONGEST_TEXT, Cell, Native, escaped

MOST_ROWS = 1 << 20
NARROWEST, WIDEST = 10, 40

_NO_TITLE = re.compile(r"[\[\]:*?/\\]")
_LONGEST_TITLE = 31
_TEXT = "@"


class WorkbookFile:
    """A workbook with one sheet, written row by row and kept when the `with` ends well."""

    def __init__(self, path: Path, title: str, header: Sequence[str], widths: Sequence[int] = ()) -> None:
        self._path = path
        self._header = header
        self._book = Workbook(write_only=True)
        self._page: Any = self._book.create_sheet(_sheet_title(title))
        self._page.freeze_panes = "A2"
        for n, name in enumerate(header):
            width = max(NARROWEST, _display_width(name) + 2, *widths[n : n + 1])
            self._page.column_dimensions[get_column_letter(n + 1)].width = min(width, WIDEST)
        self._rows = 0
        bold = Font(bold=True)
        cells = [self._text_cell(name) for name in header]
        for cell in cells:
            cell.font = bold
        self._append(cells)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        try:
            if kind is None:
                with self._path.open("wb") as file:
                    self._book.save(file)
        except OSError as failure:
            reason = failure.strerror or failure
            raise SheetUnusable("W317", file=self._path.name, reason=reason) from failure
        finally:
            if not self._page.closed:
                # The library takes its temporary file away only when it saves.
                self._book.save(io.BytesIO())

    def write(self, cells: Sequence[Cell]) -> None:
        """Add a row. Raises SheetUnusable for what no workbook holds."""
        for name, cell in zip(self._header, cells, strict=True):
            if isinstance(cell, str) and _is_too_long(cell):
                first = cells[0].value if isinstance(cells[0], Native) else cells[0]
                facts = {"record": first, "field": name, "limit": LONGEST_TEXT}
                raise SheetUnusable("W329", file=self._path.name, kind="length", **facts)
        self._append([None if cell is None else self._cell(cell) for cell in cells])

    def write_texts(self, cells: Sequence[str]) -> None:
        """Add a row of texts, cut where they are too long for a cell."""
        self._append([self._text_cell(_cut(text)) if text else None for text in cells])

    def _append(self, cells: list[Any]) -> None:
        self._rows += 1
        if self._rows > MOST_ROWS:
            raise SheetUnusable("W329", file=self._path.name, kind="rows", limit=MOST_ROWS - 1)
        self._page.append(cells)

    def _cell(self, cell: Native | str) -> Any:
        if isinstance(cell, str):
            return self._text_cell(cell)
        made = WriteOnlyCell(self._page)
        made.value = cell.value
        made.number_format = cell.format
        return made

    def _text_cell(self, text: str) -> Any:
        made = WriteOnlyCell(self._page, value=escaped(text))
        # Else `=1+1` would be a formula and `#N/A` a mistake; it stays a text also when the cell is edited.
        made.data_type = "s"
        made.number_format = _TEXT
        if guarded(text) != text:
            made.quotePrefix = True
        return made


def _is_too_long(text: str) -> bool:
    if len(text) * len("_x0000_") <= LONGEST_TEXT:
        return False
    # The library cuts the escaped form, without a word.
    return max(len(text.encode("utf-16-le")) // 2, len(escaped(text))) > LONGEST_TEXT


def _cut(text: str) -> str:
    return text[: LONGEST_TEXT // len("_x0000_")] if _is_too_long(text) else text


def _sheet_title(text: str) -> str:
    """A text as the name of a sheet."""
    return _NO_TITLE.sub(" ", escaped(text))[:_LONGEST_TITLE].strip(" '") or "Sheet"


def _display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
