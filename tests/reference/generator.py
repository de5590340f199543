"""Random operands, tests and predicates about the records of a random world: nouns of every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from random import Random
from typing import Any

from engine.model.calendars import LateCalendar
from engine.model.entities import Field, FieldType, Model, Module, Relation
from engine.model.moments import Anchor, Clock, Moment, Period, Reach, Unit
from engine.model.operands import (
    Added,
    Aggregate,
    Cases,
    Cell,
    Constant,
    FieldValue,
    First,
    Function,
    MomentValue,
    Operand,
    RecordKey,
    Tagged,
    Window,
)
from engine.model.predicates import (
    All,
    Among,
    AnyOf,
    Carrying,
    Compare,
    Comparison,
    Empty,
    HasTags,
    Leaf,
    NoneOf,
    OnDay,
    Part,
    Predicate,
    Test,
    TextPart,
)
from tests.reference import rarer
from tests.reference.evaluator import World
from tests.reference.models import TAGS
from tests.reference.worlds import (
    CLOCKS,
    COMPARED,
    EQUALITY,
    MOMENTS,
    NEW_YORK,
    NUMERIC,
    ORDERED,
    SHANGHAI,
    TEXTUAL,
    T,
    Values,
    random_world,
    working_calendar,
)

# --- predicates -------------------------------------------------------------------------------------------


RARER_TESTS = {
    "trend": rarer.trend,
    "each unit": rarer.each_unit,
    "standing": rarer.standing,
    "link": rarer.link,
}


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
            rarer_ways = rarer.ways(self, module, kind, depth)
            if self.chance(3) and (rare := self.one(list(rarer_ways.values()))()) is not None:
                return rare
            ways += ["first", "cases", "constant", "cell"]
            ways += ["added"] if kind in NUMERIC else []
            ways += ["tagged"] if kind is FieldType.TAGS else []
            ways += ["key"] if kind is FieldType.TEXT and module.record_key.type is FieldType.TEXT else []
        way = self.one(ways)
        if way == "field":
            return self.one(paths)
        if way == "aggregate":
            return self.aggregate(module, kind, depth)
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
            carried = self.one((True, False))
            return Tagged(self.operand(module, kind, depth + 1), self.one(TAGS["options"]), field, carried)
        if way == "cell":
            return self.cell(module, kind)
        return RecordKey(module) if way == "key" else self.constant(kind, missing=True)

    def constant(self, kind: FieldType, *, missing: bool = False) -> Operand:
        if missing and self.chance(4):
            return Constant(None, kind)
        if kind in MOMENTS and self.chance(2):
            return MomentValue(self.moment(instants=kind is FieldType.DATETIME), kind)
        return Constant(self.one(self.values.of(kind)), kind)

    def cell(self, module: Module, kind: FieldType, *, days: bool = False, working: bool = False) -> Cell:
        """A table by one or two fields; some cells are `none`, some rows are missing."""
        by_kinds = (FieldType.CHOICE, FieldType.YES_NO, FieldType.TEXT, FieldType.NUMBER)
        candidates = [path for one in by_kinds for path in self.paths(module, one)]
        by = tuple(self.one(candidates) for _ in range(self.one((1, 1, 2))))
        cells = [None, *(self.values.lengths if days else self.values.of(kind))]
        cells += self.values.working if working else ()
        count = self.random.randint(1, 3)
        rows = tuple(
            (tuple(self.one(self.values.of(one.type)) for one in by), self.one(cells)) for _ in range(count)
        )
        if self.chance(2):
            return Cell("表.列", by, rows, kind, self.one(cells), has_otherwise=True)
        return Cell("表.列", by, rows, kind)

    def aggregate(self, module: Module, kind: FieldType, depth: int) -> Aggregate:
        functions = [Function.SMALLEST, Function.LARGEST]
        if kind in NUMERIC:
            functions = [*functions, Function.SUM, Function.AVERAGE]
        if kind is FieldType.NUMBER:
            functions = [*functions, Function.COUNT, Function.COUNT, Function.DISTINCT]
        if kind is FieldType.PERCENT:
            functions = [*functions, Function.SHARE, Function.SHARE]
        if kind in MOMENTS:
            functions = [Function.LATEST, Function.EARLIEST]
        function, relation = self.one(functions), self.one(tuple(self.model.relations(module)))
        field = None
        if function not in {Function.COUNT, Function.SHARE}:
            measured = self.one(COMPARED) if function is Function.DISTINCT else kind
            field = self.operand(relation.module, measured, depth + 1)
        counted = self.counted(module, relation, depth)
        if function is Function.SHARE and counted.where is None:
            counted = replace(counted, where=self.predicate(relation.module, depth + 1))
        return replace(counted, function=function, type=kind, field=field)

    def counted(self, base: Module, relation: Relation, depth: int) -> Aggregate:
        """How many, of those in a window, without an exception, the newest so many, that fit."""
        on = relation.module.fields.get(relation.module.happens_on)
        return Aggregate(
            Function.COUNT,
            relation,
            FieldType.NUMBER,
            window=self.window(base, relation, depth),
            where=self.where(relation.module, depth),
            except_=self.exception(base, on) if on is not None and self.chance(4) else None,
            latest=self.one((1, 2, 3)) if on is not None and self.chance(4) else None,
        )

    def where(self, module: Module, depth: int) -> Predicate | None:
        return self.predicate(module, depth + 1) if depth < 2 and self.chance(3) else None

    def window(self, base: Module, relation: Relation, depth: int) -> Window | None:
        """The table and the length are those of the record that asks."""
        on = relation.module.fields.get(relation.module.happens_on)
        if on is None or self.chance(3):
            return None
        way = self.one(("period", "period", "period", "cell", "length"))
        if way == "cell":
            return Window(on, cell=self.cell(base, FieldType.LENGTH, working=True))
        if way == "length":
            return Window(on, length=rarer.kept_length(self, base, max(depth, 1)))
        return Window(on, self.period())

    def exception(self, base: Module, on: Field) -> Window:
        if self.chance(4):
            return Window(on, cell=self.cell(base, FieldType.LENGTH, working=True))
        return Window(on, self.period())

    def period(self) -> Period:
        way = self.one(("last", "last", "this", "previous", "since"))
        if way == "last":
            return Period(Reach.LAST, length=self.one((*self.values.lengths, *self.values.working)))
        if way == "since":
            return Period(Reach.SINCE, since=self.moment(instants=True))
        return Period(Reach(way), unit=self.one((Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS)))

    def moment(self, *, instants: bool) -> Moment:
        ways = ["today", "edge", "offset", "day", "now", "start"] + (["instant", "hours"] if instants else [])
        way = self.one(ways)
        if way in {"today", "now", "start"}:
            return Moment(Anchor(way), text=way)
        if way == "edge":
            unit = self.one((Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS))
            return Moment(self.one((Anchor.START_OF, Anchor.END_OF)), unit=unit)
        if way == "offset":
            offset = self.one((*self.values.lengths, *self.values.working))
            return Moment(Anchor.NOW, offset=offset, sign=self.one((1, -1)))
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
            ("compare",) * 4
            + ("among", "among", "empty", "day", "elapsed", "elapsed", "text", "tags")
            + ("trend", "trend", "trend", "each unit", "standing", "link")
        )
        if kind in RARER_TESTS and depth < 2:
            rare = RARER_TESTS[kind](self, module, depth)
            kind = "compare"
            if rare is not None:
                return rare
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
        if kind == "elapsed":
            return rarer.elapsed(self, module, depth)
        return self._timed(module, depth)

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

    def _timed(self, module: Module, depth: int) -> Test:
        kind = self.one(MOMENTS)
        moment = self.moment(instants=kind is FieldType.DATETIME)
        return OnDay(self.operand(module, kind, depth), self.one(tuple(Comparison)), moment)

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
    start = random.choice([one for one in values.instants if one <= clock.now])
    calendar = LateCalendar.of(working_calendar(random, clock))
    clock = replace(clock, start=start, late_calendar=calendar)
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
