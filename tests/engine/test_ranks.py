"""Ranks, by hand: who is ranked with whom, and who stands among the first or the last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.model.entities import FieldType, Module
from engine.model.moments import Length, Unit
from engine.model.operands import Aggregate, Function, Measure, Rank
from engine.model.predicates import Standing
from tests.reference.evaluator import Answer
from tests.reference.proving import (
    BOTH,
    DAY,
    TODAY,
    equals,
    field_of,
    numbers,
    prove,
    prove_values,
    relation_of,
)

pytestmark = pytest.mark.usefixtures("each_store")


def worth(*amounts: str | int | None, **more: Sequence[Any]) -> list[dict[str, Any]]:
    """One customer for each amount; what else they hold stands in lists of the same length."""
    rows = [{} if one is None else {"annual": Decimal(one)} for one in amounts]
    for name, values in more.items():
        for row, value in zip(rows, values, strict=True):
            row.update({} if value is None else {name: value})
    return rows


def places(rows: Sequence[dict[str, Any]], *ranks: int | None) -> list[tuple[dict[str, Any], Any]]:
    return [(row, None if one is None else Decimal(one)) for row, one in zip(rows, ranks, strict=True)]


def stands(rows: Sequence[dict[str, Any]], answers: str) -> list[tuple[dict[str, Any], Answer]]:
    """`y` yes, `n` no, `-` unknown."""
    return list(zip(rows, ({"y": True, "n": False, "-": None}[one] for one in answers), strict=True))


# --- the rank itself ----------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "amounts, ranks",
    [
        ((30, 10, 20), (1, 3, 2)),
        ((30, 30, 20), (1, 1, 3)),
        ((30, 20, 20, 10), (1, 2, 2, 4)),
        ((0, -1, "0.0001"), (2, 3, 1)),
        ((5, None, 7), (2, None, 1)),
        ((None, None), (None, None)),
        ((5,), (1,)),
        ((4, 4, 4, 4), (1, 1, 1, 1)),
        ((9, 10, 100), (3, 2, 1)),
    ],
)
def test_the_highest_is_first_and_equals_share(
    module: Module, amounts: tuple[Any, ...], ranks: tuple[int | None, ...]
) -> None:
    prove_values(module, [(Rank(module, field_of(module, "annual")), places(worth(*amounts), *ranks))])


@BOTH
def test_ranks_in_each_group(module: Module) -> None:
    """Who is in no group has no rank: nobody can tell with whom to compare (Meaning 1)."""
    annual = field_of(module, "annual")
    rows = worth(
        30, 20, 10, 40, 5, 6, None, 30,
        tier=("A", "A", "B", "B", None, None, "A", "A"),
        vip=(True, False, True, True, True, None, True, True),
        owner=("1", "2", "1", "2", "1", "1", "2", None),
    )  # fmt: skip

    prove_values(
        module,
        [
            (Rank(module, annual), places(rows, 2, 4, 5, 1, 7, 6, None, 2)),
            (Rank(module, annual, field_of(module, "tier")), places(rows, 1, 3, 2, 1, None, None, None, 1)),
            (Rank(module, annual, field_of(module, "vip")), places(rows, 2, 1, 4, 1, 5, None, None, 2)),
            (Rank(module, annual, field_of(module, "owner")), places(rows, 1, 2, 2, 1, 4, 3, None, None)),
        ],
    )


@BOTH
def test_ranks_among_some(module: Module) -> None:
    """Who is not among them, or unknown, has no rank, and takes nobody's place."""
    annual, vip = field_of(module, "annual"), equals(field_of(module, "vip"), value=True)
    among = Rank(module, annual, among=vip)
    rows = worth(
        50, 40, 30, 20, None, 10,
        vip=(False, True, None, True, True, True),
        tier=("A", "A", "A", "B", "A", "A"),
    )  # fmt: skip

    prove_values(
        module,
        [
            (among, places(rows, None, 1, None, 2, None, 3)),
            (
                Rank(module, annual, field_of(module, "tier"), vip),
                places(rows, None, 1, None, 1, None, 2),
            ),
        ],
    )


@BOTH
def test_ranks_by_other_values(module: Module) -> None:
    """Lengths by their minutes, moments by their order; and by what is made of related records."""
    day = Length(1, Unit.DAYS)
    lengths = [{"gap": day}, {"gap": Length(24, Unit.HOURS)}, {"gap": Length(1, Unit.MONTHS)}, {}]
    born = [{"born": TODAY}, {"born": TODAY - DAY}, {"born": TODAY + DAY}, {"born": TODAY}]
    seen = [{"seen": datetime(2026, 3, 1, hour, tzinfo=UTC)} for hour in (5, 17, 3)]
    orders = [{"订单": [{"amount": one} for one in numbers(*each)]} for each in ((5,), (3, 3), (), (6,))]
    total = Aggregate(
        Function.SUM,
        relation_of(module, "订单"),
        FieldType.MONEY,
        field_of(relation_of(module, "订单").module, "amount"),
    )

    prove_values(
        module,
        [
            (Rank(module, field_of(module, "gap")), places(lengths, 2, 2, 1, None)),
            (Rank(module, field_of(module, "born")), places(born, 2, 4, 1, 2)),
            (Rank(module, field_of(module, "seen")), places(seen, 2, 1, 3)),
            (Rank(module, total), places(orders, 3, 1, 4, 1)),
        ],
    )


