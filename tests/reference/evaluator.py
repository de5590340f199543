"""What a predicate means: plain Python over plain rows, written from LANGUAGE section 7 and not from the SQL.

A world is a dict of module key -> rows; a row is a dict of field key -> typed value (None: missing), with the
record's own key, as text, under KEY. Links hold the key, as text, of the record they point to.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

from engine.model.entities import FieldType
from engine.model.moments import Anchor, Clock, Length, Moment, Period, Reach, Unit
from engine.model.predicates import (
    Added,
    Aggregate,
    All,
    Among,
    Carrying,
    Cases,
    Cell,
    Compare,
    Comparison,
    Constant,
    Elapsed,
    Empty,
    FieldValue,
    First,
    Function,
    HasTags,
    Leaf,
    MomentValue,
    NoneOf,
    OnDay,
    Operand,
    Part,
    Predicate,
    RecordKey,
    Tagged,
    Test,
    TextPart,
    Window,
    operands_of,
)

Row: TypeAlias = Mapping[str, Any]
World: TypeAlias = Mapping[str, Sequence[Row]]
Answer: TypeAlias = bool | None

KEY = "#"
OPERATORS = {
    Comparison.IS: operator.eq,
    Comparison.IS_NOT: operator.ne,
    Comparison.AT_LEAST: operator.ge,
    Comparison.MORE_THAN: operator.gt,
    Comparison.AT_MOST: operator.le,
    Comparison.LESS_THAN: operator.lt,
}


def holds(predicate: Predicate, record: Row, world: World, clock: Clock) -> Answer:
    """Yes, no, or None for unknown."""
    return Reference(world, clock).ask(predicate, record)


def value_of(operand: Operand, record: Row, world: World, clock: Clock) -> Any:
    """The operand's value for the record; None when missing."""
    return Reference(world, clock).value(operand, record)


# --- three answers (Meaning 1) ----------------------------------------------------------------------------


def every(answers: Sequence[Answer]) -> Answer:
    if False in answers:
        return False
    return None if None in answers else True


def enough(answers: Sequence[Answer], needs: int) -> Answer:
    yes, unknown = answers.count(True), answers.count(None)
    if yes >= needs:
        return True
    return None if yes + unknown >= needs else False


def opposite(answer: Answer) -> Answer:
    return None if answer is None else not answer


# --- the calendar (Meaning 3 and 4) -----------------------------------------------------------------------

MINUTES = {Unit.MINUTES: 1, Unit.HOURS: 60}
DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}
MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}
NOMINAL_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 30, Unit.QUARTERS: 90, Unit.YEARS: 365}


def nominal_minutes(length: Length) -> int:
    """Lengths that are kept are compared by a month of 30 days and a year of 365."""
    if length.unit in MINUTES:
        return length.amount * MINUTES[length.unit]
    return length.amount * NOMINAL_DAYS[length.unit] * 24 * 60


def is_short(length: Length) -> bool:
    """Hours and minutes: they lie between instants, not days."""
    return length.unit in MINUTES


def moved(day: date, length: Length, sign: int) -> date:
    """So many days, weeks, months, quarters or years on or back; months clip."""
    try:
        if length.unit in DAYS:
            return day + timedelta(days=sign * length.amount * DAYS[length.unit])
        year, month = divmod(day.year * 12 + (day.month - 1) + sign * length.amount * MONTHS[length.unit], 12)
        for number in range(day.day, 27, -1):
            if _exists(year, month + 1, number):
                return date(year, month + 1, number)
        return date(year, month + 1, day.day)
    except (ValueError, OverflowError):
        return date.min if sign < 0 else date.max


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def first_of(day: date, unit: Unit) -> date:
    """The first day of the calendar week (Monday), month, quarter or year."""
    while not _opens(day, unit):
        day -= timedelta(days=1)
    return day


def last_of(day: date, unit: Unit) -> date:
    """The last day of the same."""
    while not _opens(day + timedelta(days=1), unit):
        day += timedelta(days=1)
    return day


OPENING_MONTHS = {Unit.MONTHS: range(1, 13), Unit.QUARTERS: (1, 4, 7, 10), Unit.YEARS: (1,)}


