"""What a made-up record may hold at the border of a condition: just enough, just too little, each option.

Whether it meets the condition is not decided here: the engine is asked. What comes first most likely does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import TypeAlias

from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar
from engine.model.entities import Field, FieldType, Module
from engine.model.moments import Clock, Length, length_of_minutes
from engine.model.operands import Aggregate, Cell, Constant, FieldValue, Function, MomentValue, Operand, Times
from engine.model.predicates import (
    All,
    Among,
    Carrying,
    Compare,
    Comparison,
    Elapsed,
    Empty,
    HasTags,
    Leaf,
    OnDay,
    Predicate,
    Test,
    TextPart,
    operands_of,
)
from engine.model.values import Value, plain
from engine.shapes.reading import Table

Rows: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]
_DAY = timedelta(days=1)
_OTHER_TEXT, _MOST_ROWS, _STEPS = "其他", 12, 10
_MINUTES_A_DAY = 1440
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


@dataclass(frozen=True)
class Prober:
    """Reads what conditions of one workflow ask; `tables` are those of the workspace."""

    module: Module
    tables: Mapping[str, Table]
    clock: Clock

    def probes(self, leaf: Leaf, node: Node | None) -> tuple[Probe, ...]:
        """What a record may hold for a condition; nothing where no example can say it."""
        found: list[Probe] = []
        if isinstance(node, Block):
            for test in leaf.tests:
                found += self._of_test(test, node)
        return tuple(dict.fromkeys(one for one in found if one))

    def _of_test(self, test: Test, node: Block) -> Iterator[Probe]:
        subject = operands_of(test)[0]
        field = self._field(node)
        if field is not None:
            yield from self._of_field(test, field, _name_of(node))
        elif isinstance(subject, Aggregate):
            yield from self._of_related(test, subject)

    def _field(self, node: Block) -> Field | None:
        """The record's own field that is asked about, computed or not."""
        word = next((one for one in ("field", "time_since", "time_until") if one in node), "")
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
                yield [_moment(one, ahead=test.ahead) for one in _around(test.comparison, days)], beside
        elif isinstance(test, Compare) and not isinstance(test.to, Constant):
            yield from self._against(test, field)
        else:
            yield list(values_of(test, field, self.clock)), ()

    def _against(self, test: Compare, field: Field) -> Iterator[tuple[Sequence[str | None], Probe]]:
        """Against a cell of a table, row by row; or against another field of the record."""
        if isinstance(test.to, FieldValue) and not test.to.links and test.to.module is self.module:
            other = test.to.field
            found = list(_beside(test.comparison, other))
            if found:
                yield found, (Held(other.key, other.labels.zh, _any_value(other)),)
        if isinstance(test.to, Cell):
            for value, beside in self._rows_of(test.to):
                asked = replace(test, to=Constant(value, test.to.type))
                yield list(values_of(asked, field, self.clock)), beside

    def _lengths(self, length: Length | Operand) -> Iterator[tuple[int, Probe]]:
        """The days of a length that is written, a table's for each row, or of one that the record has."""
        if isinstance(length, Length):
            if length.counts_days:
                yield self._days(length), ()
        elif isinstance(length, Cell):
            for value, beside in self._rows_of(length):
                if isinstance(value, Length) and value.counts_days:
                    yield self._days(value), beside
        else:
            yield from self._own_length(length)

    def _own_length(self, length: Operand) -> Iterator[tuple[int, Probe]]:
        """A length that the record holds, times something: it is given ten days."""
        inner, times = (length.operand, length.factor) if isinstance(length, Times) else (length, Decimal(1))
        held = next((one for one in self.module.fields.values() if self._is(one, inner)), None)
        if held is not None:
            days = -int(-times * 10 // 1)
            yield days, (Held(held.key, held.labels.zh, "10 days"),)

    def _is(self, field: Field, operand: Operand) -> bool:
        if isinstance(operand, FieldValue):
            return operand.field is field and not operand.links
        return field.type is FieldType.LENGTH and field.computed is not None

    def _rows_of(self, cell: Cell) -> Iterator[tuple[Value, Probe]]:
        """Each row of a table, with what a record of it holds."""
        table = self.tables[cell.name.rpartition(".")[0]]
        column = cell.name.rpartition(".")[2]
        fields = [self.module.field(one) for one in table.by]
        for keys, cells in table.rows:
            if all(one is not None for one in fields) and cells.get(column) is not None:
                yield (
                    cells[column],
                    tuple(
                        Held(one.key, name, key)
                        for one, name, key in zip(fields, table.by, keys, strict=True)
                        if one is not None
                    ),
                )

    def _days(self, length: Length) -> int:
        return (self.clock.today - self.clock.days_apart(length, -1)[1]).days

    # --- related records ---------------------------------------------------------------------

    def _of_related(self, test: Test, of: Aggregate) -> Iterator[Probe]:
        if not isinstance(test, Compare) or not isinstance(test.to, Constant):
            return
        for days, beside in self._windows(of):
            for rows, about in self._rows(test, of, days):
                yield (*beside, Held(f"→{of.relation.name}", of.relation.name, None, rows, about))

    def _windows(self, of: Aggregate) -> Iterator[tuple[tuple[date, date], Probe]]:
        """The first and the last day that are looked at, and what has to be held beside."""
        today, window = self.clock.today, of.window
        if window is None:
            yield (today - 365 * _DAY, today), ()
        elif window.period is not None:
            yield self._without(window.period.days(self.clock), of), ()
        elif window.cell is not None:
            for value, beside in self._rows_of(window.cell):
                if isinstance(value, Length):
                    yield (today - (self._days(value) - 1) * _DAY, today), beside

    def _without(self, days: tuple[date, date], of: Aggregate) -> tuple[date, date]:
        """Without the days at their end that are left out."""
        other = of.except_
        if other is None or other.period is None:
            return days
        first, last = other.period.days(self.clock)
        return (days[0], first - _DAY) if first <= days[1] <= last and first > days[0] else days

    def _rows(self, test: Compare, of: Aggregate, days: tuple[date, date]) -> Iterator[tuple[Rows, str]]:
        """So many rows, or one with such a value, and rows at the edges of the days."""
        assert isinstance(test.to, Constant)
        value, on = test.to.value, of.on
        fitting = [] if of.where is None else list(fitting_row(of.where, of.relation.module, self.clock))
        if not isinstance(value, Decimal) or (of.where is not None and not fitting):
            return
        first, last = days
        edges = [first, first - _DAY] if on is not None and of.window is not None else []
        if of.function is Function.COUNT:
            for count in _around(test.comparison, int(value)):
                if count <= _MOST_ROWS:
                    yield self._alike(count, on, last, fitting), str(count)
            enough = _around(test.comparison, int(value))[0] if test.comparison in _GROWS else int(value == 0)
            for day in edges if 0 < enough <= _MOST_ROWS else []:
                yield self._alike(enough, on, day, fitting), self._ago(day)
        elif isinstance(of.field, FieldValue) and not of.field.links:
            name = of.field.field.labels.zh
            texts = [one for one in values_of(test, of.field.field, self.clock) if one is not None]
            for text in texts:
                yield self._alike(1, on, last, [*fitting, (name, text)]), f"{name} {text}"
            for day in edges if texts and test.comparison in _GROWS else []:
                yield self._alike(1, on, day, [*fitting, (name, texts[0])]), self._ago(day)

    def _alike(self, count: int, on: Field | None, day: date, values: Sequence[tuple[str, str]]) -> Rows:
        moment = () if on is None else ((on.labels.zh, self._ago(day)),)
        return ((*moment, *values),) * count

    def _ago(self, day: date) -> str:
        return _moment((self.clock.today - day).days, ahead=False)


def _name_of(node: Block) -> str:
    first = node.entries[0][1]
    return first.text if isinstance(first, Scalar) else ""


def _moment(days: int, *, ahead: bool) -> str:
    """`89 days ago`, `in 3 days`, `today`."""
    if days == 0:
        return "today"
    counted = f"{abs(days)} days" if abs(days) != 1 else "1 day"
    return f"in {counted}" if (days > 0) is ahead else f"{counted} ago"


def _around(comparison: Comparison, value: int) -> list[int]:
    """What is just enough, and what is just not, none below nothing."""
    found = {
        Comparison.AT_LEAST: [value, value - 1],
        Comparison.MORE_THAN: [value + 1, value],
        Comparison.AT_MOST: [value, value + 1],
        Comparison.LESS_THAN: [value - 1, value],
        Comparison.IS: [value, value + 1, value - 1],
        Comparison.IS_NOT: [value + 1, value],
    }[comparison]
    return [one for one in found if one >= 0]


def values_of(test: Test, field: Field, clock: Clock) -> Iterator[str | None]:
    """Values of a field at the border of a test, as files write them; None is no value."""
    if isinstance(test, Empty):
        first = next(chain(_options(field), [_any_value(field)]), None)
        yield from (None, first) if test.wanted else (first, None)
    elif isinstance(test, Compare | Among):
        yield from _compared(test, field)
    elif isinstance(test, OnDay):
        day = test.moment.day(clock)
        for number in _around(test.comparison, day.toordinal()):
            yield date.fromordinal(number).isoformat()
    elif isinstance(test, TextPart):
        yield from (test.text, _OTHER_TEXT)
    elif isinstance(test, HasTags):
        others = [one for one in field.options if one not in test.tags]
        tags = [*test.tags] if test.carrying is not Carrying.HAS_NONE else [None, *test.tags]
        if test.carrying is not Carrying.HAS_ALL or len(test.tags) == 1:
            yield from [*tags, *others[:1]]


def _compared(test: Compare | Among, field: Field) -> Iterator[str | None]:
    wanted = test.values if isinstance(test, Among) else (test.to,)
    values = [one.value for one in wanted if isinstance(one, Constant)]
    if len(values) < len(wanted):
        yield from _moments(test, wanted)
        return
    options = list(_options(field))
    if options or field.type.is_text:
        named = [_written(one, field) for one in values]
        others = [one for one in options or [_OTHER_TEXT] if one not in named]
        denies = test.negated if isinstance(test, Among) else test.comparison is Comparison.IS_NOT
        yield from (*others, *named) if denies else (*named, *others)
    elif isinstance(test, Compare) and isinstance(values[0], Decimal):
        yield from _numbers(test.comparison, values[0], field)
    elif isinstance(test, Compare) and isinstance(values[0], Length):
        for minutes in _around(test.comparison, values[0].minutes // _MINUTES_A_DAY):
            yield str(length_of_minutes(minutes * _MINUTES_A_DAY))


def _moments(test: Compare | Among, wanted: Sequence[Operand]) -> Iterator[str]:
    """Days such as `today`, as they are written."""
    if isinstance(test, Among):
        yield from (one.moment.text for one in wanted if isinstance(one, MomentValue))


def _numbers(comparison: Comparison, value: Decimal, field: Field) -> Iterator[str]:
    step = (
        Decimal("0.01") if field.type is FieldType.MONEY or value != value.to_integral_value() else Decimal(1)
    )
    for number in _around(comparison, int(value / step)):
        yield _written(number * step, field)


def _beside(comparison: Comparison, other: Field) -> Iterator[str]:
    """Values at the border of what another field holds, which is any value."""
    for step in _around(comparison, _STEPS):
        if other.type.is_moment:
            yield _moment(2 * _STEPS - step, ahead=False)
        elif other.type is FieldType.NUMBER:
            yield str(step - _STEPS + int(_any_value(other)))


def _options(field: Field) -> Iterator[str]:
    if field.type is FieldType.YES_NO:
        yield from ("是", "否")
    elif field.type is FieldType.CHOICE:
        yield from field.options


def _any_value(field: Field) -> str:
    """Something that a field may hold."""
    found = {
        FieldType.DATE: "10 days ago",
        FieldType.DATETIME: "10 days ago",
        FieldType.LENGTH: "10 days",
        FieldType.PERCENT: "10 %",
        FieldType.NUMBER: "1",
        FieldType.MONEY: "100",
        FieldType.EMAIL: "a@example.com",
        FieldType.PHONE: "13800000000",
        FieldType.TAGS: next(iter(field.options), ""),
    }
    return found.get(field.type, _OTHER_TEXT)


def _written(value: Value, field: Field) -> str:
    """A value as files write it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        number = f"{value.normalize():f}"
        return f"{number} %" if field.type is FieldType.PERCENT else number
    return str(plain(value))


def fitting_row(where: Predicate, module: Module, clock: Clock) -> Iterator[tuple[str, str]]:
    """What a related record holds so that it fits; nothing where that cannot be told from its own fields."""
    leaves = where.items if isinstance(where, All) else (where,)
    for leaf in leaves:
        if not isinstance(leaf, Leaf) or not isinstance(operands_of(leaf.tests[0])[0], FieldValue):
            return
        value = operands_of(leaf.tests[0])[0]
        assert isinstance(value, FieldValue)
        text = next(values_of(leaf.tests[0], value.field, clock), None)
        if text is None or value.links or value.module is not module:
            return
        yield value.field.labels.zh, text
