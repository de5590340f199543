"""Random worlds: records whose values lie around the borders that the clock draws, and miss now and then."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engine.model.calendars import PLAIN, Calendar
from engine.model.entities import Field, FieldType, Model
from engine.model.moments import Clock, Length, Unit
from engine.model.predicates import Comparison
from tests.reference.comparing import KEY
from tests.reference.days import birthday, first_of, moved, nominal_minutes
from tests.reference.evaluator import World
from tests.reference.models import STRAY_CHOICE, STRAY_TAG, TIERS

T = TypeVar("T")

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo, fold: int = 0) -> Clock:
    return Clock(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC), zone)


CLOCKS = (
    at("2026-03-31 01:00", SHANGHAI),  # February is shorter
    at("2026-03-01 00:00", SHANGHAI),  # the first second of a day and month
    at("2026-12-31 23:59:59", SHANGHAI),
    at("2028-02-29 12:30", SHANGHAI),
    at("2027-02-28 09:00", SHANGHAI),  # the birthday of those born on 29 February
    at("2026-01-01 07:30", SHANGHAI),  # still last year in UTC and New York
    at("2026-03-08 01:59:59", NEW_YORK),  # the hour after this one is lost
    at("2026-03-09 00:30", NEW_YORK),
    at("2026-11-01 01:30", NEW_YORK),  # this hour comes twice
    at("2026-11-01 01:30", NEW_YORK, 1),
    at("2026-11-02 00:10", NEW_YORK),
)
COMPARED = (
    FieldType.TEXT, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT, FieldType.LENGTH, FieldType.DATE,
    FieldType.DATETIME, FieldType.CHOICE, FieldType.YES_NO, FieldType.EMAIL, FieldType.PHONE, FieldType.LINK,
)  # fmt: skip
NUMERIC = (FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT)
MOMENTS = (FieldType.DATE, FieldType.DATETIME)
TEXTUAL = (FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE)
ORDERED = (*NUMERIC, FieldType.LENGTH, *MOMENTS, *TEXTUAL)
EQUALITY = (Comparison.IS, Comparison.IS_NOT)

# --- values -----------------------------------------------------------------------------------------------

_TEXTS = tuple(
    unicodedata.normalize("NFC", one)
    for one in (
        "A",
        "a",
        "张三",
        "张三丰",
        "北京市",
        "Abc公司",
        "abc公司",
        "é",
        "É",
        "İx",
        "a_b%",
        "100%",
        "1",
        "ｆ",
        "😀b",
    )
)
_NUMBERS = tuple(
    map(Decimal, ("0", "1", "2", "-1", "0.0001", "0.5", "2.5", "30", "99.99", "100", "100000", "1.1"))
)
_LENGTHS = (
    Length(1, Unit.DAYS), Length(29, Unit.DAYS), Length(30, Unit.DAYS), Length(1, Unit.MONTHS),
    Length(90, Unit.DAYS), Length(1, Unit.QUARTERS), Length(52, Unit.WEEKS), Length(1, Unit.YEARS),
    Length(0, Unit.DAYS),
)  # fmt: skip
_WORKING = tuple(Length(one, Unit.WORKING_DAYS) for one in (0, 1, 2, 5, 10))
_SHORT = (Length(60, Unit.MINUTES), Length(1, Unit.HOURS), Length(24, Unit.HOURS), Length(90, Unit.MINUTES))
_POOLS: dict[FieldType, Sequence[Any]] = {
    **dict.fromkeys(NUMERIC, _NUMBERS),
    FieldType.TEXT: _TEXTS,
    FieldType.CHOICE: (*TIERS["options"], *TIERS["retired"]),
    FieldType.TAGS: (("高潜",), ("高潜", "VIP"), ("VIP", "旧"), ("高潜", "低价值", "VIP", "旧")),
    FieldType.EMAIL: ("a@b.cn", "A@b.cn", "zhang@x.com", "1"),
    FieldType.PHONE: ("13800138000", "010-1", "1", "A"),
}
_DAYS_AWAY = (
    0,
    -1,
    1,
    -2,
    3,
    -6,
    -7,
    -28,
    -29,
    -30,
    -31,
    -59,
    -89,
    -90,
    -91,
    -92,
    -364,
    -365,
    -366,
    -367,
    40,
)


@dataclass(frozen=True)
class Values:
    """The values that one case tries, none of them missing: few, so that they meet each other."""

    clock: Clock
    foreign: bool = False
    seed: int = 0

    def some(self, count: int, found: Sequence[T]) -> tuple[T, ...]:
        """Some of them, others for another seed."""
        return tuple(Random(f"{self.seed} {found[0]}").sample(found, min(count, len(found))))

    @cached_property
    def lengths(self) -> tuple[Length, ...]:
        return self.some(3, _LENGTHS)

    @cached_property
    def short(self) -> tuple[Length, ...]:
        return self.some(2, _SHORT)

    @cached_property
    def working(self) -> tuple[Length, ...]:
        """Of files, not of records."""
        return self.some(2, _WORKING)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Days on both sides of the borders that today and the lengths draw."""
        today = self.clock.today
        lengths = [moved(today, one, sign) for one in self.lengths for sign in (1, -1)]
        borders = [today, today.replace(day=1), *lengths]
        near = [border + timedelta(days=one) for border in borders for one in (-1, 0, 1)]
        week = [today + timedelta(days=one) for one in (*range(-8, 9), 14, -14)]
        return (
            today,
            *self.some(2, week),
            *self.some(4, near),
            *self.some(1, [today + timedelta(days=one) for one in _DAYS_AWAY]),
        )

    @cached_property
    def instants(self) -> tuple[datetime, ...]:
        """The first and last seconds of those days, noon, and the borders that now and short lengths draw."""
        second, zone, now = timedelta(seconds=1), self.clock.zone, self.clock.now
        begins = [datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(UTC) for one in self.days]
        of_days = [border + one for border in begins for one in (-second, second * 0, timedelta(hours=12))]
        back = [now, *(now - timedelta(minutes=nominal_minutes(one)) for one in self.short)]
        of_now = [border + one * second for border in back for one in (-1, 0, 1)]
        return (now, *self.some(3, of_days), *self.some(3, of_now))

    @cached_property
    def unit(self) -> Unit:
        """The unit that the history of this case runs by."""
        return self.some(1, (Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS))[0]

    @cached_property
    def history(self) -> tuple[date, ...]:
        """The first and last days of the units before this one, mostly of the last three; birthdays."""
        today, edges = self.clock.today, []
        first = first_of(today, self.unit)
        for back in range(4):
            before = first_of(first - timedelta(days=1), self.unit)
            edges += [before, first - timedelta(days=1)] * (3 if back < 3 else 1)
            first = before
        ends = [today, *(moved(today, one, sign) for one in self.lengths for sign in (1, -1))]
        births = [date(2024, 2, 29), date(1996, 2, 29), *(birthday(one, 1990) for one in ends)]
        births += [birthday(today, 1990) + timedelta(days=one) for one in (-1, 1)]
        return (*self.some(3, births), *self.some(2, ends), *edges)

    def of(self, kind: FieldType) -> Sequence[Any]:
        if kind is FieldType.LENGTH:
            return (*self.lengths, *self.short)
        if kind in MOMENTS:
            return self.days if kind is FieldType.DATE else self.instants
        if kind is FieldType.YES_NO:
            return (True, False)
        if kind is FieldType.LINK:
            return ("1", "2")
        return self.some(3, _POOLS[kind])

    def kept(self, field: Field) -> Sequence[Any]:
        """What a record may hold in a field: a value, something that is no option any more, or nothing."""
        found = [None, *self.of(field.type)]
        if field.type is FieldType.DATE:
            found += [date(9999, 12, 31), *self.history]
        if field.type is FieldType.DATETIME:
            found += self.begun
        if field.type is FieldType.CHOICE:
            found.append(STRAY_CHOICE)
        if field.type is FieldType.TAGS:
            found.append(("VIP", STRAY_TAG))
            found += [("VIP", "高潜"), ("高潜", "高潜")] if self.foreign else []
        return found

    @cached_property
    def begun(self) -> tuple[datetime, ...]:
        """The first and last second of days in the units before, and some hour in between."""
        days = [datetime(one.year, one.month, one.day, tzinfo=self.clock.zone) for one in self.history]
        hours = (timedelta(seconds=-1), timedelta(0), timedelta(hours=10, minutes=30))
        return tuple(one.astimezone(UTC) + hours[n % 3] for n, one in enumerate(days))