def _opens(day: date, unit: Unit) -> bool:
    if unit is Unit.WEEKS:
        return day.weekday() == 0
    return day.day == 1 and day.month in OPENING_MONTHS[unit]


@dataclass(frozen=True)
class Calendar:
    """Days as the clock's zone counts them."""

    clock: Clock

    @property
    def today(self) -> date:
        return self.day(self.clock.now)

    def day(self, value: date) -> date:
        """The local calendar day of a date or datetime."""
        return value.astimezone(self.clock.zone).date() if isinstance(value, datetime) else value

    def begins(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.clock.zone).astimezone(UTC)

    def is_instant(self, moment: Moment) -> bool:
        """Written with hours, minutes or a time of day; `now` is one."""
        if moment.anchor is Anchor.INSTANT:
            return True
        return is_short(moment.offset) if moment.offset else moment.anchor is Anchor.NOW

    def moment_day(self, moment: Moment) -> date:
        if moment.unit is not None:
            return (first_of if moment.anchor is Anchor.START_OF else last_of)(self.today, moment.unit)
        if moment.fixed is not None:
            return moment.fixed.date()
        if moment.offset is None:
            return self.today
        if is_short(moment.offset):
            return self.day(self.moment_instant(moment))
        return moved(self.today, moment.offset, moment.sign)

    def moment_instant(self, moment: Moment) -> datetime:
        """A day stands for its first moment."""
        if moment.anchor is Anchor.INSTANT and moment.fixed is not None:
            return moment.fixed.replace(tzinfo=self.clock.zone).astimezone(UTC)
        if moment.offset and is_short(moment.offset):
            return self.clock.now + moment.sign * timedelta(minutes=nominal_minutes(moment.offset))
        if moment.anchor is Anchor.NOW and moment.offset is None:
            return self.clock.now
        return self.begins(self.moment_day(moment))

    def within(self, value: date | None, period: Period) -> bool:
        """No day, no period; and no period goes beyond today."""
        if value is None or self.day(value) > self.today:
            return False
        if isinstance(value, datetime):
            if period.since is not None and self.is_instant(period.since):
                return value >= self.moment_instant(period.since)
            if period.length is not None and is_short(period.length):
                return value >= self.clock.now - timedelta(minutes=nominal_minutes(period.length))
        first, last = self.days(period)
        return first <= self.day(value) <= last

    def days(self, period: Period) -> tuple[date, date]:
        if period.since is not None:
            return self.moment_day(period.since), self.today
        if period.length is not None:
            if is_short(period.length):
                return self.day(
                    self.clock.now - timedelta(minutes=nominal_minutes(period.length))
                ), self.today
            return moved(self.today, period.length, -1) + timedelta(days=1), self.today
        assert period.unit is not None
        if period.reach is Reach.THIS:
            return first_of(self.today, period.unit), self.today
        before = first_of(self.today, period.unit) - timedelta(days=1)
        return first_of(before, period.unit), before


# --- values -----------------------------------------------------------------------------------------------


def ordered(value: Any) -> Any:
    """What is compared of a value: lengths by their minutes, yes and no as they stand."""
    return nominal_minutes(value) if isinstance(value, Length) else value


def folded(text: str) -> str:
    """A to Z and a to z count as equal, nothing else does."""
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in text)


NO_ROW = object()
NOT_FOR_THIS = object()


