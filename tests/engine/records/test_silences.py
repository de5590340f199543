"""What the database counts of silences, against a plain count and by hand; on both stores."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil
from random import Random
from statistics import median
from typing import Any

import pytest

from engine.model.entities import FieldType
from engine.model.operands import Cell, Constant, FieldValue
from engine.model.predicates import Compare, Comparison, Leaf
from engine.records.silences import PARTS, Count, Customers, Dealings
from tests.engine.small import NIGHT, Place, workspace_with

pytestmark = pytest.mark.usefixtures("each_store")

TODAY = NIGHT.today
TIMES = (Decimal(2), Decimal("2.5"))


def bring(orders: Mapping[str, list[int]], tiers: Mapping[str, str]) -> Place:
    """Customers with orders so many days ago; a negative number is one to come."""
    rows = [(customer, ago) for customer, some in orders.items() for ago in some]
    return Place.make(
        workspace_with("actions: [{add_tag: 高潜}]\n"),
        {
            "客户": {key: {"客户名称": key, "客户层级": tiers.get(key, "")} for key in orders},
            "订单": {
                f"O{number}": {
                    "客户": customer,
                    "下单日期": (TODAY - timedelta(days=ago)).isoformat(),
                    "金额": str(number),
                }
                for number, (customer, ago) in enumerate(rows)
            },
        },
    )


def dealings(place: Place, **more: Any) -> Dealings:
    model = place.workspace.model
    relation = model.relation(model.modules["customers"], "订单")
    assert relation is not None
    return Dealings(relation, relation.module.fields["date"], **more)


def by_tier(place: Place) -> Cell:
    """A is 0, B is 1, all others that are known are -1."""
    module = place.workspace.model.modules["customers"]
    tier = FieldValue(module.fields["tier"], module)
    rows = ((("A",), Decimal(0)), (("B",), Decimal(1)))
    return Cell("", (tier,), rows, FieldType.NUMBER, Decimal(-1), has_otherwise=True)


def counted(counts: Any) -> Counter[tuple[int | None, int, int, bool]]:
    """Without the parts: group, which silence, days, open."""
    found: Counter[tuple[int | None, int, int, bool]] = Counter()
    for one in counts:
        assert isinstance(one, Count)
        assert 0 <= one.part < PARTS
        found[one.group, one.nth, one.days, one.is_open] += one.records
    return found


def test_silences_by_hand() -> None:
    place = bring(
        {
            "甲": [100, 70, 70, 40, 10, -5],  # twice on one day, and one to come
            "乙": [0],
            "丙": [365],
            "丁": [],  # never ordered
            "戊": [-1],  # not yet
        },
        {"甲": "A", "乙": "B", "丙": "C", "丁": "A", "戊": "A"},
    )
    with place.session() as session:
        found = counted(Customers(session, dealings(place), by_tier(place)).silences())
        alone = counted(Customers(session, dealings(place), None).silences())

    assert found == {
        (0, 0, 30, False): 1,
        (0, 1, 30, False): 1,
        (0, 2, 30, False): 1,
        (0, 2, 10, True): 1,
        (1, 0, 0, True): 1,
        (-1, 0, 365, True): 1,
    }
    assert alone == Counter({(0, *rest): 1 for _, *rest in found})


def test_without_a_value_in_no_group() -> None:
    place = bring({"甲": [20, 5]}, {})
    with place.session() as session:
        found = counted(Customers(session, dealings(place), by_tier(place)).silences())

    assert found == {(None, 0, 15, False): 1, (None, 1, 5, True): 1}


def test_only_records_that_fit() -> None:
    place = bring({"甲": [90, 60, 30]}, {"甲": "A"})
    orders = place.workspace.model.modules["orders"]
    small = Compare(
        FieldValue(orders.fields["amount"], orders), Comparison.IS_NOT, Constant(Decimal(1), FieldType.MONEY)
    )
    with place.session() as session:
        found = counted(Customers(session, dealings(place, where=Leaf("", (small,))), None).silences())

    assert found == {(0, 0, 60, False): 1, (0, 1, 30, True): 1}


def test_rhythms_by_hand() -> None:
    """Every ten days; every 7.5 days (3, 7, 9, 8); three days are no habit."""
    place = bring({"甲": [55, 45, 35, 25, 4], "乙": [57, 54, 47, 38, 30], "丙": [30, 20, 10]}, {})
    with place.session() as session:
        paces, silences = Customers(session, dealings(place), None).paces(TIMES)

    assert sorted((one.group, one.minutes, one.records) for one in paces) == [(0, 10800, 1), (0, 14400, 1)]
    # 甲 was silent for 21 days, once more than 20 and never 25; 乙 is for 30: 15 on since twice the rhythm,
    # and since 2.5 times 7.5 days, which is reached on the 19th day, for 11.
    assert counted(silences[TIMES[0]]) == {(0, 0, 1, False): 1, (0, 0, 15, True): 1}
    assert counted(silences[TIMES[1]]) == {(0, 0, 11, True): 1}


def plain_days(orders: Mapping[str, list[int]]) -> dict[str, list[date]]:
    return {
        key: sorted({TODAY - timedelta(days=ago) for ago in some if ago >= 0}) for key, some in orders.items()
    }


@pytest.mark.parametrize("seed", range(4))
def test_any_orders_as_a_plain_count_has_them(seed: int) -> None:
    random = Random(seed)
    orders = {
        f"K{number}": [random.randint(-3, 60) for _ in range(random.randint(0, 9))] for number in range(40)
    }
    tiers = {key: random.choice("ABC") for key in orders}
    place = bring(orders, tiers)
    wanted: Counter[Any] = Counter()
    paces: Counter[Any] = Counter()
    late: dict[Decimal, Counter[Any]] = defaultdict(Counter)
    for key, days in plain_days(orders).items():
        group = {"A": 0, "B": 1}.get(tiers[key], -1)
        gaps = [(two - one).days for one, two in pairwise(days)]
        ends = [(gap, False) for gap in gaps] + [((TODAY - days[-1]).days, True)] if days else []
        wanted.update((group, min(nth, 2), *one) for nth, one in enumerate(ends))
        if len(gaps) >= 3:
            usual = Decimal(median(gaps))
            paces[group, int(usual * 1440)] += 1
            for times in TIMES:
                late[times].update(
                    (group, 0, gap - ceil(usual * times), is_open)
                    for gap, is_open in ends[3:]
                    if gap >= usual * times
                )

    with place.session() as session:
        assert counted(Customers(session, dealings(place), by_tier(place)).silences()) == wanted
        found, silences = Customers(session, dealings(place), by_tier(place)).paces(TIMES)

    rhythms: Counter[Any] = Counter()
    for one in found:
        rhythms[one.group, one.minutes] += one.records
    assert rhythms == paces
    assert {times: counted(some) for times, some in silences.items()} == {one: late[one] for one in TIMES}


def test_a_customer_is_in_one_part_with_all_silences() -> None:
    place = bring({f"K{number}": [9, 6, 3] for number in range(60)}, {})
    with place.session() as session:
        counts = list(Customers(session, dealings(place), None).silences())

    by_part: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for one in counts:
        by_part[one.part].add((one.nth, one.records))
    assert len(by_part) > PARTS / 2
    assert all(len(some) == 3 and len({number for _, number in some}) == 1 for some in by_part.values())
