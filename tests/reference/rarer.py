"""Random nouns about more than one record: series, gaps, ranks, scores, colleagues."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.model.colleagues import LookedUp, Present
from engine.model.entities import Field, FieldType, Module, Relation
from engine.model.moments import Length, Unit
from engine.model.named import Named
from engine.model.operands import (
    Age,
    Aggregate,
    Constant,
    ExpectedNext,
    Function,
    Measure,
    Operand,
    Rank,
    RecordKey,
    Series,
    Times,
    UsualGap,
)
from engine.model.predicates import Among, Comparison, EachUnit, Elapsed, Standing, Test, Trend
from engine.model.scores import (
    Band,
    BandOf,
    Dimension,
    Indicator,
    Points,
    PointsEach,
    Score,
)
from engine.model.values import Value
from tests.reference.models import PEOPLE
from tests.reference.worlds import MOMENTS, NUMERIC

if TYPE_CHECKING:
    from tests.reference.generator import Nouns


def reached(nouns: Nouns, module: Module) -> Relation | None:
    """A relation whose records have a day."""
    dated = [one for one in nouns.model.relations(module) if one.module.happens_on]
    return nouns.one(dated) if dated else None


def day_of(relation: Relation) -> Field:
    return relation.module.fields[relation.module.happens_on]


# --- operands -----------------------------------------------------------------------------------------------


def series(nouns: Nouns, module: Module, depth: int) -> Series | None:
    """A count, sum or average for each week, month, quarter or year."""
    relation, kind = reached(nouns, module), nouns.one(NUMERIC)
    if relation is None:
        return None
    function = nouns.one((Function.COUNT, Function.SUM, Function.AVERAGE))
    near = [one for one in nouns.paths(relation.module, kind) if not one.links]
    field = (
        nouns.one(near) if near and not nouns.chance(4) else nouns.operand(relation.module, kind, depth + 1)
    )
    kind = FieldType.NUMBER if function is Function.COUNT else kind
    where = nouns.where(relation.module, depth) if nouns.chance(2) else None
    measured = None if function is Function.COUNT else field
    of = Aggregate(function, relation, kind, measured, where=where)
    unit = nouns.one((nouns.values.unit,) * 4 + (Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS))
    return Series(of, day_of(relation), unit)


def gap(nouns: Nouns, module: Module, depth: int) -> UsualGap | None:
    relation = reached(nouns, module)
    if relation is None:
        return None
    where = nouns.where(relation.module, depth) if nouns.chance(2) else None
    return UsualGap(relation, day_of(relation), where)


def rank(nouns: Nouns, module: Module, depth: int) -> Rank:
    """By anything that has an order, within anything that can be equal."""
    of = nouns.operand(module, nouns.one((*NUMERIC, *NUMERIC, FieldType.LENGTH, *MOMENTS)), depth + 1)
    each = (FieldType.CHOICE, FieldType.LINK, FieldType.YES_NO)
    in_each = nouns.operand(module, nouns.one(each), depth + 1) if nouns.chance(2) else None
    among = nouns.predicate(module, depth + 1) if nouns.chance(3) else None
    return Rank(module, of, in_each, among, nouns.one((Measure.FROM_TOP, *Measure)))


WEIGHTS = tuple(map(Decimal, ("1", "2", "60", "40", "0.5")))
ENDS: Mapping[FieldType, Sequence[tuple[Value, Value]]] = {
    **dict.fromkeys(
        NUMERIC,
        (
            (Decimal(0), Decimal(6)),
            (Decimal(3), Decimal(0)),
            (Decimal(-30), Decimal(10)),
            (Decimal(0), Decimal(100)),
        ),
    ),
    FieldType.LENGTH: (
        (Length(0, Unit.DAYS), Length(90, Unit.DAYS)),
        (Length(1, Unit.YEARS), Length(1, Unit.DAYS)),
    ),
}


def score(nouns: Nouns, module: Module, depth: int) -> Score:
    """From dimensions or from points, with bands named like the options of a choice."""
    bands = (Band("A", Decimal(70)), Band("B", Decimal(20)), Band("C", nouns.one((None, Decimal(0)))))
    below = nouns.one((None, None, Decimal(0), Decimal("5.5")))
    above = nouns.one((None, None, Decimal(100), Decimal(12)))
    needs = nouns.one((Decimal("0.5"), Decimal("0.5"), Decimal(0), Decimal(1), Decimal("0.7")))
    if nouns.chance(2):
        dimensions = tuple(_dimension(nouns, module, depth) for _ in range(nouns.one((1, 2, 2, 3))))
        return Score("分", module, dimensions, (), needs, below, above, bands)
    points = tuple(_points(nouns, module, depth) for _ in range(nouns.one((1, 2, 3))))
    return Score("分", module, (), points, needs, below, above, bands)


def _dimension(nouns: Nouns, module: Module, depth: int) -> Dimension:
    indicators = []
    for _ in range(nouns.one((1, 1, 2))):
        kind = nouns.one((*NUMERIC, FieldType.LENGTH))
        worst, best = nouns.one(ENDS[kind])
        operand = nouns.operand(module, kind, depth + 1)
        indicators.append(Indicator(operand, worst, best, nouns.one(WEIGHTS)))
    return Dimension("面", nouns.one(WEIGHTS), tuple(indicators))


GIVEN = tuple(map(Decimal, ("10", "2", "-10", "-3", "0.5", "25")))
HALVES = (
    Length(30, Unit.DAYS),
    Length(1, Unit.MONTHS),
    Length(7, Unit.DAYS),
    Length(1, Unit.YEARS),
    None,
    None,
)


def _points(nouns: Nouns, module: Module, depth: int) -> Points | PointsEach:
    relation = reached(nouns, module)
    if relation is None or nouns.chance(2):
        return Points(nouns.predicate(module, depth + 1), nouns.one(GIVEN))
    aggregate = nouns.counted(module, relation, depth)
    at_most = nouns.one((None, Decimal(20), Decimal(3), Decimal("1.5")))
    return PointsEach(aggregate, nouns.one(GIVEN), at_most, nouns.one(HALVES))


def age(nouns: Nouns, module: Module, depth: int) -> Age:
    return Age(nouns.operand(module, nouns.one(MOMENTS), depth + 1), nouns.one((True, False)))


def times(nouns: Nouns, module: Module, kind: FieldType, depth: int) -> Times:
    factors = tuple(map(Decimal, ("2", "0.5", "1.5", "0.3333", "-1", "10")))
    factor = nouns.one(factors if kind in NUMERIC else factors[:4])
    return Times(nouns.operand(module, kind, depth + 1), factor, kind)


# --- colleagues ---------------------------------------------------------------------------------------------


def colleague(nouns: Nouns, module: Module, depth: int) -> Operand:
    """Who a link, a name or a key tells, or the one who is present in their place."""
    staff = nouns.model.modules[PEOPLE.module]
    links = [one for one in nouns.paths(module, FieldType.LINK) if one.field.to == staff.key]
    if module is staff:
        start: Operand = RecordKey(staff)
    else:
        start = nouns.one(links) if links else Constant("1", FieldType.LINK)
    if nouns.chance(3):
        text = nouns.one((FieldType.TEXT, FieldType.TEXT, FieldType.CHOICE))
        start = Named(nouns.operand(module, text, depth + 1), PEOPLE.module)
        if nouns.chance(2):
            return start
    return Present(start, PEOPLE, nouns.one((0, 0, 1)))


def link(nouns: Nouns, module: Module, depth: int) -> Test | None:
    """Whether a link leads to one of some records, by key or name."""
    links = nouns.paths(module, FieldType.LINK)
    if not links:
        return None
    asked = nouns.one(links)
    names = [*nouns.values.of(FieldType.TEXT), "1", "2", "3"]
    called = tuple(
        Named(Constant(nouns.one(names), FieldType.TEXT), asked.field.to) for _ in range(nouns.one((1, 1, 2)))
    )
    return Among(asked, called, negated=nouns.chance(2))


def looked_up(nouns: Nouns, module: Module, kind: FieldType, depth: int) -> Operand:
    """A field of a colleague, or of the record that a link points to."""
    links = nouns.paths(module, FieldType.LINK)
    if links and nouns.chance(2):
        link = nouns.one(links)
        key, there = link, nouns.model.linked(link.field)
    else:
        key, there = colleague(nouns, module, depth), nouns.model.modules[PEOPLE.module]
    return LookedUp(key, nouns.operand(there, kind, depth + 1), there, kind)


def ways(
    nouns: Nouns, module: Module, kind: FieldType, depth: int
) -> dict[str, Callable[[], Operand | None]]:
    """What else can have this type, by name."""
    found: dict[str, Callable[[], Operand | None]] = {
        "looked up": lambda: looked_up(nouns, module, kind, depth)
    }
    if kind is FieldType.NUMBER:
        found["rank"] = lambda: rank(nouns, module, depth)
        found["score"] = lambda: score(nouns, module, depth)
    if kind in {*NUMERIC, FieldType.LENGTH}:
        found["times"] = lambda: times(nouns, module, kind, depth)
    if kind is FieldType.PERCENT:
        found["series"] = lambda: series(nouns, module, depth)
    if kind is FieldType.LENGTH:
        found["gap"] = lambda: gap(nouns, module, depth)
        found["age"] = lambda: age(nouns, module, depth)
    if kind is FieldType.DATE:
        found["expected"] = lambda: None if (one := gap(nouns, module, depth)) is None else ExpectedNext(one)
    if kind is FieldType.CHOICE:
        found["band"] = lambda: BandOf(score(nouns, module, depth))
    if kind is FieldType.LINK:
        found["colleague"] = lambda: colleague(nouns, module, depth)
    return found


# --- tests --------------------------------------------------------------------------------------------------


def trend(nouns: Nouns, module: Module, depth: int) -> Test | None:
    operand = series(nouns, module, depth)
    if operand is None:
        return None
    relative = nouns.one((True, False))
    by = nouns.one(
        tuple(map(Decimal, ("0", "0", "10", "50", "100") if relative else ("0", "0.5", "1", "30")))
    )
    return Trend(operand, nouns.one((True, False)), by, relative, nouns.one((1, 2, 2, 3)))


def each_unit(nouns: Nouns, module: Module, depth: int) -> Test | None:
    operand = series(nouns, module, depth)
    if operand is None:
        return None
    kind = operand.of.type
    pool = (Decimal(0), Decimal(1), Decimal(2), *nouns.values.of(kind))
    to: Operand = Constant(nouns.one(pool), kind)
    if nouns.chance(4):
        to = nouns.cell(module, kind) if nouns.chance(2) else nouns.operand(module, kind, depth + 1)
    return EachUnit(operand, nouns.one(tuple(Comparison)), to, nouns.one((1, 1, 2, 3)))


def standing(nouns: Nouns, module: Module, depth: int) -> Test:
    operand, bottom = rank(nouns, module, depth), nouns.one((True, False))
    if nouns.chance(2):
        return Standing(operand, bottom, number=nouns.one((1, 2, 3)))
    share = nouns.one(tuple(map(Decimal, ("0.1", "0.2", "0.5", "0.3333", "1"))))
    return Standing(operand, bottom, share=share)


def elapsed(nouns: Nouns, module: Module, depth: int) -> Test:
    """Back or ahead, each year or not; against a length as written, of a table, or of a record."""
    kind = nouns.one(MOMENTS)
    operand, comparison = nouns.operand(module, kind, depth), nouns.one((Comparison.IS, *Comparison))
    ahead, yearly = nouns.one((True, False)), nouns.chance(3)
    by_days = yearly or kind is FieldType.DATE
    # A day that comes round every year is compared with written lengths only.
    way = nouns.one(("written", "written", "cell", *(() if yearly else ("kept", "kept"))))
    if way == "kept":
        length: Length | Operand = kept_length(nouns, module, depth)
    elif way == "cell":
        length = nouns.cell(module, FieldType.LENGTH, days=by_days, working=not yearly)
    else:
        short = () if by_days else nouns.values.short
        working = () if yearly else nouns.values.working
        length = nouns.one(
            (*nouns.values.lengths, *working, *short, Length(3000 if not ahead else 9000, Unit.YEARS))
        )
    return Elapsed(operand, comparison, length, ahead, yearly)


def kept_length(nouns: Nouns, module: Module, depth: int) -> Operand:
    """A length that a record holds, or that is made of such; a table's has its own way."""
    found: list[Operand | None] = list(nouns.paths(module, FieldType.LENGTH))
    found += [gap(nouns, module, depth), age(nouns, module, depth)] if depth < 2 else []
    known = [one for one in found if one is not None]
    one = nouns.one(known) if known else Constant(None, FieldType.LENGTH)
    return Times(one, nouns.one((Decimal(2), Decimal("1.5"))), FieldType.LENGTH) if nouns.chance(3) else one
