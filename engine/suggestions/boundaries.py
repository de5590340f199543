"""What a made-up record may hold at the border of a condition: just enough, just too little, each option.

Whether it meets the condition is not decided here: the engine is asked. What comes first most likely does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar
from engine.model.entities import Field, FieldType, Module
from engine.model.moments import Length
from engine.model.operands import (
    Added,
    Aggregate,
    Cell,
    Constant,
    FieldValue,
    Function,
    Operand,
    Tagged,
    Times,
)
from engine.model.predicates import Compare, Comparison, Elapsed, Leaf, Test, operands_of
from engine.model.scores import Score
from engine.model.values import Value
from engine.shapes.reading import Table
from engine.suggestions.borders import Borders, around, moment_text

Rows: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]
_DAY = timedelta(days=1)
_MOST_ROWS = 12
_NUMBER = re.compile(r"-?\d+(\.\d+)?( %)?")
_GROWS = {Comparison.AT_LEAST, Comparison.MORE_THAN}


@dataclass(frozen=True, slots=True)
class Held:
    """What a record holds in a field, or the rows that point to it; neither: nothing. All as files write it.

    `key` is one for all names of the field, `about` what a row is told by.
    """

    key: str
    name: str
    text: str | None = None
    rows: Rows | None = None
    about: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether it is left out."""
        return self.text is None and self.rows is None


Probe: TypeAlias = tuple[Held, ...]
"""What is held in some fields at once."""
Changes: TypeAlias = Mapping[Field, Operand]
"""What steps have made of fields of the record."""


