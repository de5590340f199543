"""A file becomes a header and numbered rows of cells, one at a time, as often as asked."""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.exchange.cells import unguarded
from engine.model.diagnostics import EngineError

_BLOCK = 1 << 20
_SEPARATORS = ",;\t"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class SheetUnusable(EngineError):
    """A file that cannot be read as a table of the module (then no record was written), or not be written."""

    code = "W301"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row by its number in the spreadsheet, from 1; `problem` is the code of one that cannot be read."""

    number: int
    cells: Sequence[str]
    problem: str = ""


class Sheet(Protocol):
    """What an import asks of a file."""

    @property
    def name(self) -> str:
        """The file's name, for messages."""

    @property
    def header(self) -> tuple[str, ...]:
        """The column names, trimmed; empty ones at the end left out."""

    @property
    def encoding(self) -> str:
        """How the file was read, for people."""

    @property
    def separator(self) -> str:
        """What stands between cells; empty where nothing does."""

    def rows(self) -> Iterator[SheetRow]:
        """The rows below the header that hold anything; each call begins anew."""


def open_sheet(path: Path, is_known: Callable[[str], bool]) -> Sheet:
    """The table in a file; `is_known` tells a column name from other text (it decides between separators)."""
    try:
        encoding = _encoding(path)
        found = [CsvSheet.begin(path, encoding, separator) for separator in _SEPARATORS]
    except OSError as failure:
        raise _unreadable(path, failure) from failure
    best = max(found, key=lambda one: (sum(map(is_known, one.header)), len(one.header)))
    if not best.header:
        raise SheetUnusable("W316", file=path.name)
    return best


@dataclass(frozen=True, slots=True)
class CsvSheet:
    """A text file with separators; quoted cells may hold line breaks."""

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...] = ()
    header_row: int = 0

    @classmethod
    def begin(cls, path: Path, encoding: str, separator: str) -> CsvSheet:
        """The file as it looks with that separator; without header when that makes no sense."""
        bare = cls(path, encoding, separator)
        try:
            first = next(bare.rows(), None)
        except SheetUnusable:
            return bare
        if first is None or first.problem:
            return bare
        names = [unicodedata.normalize("NFC", unguarded(cell.strip())).strip() for cell in first.cells]
        while names and not names[-1]:
            names.pop()
        return cls(path, encoding, separator, tuple(names), first.number)

    @property
    def name(self) -> str:
        return self.path.name

    def rows(self) -> Iterator[SheetRow]:
        try:
            for row in self._records():
                if row.number > self.header_row and (row.problem or any(cell.strip() for cell in row.cells)):
                    yield row
        except (OSError, UnicodeError) as failure:
            raise _unreadable(self.path, failure) from failure

    def _records(self) -> Iterator[SheetRow]:
        codec = "utf-8-sig" if self.encoding == "UTF-8" else self.encoding
        with self.path.open(encoding=codec, newline="") as file:
            reader = csv.reader(file, delimiter=self.separator, strict=True)
            number = 0
            while True:
                number += 1
                line = reader.line_num
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as failure:
                    # The reader goes on with the next line: right after one line, wrong inside a quotation.
                    if reader.line_num > line + 1:
                        raise SheetUnusable("W318", file=self.name, row=number) from failure
                    yield SheetRow(number, (), "W308")
                else:
                    yield SheetRow(number, cells)


def _unreadable(path: Path, failure: OSError | UnicodeError) -> SheetUnusable:
    reason = failure.strerror if isinstance(failure, OSError) else None
    return SheetUnusable("W301", file=path.name, reason=reason or failure)


def _encoding(path: Path) -> str:
    """The encoding under which the whole file is text: by its mark, else UTF-8, else GB18030."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_WORKBOOK_MARKS):
        raise SheetUnusable("W312", file=path.name)
    tried = ["UTF-16"] if start.startswith(_UTF_16_MARKS) else ["UTF-8", "GB18030"]
    lines = {encoding: _broken_line(path, encoding) for encoding in tried}
    for encoding, line in lines.items():
        if line == 0:
            return encoding
    # The encoding that carried furthest is most likely the one that was meant.
    raise SheetUnusable("W310", file=path.name, line=max(lines.values()))


def _broken_line(path: Path, encoding: str) -> int:
    """The first line that is no text in this encoding; 0 when there is none."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as failure:
                return line + failure.object[: failure.start].count(b"\n")
            if "\0" in text:
                raise SheetUnusable("W311", file=path.name, line=line + text[: text.index("\0")].count("\n"))
            line += text.count("\n")
            if not block:
                return 0
