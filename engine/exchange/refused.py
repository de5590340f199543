"""Refused rows: the first mistakes go into the report, whole rows into a file, to be corrected there."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from engine.exchange.cells import guarded, guarded_cell
from engine.exchange.report import Refusal
from engine.exchange.rows import Row
from engine.exchange.sheet import Sheet, SheetUnusable, is_workbook

MOST_SHOWN = 1_000
"""A report names so many mistakes; all are in the file of refused rows."""

REFUSED_COLUMNS = ("行 Row", "原因 Reason")

Explain = Callable[[Refusal], str]


@dataclass(frozen=True, slots=True)
class Wording:
    """How the reasons of a row are told in one cell of the file."""

    explain: Explain
    between: str

    def of(self, refusals: Sequence[Refusal]) -> str:
        """The text of that cell."""
        return self.between.join(map(self.explain, refusals))


class RefusedRows:
    """Collects refused rows; the file is made when the first one comes, and is whole when `stack` is left."""

    def __init__(self, sheet: Sheet, path: Path | None, wording: Wording, stack: ExitStack) -> None:
        self.rows = 0
        self.shown: list[Refusal] = []
        self._sheet = sheet
        self._path = path
        self._wording = wording
        self._stack = stack
        self._write: Callable[[Sequence[str]], object] | None = None

    def add(self, row: Row) -> None:
        """Note a row with all its mistakes."""
        self.rows += 1
        self.shown += row.mistakes[: MOST_SHOWN - len(self.shown)]
        if self._path is None:
            return
        width = len(self._sheet.header)
        cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
        try:
            if self._write is None:
                self._write = self._begin(self._path)
            self._write([*cells, str(row.number), self._wording.of(row.mistakes)])
        except OSError as failure:
            reason = failure.strerror or failure
            raise SheetUnusable("W317", file=self._path.name, reason=reason) from failure

    def _begin(self, path: Path) -> Callable[[Sequence[str]], object]:
        header = [*self._sheet.header, *REFUSED_COLUMNS]
        if is_workbook(path):
            from engine.exchange.workbook_file import WorkbookFile  # noqa: PLC0415 - openpyxl takes 0.6 s to load

            book = self._stack.enter_context(WorkbookFile(path, path.stem, header))
            return book.write_texts
        file = self._stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([guarded(name) for name in header])
        return lambda cells: writer.writerow(map(guarded_cell, cells))


def in_codes(refusal: Refusal) -> str:
    """A reason where nobody gave the texts."""
    facts = " ".join(f"{name}={value}" for name, value in refusal.facts)
    return " ".join(part for part in (refusal.code, refusal.column, facts) if part)