@dataclass(frozen=True)
class Prober:
    """Reads what conditions of one workflow ask; `tables` and `scores` (by key) are the workspace's."""

    module: Module
    tables: Mapping[str, Table]
    scores: Mapping[str, Score]
    borders: Borders

    def probes(self, leaf: Leaf, node: Node | None, changes: Changes | None = None) -> tuple[Probe, ...]:
        """What a record may hold for a condition; nothing where no example can say it.

        `changes` is what earlier steps have made of fields: then the record has to hold what becomes that.
        """
        found: list[Probe] = []
        if isinstance(node, Block):
            for test in leaf.tests:
                found += self._of_test(test, node)
        before = (tuple(self._before(one, changes or {}) for one in probe) for probe in found)
        return tuple(dict.fromkeys(tuple(filter(None, one)) for one in before if one and all(one)))

    def _before(self, held: Held, changes: Changes) -> Held | None:
        """What was held before the steps so that this is held behind them; None where nothing leads there."""
        change = next((one for field, one in changes.items() if field.key == held.key), None)
        if change is None or held.rows is not None:
            return held
        if isinstance(change, FieldValue) and not change.links and change.module is self.module:
            return replace(held, key=change.field.key, name=self.borders.name(change.field))
        if isinstance(change, Tagged):
            return None if held.text == change.tag else held
        is_number = held.text is not None and _NUMBER.fullmatch(held.text)
        if isinstance(change, Added) and isinstance(change.amount, Decimal) and is_number:
            number, _, unit = str(held.text).partition(" ")
            before = f"{(Decimal(number) - change.amount).normalize():f}"
            return replace(held, text=f"{before} {unit}".rstrip())
        return None

    def _of_test(self, test: Test, node: Block) -> Iterator[Probe]:
        subject = operands_of(test)[0]
        field = self._field(node)
        if field is not None:
            yield from self._of_field(test, field, _name_of(node))
        elif isinstance(subject, Aggregate):
            yield from self._of_related(test, subject, _name_of(node))

    def _field(self, node: Block) -> Field | None:
        """The record's own field that is asked about, computed or not."""
        word = next((one for one in ("field", "time_since", "time_until", "band_of") if one in node), "")
        return self.module.field(_name_of(node)) if word else None

    # --- fields ------------------------------------------------------------------------------

    def _of_field(self, test: Test, field: Field, name: str) -> Iterator[Probe]:
        for texts, beside in self._texts(test, field):
            for text in texts:
                yield (*beside, Held(field.key, name, text))

    def _texts(self, test: Test, field: Field) -> Iterator[tuple[Sequence[str | None], Probe]]:
        """The values to try, each with what has to be held beside it."""
        if isinstance(test, Elapsed):
            for days, beside in self._lengths(test.length):
                yield [moment_text(one, ahead=test.ahead) for one in around(test.comparison, days)], beside
        elif isinstance(test, Compare) and not isinstance(test.to, Constant):
            yield from self._against(test, field)
        else:
            yield list(self.borders.values(test, field)), ()

    def _against(self, test: Compare, field: Field) -> Iterator[tuple[Sequence[str | None], Probe]]:
        """Against a cell of a table, row by row; or against another field of the record."""
        if isinstance(test.to, FieldValue) and not test.to.links and test.to.module is self.module:
            other = test.to.field
            found = list(self.borders.beside(test.comparison, other))
            if found:
                yield found, (Held(other.key, self.borders.name(other), self.borders.any_value(other)),)
        if isinstance(test.to, Cell):
            for value, beside in self._rows_of(test.to):
                asked = replace(test, to=Constant(value, test.to.type))
                yield list(self.borders.values(asked, field)), beside

    def _lengths(self, length: Length | Operand) -> Iterator[tuple[int, Probe]]:
        """The days of a length that is written, a table's for each row, or of one that the record has."""
        if isinstance(length, Length):
            if length.counts_days:
                yield self.borders.days(length), ()
        elif isinstance(length, Cell):
            for value, beside in self._rows_of(length):
                if isinstance(value, Length) and value.counts_days:
                    yield self.borders.days(value), beside
        else:
            yield from self._own_length(length)

    def _own_length(self, length: Operand) -> Iterator[tuple[int, Probe]]:
        """A length that the record holds, times something: it is given ten days."""
        inner, times = (length.operand, length.factor) if isinstance(length, Times) else (length, Decimal(1))
        held = next((one for one in self.module.fields.values() if self._is(one, inner)), None)
        if held is not None:
            days = -int(-times * 10 // 1)
            yield days, (Held(held.key, self.borders.name(held), "10 days"),)

    def _is(self, field: Field, operand: Operand) -> bool:
        if isinstance(operand, FieldValue):
            return operand.field is field and not operand.links
        return field.type is FieldType.LENGTH and field.computed is not None

    def _rows_of(self, cell: Cell) -> Iterator[tuple[Value, Probe]]:
        """Each row of a table, with what a record of it holds."""
        table = self.tables[cell.name.rpartition(".")[0]]
        column = cell.name.rpartition(".")[2]
        fields = [self.module.field(one) for one in table.by]
        if None in fields:
            return
        for keys, cells in table.rows:
            if cells.get(column) is not None:
                found = zip(fields, table.by, keys, strict=True)
                yield cells[column], tuple(self._of_row(one, name, key) for one, name, key in found if one)

    def _of_row(self, field: Field, name: str, key: str) -> Held:
        """What a record of a row holds; of a band the score where it begins."""
        score = self.scores.get(field.key)
        return Held(field.key, name, self.borders.in_band(score.bands, key) if score else key)

    # --- related records ---------------------------------------------------------------------

    def _of_related(self, test: Test, of: Aggregate, written: str) -> Iterator[Probe]:
        if not isinstance(test, Compare) or not isinstance(test.to, Constant):
            return
        name, _, value = written.partition(".")
        for days, beside in self._windows(of):
            for rows, about in self._rows(test, of, days, value):
                yield (*beside, Held(f"→{of.relation.name}", name, None, rows, about))

    def _windows(self, of: Aggregate) -> Iterator[tuple[tuple[date, date], Probe]]:
        """The first and the last day that are looked at, and what has to be held beside."""
        today, window = self.borders.clock.today, of.window
        if window is None:
            yield (today - 365 * _DAY, today), ()
        elif window.period is not None:
            yield self._without(window.period.days(self.borders.clock), of), ()
        elif window.cell is not None:
            for value, beside in self._rows_of(window.cell):
                if isinstance(value, Length):
                    yield (today - (self.borders.days(value) - 1) * _DAY, today), beside

    def _without(self, days: tuple[date, date], of: Aggregate) -> tuple[date, date]:
        """Without the days at their end that are left out."""
        other = of.except_
        if other is None or other.period is None:
            return days
        first, last = other.period.days(self.borders.clock)
        return (days[0], first - _DAY) if first <= days[1] <= last and first > days[0] else days

    def _rows(
        self, test: Compare, of: Aggregate, days: tuple[date, date], name: str
    ) -> Iterator[tuple[Rows, str]]:
        """So many rows, or one with such a value (called `name`), and rows at the edges of the days."""
        assert isinstance(test.to, Constant)
        value, on = test.to.value, of.on
        fitting = [] if of.where is None else self.borders.row(of.where, of.relation.module)
        if not isinstance(value, Decimal) or (of.where is not None and not fitting):
            return
        fits = [(one, texts[0]) for one, texts in fitting]
        edges = self._edges(days) if on is not None and of.window is not None else []
        if of.function is Function.COUNT:
            for count in around(test.comparison, int(value)):
                if count <= _MOST_ROWS:
                    yield self._alike(count, on, days[1], fits), str(count)
            telling = _telling(test.comparison, int(value))
            if not 0 < telling <= _MOST_ROWS:
                return
            for day in edges:
                yield self._alike(telling, on, day, fits), self._ago(day)
            for one, text in [(one, text) for one, texts in fitting for text in texts[1:]]:
                other = [(name, text if name == one else fit) for name, fit in fits]
                yield self._alike(telling, on, days[1], other), f"{one} {text or ''}".rstrip()
        elif isinstance(of.field, FieldValue) and not of.field.links:
            texts = [one for one in self.borders.values(test, of.field.field) if one is not None]
            for text in texts:
                yield self._alike(1, on, days[1], [*fits, (name, text)]), f"{name} {text}"
            for day in edges if texts and test.comparison in _GROWS else []:
                yield self._alike(1, on, day, [*fits, (name, texts[0])]), self._ago(day)

    def _edges(self, days: tuple[date, date]) -> list[date]:
        """The first and the last of some days, and those around them; days to come are none."""
        first, last = days
        today = self.borders.clock.today
        return [first, first - _DAY, *([last + _DAY] if last < today else [])]

    def _alike(
        self, count: int, on: Field | None, day: date, values: Sequence[tuple[str, str | None]]
    ) -> Rows:
        is_free = on is not None and self.borders.name(on) not in dict(values)
        moment = ((self.borders.name(on), self._ago(day)),) if on is not None and is_free else ()
        said = ((name, text) for name, text in values if text is not None)
        return ((*moment, *said),) * count

    def _ago(self, day: date) -> str:
        return moment_text((self.borders.clock.today - day).days, ahead=False)


def _name_of(node: Block) -> str:
    first = node.entries[0][1]
    return first.text if isinstance(first, Scalar) else ""


def _telling(comparison: Comparison, value: int) -> int:
    """So many that it is answered otherwise than for none at all."""
    return {
        Comparison.AT_LEAST: value,
        Comparison.MORE_THAN: value + 1,
        Comparison.AT_MOST: value + 1,
        Comparison.LESS_THAN: value,
    }.get(comparison, value or 1)
