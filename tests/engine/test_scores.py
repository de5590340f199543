"""Scores, by hand: indicators and dimensions, points, and the bands that are reached."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.model.entities import FieldType, Module
from engine.model.moments import Length, Period, Reach, Unit
from engine.model.operands import Aggregate, Constant, Function, Series, Window
from engine.model.predicates import Compare, Comparison
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
from tests.reference.proving import (
    BOTH,
    DAY,
    MIDNIGHT,
    SECOND,
    TODAY,
    cell_by_goal,
    equals,
    field_of,
    numbers,
    prove,
    prove_values,
    relation_of,
)

pytestmark = pytest.mark.usefixtures("each_store")

ONE, HALF = Decimal(1), Decimal("0.5")


def indicator(module: Module, name: str, worst: Value, best: Value, weight: str = "1") -> Indicator:
    return Indicator(field_of(module, name), worst, best, Decimal(weight))


def dimensions(module: Module, *parts: tuple[str, tuple[Indicator, ...]], **options: Any) -> Score:
    made = tuple(Dimension(f"面{n}", Decimal(weight), each) for n, (weight, each) in enumerate(parts))
    return Score("分", module, made, **options)


def held(*pairs: tuple[Any, Any]) -> list[tuple[dict[str, Any], Any]]:
    """A value of the field `score`, and what comes of it."""
    return [
        ({} if one is None else {"score": Decimal(one)}, None if found is None else Decimal(found))
        for one, found in pairs
    ]


# --- dimensions ---------------------------------------------------------------------------------------------


@BOTH
def test_an_indicator_on_its_way(module: Module) -> None:
    """From worst to best, held at both ends; rounded to one decimal."""
    upwards = dimensions(module, ("1", (indicator(module, "score", Decimal(0), Decimal(6)),)))
    downwards = dimensions(module, ("1", (indicator(module, "score", Decimal(3), Decimal(0)),)))
    below_zero = dimensions(module, ("1", (indicator(module, "score", Decimal(-30), Decimal(10)),)))
    days = (Length(0, Unit.DAYS), Length(3, Unit.MONTHS))
    lengths = dimensions(module, ("1", (indicator(module, "gap", *days),)))

    prove_values(
        module,
        [
            (
                upwards,
                held((0, 0), (1, "16.7"), (2, "33.3"), (3, 50), (6, 100), (7, 100), (-1, 0), (None, None)),
            ),
            (downwards, held((3, 0), (1, "66.7"), (0, 100), (-2, 100), (9, 0), ("1.5", 50), (None, None))),
            (below_zero, held((-30, 0), (-10, 50), (10, 100), (0, 75), (-31, 0), (99, 100))),
            (
                lengths,
                [
                    ({"gap": Length(45, Unit.DAYS)}, Decimal(50)),
                    ({"gap": Length(1, Unit.MONTHS)}, Decimal("33.3")),
                    ({"gap": Length(36, Unit.HOURS)}, Decimal("1.7")),  # 1.5 of 90 days
                    ({"gap": Length(1, Unit.YEARS)}, Decimal(100)),
                    ({}, None),
                ],
            ),
        ],
    )


@BOTH
def test_weights_of_what_is_known(module: Module) -> None:
    """What is unknown yields its weight: within its dimension, then a whole dimension to the others."""

    def hundred(name: str, weight: str = "1") -> Indicator:
        return indicator(module, name, Decimal(0), Decimal(100), weight)

    first = ("60", (hundred("score"), hundred("paid", "3")))
    second = ("40", (hundred("rate"),))
    always = dimensions(module, first, second, needs=Decimal(0))
    half = dimensions(module, first, second)
    most = dimensions(module, first, second, needs=Decimal("0.85"))
    all_of_it = dimensions(module, first, second, needs=ONE)

    # score, paid, rate: known weight; the score when it is enough
    table = [
        ((100, 0, 50), "1", "35"),  # 25 of the first, 50 of the second
        ((0, 100, 50), "1", "65"),
        ((100, None, 50), "0.55", "80"),  # 60 × 1/4 + 40
        ((None, 100, 50), "0.85", "80"),  # 60 × 3/4 + 40
        ((None, None, 50), "0.4", "50"),
        ((100, 0, None), "0.6", "25"),
        ((100, None, None), "0.15", "100"),
        ((None, 20, None), "0.45", "20"),
        ((None, None, None), "0", None),
    ]
    names = ("score", "paid", "rate")
    for score in (always, half, most, all_of_it):
        rows = []
        for values, known, found in table:
            row = {name: Decimal(one) for name, one in zip(names, values, strict=True) if one is not None}
            enough = found is not None and Decimal(known) >= score.needs
            rows.append((row, Decimal(found) if enough and found is not None else None))
        prove_values(module, [(score, rows)])


@BOTH
def test_exactly_half_of_the_weight_is_enough(module: Module) -> None:
    """One third of one dimension and two thirds of another; and of three equal ones, one is too few."""

    def third(*names: str) -> tuple[Indicator, ...]:
        return tuple(indicator(module, one, Decimal(0), Decimal(1)) for one in names)

    thirds = dimensions(module, ("1", third("score", "annual", "goal")), ("1", third("paid", "rate", "goal")))
    three = dimensions(module, *(("0.1", third(one)) for one in ("score", "paid", "rate")))
    by_third = replace(three, needs=Decimal("0.3334"))
    known = {"score": ONE, "paid": Decimal(0), "rate": Decimal(0)}

    prove_values(
        module,
        [
            (
                thirds,
                [
                    (known, Decimal(50)),
                    ({"score": ONE, "paid": ONE}, None),
                    ({**known, "goal": ONE}, Decimal("66.7")),
                ],
            ),
            (
                three,
                [
                    (known, Decimal("33.3")),
                    ({"score": ONE}, None),
                    ({"score": ONE, "rate": ONE}, Decimal(100)),
                ],
            ),
            (by_third, [({"score": ONE}, None), ({"score": ONE, "paid": ONE}, Decimal(100))]),
        ],
    )


@BOTH
def test_indicators_of_related_records(module: Module) -> None:
    """The count of nothing is known; the change of a series without two months is not."""
    relation = relation_of(module, "订单")
    on, amount = relation.module.fields["date"], field_of(relation.module, "amount")
    last_90 = Window(on, Period(Reach.LAST, length=Length(90, Unit.DAYS)))
    count = Aggregate(Function.COUNT, relation, FieldType.NUMBER, window=last_90)
    monthly = Series(Aggregate(Function.SUM, relation, FieldType.MONEY, amount), on, Unit.MONTHS)
    counted = Indicator(count, Decimal(0), Decimal(4))
    changed = Indicator(monthly, Decimal(-30), Decimal(10))
    score = dimensions(module, ("3", (counted,)), ("1", (changed,)))

    def sold(*parts: tuple[int, int]) -> dict[str, Any]:
        return {"订单": [{"date": TODAY - ago * DAY, "amount": Decimal(one)} for ago, one in parts]}

    january, february = 60, 45  # 30 January and 14 February

    prove_values(
        module,
        [
            (
                score,
                [
                    ({}, Decimal(0)),
                    (sold((0, 1)), Decimal(25)),
                    (sold((0, 1), (1, 1), (2, 1), (3, 1), (4, 1)), Decimal(100)),
                    (sold((january, 100), (february, 90)), Decimal(50)),  # 50 and 50
                    (sold((january, 100), (february, 60)), Decimal("37.5")),  # 50 and 0
                    (sold((january, 100), (february, 200)), Decimal("62.5")),
                    (sold((january, 0), (february, 200)), Decimal(50)),
                    (sold((february, 200)), Decimal(25)),
                    (sold((95, 100), (january, 100), (february, 110)), Decimal("62.5")),
                ],
            )
        ],
    )


@BOTH
def test_ends_and_bands(module: Module) -> None:
    score = dimensions(
        module,
        ("1", (indicator(module, "score", Decimal(0), Decimal(100)),)),
        not_below=Decimal(10),
        not_above=Decimal(90),
        bands=(Band("绿", Decimal(70)), Band("黄", Decimal(40)), Band("红")),
    )
    gaps = replace(score, bands=(Band("绿", Decimal(70)), Band("黄", Decimal(40))))
    table = [
        (100, 90, "绿", "绿"),
        ("70", 70, "绿", "绿"),
        ("69.96", 70, "绿", "绿"),  # the kept score reaches it
        ("69.94", "69.9", "黄", "黄"),
        (40, 40, "黄", "黄"),
        ("39.9", "39.9", "红", None),
        (3, 10, "红", None),
        (-5, 10, "红", None),
        (None, None, None, None),
    ]

    prove_values(module, [(score, held(*((one, kept) for one, kept, _, _ in table)))])
    rows = [{} if one is None else {"score": Decimal(one)} for one, *_ in table]
    bands = list(zip(rows, (one for _, _, one, _ in table), strict=True))
    some = list(zip(rows, (one for *_, one in table), strict=True))
    prove_values(module, [(BandOf(score), bands), (BandOf(gaps), some)])
    green = Compare(BandOf(score), Comparison.IS, Constant("绿", FieldType.CHOICE))
    enough = Compare(score, Comparison.AT_LEAST, Constant(Decimal(70), FieldType.NUMBER))
    is_green = [(row, None if one is None else one == "绿") for row, one in bands]
    prove(module, [(green, is_green), (enough, is_green)])


# --- points -------------------------------------------------------------------------------------------------


@BOTH
def test_points_add_up(module: Module) -> None:
    """Given for a yes; no and unknown give nothing, so there is always a score."""

    def given(name: str, give: int) -> Points:
        return Points(equals(field_of(module, name), value=True), Decimal(give))

    points = (given("keep", 10), given("vip", -30))
    score = Score("分", module, points=points)
    within = replace(score, not_below=Decimal(-5), not_above=Decimal("7.5"))
    table = [
        ((True, True), -20, -5),
        ((True, False), 10, "7.5"),
        ((True, None), 10, "7.5"),
        ((False, True), -30, -5),
        ((None, True), -30, -5),
        ((False, False), 0, 0),
        ((None, None), 0, 0),
        ((False, None), 0, 0),
    ]
    rows = [{"keep": keep, "vip": vip} for (keep, vip), _, _ in table]

    prove_values(
        module,
        [
            (score, list(zip(rows, numbers(*(one for _, one, _ in table)), strict=True))),
            (within, list(zip(rows, numbers(*(one for *_, one in table)), strict=True))),
        ],
    )


def each(module: Module, give: str, name: str = "订单", **options: Any) -> Score:
    """Points for each related record, as a score; the options go to the aggregate or the points."""
    relation = relation_of(module, name)
    of_points = {key: options.pop(key) for key in ("at_most", "halves_every") if key in options}
    aggregate = Aggregate(Function.COUNT, relation, FieldType.NUMBER, **options)
    return Score("分", module, points=(PointsEach(aggregate, Decimal(give), **of_points),))


def ago(*days: int | None) -> dict[str, Any]:
    return {"订单": [{"date": None if one is None else TODAY - one * DAY} for one in days]}


@BOTH
def test_points_for_each_record(module: Module) -> None:
    relation = relation_of(module, "订单")
    on, returned = relation.module.fields["date"], field_of(relation.module, "returned")
    last_90 = Window(on, Period(Reach.LAST, length=Length(90, Unit.DAYS)))
    march = Window(on, Period(Reach.THIS, unit=Unit.MONTHS))
    answers = {"订单": [{"returned": one} for one in (True, True, False, None)]}
    own_length = Window(on, length=field_of(module, "gap"))
    of_table = Window(on, cell=cell_by_goal(module, FieldType.LENGTH, Length(90, Unit.DAYS)))

    prove_values(
        module,
        [
            (
                each(module, "2"),
                [(ago(), Decimal(0)), (ago(0, 1, None, -5, 400), Decimal(10)), (ago(0), Decimal(2))],
            ),
            (each(module, "2", window=last_90), [(ago(0, 89, 90, -1, None), Decimal(4))]),
            (each(module, "2", window=last_90, except_=march), [(ago(0, 30, 31, 89, 90), Decimal(4))]),
            (each(module, "2", latest=2), [(ago(0, 1, 2), Decimal(4))]),
            (each(module, "2", where=equals(returned, value=True)), [(answers, Decimal(4))]),
            (
                each(module, "2", at_most=Decimal(5)),
                [(ago(0, 0), Decimal(4)), (ago(0, 0, 0), Decimal(5)), (ago(*[0] * 9), Decimal(5))],
            ),
            (
                each(module, "-2", at_most=Decimal(5)),
                [(ago(0, 0), Decimal(-4)), (ago(0, 0, 0), Decimal(-5)), (ago(), Decimal(0))],
            ),
            (
                each(module, "2", window=own_length),  # without a length nobody knows which: no points
                [({**ago(0, 1, 2), "gap": Length(2, Unit.DAYS)}, Decimal(4)), (ago(0, 1, 2), Decimal(0))],
            ),
            (
                each(module, "2", window=of_table),
                [
                    ({**ago(0, 89, 90), "goal": ONE, "vip": True}, Decimal(4)),
                    ({**ago(0), "goal": Decimal(2), "vip": True}, Decimal(0)),
                    (ago(0), Decimal(0)),
                ],
            ),
        ],
    )


@BOTH
def test_points_halve_with_age(module: Module) -> None:
    """By whole days; the future is as new as today, and what has no day has nothing left."""
    halving = each(module, "8", halves_every=Length(30, Unit.DAYS))
    monthly = each(module, "8", halves_every=Length(1, Unit.MONTHS))
    bounded = each(module, "8", halves_every=Length(30, Unit.DAYS), at_most=Decimal(10))
    losing = each(module, "-8", halves_every=Length(30, Unit.DAYS), at_most=Decimal(10))
    rows = [
        (ago(0), "8"),
        (ago(30), "4"),
        (ago(60), "2"),
        (ago(15), "5.7"),  # 8 / √2 = 5.657
        (ago(1), "7.8"),  # 8 × 0.5^(1/30) = 7.817
        (ago(-40), "8"),
        (ago(0, 30, 60), "14"),
        (ago(900), "0"),
        (ago(None), "0"),
        (ago(), "0"),
    ]
    most = [(ago(0), "8"), (ago(0, 60), "10"), (ago(0, 30), "10"), (ago(30, 30), "8")]
    visits = {"拜访": [{"at": MIDNIGHT - SECOND}, {"at": MIDNIGHT}, {"at": MIDNIGHT + DAY - SECOND}]}

    prove_values(
        module,
        [
            (halving, [(values, Decimal(one)) for values, one in rows]),
            (monthly, [(values, Decimal(one)) for values, one in rows]),
            (bounded, [(values, Decimal(one)) for values, one in most]),
            (losing, [(values, -Decimal(one)) for values, one in most]),
            (each(module, "8", "拜访", halves_every=Length(1, Unit.DAYS)), [(visits, Decimal(20))]),
        ],
    )


@BOTH
@pytest.mark.parametrize("weight", ["1", "0.5", "60"])
def test_a_missing_score_is_unknown(module: Module, weight: str) -> None:
    score = dimensions(module, (weight, (indicator(module, "score", Decimal(0), Decimal(100), weight),)))
    enough = Compare(score, Comparison.AT_LEAST, Constant(Decimal(50), FieldType.NUMBER))

    prove(module, [(enough, [({"score": Decimal(50)}, True), ({"score": Decimal(49)}, False), ({}, None)])])