def working_calendar(random: Random, clock: Clock) -> Calendar:
    """The plain week, or one with a holiday and a Saturday that is worked near today."""
    if random.random() < 0.5:
        return PLAIN
    near = [clock.today + timedelta(days=one) for one in range(-9, 10)]
    off = frozenset(random.sample(near, 3))
    return Calendar(off=off, working=frozenset(random.sample([one for one in near if one.weekday() > 4], 1)))


_QUIET = {"staff": (1, 3), "customers": (2, 6), "orders": (0, 6), "visits": (0, 6), "lines": (0, 4)}
_BUSY = {"staff": (2, 8), "customers": (1, 2), "orders": (6, 16), "visits": (6, 14), "lines": (0, 6)}
"""Much happens to few: so that units follow each other, and gaps have a middle."""


def random_world(random: Random, model: Model, values: Values) -> World:
    """A few records of every module; links point to some of them, to nobody, or nowhere."""
    busy = random.random() < 0.6
    sizes = _BUSY if busy else _QUIET
    keys = {key: [str(n + 1) for n in range(random.randint(*size))] for key, size in sizes.items()}
    world: dict[str, list[dict[str, Any]]] = {}
    for key, module in model.modules.items():
        kept = {
            field.key: [*keys[field.to] * (5 if busy else 2), None, "99"] if field.to else values.kept(field)
            for field in module.fields.values()
        }
        world[key] = [
            {KEY: own, **{name: Decimal(own) if name == "no" else random.choice(kept[name]) for name in kept}}
            for own in keys[key]
        ]
    return world
