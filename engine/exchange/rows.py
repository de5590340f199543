"""A row of cells becomes a key and values, or the reasons why not; no record is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache, partial

from engine.exchange.cells import unguarded
from engine.exchange.columns import Columns, stored_fields
from engine.exchange.report import Refusal, facts_of, shortened
from engine.exchange.sheet import Sheet, SheetRow
from engine.model.diagnostics import WrongUsage
from engine.model.entities import Field, FieldType, Model, Module
from engine.model.values import Reader, Value, ValueMistake

LONGEST_CELL = 100_000

Key = str | int


@dataclass(slots=True)
class Row:
    """One row read: `values` stand in the order of `RowReader.fields`; with a mistake it is not written."""

    number: int
    cells: Sequence[str]
    faults: Mapping[int, str] = field(default_factory=dict)
    key: Key | None = None
    values: list[Value] = field(default_factory=list)
    mistakes: list[Refusal] = field(default_factory=list)


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
        self.self_links = [n for n, one in self.links if one.to == module.key]
        self._required = [(n, one) for n, one in enumerate(self.fields) if one.required]
        self._places = [place for place, _ in columns.fields]
        self._readers = [self._value_reader(one) for one in self.fields]
        absent = [one for one in stored_fields(module) if one not in self.fields]
        self.added_fields = [one for one in absent if one.default is not None]
        self._unfilled = [one for one in absent if one.default is None and one.required]
        self._defaults = {one: self._default(one) for one in stored_fields(module) if one.default is not None}

    def read(self, source: SheetRow) -> Row:
        """The row with everything that is wrong in its cells."""
        row = Row(source.number, source.cells, source.faults)
        if source.problem:
            self._refuse(row, source.problem)
            return row
        if any(cell.strip() for cell in source.cells[len(self.header) :]):
            self._refuse(row, "W309", cells=len(source.cells), columns=len(self.header))
        row.key = self._key(row)
        row.values = [self._value(row, n) for n in range(len(self.fields))]
        return row

    def key_of(self, source: SheetRow) -> Key | None:
        """The key of a row, when it has a good one."""
        return None if source.problem else self._key(Row(source.number, source.cells, source.faults))

    def linked_keys(self, source: SheetRow) -> list[Key]:
        """The records of the same module that a row points to."""
        row = Row(source.number, source.cells, source.faults)
        found = [self._value(row, n) for n in self.self_links] if not source.problem else []
        return [one for one in found if isinstance(one, str | int)]

    def complete(self, row: Row) -> list[Value]:
        """The values of a new record: defaults in place of blanks, followed by those of `added_fields`."""
        pairs = zip(self.fields, row.values, strict=True)
        filled = [self._defaults.get(one) if value is None else value for one, value in pairs]
        return [*filled, *(self._defaults[one] for one in self.added_fields)]

    def require(self, row: Row, *, is_new: bool) -> None:
        """Note the required fields that would be left blank."""
        for n, one in self._required:
            given = row.values[n] is not None or self._cell(row, n).strip() or self._places[n] in row.faults
            if not given and not (is_new and one.default is not None):
                self.refuse_cell(row, n, "W306", field=one.labels.told)
        for one in self._unfilled if is_new else ():
            self._refuse(row, "W306", (one.labels.zh, ""), field=one.labels.told)

    def refuse_cell(self, row: Row, n: int, code: str, **facts: object) -> None:
        """Note a mistake in the cell of the n-th field."""
        place = self._places[n]
        self._refuse(row, code, (self.header[place], self._cell(row, n)), **facts)

    def refuse_key(self, row: Row, code: str, **facts: object) -> None:
        """Note a mistake in the key."""
        cell = row.cells[self.columns.key] if self.columns.key < len(row.cells) else ""
        self._refuse(row, code, (self.header[self.columns.key], cell), **facts)

    def _refuse(self, row: Row, code: str, cell: tuple[str, str] = ("", ""), **facts: object) -> None:
        column, text = cell
        told = facts_of(**{"value": text, **facts} if text else facts)
        row.mistakes.append(Refusal(row.number, column, shortened(text), code, told))

    def _cell(self, row: Row, n: int) -> str:
        place = self._places[n]
        return row.cells[place] if place < len(row.cells) else ""

    def _key(self, row: Row) -> Key | None:
        place = self.columns.key
        if place in row.faults:
            self.refuse_key(row, row.faults[place])
            return None
        text = row.cells[place] if place < len(row.cells) else ""
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
        text = self._cell(row, n)
        if not text:
            return None
        if len(text) > LONGEST_CELL:
            self.refuse_cell(row, n, "W314", length=len(text), limit=LONGEST_CELL)
            return None
        try:
            return self._readers[n](text)
        except ValueMistake as mistake:
            self.refuse_cell(row, n, mistake.code, **mistake.facts)
            return None

    def _value_reader(self, one: Field) -> Callable[[str], Value]:
        if one.type.is_text:
            return partial(_read_text, self.reader, one)
        # Days, options and links repeat from row to row.
        remembered = lru_cache(maxsize=4096)
        if one.type is FieldType.LINK:
            return remembered(partial(_read_link, self.reader, one, self.model.linked(one)))
        return remembered(partial(_read_text, self.reader, one))

    def _default(self, one: Field) -> Value:
        assert one.default is not None
        try:
            return self._value_reader(one)(one.default)
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


def _read_link(reader: Reader, one: Field, target: Module, text: str) -> Value:
    try:
        return read_key(reader, target, unguarded(text.strip()))
    except ValueMistake as mistake:
        facts = {"field": one.labels.told, "value": text.strip(), "module": target.labels.told}
        raise ValueMistake("W304", **facts) from mistake
