"""A file becomes records of a module: what is right is written, in chunks; every refused row says why.

The file is read twice, so that memory stays flat: for double keys, then to write. It is read a third time
where rows were written with links to records that were not there: these may have come later in the file.
Where rows lead to records of the same module, the file is first read for whom they mean by name; in a
company's own table no link is written that leads nowhere, so there also for which rows will stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from engine.exchange.columns import Columns, match_columns
from engine.exchange.file_keys import FileKeys
from engine.exchange.linking import Linking
from engine.exchange.links import Incoming, LooseRows
from engine.exchange.opening import open_sheet
from engine.exchange.refused import Explain, RefusedRows, Wording, in_codes
from engine.exchange.report import ImportReport
from engine.exchange.rows import Key, Row, RowReader, Written
from engine.exchange.sheet import Sheet
from engine.exchange.standing import names_to_come, standing_keys
from engine.exchange.suspicions import Suspicions
from engine.exchange.targets import existing
from engine.model.diagnostics import RecordRefused, WrongUsage
from engine.model.entities import Model, Module
from engine.model.values import Reader
from engine.progress import say_progress
from engine.records.session import Session

CHUNK = 2_000


def import_file(
    session: Session,
    module: Module,
    path: Path,
    *,
    model: Model,
    reader: Reader,
    refused_to: Path | None = None,
    explain: Explain | None = None,
    between: str = "; ",
    page: str = "",
) -> ImportReport:
    """Add and update records by key; `refused_to` gets the refused rows, to be corrected and sent again.

    `explain` makes the text of a reason, `between` stands between those of one row.
    `page` names the sheet of a workbook; else it is the first one that holds anything.
    """
    if refused_to is not None and refused_to.resolve() == path.resolve():
        raise WrongUsage("W319", file=path.name)
    with ExitStack() as stack:
        sheet = open_sheet(path, lambda name: module.field(name) is not None, page)
        stack.callback(sheet.close)
        columns = match_columns(sheet, module)
        rows = RowReader(sheet, columns, model, module, reader)
        refused = RefusedRows(sheet, refused_to, Wording(explain or in_codes, between), stack)
        return _Writing(session, sheet, rows).whole_file(columns, refused)


def _keys(chunk: list[Row]) -> set[Key]:
    return {row.key for row in chunk if row.key is not None}


class _Writing:
    """Reads chunks of rows, holds them against the records, and writes what is right."""

    def __init__(self, session: Session, sheet: Sheet, rows: RowReader) -> None:
        self.session = session
        self.sheet = sheet
        self.rows = rows
        self.loose = LooseRows()
        self.incoming = Incoming(session, rows.model, rows.module)
        self.suspicions = Suspicions(session, rows)
        self._keys = FileKeys(key for source in sheet.rows() if (key := rows.key_of(source)) is not None)
        self._linking = Linking(session, rows, self._keys)
        self._first: dict[Key, int] = {}

    def whole_file(self, columns: Columns, refused: RefusedRows) -> ImportReport:
        """Write the whole file and tell what became of it."""
        if self.rows.own_links:
            self._look_ahead()
        rows = added = updated = unchanged = 0
        for chunk in self._chunks():
            counts = self._take_in(chunk)
            rows, added, updated = rows + len(chunk), added + counts[0], updated + counts[1]
            unchanged += counts[2]
            say_progress(self.sheet.name, rows)
            for row in chunk:
                if row.mistakes:
                    refused.add(row)
        with self.session.transaction():
            incoming = tuple(self.incoming.notes())
            loose = tuple(self.loose.columns(self.session, self.sheet, self.rows))
        return ImportReport(
            rows=rows,
            added=added,
            updated=updated,
            unchanged=unchanged,
            refused_rows=refused.rows,
            refused=tuple(refused.shown),
            loose=loose,
            loose_elsewhere=self.incoming.loose,
            page=self.sheet.page,
            encoding=self.sheet.encoding,
            separator=self.sheet.separator,
            ignored=columns.ignored,
            notes=(*columns.notes, *self.sheet.notes(), *self.suspicions.notes(), *incoming),
        )

    def _chunks(self) -> Iterator[list[Row]]:
        """The rows of the sheet, read and free of doubles."""
        source = map(self.rows.read, self.sheet.rows())
        while chunk := list(islice(source, CHUNK)):
            for row in chunk:
                self._note_double(row)
            yield chunk

    def _take_in(self, chunk: list[Row]) -> tuple[int, int, int]:
        """Check and write a chunk; how many records were added, changed, left as they were."""
        with self.session.transaction():
            present = existing(self.session, self.rows.module, _keys(chunk))
            self._check(chunk, present)
            self.suspicions.note(chunk, present)
        counts = self._write([row for row in chunk if not row.mistakes], present)
        self.loose.note(chunk)
        written = _keys([row for row in chunk if not row.mistakes])
        self.incoming.note(list(written - present))
        return counts

    def _write(self, good: list[Row], present: set[Key]) -> tuple[int, int, int]:
        """Write rows, all or nothing. Where the database refuses one, halves are tried, down to the row."""
        try:
            with self.session.attempt():
                return self._put(good, present)
        except RecordRefused as refused:
            if len(good) == 1:
                self.rows.refuse(good[0], refused.code, refused.facts)
                return 0, 0, 0
        middle = len(good) // 2
        first, second = self._write(good[:middle], present), self._write(good[middle:], present)
        return first[0] + second[0], first[1] + second[1], first[2] + second[2]

    def _put(self, good: list[Row], present: set[Key]) -> tuple[int, int, int]:
        rows, module = self.rows, self.rows.module
        known: list[list[Any]] = [[row.key, *row.values] for row in good if row.key in present]
        added: list[list[Any]] = [[row.key, *rows.complete(row)] for row in good if row.key not in present]
        self.session.upsert(module, [*rows.fields, *rows.added_fields], added)
        changed = self.session.update(module, rows.fields, known)
        return len(added), changed, len(known) - changed

    def _check(self, chunk: list[Row], present: set[Key], *, with_own: bool = True) -> None:
        """Note what the records say against the rows; `with_own`: links within the module too."""
        for row in chunk:
            if row.key is not None:
                self.rows.require(row, is_new=row.key not in present)
        for n, one in self.rows.links:
            if with_own or (n, one) not in self.rows.own_links:
                self._linking.settle(chunk, n, one)

    def _look_ahead(self) -> None:
        """Find out whom rows mean by names, and which records that they point to the file will bring."""
        linking, rows = self._linking, self.rows
        names: set[str] = set()
        ahead: set[Key] = set()
        for chunk in self._own_cells():
            unknown = linking.unknown(chunk)
            names |= {one.text for one in unknown}
            if rows.module.table:
                ahead |= {one.key for one in chunk - unknown if one.key is not None}
        if names:
            linking.names = names_to_come(self.session, rows, names, self._checked(with_own=False))
        ahead |= {key for keys in linking.names.values() for key in keys}
        if rows.module.table and ahead:
            linking.standing = ahead
            linking.standing = standing_keys(ahead, self._checked(with_own=True))

    def _own_cells(self) -> Iterator[set[Written]]:
        """The cells that mean records of the same module, as in chunks of rows."""
        source = self.sheet.rows()
        while chunk := list(islice(source, CHUNK)):
            yield {one for row in chunk for one in self.rows.own_cells(row)}

    def _checked(self, *, with_own: bool) -> Iterator[Row]:
        for chunk in self._chunks():
            with self.session.transaction():
                self._check(chunk, existing(self.session, self.rows.module, _keys(chunk)), with_own=with_own)
            yield from chunk

    def _note_double(self, row: Row) -> None:
        if row.key is None or not self._keys.may_be_double(row.key):
            return
        first = self._first.setdefault(row.key, row.number)
        if first != row.number:
            self.rows.refuse_key(row, "W305", first=first)
