"""A text file with separators becomes a header and numbered rows of cells."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.exchange.report import Note
from engine.exchange.sheet import SheetRow, SheetUnusable, column_names, unreadable

_BLOCK = 1 << 20
_SEPARATORS = ",;\t"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def open_csv(path: Path, is_known: Callable[[str], bool]) -> CsvSheet:
    """The table in a text; `is_known` tells a column name from other text (it decides between separators)."""
    encoding = _encoding(path)
    found = [CsvSheet.begin(path, encoding, separator) for separator in _SEPARATORS]
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
    page = ""

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
        return cls(path, encoding, separator, column_names(first.cells), first.number)

    @property
    def name(self) -> str:
        return self.path.name

    def rows(self) -> Iterator[SheetRow]:
        try:
            for row in self._records():
                if row.number > self.header_row and (row.problem or any(cell.strip() for cell in row.cells)):
                    yield row
        except (OSError, UnicodeError) as failure:
            raise unreadable(self.name, failure) from failure

    def notes(self) -> tuple[Note, ...]:
        return ()

    def close(self) -> None:
        """Nothing is open between two readings."""

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


def _encoding(path: Path) -> str:
    """The encoding under which the whole file is text: by its mark, else UTF-8, else GB18030."""
    with path.open("rb") as file:
        start = file.read(8)
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
