"""What looks wrong only when a whole column is seen: shares read as percents, keys that lost their zeros."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.exchange.report import Note, facts_of
from engine.exchange.rows import Key, Row, RowReader
from engine.exchange.targets import existing
from engine.model.entities import FieldType
from engine.records.session import Session

_SIGNS = ("%", "％")
_ASKED = 200
"""So many new keys of a file are looked up with zeros in front; their column is all of one kind."""

_WIDEST = 12
"""Codes with zeros in front are rarely longer."""


class Suspicions:
    """Watches the rows of a file that are written."""

    def __init__(self, session: Session, rows: RowReader) -> None:
        percents = [n for n, one in enumerate(rows.fields) if one.type is FieldType.PERCENT]
        self._shares = [_Shares(rows, n) for n in percents]
        self._zeros = _Zeros(session, rows) if rows.module.record_key.type is FieldType.TEXT else None

    def note(self, chunk: Sequence[Row], present: set[Key]) -> None:
        """Look at rows before they are written; `present` are the keys of records that are there."""
        good = [row for row in chunk if not row.mistakes]
        for one in self._shares:
            one.note(good)
        if self._zeros is not None:
            self._zeros.note(good, present)

    def notes(self) -> Iterator[Note]:
        """What is to be told, once all rows were seen."""
        for one in self._shares:
            yield from one.notes()
        if self._zeros is not None:
            yield from self._zeros.notes()


class _Shares:
    """A percent column: 0.3 is 0.3 %, but a column of such numbers was most likely meant as shares."""

    def __init__(self, rows: RowReader, n: int) -> None:
        self._rows = rows
        self._n = n
        self._signed = self._above_one = False
        self._count = 0
        self._first: tuple[int, Decimal] | None = None

    def note(self, good: Sequence[Row]) -> None:
        for row in good:
            value = row.values[self._n]
            if not isinstance(value, Decimal) or not value:
                continue
            if self._rows.cell(row, self._n).rstrip().endswith(_SIGNS):
                self._signed = True
            elif abs(value) > 1:
                self._above_one = True
            else:
                self._count += 1
                self._first = self._first or (row.number, value)

    def notes(self) -> Iterator[Note]:
        if self._first is None or self._above_one:
            return
        row, value = self._first
        meant = f"{(value * 100).normalize():f}"
        facts = {"column": self._rows.column(self._n), "count": self._count, "row": row}
        kind = "mixed" if self._signed else ""
        yield Note(
            "W333", facts_of(kind=kind, value=f"{value.normalize():f}", meant=meant, **facts), is_warning=True
        )


class _Zeros:
    """Keys of digits: a spreadsheet makes 123 of 00123, and 123 would be another record."""

    def __init__(self, session: Session, rows: RowReader) -> None:
        self._session = session
        self._rows = rows
        self._padded: dict[int, str] = {}
        self._unpadded: dict[int, _Keys] = {}
        self._asked = 0
        self._doubled: list[tuple[int, str, str]] = []

    def note(self, good: Sequence[Row], present: set[Key]) -> None:
        new: dict[str, int] = {}
        for row in good:
            key = str(row.key)
            if not (key.isascii() and key.isdigit()):
                continue
            if key.startswith("0"):
                self._padded.setdefault(len(key), key)
                continue
            self._unpadded.setdefault(len(key), _Keys(row.number, key)).count += 1
            if key not in present and len(new) < _ASKED - self._asked:
                new[key] = row.number
        self._asked += len(new)
        self._look_up(new)

    def notes(self) -> Iterator[Note]:
        column = self._rows.header[self._rows.columns.key]
        shorter = [one for width, one in self._unpadded.items() if width < max(self._padded, default=0)]
        if len(self._padded) == 1 and shorter:
            first = min(shorter, key=lambda one: one.row)
            count, [known] = sum(one.count for one in shorter), self._padded.values()
            yield Note(
                "W334",
                facts_of(column=column, row=first.row, value=first.key, known=known, count=count),
                is_warning=True,
            )
        elif self._doubled:
            row, key, known = self._doubled[0]
            yield Note(
                "W334",
                facts_of(kind="stored", column=column, row=row, value=key, known=known),
                is_warning=True,
            )

    def _look_up(self, new: dict[str, int]) -> None:
        """Whether records have some of the new keys with zeros in front."""
        padded = {key.zfill(width): key for key in new for width in range(len(key) + 1, _WIDEST + 1)}
        found = existing(self._session, self._rows.module, padded)
        self._doubled += [(new[key], key, known) for known, key in padded.items() if known in found]


@dataclass(slots=True)
class _Keys:
    """The keys of one length that have no zero in front: the first, and how many."""

    row: int
    key: str
    count: int = 0
