"""What a workbook's file says beside its values: sizes, hidden rows, merged cells, formulas without a result.

The library that reads the values tells none of these for a sheet that is read row by row.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

from engine.exchange.sheet import SheetUnusable

LARGEST_PART = 50_000_000
"""A file of a few kilobytes can hold a sheet of gigabytes; its directory tells."""

_MEGABYTE = 1_000_000
_BLOCK = 1 << 16
_MOST_COLUMNS = 1 << 14
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})", re.ASCII)


def demand_readable(file: IO[bytes], name: str) -> None:
    """Raises SheetUnusable for a zip that is no workbook of this kind, or too large when unpacked."""
    with ZipFile(file) as archive:
        parts = {one.filename: one.file_size for one in archive.infolist()}
    largest = max(parts.values(), default=0)
    if largest > LARGEST_PART:
        size, limit = -(-largest // _MEGABYTE), LARGEST_PART // _MEGABYTE
        raise SheetUnusable("W320", file=name, size=size, limit=limit)
    if "xl/workbook.bin" in parts:
        raise SheetUnusable("W312", file=name, kind="xlsb")
    if "content.xml" in parts:
        raise SheetUnusable("W312", file=name, kind="ods")
    if "[Content_Types].xml" not in parts:
        raise SheetUnusable("W312", file=name, kind="zip")


Area = tuple[int, int, int, int]
"""The first and last row, then the first and last column, all from 1."""


@dataclass(slots=True)
class Marks:
    """The marks of one sheet; rows and columns count from 1."""

    hidden_rows: array[int] = field(default_factory=lambda: array("q"))
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    unsolved: array[int] = field(default_factory=lambda: array("q"))

    @classmethod
    def of(cls, part: IO[bytes]) -> Marks:
        """The marks in the XML of a sheet, read in one go and without keeping it."""
        marks = cls()
        parser = expat.ParserCreate(namespace_separator=" ")
        reader = _Reader(marks, parser)
        while block := part.read(_BLOCK):
            parser.Parse(block, False)  # noqa: FBT003 - the signature of expat
        parser.Parse(b"", True)  # noqa: FBT003 - as above
        reader.end_cell()
        marks.merged.sort()
        return marks

    def is_hidden(self, row: int) -> bool:
        """Whether a row is hidden, by hand or by a filter."""
        return _has(self.hidden_rows, row)

    def is_unsolved(self, row: int, column: int) -> bool:
        """Whether a cell holds a formula that no program has computed."""
        return _has(self.unsolved, row * _MOST_COLUMNS + column - 1)

    def has_unsolved(self, row: int) -> bool:
        """Whether a row has such a formula."""
        place = bisect_left(self.unsolved, row * _MOST_COLUMNS)
        return place < len(self.unsolved) and self.unsolved[place] < (row + 1) * _MOST_COLUMNS

    def covered(self, below: int, width: int) -> Iterator[tuple[int, int]]:
        """The cells that another one covers, row by row, below a row and within the first columns."""
        waiting = [one for one in reversed(self.merged) if one[1] > below and one[2] <= width]
        active: list[Area] = []
        row = below
        while waiting or active:
            row = row + 1 if active else max(row + 1, waiting[-1][0])
            while waiting and waiting[-1][0] <= row:
                active.append(waiting.pop())
            active = [one for one in active if one[1] >= row]
            for top, _, left, right in active:
                for column in range(left, min(right, width) + 1):
                    if (row, column) != (top, left):
                        yield row, column


def _has(ordered: array[int], value: int) -> bool:
    place = bisect_left(ordered, value)
    return place < len(ordered) and ordered[place] == value


class _Reader:
    """Follows the elements of a sheet; only what it asks for is kept."""

    def __init__(self, marks: Marks, parser: expat.XMLParserType) -> None:
        self._marks = marks
        self._parser = parser
        self._row = self._column = 0
        self._is_formula = self._is_solved = False
        parser.StartElementHandler = self._start

    def end_cell(self) -> None:
        """Note the cell that has been read when it is a formula without a result."""
        if self._is_formula and not self._is_solved:
            self._marks.unsolved.append(self._row * _MOST_COLUMNS + self._column - 1)
        self._is_formula = self._is_solved = False
        self._parser.CharacterDataHandler = None

    def _start(self, name: str, facts: dict[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        if kind == "c":
            self.end_cell()
            found = _CELL.fullmatch(facts.get("r", ""))
            self._column = _column_number(found[1]) if found else self._column + 1
            # A text, even an empty one, is a result.
            self._is_solved = facts.get("t") == "str"
        elif kind == "f":
            self._is_formula = True
        elif kind == "v" and self._is_formula:
            self._parser.CharacterDataHandler = self._value
        elif kind == "row":
            self._begin_row(facts)
        elif kind == "col" and _is_true(facts.get("hidden")):
            self._marks.hidden_columns.append((int(facts["min"]), int(facts["max"])))
        elif kind == "mergeCell":
            self._merge(facts.get("ref", ""))

    def _begin_row(self, facts: dict[str, str]) -> None:
        self.end_cell()
        self._row = int(facts["r"]) if "r" in facts else self._row + 1
        self._column = 0
        if _is_true(facts.get("hidden")):
            self._marks.hidden_rows.append(self._row)

    def _value(self, text: str) -> None:
        self._is_solved = self._is_solved or bool(text)

    def _merge(self, written: str) -> None:
        first, _, last = written.partition(":")
        start, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
        if start and end:
            area = int(start[2]), int(end[2]), _column_number(start[1]), _column_number(end[1])
            self._marks.merged.append(area)


def _is_true(written: str | None) -> bool:
    return written in {"1", "true"}


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
