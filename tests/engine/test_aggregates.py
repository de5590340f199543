"""What is made of related records, by hand: which of them are looked at, and their one value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.model.entities import FieldType, Module
from engine.model.moments import Anchor, Length, Moment, Period, Reach, Unit
from engine.model.operands import Aggregate, Cell, Constant, Function, Times, Window
from engine.model.predicates import Compare, Comparison
from tests.reference.proving import (
    BOTH,
    DAY,
    MIDNIGHT,
    NIGHT,
    SECOND,
    TODAY,
    equals,
    field_of,
    prove,
    prove_values,
    relation_of,
)

pytestmark = pytest.mark.usefixtures("each_store")

ORDERS = [  # of customer 1; customer 2 has none
    {"date": TODAY, "amount": Decimal("0.0001"), "returned": True, "shipped": NIGHT.now},
    {"date": TODAY - 89 * DAY, "amount": Decimal("0.0002"), "returned": None, "shipped": MIDNIGHT - SECOND},
    {"date": TODAY - 90 * DAY, "amount": Decimal(4), "returned": False},
    {"date": TODAY + DAY, "amount": Decimal(-8), "returned": False},
    {"date": None, "amount": Decimal(4), "returned": True},
    {"date": date(2026, 2, 28), "amount": None, "returned": True},
]
LAST_90, MARCH = Period(Reach.LAST, length=Length(90, Unit.DAYS)), Period(Reach.THIS, unit=Unit.MONTHS)
FEBRUARY, NEVER = Period(Reach.PREVIOUS, unit=Unit.MONTHS), Period(Reach.LAST, length=Length(0, Unit.DAYS))
SINCE_TOMORROW = Period(Reach.SINCE, since=Moment(Anchor.NOW, offset=Length(1, Unit.DAYS)))
LAST_MONTH = Period(Reach.LAST, length=Length(1, Unit.MONTHS))  # 1 March on: 28 February is a month ago
# function, field, period, where returned: of customer 1, of customer 2
AGGREGATES: list[tuple[tuple[Any, ...], tuple[Any, Any]]] = [
    ((Function.COUNT, None, None), (Decimal(6), Decimal(0))),
    ((Function.COUNT, None, LAST_90), (Decimal(3), Decimal(0))),
    ((Function.COUNT, None, MARCH), (Decimal(1), Decimal(0))),
    ((Function.COUNT, None, LAST_MONTH), (Decimal(1), Decimal(0))),
    ((Function.COUNT, None, FEBRUARY), (Decimal(1), Decimal(0))),
    ((Function.COUNT, None, NEVER), (Decimal(0), Decimal(0))),
    ((Function.COUNT, None, SINCE_TOMORROW), (Decimal(0), Decimal(0))),
    ((Function.COUNT, None, None, True), (Decimal(3), Decimal(0))),
    ((Function.COUNT, None, None, False), (Decimal(2), Decimal(0))),
    ((Function.DISTINCT, "amount", None), (Decimal(4), Decimal(0))),
    ((Function.SUM, "amount", None), (Decimal("0.0003"), Decimal(0))),
    ((Function.SUM, "amount", LAST_90), (Decimal("0.0003"), Decimal(0))),
    ((Function.SUM, "amount", FEBRUARY), (Decimal(0), Decimal(0))),
    ((Function.AVERAGE, "amount", LAST_90), (Decimal("0.0002"), None)),
    ((Function.AVERAGE, "amount", FEBRUARY), (None, None)),
    ((Function.SMALLEST, "amount", None), (Decimal(-8), None)),
    ((Function.LARGEST, "amount", None), (Decimal(4), None)),
    ((Function.LATEST, "date", None), (TODAY + DAY, None)),
    ((Function.LATEST, "date", None, True), (TODAY, None)),
    ((Function.EARLIEST, "date", None), (TODAY - 90 * DAY, None)),
    ((Function.LATEST, "shipped", None), (NIGHT.now, None)),
    ((Function.EARLIEST, "shipped", LAST_90), (MIDNIGHT - SECOND, None)),
]


@BOTH
def test_aggregates(module: Module) -> None:
    lines = [
        (_aggregate(module, *described), [({"订单": ORDERS}, one), ({}, other)])
        for described, (one, other) in AGGREGATES
    ]

    prove_values(module, lines)


def _aggregate(
    module: Module,
    function: Function,
    field: str | None,
    period: Period | None,
    where: Any = None,
) -> Aggregate:
    relation = relation_of(module, "订单")
    orders = relation.module
    measured = None if field is None else field_of(orders, field)
    window = None if period is None else Window(orders.fields["date"], period)
    asked_of = None if where is None else equals(field_of(orders, "returned"), where)
    return Aggregate(function, relation, FieldType.MONEY, measured, window, asked_of)


# --- which records are looked at ----------------------------------------------------------------------------
#
# Today is 31 March 2026. An order tells in its amount which one it is.


def orders_on(*days: date | None, **values: Any) -> list[dict[str, Any]]:
    """Orders of these days, worth 1, 2, 4, 8 …: a sum tells which were looked at."""
    return [{"date": day, "amount": Decimal(2**n), **values} for n, day in enumerate(days)]


def summed(module: Module, **options: Any) -> Aggregate:
    return replace(_aggregate(module, Function.SUM, "amount", None), **options)


@BOTH
def test_exceptions(module: Module) -> None:
    """The days of the exception are left out; a record without a day is in no window, so it stays."""
    on = relation_of(module, "订单").module.fields["date"]
    but_march, but_february = Window(on, MARCH), Window(on, FEBRUARY)
    march_1, february, january = date(2026, 3, 1), date(2026, 2, 28), date(2026, 1, 1)
    rows = {"订单": orders_on(TODAY, march_1, february, january, None, TODAY + DAY)}

    prove_values(
        module,
        [
            (summed(module), [(rows, Decimal(63)), ({}, Decimal(0))]),
            (summed(module, except_=but_march), [(rows, Decimal(4 + 8 + 16 + 32))]),
            (summed(module, except_=but_february), [(rows, Decimal(63 - 4))]),
            (summed(module, window=Window(on, LAST_90), except_=but_march), [(rows, Decimal(4 + 8))]),
            (summed(module, window=Window(on, LAST_90), except_=but_february), [(rows, Decimal(1 + 2 + 8))]),
            (summed(module, window=but_march, except_=but_march), [(rows, Decimal(0))]),
        ],
    )


@BOTH
def test_the_newest_so_many(module: Module) -> None:
    """By day, on one day by key; without a day last; before `where` is asked."""
    orders = relation_of(module, "订单").module
    on, paid = orders.fields["date"], equals(field_of(orders, "returned"), value=False)
    rows = orders_on(TODAY - 3 * DAY, TODAY - DAY, None, TODAY - DAY, TODAY + DAY, date(2026, 1, 1))
    returned = [{**row, "returned": n % 2 == 0} for n, row in enumerate(rows)]
    numeric = bool(module.table)  # ten orders of one day: by number the tenth is newest, by text the ninth
    ten = {"订单": orders_on(*[TODAY] * 10)}

    prove_values(
        module,
        [
            (summed(module, latest=1), [({"订单": rows}, Decimal(16)), ({}, Decimal(0))]),
            (summed(module, latest=2), [({"订单": rows}, Decimal(16 + 8)), ({"订单": rows[:1]}, Decimal(1))]),
            (summed(module, latest=3), [({"订单": rows}, Decimal(16 + 8 + 2))]),
            (summed(module, latest=5), [({"订单": rows}, Decimal(63 - 4))]),
            (summed(module, latest=6), [({"订单": rows}, Decimal(63))]),
            (summed(module, latest=1), [(ten, Decimal(512 if numeric else 256))]),
            (summed(module, latest=3, where=paid), [({"订单": returned}, Decimal(8 + 2))]),
            (summed(module, latest=2, window=Window(on, MARCH)), [({"订单": rows}, Decimal(8 + 2))]),
            (
                summed(module, latest=2, window=Window(on, LAST_90), except_=Window(on, MARCH)),
                [({"订单": rows}, Decimal(32))],
            ),
        ],
    )


@BOTH
def test_the_newest_by_their_instant(module: Module) -> None:
    visits = relation_of(module, "拜访").module
    score = field_of(visits, "score")
    latest = Aggregate(Function.SUM, relation_of(module, "拜访"), FieldType.NUMBER, score, latest=1)
    moments = (NIGHT.now - SECOND, NIGHT.now, MIDNIGHT, None)
    rows = [{"at": at, "score": Decimal(2**n)} for n, at in enumerate(moments)]

    prove_values(module, [(latest, [({"拜访": rows}, Decimal(2)), ({"拜访": rows[2:]}, Decimal(4))])])


@BOTH
def test_shares(module: Module) -> None:
    """Percent of those looked at; a condition that is unknown does not fit; of none there is no share."""
    orders = relation_of(module, "订单").module
    on, returned = orders.fields["date"], equals(field_of(orders, "returned"), value=True)
    share = Aggregate(Function.SHARE, relation_of(module, "订单"), FieldType.PERCENT, where=returned)
    rows = [
        {"date": TODAY - n * DAY, "returned": one}
        for n, one in enumerate((True, False, None, True, True, True))
    ]
    of = {n: {"订单": rows[:n]} for n in range(7)}
    twice = replace(share, latest=2)
    march = replace(share, window=Window(on, MARCH))

    prove_values(
        module,
        [
            (
                share,
                [
                    (of[0], None),
                    (of[1], Decimal(100)),
                    (of[2], Decimal(50)),
                    (of[3], Decimal("33.3333")),
                    (of[4], Decimal(50)),
                    (of[6], Decimal("66.6667")),
                    ({"订单": rows[1:3]}, Decimal(0)),
                ],
            ),
            (twice, [(of[6], Decimal(50)), ({"订单": rows[2:]}, Decimal(50)), (of[0], None)]),
            (march, [(of[6], Decimal("66.6667")), ({"订单": [{"date": None, "returned": True}]}, None)]),
        ],
    )


@BOTH
def test_windows_as_long_as_the_record_says(module: Module) -> None:
    """The last so many days, today among them; part of a day counts as one; without a length nobody knows."""
    on, gap = relation_of(module, "订单").module.fields["date"], field_of(module, "gap")
    within = Window(on, length=gap)
    twice = Window(on, length=Times(gap, Decimal(2), FieldType.LENGTH))
    orders = orders_on(
        TODAY, TODAY - DAY, TODAY - 2 * DAY, TODAY - 29 * DAY, TODAY - 30 * DAY, TODAY + DAY, None
    )
    lengths = {
        Length(1, Unit.DAYS): 1,
        Length(2, Unit.DAYS): 3,
        Length(3, Unit.DAYS): 7,
        Length(30, Unit.DAYS): 15,
        Length(1, Unit.MONTHS): 15,
        Length(31, Unit.DAYS): 31,
        Length(25, Unit.HOURS): 3,
        Length(1, Unit.MINUTES): 1,
        Length(0, Unit.DAYS): 0,
    }
    rows = [({"gap": length, "订单": orders}, Decimal(found)) for length, found in lengths.items()]
    count = replace(_aggregate(module, Function.COUNT, None, None), type=FieldType.NUMBER)

    prove_values(
        module,
        [
            (summed(module, window=within), [*rows, ({"订单": orders}, None)]),
            (replace(count, window=within), [(rows[3][0], Decimal(4)), ({"订单": orders}, None)]),
            (
                summed(module, window=twice),
                [({"gap": Length(1, Unit.DAYS), "订单": orders}, Decimal(3)), ({"订单": orders}, None)],
            ),
        ],
    )
    two = Compare(replace(count, window=within), Comparison.AT_LEAST, Constant(Decimal(2), FieldType.NUMBER))
    prove(module, [(two, [(rows[0][0], False), (rows[1][0], True), ({"订单": orders}, None)])])


@BOTH
def test_an_exception_of_a_table(module: Module) -> None:
    """A cell `none` means the rule is not for that row, in the exception as in the window (Meaning 14)."""
    on, by = relation_of(module, "订单").module.fields["date"], (field_of(module, "tier"),)
    rows = ((("A",), Length(2, Unit.DAYS)), (("B",), None))
    but = Window(on, cell=Cell("表.天", by, rows, FieldType.LENGTH))
    one = Constant(Decimal(1), FieldType.NUMBER)
    count = replace(_aggregate(module, Function.COUNT, None, None), except_=but, type=FieldType.NUMBER)
    orders = orders_on(TODAY, TODAY - DAY, TODAY - 2 * DAY)

    prove(
        module,
        [
            (
                Compare(count, Comparison.IS, one),
                [
                    ({"tier": "A", "订单": orders}, True),
                    ({"tier": "A", "订单": orders[:2]}, False),
                    ({"tier": "B", "订单": orders}, False),
                    ({"tier": "C", "订单": orders}, None),
                    ({"订单": orders}, None),
                ],
            )
        ],
    )