class Reference:
    """Asks predicates of the records of one world at one moment."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.calendar = Calendar(clock)

    # --- predicates ---------------------------------------------------------------------------------------

    def ask(self, predicate: Predicate, record: Row) -> Answer:
        if isinstance(predicate, Leaf):
            answer = every([self.test(test, record) for test in predicate.tests])
            return predicate.if_missing if answer is None else answer
        answers = [self.ask(item, record) for item in predicate.items]
        if isinstance(predicate, All):
            return every(answers)
        if isinstance(predicate, NoneOf):
            return opposite(enough(answers, 1))
        return enough(answers, predicate.needs)

    def test(self, test: Test, record: Row) -> Answer:
        """A cell `none` is no, a table without a row is unknown (Meaning 14); else what the test says."""
        found = [self._looked_up(cell, record) for cell in cells_asked(test)]
        if NOT_FOR_THIS in found:
            return False
        if NO_ROW in found:
            return None
        value = self.value(test.operand, record)
        if isinstance(test, Empty):
            return (value is None) is test.wanted
        if isinstance(test, HasTags):
            return _carries(value or (), test)
        if value is None:
            return None
        if isinstance(test, TextPart):
            return _has_part(folded(value), folded(test.text), test.part)
        if isinstance(test, OnDay):
            return self._on_day(value, test)
        if isinstance(test, Elapsed):
            return self._elapsed(value, test, record)
        if isinstance(test, Compare):
            return self._compare(test, record)
        equal = [self._compare(Compare(test.operand, Comparison.IS, one), record) for one in test.values]
        return opposite(enough(equal, 1)) if test.negated else enough(equal, 1)

    def _compare(self, test: Compare, record: Row) -> Answer:
        left, right = self.value(test.operand, record), self.value(test.to, record)
        if left is None or right is None:
            return None
        if isinstance(left, date) and isinstance(right, date):
            by_instant = self._tells_time(test.operand) or self._tells_time(test.to, record)
            if not (by_instant and isinstance(left, datetime) and isinstance(right, datetime)):
                left, right = self.calendar.day(left), self.calendar.day(right)
        if is_stray(test.operand, left) or is_stray(test.to, right):
            return test.comparison is Comparison.IS_NOT
        return bool(OPERATORS[test.comparison](ordered(left), ordered(right)))

    def _tells_time(self, operand: Operand, record: Row | None = None) -> bool:
        """A time of day was written; midnight is how a bare day reads. Fields are compared by their days."""
        if isinstance(operand, MomentValue):
            return self.calendar.is_instant(operand.moment)
        value = operand.value if isinstance(operand, Constant) else None
        if isinstance(operand, Cell) and record is not None:
            value = self.value(operand, record)
        return isinstance(value, datetime) and value != self.calendar.begins(self.calendar.day(value))

    def _on_day(self, value: date, test: OnDay) -> bool:
        if isinstance(value, datetime) and self.calendar.is_instant(test.moment):
            return bool(OPERATORS[test.comparison](value, self.calendar.moment_instant(test.moment)))
        return bool(
            OPERATORS[test.comparison](self.calendar.day(value), self.calendar.moment_day(test.moment))
        )

    def _elapsed(self, value: date, test: Elapsed, record: Row) -> Answer:
        length = self.value(test.length, record) if isinstance(test.length, Cell) else test.length
        now: date = self.clock.now if is_short(length) else self.calendar.today
        at = value if is_short(length) else self.calendar.day(value)
        if at > now:
            return False
        back = timedelta(minutes=nominal_minutes(length))
        bound = self.clock.now - back if is_short(length) else moved(self.calendar.today, length, -1)
        # The longer ago, the earlier: so the sides change places.
        return bool(OPERATORS[test.comparison](bound, at))

    # --- operands -----------------------------------------------------------------------------------------

    def value(self, operand: Operand, record: Row) -> Any:
        if isinstance(operand, FieldValue):
            row = self._linked(operand.links, record)
            return None if row is None else row[operand.field.key]
        if isinstance(operand, RecordKey):
            row = self._linked(operand.links, record)
            return None if row is None else row[KEY]
        if isinstance(operand, Constant):
            return operand.value
        if isinstance(operand, MomentValue):
            of = self.calendar.moment_day if operand.type is FieldType.DATE else self.calendar.moment_instant
            return of(operand.moment)
        if isinstance(operand, Cell):
            found = self._looked_up(operand, record)
            return None if found is NO_ROW or found is NOT_FOR_THIS else found
        if isinstance(operand, Aggregate):
            return self._aggregate(operand, record)
        return self._made(operand, record)

    def _made(self, operand: Operand, record: Row) -> Any:
        if isinstance(operand, Added):
            before = self.value(operand.operand, record)
            return (Decimal(0) if before is None else before) + operand.amount
        if isinstance(operand, Tagged):
            carried = [*(self.value(operand.operand, record) or ()), operand.tag]
            known = [name for name in (*operand.field.options, *operand.field.retired) if name in carried]
            return (*known, *dict.fromkeys(name for name in carried if name not in known))
        if isinstance(operand, First):
            found = (self.value(one, record) for one in operand.operands)
            return next((one for one in found if one is not None), None)
        if isinstance(operand, Cases):
            for case, value in operand.cases:
                if self.ask(case, record) is True:
                    return self.value(value, record)
            return self.value(operand.otherwise, record)
        raise NotImplementedError(operand)

    def _linked(self, links: Sequence[Any], record: Row) -> Row | None:
        row: Row | None = record
        for link in links:
            if row is None or row[link.key] is None:
                return None
            row = next((one for one in self.world[link.to] if one[KEY] == row[link.key]), None)
        return row

    def _looked_up(self, cell: Cell, record: Row) -> Any:
        """The first row that fits; `otherwise` only when everything looked up by is known."""
        asked = [self.value(one, record) for one in cell.by]
        if None in asked:
            return NO_ROW
        stray = any(is_stray(one, value) for one, value in zip(cell.by, asked, strict=True))
        wanted = [ordered(one) for one in asked]
        for keys, value in cell.rows:
            if not stray and wanted == [ordered(one) for one in keys]:
                return NOT_FOR_THIS if value is None else value
        if not cell.has_otherwise:
            return NO_ROW
        return NOT_FOR_THIS if cell.otherwise is None else cell.otherwise

    def _aggregate(self, operand: Aggregate, record: Row) -> Any:
        rows = self._related(operand, record)
        if rows is None:
            return None
        if operand.function is Function.COUNT:
            return Decimal(len(rows))
        assert operand.field is not None
        values = [one for one in (self.value(operand.field, row) for row in rows) if one is not None]
        if operand.function is Function.DISTINCT:
            return Decimal(len({ordered(one) for one in values}))
        if operand.function is Function.SUM:
            return sum(values, Decimal(0))
        if not values:
            return None
        if operand.function is Function.AVERAGE:
            return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        biggest = operand.function in {Function.LARGEST, Function.LATEST}
        return (max if biggest else min)(values, key=ordered)

    def _related(self, operand: Aggregate, record: Row) -> list[Row] | None:
        """The related records that are looked at; None when nobody knows which days."""
        relation = operand.relation
        period = self._period(operand.window, record)
        if period is NO_ROW:
            return None
        found = []
        for row in self.world[relation.module.key]:
            if row[relation.link.key] is None or row[relation.link.key] != record[KEY]:
                continue
            if period is not None and not self.calendar.within(row[operand.window.on.key], period):
                continue
            if operand.where is None or self.ask(operand.where, row) is True:
                found.append(row)
        return found

    def _period(self, window: Window | None, record: Row) -> Any:
        if window is None or window.cell is None:
            return None if window is None else window.period
        length = self._looked_up(window.cell, record)
        return Period(Reach.LAST, length=length) if isinstance(length, Length) else NO_ROW


def cells_asked(test: Test) -> Iterator[Cell]:
    """The cells a test looks up: what it compares with, and the windows of both sides.

    A cell as the subject is a value that an earlier step wrote: `none` there has left the field empty.
    """
    subject, *others = operands_of(test)
    yield from (one for one in others if isinstance(one, Cell))
    for one in (subject, *others):
        if isinstance(one, Aggregate) and one.window is not None and one.window.cell is not None:
            yield one.window.cell


def is_stray(operand: Operand, value: Any) -> bool:
    """A kept value that is no option equals nothing (Meaning 17)."""
    if not isinstance(operand, FieldValue) or operand.type is not FieldType.CHOICE:
        return False
    return value not in (*operand.field.options, *operand.field.retired)


def _carries(carried: Sequence[str], test: HasTags) -> bool:
    has = [tag in carried for tag in test.tags]
    return {Carrying.HAS: any(has), Carrying.HAS_ALL: all(has), Carrying.HAS_NONE: not any(has)}[
        test.carrying
    ]


def _has_part(text: str, part: str, where: Part) -> bool:
    if where is Part.CONTAINS:
        return part in text
    return text.startswith(part) if where is Part.STARTS_WITH else text.endswith(part)


__all__ = ["KEY", "Among", "Answer", "Reference", "Row", "World", "cells_asked", "holds", "value_of"]
