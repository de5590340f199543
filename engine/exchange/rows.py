"""A row of cells becomes a key and values, or the reasons why not; no record is looked at."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache, partial

from engine.exchange.cells import unguarded
from engine.exchange.columns import Columns, may_wait, stored_fields
from engine.exchange.report import Refusal, facts_of, shortened
from engine.exchange.sheet import Sheet, SheetRow
from engine.model.diagnostics import WrongUsage
from engine.model.entities import Field, FieldType, Model, Module
from engine.model.values import Reader, Value, ValueMistake

LONGEST_CELL = 100_000
_NUL = "\0"

_IN_SIGNS = frozenset({FieldType.CHOICE, FieldType.TAGS})
"""Beside texts: what a person sees in the cell is the value, not the number behind it."""

Key = str | int


@dataclass(frozen=True, slots=True)
class Written:
    """A cell that means another record: the key it may be, and the text, which may be a title."""

    key: Key | None
    text: str


@dataclass(slots=True)
class Row:
    """One row read: `values` stand in the order of `RowReader.fields`; with a mistake it is not written.

    `links` are the cells of link fields by place in that order; their values are found among the records.
    A loose row is written with a link to a record that is not there yet; `ahead` are records that the row
    points to and only this file can bring.
    """

    number: int
    cells: Sequence[str]
    faults: Mapping[int, str] = field(default_factory=dict)
    key: Key | None = None
    values: list[Value] = field(default_factory=list)
    links: dict[int, Written] = field(default_factory=dict)
    mistakes: list[Refusal] = field(default_factory=list)
    is_loose: bool = False
    ahead: list[Key] = field(default_factory=list)


class RowReader:
    """Reads the rows of one sheet as records of a module."""

    def __init__(self, sheet: Sheet, columns: Columns, model: Model, module: Module, reader: Reader) -> None:  # noqa: PLR0917 - all five are the subject
        self.columns = columns
        self.header = sheet.header
        self.module = module
        self.model = model
        self.reader = reader
        self.fields = [one for _, one in columns.fields]
        self.links = [(n, one) for n, one in enumerate(self.fields) if one.type is FieldType.LINK]
        self.waiting = [(n, one) for n, one in self.links if may_wait(model, module, one)]
        self.own_links = [(n, one) for n, one in self.links if one.to == module.key]
        self._required = [(n, one) for n, one in enumerate(self.fields) if one.required]
        self._places = [place for place, _ in columns.fields]
        self._by_number = self._places_by_number()
        self._readers = [
            None if one.type is FieldType.LINK else _value_reader(reader, one) for one in self.fields
        ]
        self._link_readers = {n: _link_reader(reader, model.linked(one)) for n, one in self.links}
        absent = [one for one in stored_fields(module) if one not in self.fields]
        self.added_fields = [one for one in absent if one.default is not None]
        self._unfilled = [one for one in absent if one.default is None and one.required]
        self._defaults = {one: self._default(one) for one in stored_fields(module) if one.default is not None}

    def read(self, source: SheetRow) -> Row:
        """The row with everything that is wrong in its cells."""
        row = self._row(source)
        if source.problem:
            self._refuse(row, source.problem)
            return row
        if any(cell.strip() for cell in source.cells[len(self.header) :]):
            self._refuse(row, "W309", cells=len(source.cells), columns=len(self.header))
        row.key = self._key(row)
        row.values = [self._value(row, n) for n in range(len(self.fields))]
        return row

    def own_cells(self, source: SheetRow) -> Iterator[Written]:
        """The cells of a row that mean records of the same module."""
        row = self._row(source)
        for n, _ in () if source.problem else self.own_links:
            self._value(row, n)
        yield from row.links.values()

    def key_of(self, source: SheetRow) -> Key | None:
        """The key of a row, when it has a good one."""
        return None if source.problem else self._key(self._row(source))

    def complete(self, row: Row) -> list[Value]:
        """The values of a new record: defaults in place of blanks, followed by those of `added_fields`."""
        pairs = zip(self.fields, row.values, strict=True)
        filled = [self._defaults.get(one) if value is None else value for one, value in pairs]
        return [*filled, *(self._defaults[one] for one in self.added_fields)]

    def require(self, row: Row, *, is_new: bool) -> None:
        """Note the required fields that would be left blank."""
        for n, one in self._required:
            given = row.values[n] is not None or self.cell(row, n).strip() or self._places[n] in row.faults
            if not given and not (is_new and one.default is not None):
                self.refuse_cell(row, n, "W306", field=one.labels.told)
        for one in self._unfilled if is_new else ():
            self._refuse(row, "W306", (one.labels.zh, ""), field=one.labels.told)

    def column(self, n: int) -> str:
        """The n-th field's name in the header."""
        return self.header[self._places[n]]

    def cell(self, row: Row, n: int) -> str:
        """The cell of the n-th field."""
        place = self._places[n]
        return row.cells[place] if place < len(row.cells) else ""

    def refuse_cell(self, row: Row, n: int, code: str, **facts: object) -> None:
        """Note a mistake in the cell of the n-th field."""
        self._refuse(row, code, (self.column(n), self.cell(row, n)), **facts)

    def refuse_key(self, row: Row, code: str, **facts: object) -> None:
        """Note a mistake in the key."""
        cell = row.cells[self.columns.key] if self.columns.key < len(row.cells) else ""
        self._refuse(row, code, (self.header[self.columns.key], cell), **facts)

    def refuse(self, row: Row, code: str, facts: Mapping[str, str]) -> None:
        """Note what the database says against a row: in the cell of the field that it is about, if any."""
        about = (n for n, one in enumerate(self.fields) if one.labels.told == facts.get("field"))
        n = next(about, None)
        if n is None:
            self._refuse(row, code, ("", ""), **facts)
        else:
            self.refuse_cell(row, n, code, **facts)

    def _row(self, source: SheetRow) -> Row:
        cells = source.cells
        if source.shown:
            shown = {place: code for place, code in source.shown.items() if place not in self._by_number}
            cells = [shown.get(place, cell) for place, cell in enumerate(cells)]
        return Row(source.number, cells, source.faults)

    def _places_by_number(self) -> frozenset[int]:
        """The columns whose fields mean the number in a cell, however it is shown."""
        kinds = {self.columns.key: self.module.record_key.type}
        for place, one in self.columns.fields:
            target = self.model.linked(one).record_key if one.type is FieldType.LINK else one
            kinds[place] = target.type
        return frozenset(place for place, kind in kinds.items() if not kind.is_text and kind not in _IN_SIGNS)

    def _refuse(self, row: Row, code: str, cell: tuple[str, str] = ("", ""), **facts: object) -> None:
        column, text = cell
        told = facts_of(**{"value": text, **facts} if text else facts)
        row.mistakes.append(Refusal(row.number, column, shortened(text), code, told))

    def _key(self, row: Row) -> Key | None:
        place = self.columns.key
        if place in row.faults:
            self.refuse_key(row, row.faults[place])
            return None
        text = row.cells[place] if place < len(row.cells) else ""
        if _NUL in text:
            self.refuse_key(row, "W415", field=self.header[place])
            return None
        try:
            key = read_key(self.reader, self.module, unguarded(text.strip()))
        except ValueMistake as mistake:
            self.refuse_key(row, mistake.code, **mistake.facts)
            return None
        if key is None:
            self.refuse_key(row, "W306", field=self.header[place])
        return key

    def _value(self, row: Row, n: int) -> Value:
        fault = row.faults.get(self._places[n])
        if fault:
            self.refuse_cell(row, n, fault)
            return None
        text = self.cell(row, n)
        if not text:
            return None
        if len(text) > LONGEST_CELL:
            self.refuse_cell(row, n, "W314", length=len(text), limit=LONGEST_CELL)
            return None
        if _NUL in text:
            self.refuse_cell(row, n, "W415", field=self.column(n))
            return None
        read = self._readers[n]
        if read is None:
            if (written := self._link_readers[n](text)) is not None:
                row.links[n] = written
            return None
        try:
            return read(text)
        except ValueMistake as mistake:
            self.refuse_cell(row, n, mistake.code, **mistake.facts)
            return None

    def _default(self, one: Field) -> Value:
        assert one.default is not None
        try:
            if one.type is FieldType.LINK:
                return read_key(self.reader, self.model.linked(one), one.default)
            return _read_text(self.reader, one, one.default)
        except ValueMistake as mistake:
            raise WrongUsage(mistake.code, **mistake.facts) from mistake


def read_key(reader: Reader, module: Module, text: str) -> Key | None:
    """The key that a text means: a text, or a whole number where the module's keys are numbers."""
    value = reader.read(module.record_key, text)
    if not isinstance(value, Decimal):
        return None if value is None else str(value)
    if value != value.to_integral_value():
        raise ValueMistake("W315", field=module.record_key.labels.told, value=text)
    return int(value)


def _read_text(reader: Reader, one: Field, text: str) -> Value:
    return reader.read(one, unguarded(text.strip()))


def _read_link(reader: Reader, target: Module, text: str) -> Written | None:
    plain = unicodedata.normalize("NFC", unguarded(text.strip())).strip()
    try:
        key = read_key(reader, target, plain)
    except ValueMistake:
        key = None
    return Written(key, plain) if plain else None


def _value_reader(reader: Reader, one: Field) -> Callable[[str], Value]:
    read = partial(_read_text, reader, one)
    # Days and options repeat from row to row.
    return read if one.type.is_text else lru_cache(maxsize=4096)(read)


def _link_reader(reader: Reader, target: Module) -> Callable[[str], Written | None]:
    return lru_cache(maxsize=4096)(partial(_read_link, reader, target))
