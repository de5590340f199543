"""A file becomes records of a module: what is right is written, in chunks; every refused row says why.

The file is read two or three times, so that memory stays flat: for double keys, then (where records of the
module point to one another) for which rows will stand, then to write.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from engine.exchange.columns import Columns, match_columns
from engine.exchange.opening import open_sheet
from engine.exchange.refused import Explain, RefusedRows, in_codes
from engine.exchange.report import ImportReport
from engine.exchange.rows import Key, Row, RowReader
from engine.exchange.sheet import Sheet
from engine.model.diagnostics import WrongUsage
from engine.model.entities import FieldType, Model, Module
from engine.model.values import Reader
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
    page: str = "",
) -> ImportReport:
    """Add and update records by key; `refused_to` gets the refused rows, to be corrected and sent again.

    `page` names the sheet of a workbook; else it is the first one that holds anything.
    """
    if refused_to is not None and refused_to.resolve() == path.resolve():
        raise WrongUsage("W319", file=path.name)
    with ExitStack() as stack:
        sheet = open_sheet(path, lambda name: module.field(name) is not None, page)
        stack.callback(sheet.close)
        columns = match_columns(sheet, module)
        rows = RowReader(sheet, columns, model, module, reader)
        survey = _Survey.of(sheet, rows)
        if survey.wanted:
            survey.settle(session, sheet, rows)
        refused = RefusedRows(sheet, refused_to, explain or in_codes, stack)
        return _write_all(_Writing(session, rows, survey), sheet, columns, refused)


@dataclass
class _Survey:
    """What must be known of the whole file first.

    `doubles` are hashes of keys; the keys themselves are compared later. `wanted` are the records of the same
    module that rows point to, `standing` those of them that the file brings.
    """

    doubles: set[int] = field(default_factory=set)
    wanted: set[Key] = field(default_factory=set)
    standing: set[Key] = field(default_factory=set)

    @classmethod
    def of(cls, sheet: Sheet, rows: RowReader) -> _Survey:
        survey = cls()
        hashes: array[int] = array("q")
        for source in sheet.rows():
            key = rows.key_of(source)
            if key is not None:
                hashes.append(hash(key))
            if rows.self_links:
                survey.wanted.update(rows.linked_keys(source))
        # Eight bytes a row; sorted in parts, because one list of all would take five times that.
        for part in range(8):
            ordered = sorted(one for one in hashes if one % 8 == part)
            survey.doubles.update(one for one, other in pairwise(ordered) if one == other)
        return survey

    def settle(self, session: Session, sheet: Sheet, rows: RowReader) -> None:
        """Find which wanted records the file will bring: who points to a refused row is refused too."""
        self.standing = set(self.wanted)
        brought: set[Key] = set()
        pointing: dict[Key, list[Key]] = {}
        checking = _Writing(session, rows, self)
        for chunk in checking.chunks(sheet):
            with session.transaction():
                missing = checking.check(chunk)
            for row in chunk:
                if row.key is not None and row.key in self.wanted and not row.mistakes:
                    brought.add(row.key)
                    for target in missing.get(row.number, ()):
                        pointing.setdefault(target, []).append(row.key)
        lost = [one for one in pointing if one not in brought]
        while lost:
            for key in pointing.get(lost.pop(), ()):
                if key in brought:
                    brought.discard(key)
                    lost.append(key)
        self.standing = brought


class _Writing:
    """One pass over the rows: reads chunks, holds them against the records, and writes what is right."""

    def __init__(self, session: Session, rows: RowReader, survey: _Survey) -> None:
        self.session = session
        self.rows = rows
        self.survey = survey
        self._first: dict[Key, int] = {}

    def chunks(self, sheet: Sheet) -> Iterator[list[Row]]:
        """The rows of the sheet, read and free of doubles."""
        source = map(self.rows.read, sheet.rows())
        while chunk := list(islice(source, CHUNK)):
            for row in chunk:
                self._note_double(row)
            yield chunk

    def check(self, chunk: list[Row]) -> dict[int, list[Key]]:
        """Note what the records say against the rows; by row, the links that only this file can fulfil."""
        keys = {row.key for row in chunk if row.key is not None}
        self._known = self._existing(self.rows.module, keys)
        for row in chunk:
            if row.key is not None:
                self.rows.require(row, is_new=row.key not in self._known)
        missing: dict[int, list[Key]] = {}
        for n, one in self.rows.links:
            target = self.rows.model.linked(one)
            asked = {value for row in chunk if isinstance(value := _at(row, n), str | int)}
            found = self._existing(target, asked)
            for row in chunk:
                value = _at(row, n)
                if not isinstance(value, str | int) or value in found:
                    continue
                if n not in self.rows.self_links or (value != row.key and value not in self.survey.standing):
                    self.rows.refuse_cell(row, n, "W304", field=one.labels.told, module=target.labels.told)
                elif value != row.key:
                    missing.setdefault(row.number, []).append(value)
        return missing

    def write(self, chunk: list[Row]) -> tuple[int, int, int]:
        """Check and write a chunk; how many records were added, changed, left as they were."""
        rows, module = self.rows, self.rows.module
        self.check(chunk)
        added: list[list[Any]] = []
        known: list[list[Any]] = []
        for row in chunk:
            if row.mistakes:
                continue
            if row.key in self._known:
                known.append([row.key, *row.values])
            else:
                added.append([row.key, *rows.complete(row)])
        self.session.upsert(module, [*rows.fields, *rows.added_fields], added)
        changed = self.session.update(module, rows.fields, known)
        return len(added), changed, len(known) - changed

    def _note_double(self, row: Row) -> None:
        if row.key is None or hash(row.key) not in self.survey.doubles:
            return
        first = self._first.setdefault(row.key, row.number)
        if first != row.number:
            self.rows.refuse_key(row, "W305", first=first)

    def _existing(self, module: Module, keys: Iterable[Key]) -> set[Key]:
        asked = list(keys)
        found = self.session.existing_keys(module, asked) if asked else set()
        # A company's own column may hold numbers where the model says text.
        return set(found) if module.record_key.type is FieldType.NUMBER else set(map(str, found))


def _write_all(writing: _Writing, sheet: Sheet, columns: Columns, refused: RefusedRows) -> ImportReport:
    rows = added = updated = unchanged = 0
    for chunk in writing.chunks(sheet):
        with writing.session.transaction():
            counts = writing.write(chunk)
        rows, added, updated = rows + len(chunk), added + counts[0], updated + counts[1]
        unchanged += counts[2]
        for row in chunk:
            if row.mistakes:
                refused.add(row)
    return ImportReport(
        rows=rows,
        added=added,
        updated=updated,
        unchanged=unchanged,
        refused_rows=refused.rows,
        refused=tuple(refused.shown),
        encoding=sheet.encoding,
        separator=sheet.separator,
        ignored=columns.ignored,
        notes=(*columns.notes, *sheet.notes()),
    )


def _at(row: Row, n: int) -> object:
    return row.values[n] if row.values else None
