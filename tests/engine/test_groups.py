"""Many questions over one relation are answered by one look at its records, as each alone is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model.entities import FieldType, Module, Relation
from engine.model.moments import Length, Period, Reach, Unit
from engine.model.operands import Aggregate, Cell, Constant, Function, Series, Window
from engine.model.predicates import AnyOf, Compare, Comparison, Empty, Leaf, Predicate, Trend
from engine.model.scores import Band, BandOf, Dimension, Indicator, Points, PointsEach, Score
from tests.reference import rarer
from tests.reference.asking import MODELS, answers_differ, demands_differ, told
from tests.reference.generator import Case, Nouns, random_case
from tests.reference.proving import BOTH, DAY, TODAY, equals, field_of, numbers, prove, relation_of
from tests.reference.worlds import Values, random_world

pytestmark = pytest.mark.usefixtures("each_store")
NUMBER = FieldType.NUMBER
FUNCTIONS = (
    Function.COUNT,
    Function.COUNT,
    Function.SUM,
    Function.AVERAGE,
    Function.LARGEST,
    Function.DISTINCT,
)
SEEDS = st.integers(0, 2**48)
MANY = settings(
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


# --- at random ----------------------------------------------------------------------------------------------


def _aggregate(nouns: Nouns, relation: Relation) -> Aggregate:
    """In days that are the same for every record."""
    module = relation.module
    function, on = nouns.one(FUNCTIONS), module.fields[module.happens_on]
    near = [one for one in nouns.paths(module, NUMBER) if not one.links]
    field = None if function is Function.COUNT else nouns.one(near)
    window = Window(on, nouns.period()) if nouns.chance(2) else None
    where = nouns.leaf(module, 2) if nouns.chance(3) else None
    except_ = Window(on, nouns.period()) if nouns.chance(5) else None
    return Aggregate(function, relation, NUMBER, field, window, where, except_)


def _score(nouns: Nouns, module: Module, relation: Relation) -> Score:
    indicators = [
        Indicator(_aggregate(nouns, relation), *nouns.one(rarer.ENDS[NUMBER]))
        for _ in range(nouns.one((2, 3)))
    ]
    bands = (Band("A", Decimal(70)), Band("B", Decimal("20.5")), Band("C"))
    if nouns.chance(2):
        return Score("分", module, (Dimension("面", Decimal(1), tuple(indicators)),), bands=bands)
    points = [
        PointsEach(
            replace(_aggregate(nouns, relation), function=Function.COUNT, field=None),
            Decimal(5),
            nouns.one((None, Decimal(12))),
            nouns.one(rarer.HALVES),
        ),
        Points(nouns.leaf(module, 1), nouns.one((Decimal(-10), Decimal(30)))),
    ]
    below, above = nouns.one((None, Decimal(0), Decimal(-5))), nouns.one((None, Decimal(20)))
    return Score("分", module, points=tuple(points), not_below=below, not_above=above, bands=bands)


def _question(nouns: Nouns, module: Module, relation: Relation) -> Leaf:
    way = nouns.one(("value", "value", "score", "band", "trend"))
    comparison = nouns.one(tuple(Comparison))
    if way == "trend" and (trend := rarer.trend(nouns, module, 1)) is not None:
        assert isinstance(trend, Trend)
        return Leaf("conditions", (trend,))
    if way == "band":
        return equals(BandOf(_score(nouns, module, relation)), nouns.one(("A", "B", "C")))
    if way == "score":
        to = nouns.one(numbers(0, 1, 5, "20.5", 100, "-3.3"))
        return Leaf(
            "conditions", (Compare(_score(nouns, module, relation), comparison, Constant(to, NUMBER)),)
        )
    to = nouns.one(numbers(0, 1, 2, "3.5"))
    return Leaf("conditions", (Compare(_aggregate(nouns, relation), comparison, Constant(to, NUMBER)),))


def _case(seed: int) -> Case:
    """Questions over one relation: each alone, and several together."""
    drawn = replace(random_case(seed, MODELS, count=0), foreign=False, module="customers")
    model, values, random = MODELS[False], Values(drawn.clock, False, seed), Random(seed)
    nouns, module = Nouns(random, model, values), model.modules["customers"]
    relation = rarer.reached(nouns, module)
    assert relation is not None
    some = tuple(_question(nouns, module, relation) for _ in range(5))
    together: tuple[Predicate, ...] = (AnyOf("any", some[:3], 1), AnyOf("any", some, 2))
    return replace(drawn, world=random_world(random, model, values), nouns=(*some, *together))


@MANY
@given(SEEDS)
def test_what_is_worked_out_together_is_answered_as_alone(seed: int) -> None:
    case = _case(seed)
    assert not demands_differ(case), told(case, demands_differ)
    assert not answers_differ(case), told(case, answers_differ)


# --- by hand ------------------------------------------------------------------------------------------------


@BOTH
def test_a_score_of_several_looks_over_one_relation(module: Module) -> None:
    """Each of the three looks at days, and at records, of its own."""
    orders = relation_of(module, "订单")
    day = orders.module.fields["date"]
    recent = Window(day, Period(Reach.LAST, length=Length(30, Unit.DAYS)))
    quarter = Window(day, Period(Reach.LAST, length=Length(90, Unit.DAYS)))
    returned = equals(field_of(orders.module, "returned"), value=True)
    amount = field_of(orders.module, "amount")
    indicators = (
        Indicator(Aggregate(Function.COUNT, orders, NUMBER, window=recent), *numbers(0, 2)),
        Indicator(Aggregate(Function.SUM, orders, FieldType.MONEY, amount, quarter), *numbers(0, 100)),
        Indicator(Aggregate(Function.COUNT, orders, NUMBER, where=returned), *numbers(1, 0)),
    )
    score = Score("分", module, (Dimension("面", Decimal(1), indicators),))
    rows: list[tuple[dict[str, Any], Any]] = [
        # 50, 40 and 100 of 100 are 63.3; the oldest order is in nobody's days, and the last has not come back
        (sold((1, 30, None), (60, 10, False), (400, 900, None)), True),
        (sold((1, 30, True), (60, 10, False)), False),  # 50, 40 and 0
        (sold((400, 900, None)), False),  # 0, 0 and 100: 33.3
        (sold((1, 30, None), (2, 60, None)), True),  # 100, 90 and 100
        ({}, False),  # 33.3
    ]

    prove(module, [(Compare(score, Comparison.AT_LEAST, Constant(Decimal(63), NUMBER)), rows)], both=False)


@BOTH
def test_points_in_days_that_a_table_has_for_each_record(module: Module) -> None:
    """Each length of the table has a look of its own."""
    orders, goal = relation_of(module, "订单"), field_of(module, "goal")
    lengths = (((Decimal(1),), Length(10, Unit.DAYS)), ((Decimal(2),), Length(90, Unit.DAYS)))
    days = Window(orders.module.fields["date"], cell=Cell("表.列", (goal,), lengths, FieldType.LENGTH))
    given = PointsEach(Aggregate(Function.COUNT, orders, NUMBER, window=days), Decimal(2))
    score = Score("分", module, points=(given,))
    four = sold((0, 1, None), (5, 1, None), (50, 1, None), (80, 1, None))
    rows: list[tuple[dict[str, Any], Any]] = [
        ({**four, "goal": Decimal(1)}, False),  # 4 points
        ({**four, "goal": Decimal(2)}, True),  # 8
    ]

    prove(module, [(Compare(score, Comparison.AT_LEAST, Constant(Decimal(5), NUMBER)), rows)], both=False)


def sold(*orders: tuple[int, int, bool | None]) -> dict[str, Any]:
    """Orders so many days ago, of an amount, and whether they came back."""
    return {
        "订单": [
            {"date": TODAY - ago * DAY, "amount": Decimal(amount), "returned": back}
            for ago, amount, back in orders
        ]
    }


@BOTH
def test_a_score_is_compared_as_it_is_rounded(module: Module) -> None:
    """To one decimal, above and below zero; the limits hold."""
    some = Leaf("points", (Empty(field_of(module, "name"), wanted=False),))
    few = Score("分", module, points=(Points(some, Decimal("-0.06")),))
    many = Score("分", module, points=(Points(some, Decimal("0.06")),))
    held = replace(many, not_below=Decimal(2), not_above=Decimal(3))
    told = [
        (many, Comparison.AT_LEAST, "0.1", True),
        (many, Comparison.MORE_THAN, "0.1", False),
        (many, Comparison.AT_MOST, "0.1", True),
        (many, Comparison.LESS_THAN, "0.1", False),
        (few, Comparison.AT_LEAST, "0", False),
        (few, Comparison.AT_MOST, "-0.1", True),
        (few, Comparison.LESS_THAN, "-0.1", False),
        (few, Comparison.MORE_THAN, "-0.2", True),
        (held, Comparison.AT_LEAST, "2", True),
        (held, Comparison.MORE_THAN, "2", False),
        (held, Comparison.AT_LEAST, "3.1", False),
        (held, Comparison.AT_MOST, "1.9", False),
    ]

    for score, comparison, to, answer in told:
        test = Compare(score, comparison, Constant(Decimal(to), NUMBER))
        prove(module, [(test, [({"name": "甲"}, answer)])], both=False)


@BOTH
def test_a_fall_of_amounts_near_the_end_of_what_is_kept(module: Module) -> None:
    """Thirty percent of four thousand million: the products are beyond the whole numbers of a database."""
    orders = relation_of(module, "订单")
    of = Aggregate(Function.SUM, orders, FieldType.MONEY, field_of(orders.module, "amount"))
    series = Series(of, orders.module.fields["date"], Unit.MONTHS)
    before, now = date(2026, 1, 31), date(2026, 2, 28)
    falls = Trend(series, rises=False, by=Decimal(30), relative=True)

    def large(*amounts: int) -> dict[str, Any]:
        some = zip((before, now), amounts, strict=True)
        return {"订单": [{"date": day, "amount": Decimal(amount)} for day, amount in some]}

    rows: list[tuple[dict[str, Any], Any]] = [
        (large(4_000_000_000, 2_800_000_000), True),
        (large(4_000_000_000, 2_800_000_001), False),
        (large(0, 4_000_000_000), None),
    ]
    prove(module, [(falls, rows)])
