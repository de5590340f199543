"""What a predicate means: plain Python over plain rows, written from LANGUAGE section 7 and not from the SQL.

A world is a dict of module key -> rows; a row is a dict of field key -> typed value (None: missing), with the
record's own key, as text, under KEY. Links hold the key, as text, of the record they point to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from engine.model.colleagues import LookedUp, Present
from engine.model.entities import FieldType
from engine.model.moments import Clock, Length, Unit
from engine.model.named import Named
from engine.model.operands import (
    Added,
    Age,
    Aggregate,
    Cases,
    Cell,
    Constant,
    ExpectedNext,
    FieldValue,
    First,
    MomentValue,
    Operand,
    Rank,
    RecordKey,
    Series,
    Tagged,
    Times,
    UsualGap,
    Window,
)
from engine.model.predicates import (
    All,
    Among,
    Carrying,
    Compare,
    Comparison,
    EachUnit,
    Elapsed,
    Empty,
    HasTags,
    Leaf,
    NoneOf,
    OnDay,
    Part,
    Predicate,
    Standing,
    Test,
    TextPart,
    Trend,
    operands_of,
)
from engine.model.scores import BandOf, Score
from tests.reference import people, ranks, related, scores, series
from tests.reference.comparing import KEY, compared, ordered
from tests.reference.days import Calendar, is_short, is_working, moved, nominal_minutes

Row: TypeAlias = Mapping[str, Any]
World: TypeAlias = Mapping[str, Sequence[Row]]
Answer: TypeAlias = bool | None


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


# --- values -----------------------------------------------------------------------------------------------


def folded(text: str) -> str:
    """A to Z and a to z count as equal, nothing else does."""
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in text)


NO_ROW = object()
NOT_FOR_THIS = object()


class Reference:
    """Asks predicates of the records of one world at one moment.

    `seen` keeps every noun that was asked, with its outcome. `doubtful` is set where a rounded value lies
    on the border between two: there a store may come out on either side.
    """

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.calendar = Calendar(clock)
        self.seen: list[tuple[Test | Operand, Answer]] = []
        self.doubtful = False

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
        found = [self.looked_up(cell, record) for cell in cells_asked(test)]
        if NOT_FOR_THIS in found:
            answer: Answer = False
        else:
            answer = None if NO_ROW in found else self._answer(test, record)
        self.seen.append((test, answer))
        return answer

    def _answer(self, test: Test, record: Row) -> Answer:
        if isinstance(test, Trend):
            return every(series.trend(self, test, record))
        if isinstance(test, EachUnit):
            return every(series.each_unit(self, test, record))
        if isinstance(test, Standing):
            return ranks.standing(self, test, record)
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
        if isinstance(test, Among):
            named = [one for one in test.values if isinstance(one, Named)]
            if named:
                answer = any(people.bears(self, value, one, record) for one in named)
                return answer is not test.negated
            equal = [self._compare(Compare(test.operand, Comparison.IS, one), record) for one in test.values]
            return opposite(enough(equal, 1)) if test.negated else enough(equal, 1)
        raise NotImplementedError(test)

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
        return compared(test.comparison, left, right)

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
            return compared(test.comparison, value, self.calendar.moment_instant(test.moment))
        return compared(test.comparison, self.calendar.day(value), self.calendar.moment_day(test.moment))

    # --- lengths between a day and now ----------------------------------------------------------------------

    def _elapsed(self, value: date, test: Elapsed, record: Row) -> Answer:
        """A written length, or a table's, goes by the calendar; one a record holds is kept in minutes."""
        if test.yearly:
            value = self.calendar.anniversary(value, ahead=test.ahead)
        if isinstance(test.length, Length):
            return self._away(value, test.length, test)
        length = self.value(test.length, record)
        if not isinstance(length, Length):
            return None
        if isinstance(test.length, Cell):
            return self._away(value, length, test)
        return self._kept_away(value, nominal_minutes(length), test)

    def _away(self, value: date, length: Length, test: Elapsed) -> bool:
        by_instant = is_short(length) and isinstance(value, datetime)
        if is_short(length) and not by_instant:
            return self._kept_away(value, nominal_minutes(length), test)
        sign = 1 if test.ahead else -1
        now: date = self.clock.now if by_instant else self.calendar.today
        at = value if by_instant else self.calendar.day(value)
        if (at < now) if test.ahead else (at > now):
            return False
        if is_working(length):
            counted = self.calendar.working_days(self.calendar.day(at), length.amount + 1)
            return compared(test.comparison, counted, length.amount)
        away = timedelta(minutes=nominal_minutes(length))
        bound = self.clock.now + sign * away if by_instant else moved(self.calendar.today, length, sign)
        # The longer ago, the earlier: so the sides change places.
        return compared(test.comparison, at, bound) if test.ahead else compared(test.comparison, bound, at)

    def _kept_away(self, value: date, minutes: int, test: Elapsed) -> bool:
        if isinstance(value, datetime) and minutes % (24 * 60):
            away = value - self.clock.now
        else:
            away = self.calendar.day(value) - self.calendar.today
        away = away if test.ahead else -away
        return away >= timedelta(0) and compared(test.comparison, away, timedelta(minutes=minutes))

    # --- operands -----------------------------------------------------------------------------------------

    def value(self, operand: Operand, record: Row) -> Any:
        """The operand's value; None when missing."""
        found = self._value(operand, record)
        self.seen.append((operand, found is not None))
        return found

    def _value(self, operand: Operand, record: Row) -> Any:
        if isinstance(operand, FieldValue):
            row = self.linked(operand.links, record)
            return None if row is None else row[operand.field.key]
        if isinstance(operand, RecordKey):
            row = self.linked(operand.links, record)
            return None if row is None else row[KEY]
        if isinstance(operand, Constant):
            return operand.value
        if isinstance(operand, MomentValue):
            of = self.calendar.moment_day if operand.type is FieldType.DATE else self.calendar.moment_instant
            return of(operand.moment)
        if isinstance(operand, Cell):
            found = self.looked_up(operand, record)
            return None if found is NO_ROW or found is NOT_FOR_THIS else found
        makers: Mapping[type, Any] = {
            Aggregate: related.aggregate,
            Series: series.last_change,
            UsualGap: series.usual_gap,
            ExpectedNext: series.expected_next,
            Rank: ranks.rank,
            Score: scores.score,
            BandOf: scores.band,
            Present: people.present,
            Named: people.named,
            LookedUp: people.looked_up,
        }
        maker = makers.get(type(operand))
        return self._made(operand, record) if maker is None else maker(self, operand, record)

    def _made(self, operand: Operand, record: Row) -> Any:
        if isinstance(operand, Added):
            before = self.value(operand.operand, record)
            return (Decimal(0) if before is None else before) + operand.amount
        if isinstance(operand, Times):
            return self._times(operand, record)
        if isinstance(operand, Age):
            return self._age(operand, record)
        if isinstance(operand, Tagged):
            before = [one for one in self.value(operand.operand, record) or () if one != operand.tag]
            carried = [*before, operand.tag] if operand.carried else before
            known = [name for name in (*operand.field.options, *operand.field.retired) if name in carried]
            return (*known, *dict.fromkeys(name for name in carried if name not in known)) or None
        if isinstance(operand, First):
            found = (self.value(one, record) for one in operand.operands)
            return next((one for one in found if one is not None), None)
        if isinstance(operand, Cases):
            for case, value in operand.cases:
                if self.ask(case, record) is True:
                    return self.value(value, record)
            return self.value(operand.otherwise, record)
        raise NotImplementedError(operand)

    def _age(self, operand: Age, record: Row) -> Length | None:
        """In whole days; what lies on the other side of today has none."""
        value = self.value(operand.operand, record)
        if value is None:
            return None
        days = (self.calendar.today - self.calendar.day(value)).days * (-1 if operand.ahead else 1)
        return Length(days, Unit.DAYS) if days >= 0 else None

    def _times(self, operand: Times, record: Row) -> Any:
        value = self.value(operand.operand, record)
        if value is None:
            return None
        if isinstance(value, Length):
            minutes = (nominal_minutes(value) * operand.factor).quantize(Decimal(1), ROUND_HALF_UP)
            return Length(int(minutes), Unit.MINUTES)
        return (value * operand.factor).quantize(Decimal("0.0001"), ROUND_HALF_UP)

    def rounded(self, value: Fraction, places: int) -> Decimal:
        """Half up, away from 0; on the border between two it is a matter of doubt."""
        scaled = abs(value) * 10**places
        if abs(scaled % 1 - Fraction(1, 2)) < Fraction(1, 10**6):
            self.doubtful = True
        whole = int(scaled + Fraction(1, 2))
        return Decimal(whole if value >= 0 else -whole).scaleb(-places)

    # --- other records and tables ---------------------------------------------------------------------------

    def row(self, module: str, key: Any) -> Row | None:
        """The record of that key; a link may lead nowhere."""
        return next((one for one in self.world[module] if one[KEY] == key), None)

    def linked(self, links: Sequence[Any], record: Row) -> Row | None:
        row: Row | None = record
        for link in links:
            row = None if row is None else self.row(link.to, row[link.key])
        return row

    def looked_up(self, cell: Cell, record: Row) -> Any:
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


def cells_asked(test: Test) -> Iterator[Cell]:
    """The cells a test looks up: what it compares with, and the windows of both sides.

    A cell as the subject is a value that an earlier step wrote: `none` there has left the field empty.
    """
    subject, *others = operands_of(test)
    yield from (one for one in others if isinstance(one, Cell))
    for one in (subject, *others):
        windows: Sequence[Window | None] = (one.window, one.except_) if isinstance(one, Aggregate) else ()
        yield from (each.cell for each in windows if each is not None and each.cell is not None)


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
