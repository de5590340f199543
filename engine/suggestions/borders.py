"""What a field may hold at the border of a test, as files write it: just enough, too little, each option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from engine.model.entities import Field, FieldType, Module
from engine.model.moments import Clock, Length, length_of_minutes
from engine.model.operands import Constant, FieldValue, MomentValue, Operand
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
from engine.model.scores import Band, BandOf
from engine.model.values import Value, plain

STEPS = 10
"""So far from today a day stands that may be any day."""
_MINUTES_A_DAY = 1440
_POINT = Decimal("0.1")
"""A score is kept to one decimal."""
_WORDS = {
    "zh": {"yes": "是", "no": "否", "other": "其他"},
    "en": {"yes": "yes", "no": "no", "other": "other"},
}


def moment_text(days: int, *, ahead: bool) -> str:
    """`89 days ago`, `in 3 days`, `today`."""
    if days == 0:
        return "today"
    counted = f"{abs(days)} days" if abs(days) != 1 else "1 day"
    return f"in {counted}" if (days > 0) is ahead else f"{counted} ago"


def around(comparison: Comparison, value: int, *, signed: bool = False) -> list[int]:
    """What is just enough, and what is just not; none below nothing, unless there may be (`signed`)."""
    found = {
        Comparison.AT_LEAST: [value, value - 1],
        Comparison.MORE_THAN: [value + 1, value],
        Comparison.AT_MOST: [value, value + 1],
        Comparison.LESS_THAN: [value - 1, value],
        Comparison.IS: [value, value + 1, value - 1],
        Comparison.IS_NOT: [value + 1, value],
    }[comparison]
    return found if signed else [one for one in found if one >= 0]


def band_at(bands: Sequence[Band], score: Decimal) -> str:
    """The name of the first band that a score reaches."""
    return next((one.name for one in bands if one.at_least is None or score >= one.at_least), "")


def _denies(test: Test) -> bool:
    """Whether it asks for another value than those that it names."""
    return test.negated if isinstance(test, Among) else getattr(test, "comparison", None) is Comparison.IS_NOT


def _telling(test: Test, texts: list[str | None]) -> list[str | None]:
    """Of many options those that a test names, and one other; what fits stays first."""
    named = len(operands_of(test)) - 1
    if named == 0 or len(texts) <= named + 1:
        return texts
    return [texts[0], *texts[-named:]] if _denies(test) else texts[: named + 1]


@dataclass(frozen=True)
class Borders:
    """Values at the border of tests, in the words of one language, on a day."""

    clock: Clock
    language: str

    @property
    def yes(self) -> str:
        """As it is written."""
        return self._words["yes"]

    def name(self, field: Field) -> str:
        """What a field is called."""
        return field.labels.of(self.language)

    def days(self, length: Length) -> int:
        """How many days back it reaches."""
        return (self.clock.today - self.clock.days_apart(length, -1)[1]).days

    def values(self, test: Test, field: Field) -> Iterator[str | None]:
        """Values of a field at the border of a test, as files write them; None is no value."""
        subject = operands_of(test)[0]
        if isinstance(subject, BandOf):
            yield from self._banded(test, subject.score.bands)
        elif isinstance(test, Empty):
            first = next(chain(self._options(field), [self.any_value(field)]), None)
            yield from (None, first) if test.wanted else (first, None)
        elif isinstance(test, Compare | Among):
            yield from self._compared(test, field)
        elif isinstance(test, OnDay):
            day = test.moment.day(self.clock)
            for number in around(test.comparison, day.toordinal()):
                yield date.fromordinal(number).isoformat()
        elif isinstance(test, Elapsed) and isinstance(test.length, Length) and test.length.counts_days:
            for days in around(test.comparison, self.days(test.length)):
                yield moment_text(days, ahead=test.ahead)
        elif isinstance(test, TextPart):
            yield from (test.text, self._words["other"])
        elif isinstance(test, HasTags):
            others = [one for one in field.options if one not in test.tags]
            tags = [*test.tags] if test.carrying is not Carrying.HAS_NONE else [None, *test.tags]
            if test.carrying is not Carrying.HAS_ALL or len(test.tags) == 1:
                yield from [*tags, *others[:1]]

    def _banded(self, test: Test, bands: Sequence[Band]) -> Iterator[str | None]:
        """Scores at the edges of the bands that are asked for, inside and outside."""
        if isinstance(test, Empty):
            found: list[str | None] = [self.in_band(bands, bands[0].name), None]
            yield from reversed(found) if test.wanted else found
            return
        named = {str(one.value) for one in operands_of(test)[1:] if isinstance(one, Constant)}
        starts = [one.at_least for one in bands if one.at_least is not None]
        edges = [edge for start in starts for edge in (start, start - _POINT)]
        inside = [edge for edge in edges if band_at(bands, edge) in named]
        outside = [edge for edge in edges if edge not in inside]
        for edge in (*outside, *inside) if _denies(test) else (*inside, *outside):
            yield f"{edge.normalize():f}"

    def in_band(self, bands: Sequence[Band], name: str) -> str:
        """The score where a band begins; of the last one, which has no beginning, its last."""
        lowest = min(one.at_least for one in bands if one.at_least is not None)
        found = next((one.at_least for one in bands if one.name == name), None)
        return f"{(lowest - _POINT if found is None else found).normalize():f}"

    def _compared(self, test: Compare | Among, field: Field) -> Iterator[str | None]:
        wanted = test.values if isinstance(test, Among) else (test.to,)
        values = [one.value for one in wanted if isinstance(one, Constant)]
        if len(values) < len(wanted):
            yield from self._moments(test, wanted)
            return
        options = list(self._options(field))
        if options or field.type.is_text:
            named = [self.written(one, field) for one in values]
            others = [one for one in options or [self._words["other"]] if one not in named]
            yield from (*others, *named) if _denies(test) else (*named, *others)
        elif isinstance(test, Compare) and isinstance(values[0], Decimal):
            yield from self._numbers(test.comparison, values[0], field)
        elif isinstance(test, Compare) and isinstance(values[0], Length):
            for minutes in around(test.comparison, values[0].minutes // _MINUTES_A_DAY):
                yield str(length_of_minutes(minutes * _MINUTES_A_DAY))

    def _moments(self, test: Compare | Among, wanted: Sequence[Operand]) -> Iterator[str]:
        """Days such as `today`, as they are written."""
        if isinstance(test, Among):
            yield from (one.moment.text for one in wanted if isinstance(one, MomentValue))

    def _numbers(self, comparison: Comparison, value: Decimal, field: Field) -> Iterator[str]:
        is_whole = field.type is not FieldType.MONEY and value == value.to_integral_value()
        step = Decimal(1) if is_whole else Decimal("0.01")
        signed = value < 0 or comparison in {Comparison.AT_LEAST, Comparison.LESS_THAN}
        for number in around(comparison, int(value / step), signed=signed):
            yield self.written(number * step, field)

    def beside(self, comparison: Comparison, other: Field) -> Iterator[str]:
        """Values at the border of what another field holds, which is any value."""
        for step in around(comparison, STEPS):
            if other.type.is_moment:
                yield moment_text(2 * STEPS - step, ahead=False)
            elif other.type is FieldType.NUMBER:
                yield str(step - STEPS + int(self.any_value(other)))

    def _options(self, field: Field) -> Iterator[str]:
        if field.type is FieldType.YES_NO:
            yield from (self._words["yes"], self._words["no"])
        elif field.type is FieldType.CHOICE:
            yield from field.options

    def any_value(self, field: Field) -> str:
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
        return found.get(field.type, self.name(field))

    def written(self, value: Value, field: Field) -> str:
        """A value as files write it."""
        if isinstance(value, bool):
            return self._words["yes" if value else "no"]
        if isinstance(value, Decimal):
            number = f"{value.normalize():f}"
            return f"{number} %" if field.type is FieldType.PERCENT else number
        return str(plain(value))

    def row(self, where: Predicate, module: Module) -> list[tuple[str, list[str | None]]]:
        """What a related record may hold, field by field: first what fits; that each does makes it fit.

        Nothing where that cannot be told from its own fields.
        """
        found: dict[str, list[str | None]] = {}
        for leaf in where.items if isinstance(where, All) else (where,):
            value = operands_of(leaf.tests[0])[0] if isinstance(leaf, Leaf) else None
            if not isinstance(leaf, Leaf) or not isinstance(value, FieldValue):
                return []
            texts = _telling(leaf.tests[0], list(self.values(leaf.tests[0], value.field)))
            if not texts or value.links or value.module is not module:
                return []
            found.setdefault(self.name(value.field), texts)
        return list(found.items())

    @property
    def _words(self) -> Mapping[str, str]:
        return _WORDS[self.language]