@BOTH
def test_places_from_the_bottom_and_how_many_there_are(module: Module) -> None:
    annual, tier = field_of(module, "annual"), field_of(module, "tier")
    rows = worth(30, 20, 20, 10, None, 7, tier=("A", "A", "A", "A", "A", None))
    measures = {Measure.FROM_TOP: (1, 2, 2, 4, None, None), Measure.FROM_BOTTOM: (4, 2, 2, 1, None, None)}
    measures[Measure.OUT_OF] = (4, 4, 4, 4, None, None)

    prove_values(
        module,
        [(Rank(module, annual, tier, measure=one), places(rows, *found)) for one, found in measures.items()],
    )


# --- the first and the last ---------------------------------------------------------------------------------

FIVE = (50, 40, 30, 20, 10)
TIES = (50, 40, 40, 40, 10)


@BOTH
@pytest.mark.parametrize(
    "amounts, number, top, bottom",
    [
        (FIVE, 1, "ynnnn", "nnnny"),
        (FIVE, 2, "yynnn", "nnnyy"),
        (FIVE, 5, "yyyyy", "yyyyy"),
        (FIVE, 9, "yyyyy", "yyyyy"),
        (TIES, 1, "ynnnn", "nnnny"),
        (TIES, 2, "yyyyn", "nyyyy"),  # who ties at the border is in
        (TIES, 4, "yyyyn", "nyyyy"),
        ((7, 7, 7), 1, "yyy", "yyy"),
        ((30, None, 20), 1, "y-n", "n-y"),
        ((None, None), 1, "--", "--"),
    ],
)
def test_the_first_and_the_last_so_many(
    module: Module, amounts: tuple[Any, ...], number: int, top: str, bottom: str
) -> None:
    rank, rows = Rank(module, field_of(module, "annual")), worth(*amounts)

    prove(module, [(Standing(rank, bottom=False, number=number), stands(rows, top))], both=False)
    prove(module, [(Standing(rank, bottom=True, number=number), stands(rows, bottom))], both=False)


@BOTH
@pytest.mark.parametrize(
    "amounts, share, top, bottom",
    [
        (FIVE, "0.2", "ynnnn", "nnnny"),
        (FIVE, "0.21", "yynnn", "nnnyy"),  # 1.05 records are two
        (FIVE, "0.1", "ynnnn", "nnnny"),
        (FIVE, "0.5", "yyynn", "nnyyy"),
        (FIVE, "1", "yyyyy", "yyyyy"),
        (TIES, "0.4", "yyyyn", "nyyyy"),
        (TIES, "0.2", "ynnnn", "nnnny"),
        ((50, 40, None, None, 10), "0.3333", "yn--n", "nn--y"),  # three are ranked
        ((50, 40, None, None, 10), "0.3334", "yy--n", "ny--y"),
        ((8, 7, 6, 5, 4, 3, 2, 1, 0, -1), "0.3", "yyynnnnnnn", "nnnnnnnyyy"),  # exactly three
        ((8, 7, 6, 5, 4, 3, 2), "0.1429", "yynnnnn", "nnnnnyy"),
    ],
)
def test_the_first_and_the_last_share(
    module: Module, amounts: tuple[Any, ...], share: str, top: str, bottom: str
) -> None:
    rank, rows = Rank(module, field_of(module, "annual")), worth(*amounts)

    prove(module, [(Standing(rank, bottom=False, share=Decimal(share)), stands(rows, top))], both=False)
    prove(module, [(Standing(rank, bottom=True, share=Decimal(share)), stands(rows, bottom))], both=False)


@BOTH
def test_a_share_of_each_group(module: Module) -> None:
    """The share is of those who are ranked in the group; who is known not to be among them is not."""
    vip = equals(field_of(module, "vip"), value=True)
    rank = Rank(module, field_of(module, "annual"), field_of(module, "tier"), vip)
    rows = worth(
        90, 80, 70, 60, 50, 40, 30, 20, None,
        tier=("A", "A", "A", "A", "B", "B", None, None, "A"),
        vip=(True, True, True, False, True, True, True, None, True),
    )  # fmt: skip
    half = Decimal("0.5")

    prove(
        module,
        [
            (Standing(rank, bottom=False, share=half), stands(rows, "yynnyn---")),
            (Standing(rank, bottom=True, share=half), stands(rows, "nyynny---")),
            (Standing(rank, bottom=False, number=1), stands(rows, "ynnnyn---")),
            (Standing(rank, bottom=True, number=2), stands(rows, "nyynyy---")),
        ],
    )
