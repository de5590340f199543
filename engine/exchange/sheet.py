"""What an import asks of a file: a header and numbered rows of cells, one at a time, as often as asked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from engine.exchange.cells import unguarded
from engine.exchange.report import Note
from engine.model.diagnostics import EngineError


class SheetUnusable(EngineError):
    """A file that cannot be read as a table of the module (then no record was written), or not be written."""

    code = "W301"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row by its number in the spreadsheet, from 1.

    `problem` is the code of a row that cannot be read, `faults` those of single cells, by their place.
    `shown` are cells with a number that a person sees as a code, by place: 7 as `K007`. Only the field knows
    which of the two is meant.
    """

    number: int
    cells: Sequence[str]
    problem: str = ""
    faults: Mapping[int, str] = field(default_factory=dict)
    shown: Mapping[int, str] = field(default_factory=dict)


class Sheet(Protocol):
    """A table in a file, open until it is closed."""

    @property
    def name(self) -> str:
        """The file's name, for messages."""

    @property
    def header(self) -> tuple[str, ...]:
        """The column names, trimmed; empty ones at the end left out."""

    @property
    def page(self) -> str:
        """The sheet of a workbook; empty for a text file."""

    @property
    def encoding(self) -> str:
        """How a text file was read; empty for a workbook."""

    @property
    def separator(self) -> str:
        """What stands between cells; empty where nothing does."""

    def rows(self) -> Iterator[SheetRow]:
        """The rows below the header that hold anything; each call begins anew."""

    def notes(self) -> tuple[Note, ...]:
        """What is worth saying about the file, once its rows have been read."""

    def close(self) -> None:
        """Let go of the file."""


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """The names in the cells of a header."""
    names = [unicodedata.normalize("NFC", unguarded(cell.strip())).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def is_workbook(path: Path) -> bool:
    """Whether a file to be written is to be a workbook: its ending says so."""
    return path.suffix.lower() == ".xlsx"


def unreadable(name: str, failure: OSError | UnicodeError) -> SheetUnusable:
    """The world's reason why a file cannot be read."""
    reason = failure.strerror if isinstance(failure, OSError) else None
    return SheetUnusable("W301", file=name, reason=reason or failure)
