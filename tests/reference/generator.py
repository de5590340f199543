"""Random worlds and predicates: values around the borders that the clock draws, nouns of every kind."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engine.model.entities import Field, FieldType, Model, Module, Relation
from engine.model.moments import Anchor, Clock, Length, Moment, Period, Reach, Unit
from engine.model.predicates import (
    Added,
    Aggregate,
    All,
    Among,
    AnyOf,
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
)
from tests.reference.evaluator import KEY, World, moved, nominal_minutes
from tests.reference.models import STRAY_CHOICE, STRAY_TAG, TAGS, TIERS

T = TypeVar("T")

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo, fold: int = 0) -> Clock:
    return Clock(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC), zone)


CLOCKS = (
    at("2026-03-31 01:00", SHANGHAI),  # February is shorter
    at("2026-03-01 00:00", SHANGHAI),  # the first second of a day and month
    at("2026-12-31 23:59:59", SHANGHAI),
    at("2028-02-29 12:30", SHANGHAI),
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
    def days(self) -> tuple[date, ...]:
        """Days on both sides of the borders that today and the lengths draw."""
        today = self.clock.today
        borders = [today, today.replace(day=1), *(moved(today, one, -1) for one in self.lengths)]
        near = [border + timedelta(days=one) for border in borders for one in (-1, 0, 1)]
        return (
            today,
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
            found.append(date(9999, 12, 31))
        if field.type is FieldType.CHOICE:
            found.append(STRAY_CHOICE)
        if field.type is FieldType.TAGS:
            found.append(("VIP", STRAY_TAG))
            found += [("VIP", "高潜"), ("高潜", "高潜")] if self.foreign else []
        return found


_SIZES = {"staff": (1, 3), "customers": (2, 6), "orders": (0, 6), "visits": (0, 6), "lines": (0, 4)}


def random_world(random: Random, model: Model, values: Values) -> World:
    """A few records of every module; links point to some of them, to nobody, or nowhere."""
    keys = {key: [str(n + 1) for n in range(random.randint(*size))] for key, size in _SIZES.items()}
    world: dict[str, list[dict[str, Any]]] = {}
    for key, module in model.modules.items():
        kept = {
            field.key: [*keys[field.to] * 2, None, "99"] if field.to else values.kept(field)
            for field in module.fields.values()
        }
        world[key] = [
            {KEY: own, **{name: Decimal(own) if name == "no" else random.choice(kept[name]) for name in kept}}
            for own in keys[key]
        ]
    return world


# --- predicates -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Nouns:
    """Draws operands, tests and predicates about the modules of a model."""

    random: Random
    model: Model
    values: Values

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    # --- operands ---

    def paths(self, module: Module, kind: FieldType) -> list[FieldValue]:
        """Every field of that type within two links."""
        found = [FieldValue(one, module) for one in module.fields.values() if one.type is kind]
        for first in _links(module):
            near = self.model.linked(first)
            found += [FieldValue(one, near, (first,)) for one in near.fields.values() if one.type is kind]
            for second in _links(near):
                far = self.model.linked(second)
                found += [
                    FieldValue(one, far, (first, second)) for one in far.fields.values() if one.type is kind
                ]
        return found

    def operand(self, module: Module, kind: FieldType, depth: int = 0) -> Operand:
        """A stored value mostly; else an aggregate, something made, or a value that a step wrote before."""
        paths = self.paths(module, kind)
        ways = ["field"] * 5 if paths else ["constant"]
        relations = list(self.model.relations(module)) if depth < 2 else []
        if relations and kind not in {FieldType.TAGS, FieldType.LINK}:
            ways += ["aggregate"] * 2
        if depth < 2:
            ways += ["first", "cases", "constant", "cell"]
            ways += ["added"] if kind in NUMERIC else []
            ways += ["tagged"] if kind is FieldType.TAGS else []
            ways += ["key"] if kind is FieldType.TEXT and module.record_key.type is FieldType.TEXT else []
        way = self.one(ways)
        if way == "field":
            return self.one(paths)
        if way == "aggregate":
            return self.aggregate(self.one(relations), kind, depth)
        return self._made(way, module, kind, depth)

    def _made(self, way: str, module: Module, kind: FieldType, depth: int) -> Operand:
        if way == "first":
            return First((self.operand(module, kind, depth + 1), self.operand(module, kind, depth + 1)), kind)
        if way == "cases":
            case = (self.predicate(module, depth + 1), self.operand(module, kind, depth + 1))
            return Cases((case,), self.operand(module, kind, depth + 1), kind)
        if way == "added":
            return Added(
                self.operand(module, kind, depth + 1), self.one(self.values.of(FieldType.NUMBER)), kind
            )
        if way == "tagged":
            field = next(one for one in self.model.modules["customers"].fields.values() if one.type is kind)
            return Tagged(self.operand(module, kind, depth + 1), self.one(TAGS["options"]), field)
        if way == "cell":
            return self.cell(module, kind)
        return RecordKey(module) if way == "key" else self.constant(kind, missing=True)

    def constant(self, kind: FieldType, *, missing: bool = False) -> Operand:
        if missing and self.chance(4):
            return Constant(None, kind)
        if kind in MOMENTS and self.chance(2):
            return MomentValue(self.moment(instants=kind is FieldType.DATETIME), kind)
        return Constant(self.one(self.values.of(kind)), kind)

    def cell(self, module: Module, kind: FieldType, *, days: bool = False) -> Cell:
        """A table by one or two fields; some cells are `none`, some rows are missing."""
        by_kinds = (FieldType.CHOICE, FieldType.YES_NO, FieldType.TEXT, FieldType.NUMBER)
        candidates = [path for one in by_kinds for path in self.paths(module, one)]
        by = tuple(self.one(candidates) for _ in range(self.one((1, 1, 2))))
        cells = [None, *(self.values.lengths if days else self.values.of(kind))]
        count = self.random.randint(1, 3)
        rows = tuple(
            (tuple(self.one(self.values.of(one.type)) for one in by), self.one(cells)) for _ in range(count)
        )
        if self.chance(2):
            return Cell("表.列", by, rows, kind, self.one(cells), has_otherwise=True)
        return Cell("表.列", by, rows, kind)

    def aggregate(self, relation: Relation, kind: FieldType, depth: int) -> Aggregate:
        functions = [Function.SMALLEST, Function.LARGEST]
        if kind in NUMERIC:
            functions = [*functions, Function.SUM, Function.AVERAGE]
        if kind is FieldType.NUMBER:
            functions = [*functions, Function.COUNT, Function.COUNT, Function.DISTINCT]
        if kind in MOMENTS:
            functions = [Function.LATEST, Function.EARLIEST]
        function, module = self.one(functions), relation.module
        field = None
        if function is not Function.COUNT:
            measured = self.one(COMPARED) if function is Function.DISTINCT else kind
            field = self.operand(module, measured, depth + 1)
        where = self.predicate(module, depth + 1) if depth < 2 and self.chance(3) else None
        return Aggregate(function, relation, kind, field, self.window(relation), where)

    def window(self, relation: Relation) -> Window | None:
        on = relation.module.fields.get(relation.module.happens_on)
        if on is None or self.chance(3):
            return None
        if self.chance(4):
            return Window(on, cell=self.cell(self.model.modules[relation.link.to], FieldType.LENGTH))
        return Window(on, self.period())

    def period(self) -> Period:
        way = self.one(("last", "last", "this", "previous", "since"))
        if way == "last":
            return Period(Reach.LAST, length=self.one(self.values.lengths))
        if way == "since":
            return Period(Reach.SINCE, since=self.moment(instants=True))
        return Period(Reach(way), unit=self.one((Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS)))

    def moment(self, *, instants: bool) -> Moment:
        ways = ["today", "edge", "offset", "day", "now"] + (["instant", "hours"] if instants else [])
        way = self.one(ways)
        if way in {"today", "now"}:
            return Moment(Anchor(way), text=way)
        if way == "edge":
            unit = self.one((Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS))
            return Moment(self.one((Anchor.START_OF, Anchor.END_OF)), unit=unit)
        if way == "offset":
            return Moment(Anchor.NOW, offset=self.one(self.values.lengths), sign=self.one((1, -1)))
        if way == "hours":
            return Moment(Anchor.NOW, offset=self.one(self.values.short), sign=self.one((1, -1)))
        if way == "day":
            day = self.one(self.values.days)
            return Moment(Anchor.DAY, fixed=datetime.combine(day, time()))
        local = self.one(self.values.instants).astimezone(self.values.clock.zone)
        return Moment(Anchor.INSTANT, fixed=local.replace(tzinfo=None, second=0, fold=0))

    # --- tests ---

    def test(self, module: Module, depth: int) -> Test:
        kind = self.one(
            ("compare",) * 4 + ("among", "among", "empty", "day", "elapsed", "elapsed", "text", "tags")
        )
        if kind in {"compare", "among"}:
            return self._compared(kind, module, depth)
        if kind == "empty":
            operand = self.operand(module, self.one((*COMPARED, FieldType.TAGS)), depth)
            return Empty(operand, wanted=self.one((True, False)))
        if kind == "text":
            operand = self.operand(module, self.one(TEXTUAL), depth)
            return TextPart(
                operand,
                self.one(tuple(Part)),
                self.one(("A", "ab", "B", "张", "%", "É", "1", "公司", "司", "")),
            )
        if kind == "tags":
            names = (*TAGS["options"], *TAGS["retired"])
            tags = tuple(self.one(names) for _ in range(self.one((1, 2))))
            return HasTags(self.operand(module, FieldType.TAGS, depth), self.one(tuple(Carrying)), tags)
        return self._timed(kind, module, depth)

    def _compared(self, word: str, module: Module, depth: int) -> Test:
        kind = self.one(COMPARED)
        operand = self.operand(module, kind, depth)
        if word == "among":
            values = tuple(self.constant(kind) for _ in range(self.one((1, 2, 3))))
            return Among(operand, values, negated=self.one((True, False)))
        comparison = self.one(tuple(Comparison) if kind in ORDERED else EQUALITY)
        other = self.one(_akin(kind, comparison))
        way = self.one(("constant", "constant", "cell", "operand"))
        if way == "constant":
            to = self.constant(kind)
        else:
            to = self.cell(module, kind) if way == "cell" else self.operand(module, other, depth + 1)
        if isinstance(operand, Aggregate) and operand.function is Function.COUNT and self.chance(2):
            to = Constant(self.one((Decimal(0), Decimal(1))), FieldType.NUMBER)
        return Compare(operand, comparison, to)

    def _timed(self, word: str, module: Module, depth: int) -> Test:
        kind = self.one(MOMENTS)
        operand = self.operand(module, kind, depth)
        comparison = self.one(tuple(Comparison))
        if word == "day":
            return OnDay(operand, comparison, self.moment(instants=kind is FieldType.DATETIME))
        if self.chance(4):
            return Elapsed(
                operand, comparison, self.cell(module, FieldType.LENGTH, days=kind is FieldType.DATE)
            )
        lengths = (
            *self.values.lengths,
            Length(3000, Unit.YEARS),
            *(self.values.short if kind is FieldType.DATETIME else ()),
        )
        return Elapsed(operand, comparison, self.one(lengths))

    # --- predicates ---

    def leaf(self, module: Module, depth: int) -> Leaf:
        tests = tuple(self.test(module, depth) for _ in range(self.one((1, 1, 1, 2))))
        return Leaf("conditions", tests, self.one((None, None, True, False)))

    def predicate(self, module: Module, depth: int = 0) -> Predicate:
        if depth > 1 or self.chance(2):
            return self.leaf(module, depth)
        items = tuple(self.predicate(module, depth + 1) for _ in range(self.one((1, 2, 3))))
        group = self.one(("all", "any", "none"))
        if group == "all":
            return All("conditions/all", items)
        if group == "none":
            return NoneOf("conditions/none", items)
        return AnyOf("conditions/any", items, self.random.randint(1, len(items) + 1))


def _links(module: Module) -> list[Field]:
    return [one for one in module.fields.values() if one.type is FieldType.LINK]


def _akin(kind: FieldType, comparison: Comparison) -> Sequence[FieldType]:
    """Types whose values may be compared with this one's."""
    if kind in {FieldType.NUMBER, FieldType.MONEY}:
        return (FieldType.NUMBER, FieldType.MONEY)
    if kind is FieldType.CHOICE or (kind in TEXTUAL and comparison in EQUALITY):
        return (FieldType.CHOICE, *TEXTUAL)
    return MOMENTS if kind in MOMENTS else (kind,)


@dataclass(frozen=True)
class Case:
    """One database full of questions: the same world, clock and module for all predicates, or operands."""

    foreign: bool
    zone: str
    clock: Clock
    style: int
    world: World
    module: str
    nouns: tuple[Any, ...]


def random_case(
    seed: int, models: Mapping[bool, Model], *, of_operands: bool = False, count: int = 8
) -> Case:
    """The case of a seed."""
    random = Random(seed)
    foreign, clock, zone = random.random() < 0.5, random.choice(CLOCKS), random.choice((SHANGHAI, NEW_YORK))
    model, values = models[foreign], Values(clock, foreign, seed)
    module = model.modules[
        random.choice(("customers", "customers", "customers", "staff", "orders", "visits"))
    ]
    drawn = Nouns(random, model, values)
    kinds = [random.choice((*COMPARED, FieldType.TAGS)) for _ in range(count)]
    nouns = [drawn.operand(module, kind) if of_operands else drawn.predicate(module) for kind in kinds]
    return Case(
        foreign=foreign,
        zone=zone.key,
        clock=clock,
        style=random.randrange(12),
        world=random_world(random, model, values),
        module=module.key,
        nouns=tuple(nouns),
    )
