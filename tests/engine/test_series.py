"""Series of calendar units, by hand: which units there are, what they hold, how they changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.model.entities import FieldType, Module
from engine.model.moments import Unit
from engine.model.operands import Aggregate, Cell, Constant, Function, Series
from engine.model.predicates import Comparison, EachUnit, Trend
from tests.reference.evaluator import Answer
from tests.reference.proving import (
    BOTH,
    MIDNIGHT,
    SECOND,
    TODAY,
    equals,
    field_of,
    numbers,
    prove,
    prove_values,
    relation_of,
)
from tests.reference.worlds import NEW_YORK, at

pytestmark = pytest.mark.usefixtures("each_store")

SUM, COUNT, AVERAGE = Function.SUM, Function.COUNT, Function.AVERAGE
MONTHS = [date(2025, 11, 30), date(2025, 12, 1), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1)]
"""Some day of November to March; today is 31 March 2026, so February is the last complete month."""


def series(module: Module, function: Function, unit: Unit = Unit.MONTHS, **options: Any) -> Series:
    relation = relation_of(module, "订单")
    orders = relation.module
    field = None if function is COUNT else field_of(orders, "amount")
    kind = FieldType.NUMBER if function is COUNT else FieldType.MONEY
    return Series(Aggregate(function, relation, kind, field, **options), orders.fields["date"], unit)


def sold(*amounts: str | int | None) -> dict[str, Any]:
    """One order a month from November to March; None: no order."""
    return {
        "订单": [
            {"date": day, "amount": Decimal(one)}
            for day, one in zip(MONTHS, amounts, strict=False)
            if one is not None
        ]
    }


def on_days(*days: date | None) -> dict[str, Any]:
    return {"订单": [{"date": day, "amount": Decimal(1)} for day in days]}


# --- the last percent change --------------------------------------------------------------------------------


@BOTH
def test_the_last_change_of_a_sum(module: Module) -> None:
    rows: list[tuple[dict[str, Any], Any]] = [
        (sold(None, None, 100, 70), Decimal(-30)),
        (sold(None, None, 70, 100, 900), Decimal("42.8571")),  # March is not over
        (sold(None, None, 3, 2), Decimal("-33.3333")),
        (sold(None, None, 100, None), Decimal(-100)),  # February exists, and is empty
        (sold(None, 5, None, 100), None),  # from 0 there is no percent
        (sold(None, None, None, 100), None),  # February is the first
        (sold(None, None, None, None, 100), None),
        ({}, None),
        (sold(None, None, -100, -150), Decimal(-50)),  # worse by half of 100
        (sold(None, None, -100, 50), Decimal(150)),
        (sold(1, None, 1, 1), Decimal(0)),
        (on_days(None), None),
        (on_days(date(2026, 1, 5), date(2026, 2, 5), None, date(2027, 1, 1)), Decimal(0)),
    ]

    prove_values(module, [(series(module, SUM), rows)])


@BOTH
def test_the_last_change_of_a_count_and_an_average(module: Module) -> None:
    january, february = date(2026, 1, 15), date(2026, 2, 1)
    mixed = [
        {"date": january, "amount": Decimal(10)},
        {"date": january, "amount": Decimal(20)},
        {"date": january, "amount": None},
        {"date": february, "amount": Decimal(30)},
    ]
    empty = [*mixed[:3], {"date": february, "amount": None}]
    counts = [
        ({"订单": mixed}, Decimal("-66.6667")),
        (on_days(january, february, february), Decimal(100)),
        (on_days(january), Decimal(-100)),
        (on_days(february), None),
        (on_days(date(2025, 12, 31), february), None),
        ({}, None),
    ]
    averages = [
        ({"订单": mixed}, Decimal(100)),  # from 15 to 30
        ({"订单": empty}, None),  # the average of nothing is missing
        ({"订单": mixed[:3]}, None),
        ({"订单": mixed[2:]}, None),
        ({}, None),
    ]

    prove_values(module, [(series(module, COUNT), counts), (series(module, AVERAGE), averages)])


@BOTH
@pytest.mark.parametrize(
    "unit, before, last",
    [
        (Unit.WEEKS, (date(2026, 3, 16), date(2026, 3, 22)), (date(2026, 3, 23), date(2026, 3, 29))),
        (Unit.MONTHS, (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))),
        (Unit.QUARTERS, (date(2025, 7, 1), date(2025, 9, 30)), (date(2025, 10, 1), date(2025, 12, 31))),
        (Unit.YEARS, (date(2024, 1, 1), date(2024, 12, 31)), (date(2025, 1, 1), date(2025, 12, 31))),
    ],
)
def test_the_borders_of_units(
    module: Module, unit: Unit, before: tuple[date, date], last: tuple[date, date]
) -> None:
    """31 March 2026 is a Tuesday, in the first quarter: the last complete ones lie before."""
    after = date.fromordinal(last[1].toordinal() + 1)
    rows = [
        (on_days(*before, *last), Decimal(0)),
        (on_days(before[0], *last), Decimal(100)),
        (on_days(*before, last[1]), Decimal(-50)),
        (on_days(*before, last[1], after, TODAY), Decimal(-50)),
        (on_days(before[1]), Decimal(-100)),
        (on_days(last[0]), None),
        (on_days(after), None),
    ]

    prove_values(module, [(series(module, COUNT, unit), rows)])


@BOTH
def test_units_of_what_fits(module: Module) -> None:
    """The first record is the first that fits; without a yes it does not."""
    orders = relation_of(module, "订单").module
    kept = series(module, COUNT, where=equals(field_of(orders, "returned"), value=False))
    days = (date(2025, 12, 1), date(2026, 1, 5), date(2026, 2, 1), date(2026, 2, 3))
    returned = [
        ((False, False, False, False), Decimal(100)),
        ((True, False, False, True), Decimal(0)),
        ((False, True, False, False), None),  # from 0: January exists since December
        ((True, None, False, False), None),  # January does not exist
        ((True, True, True, True), None),
        ((False, False, None, True), Decimal(-100)),
    ]
    rows = [
        ({"订单": [{"date": day, "returned": one} for day, one in zip(days, each, strict=True)]}, found)
        for each, found in returned
    ]

    prove_values(module, [(kept, rows)])


@BOTH
def test_units_of_instants_by_their_local_day(module: Module) -> None:
    visits = relation_of(module, "拜访")
    counted = Aggregate(COUNT, visits, FieldType.NUMBER)
    monthly = Series(counted, visits.module.fields["at"], Unit.MONTHS)
    march_1 = datetime(2026, 2, 28, 16, tzinfo=UTC)  # begins in Shanghai
    february_1 = datetime(2026, 1, 31, 16, tzinfo=UTC)

    def on(*moments: datetime | None) -> dict[str, Any]:
        return {"拜访": [{"at": one} for one in moments]}

    rows = [
        (on(february_1 - SECOND, february_1, march_1 - SECOND), Decimal(100)),
        (on(february_1 - SECOND, february_1, march_1), Decimal(0)),
        (on(february_1 - SECOND, march_1), Decimal(-100)),
        (on(february_1, march_1 - SECOND, MIDNIGHT), None),
        (on(None, march_1), None),
    ]
    prove_values(module, [(monthly, rows)])

    in_new_york = at("2026-03-31 01:00", NEW_YORK)
    begins = at("2026-03-01 00:00", NEW_YORK).now
    prove_values(
        module,
        [
            (
                monthly,
                [
                    (on(february_1 - SECOND, begins - SECOND), Decimal(0)),
                    (on(february_1, begins), Decimal(-100)),  # still January there
                ],
            )
        ],
        clock=in_new_york,
    )


# --- falls and rises ----------------------------------------------------------------------------------------

FALLS: Sequence[tuple[int, Sequence[tuple[dict[str, Any], Answer]]]] = [
    (
        1,
        [
            (sold(None, None, 100, 70), True),
            (sold(None, None, 100, "70.0001"), False),
            (sold(None, None, 100, 50), True),
            (sold(None, None, 100, 130), False),
            (sold(None, None, 100, None), True),
            (sold(None, 100, None, None), None),  # from 0 to 0
            (sold(None, None, None, 70), None),
            (sold(None, None, -100, -130), True),
            (sold(None, None, -100, -129), False),
            ({}, None),
        ],
    ),
    (
        2,
        [
            (sold(None, 100, 70, 49), True),
            (sold(None, 100, 71, 49), False),
            (sold(None, 100, 70, 50), False),
            (sold(None, None, 70, 49), None),  # December does not exist
            (sold(None, None, 70, 50), False),  # but February says no already
            (sold(1, None, 70, 49), None),
            (sold(None, 100, None, 49), None),  # a fall, then a change from 0
        ],
    ),
    (
        3,
        [
            (sold(100, 70, 49, 34), True),
            (sold(100, 70, 49, 35), False),
            (sold(None, 70, 49, 34), None),
            (sold(None, 70, 49, 35), False),
            ({}, None),
        ],
    ),
]


@BOTH
@pytest.mark.parametrize("in_a_row, rows", FALLS, ids=lambda one: str(one) if isinstance(one, int) else "")
def test_falls_by_a_percent(module: Module, in_a_row: int, rows: Any) -> None:
    falls = Trend(series(module, SUM), rises=False, by=Decimal(30), relative=True, in_a_row=in_a_row)

    prove(module, [(falls, rows)])


@BOTH
def test_rises_by_a_percent(module: Module) -> None:
    rises = Trend(series(module, SUM), rises=True, by=Decimal("0.5"), relative=True)
    rows: list[tuple[dict[str, Any], Answer]] = [
        (sold(None, None, 200, 201), True),
        (sold(None, None, 200, "200.9999"), False),
        (sold(None, None, 200, 200), False),
        (sold(None, None, 200, 100), False),
        (sold(None, 1, None, 100), None),
        (sold(None, None, -200, -199), True),
        (sold(None, None, -200, -201), False),
        ({}, None),
    ]

    prove(module, [(rises, rows)])


@BOTH
def test_falls_and_rises_by_an_amount(module: Module) -> None:
    """From 0, too: what is missing is unknown, an empty month is not."""
    falls = Trend(series(module, SUM), rises=False, by=Decimal("0.5"), relative=False)
    rises = Trend(series(module, SUM), rises=True, by=Decimal("0.5"), relative=False, in_a_row=2)
    average = Trend(series(module, AVERAGE), rises=False, by=Decimal(0), relative=False)
    fell: list[tuple[dict[str, Any], Answer]] = [
        (sold(None, None, 3, "2.5"), True),
        (sold(None, None, 3, "2.5001"), False),
        (sold(None, None, 3, 9), False),
        (sold(None, 1, None, "-0.5"), True),
        (sold(None, 1, None, None), False),
        (sold(None, None, None, 1), None),
        ({}, None),
    ]
    rose: list[tuple[dict[str, Any], Answer]] = [
        (sold(None, 1, "1.5", 2), True),
        (sold(None, 1, "1.4999", 2), False),
        (sold(None, 1, "1.5", "1.9999"), False),
        (sold(None, -1, None, "0.5"), True),
        (sold(None, None, 1, 2), None),
        (sold(None, None, None, 2), None),
        ({}, None),
    ]
    steady: list[tuple[dict[str, Any], Answer]] = [
        (sold(None, None, 2, 2), True),
        (sold(None, None, 2, 3), False),
        (sold(None, 2, None, 2), None),  # the average of an empty month is missing
        (sold(None, None, 2, None), None),
    ]

    prove(module, [(falls, fell), (rises, rose), (average, steady)])


# --- each unit ----------------------------------------------------------------------------------------------


@BOTH
def test_each_unit_against_a_value(module: Module) -> None:
    ten = Constant(Decimal(10), FieldType.MONEY)
    once = EachUnit(series(module, SUM), Comparison.AT_LEAST, ten)
    twice = EachUnit(series(module, SUM), Comparison.AT_LEAST, ten, in_a_row=2)
    none = EachUnit(series(module, COUNT), Comparison.IS, Constant(Decimal(0), FieldType.NUMBER), in_a_row=2)
    average = EachUnit(series(module, AVERAGE), Comparison.LESS_THAN, ten)
    in_february: list[tuple[dict[str, Any], Answer]] = [
        (sold(None, None, None, 10), True),
        (sold(None, None, None, "9.9999"), False),
        (sold(None, None, 50, None), False),
        (sold(None, None, None, None, 10), None),
        (sold(50, None, None, None, 10), False),
        ({}, None),
        (on_days(None), None),
    ]
    two_months: list[tuple[dict[str, Any], Answer]] = [
        (sold(None, None, 10, 10), True),
        (sold(None, None, 9, 10), False),
        (sold(None, None, 10, 9), False),
        (sold(None, None, None, 10), None),
        (sold(None, None, None, 9), False),
        ({}, None),
    ]
    nothing: list[tuple[dict[str, Any], Answer]] = [
        (sold(1, 1), True),
        (sold(1), True),
        (sold(None, None, 1), False),
        (sold(1, None, None, 1), False),
        (sold(None, None, None, None, 1), None),
        ({}, None),
    ]
    averages: list[tuple[dict[str, Any], Answer]] = [
        (sold(None, None, None, "9.9999"), True),
        (sold(None, None, None, 10), False),
        (sold(None, None, 1), None),
        ({}, None),
    ]

    prove(module, [(once, in_february), (twice, two_months), (none, nothing), (average, averages)])


@BOTH
def test_each_unit_against_what_the_record_or_a_table_says(module: Module) -> None:
    own = EachUnit(series(module, SUM), Comparison.AT_LEAST, field_of(module, "annual"))
    by, (one, ten) = (field_of(module, "tier"),), numbers(1, 10)
    cell = Cell("表.列", by, ((("A",), ten), (("B",), None)), FieldType.MONEY)
    of_table = EachUnit(series(module, SUM), Comparison.AT_LEAST, cell)
    some = sold(None, None, None, 9)

    prove(
        module,
        [
            (
                own,
                [
                    ({**some, "annual": one}, True),
                    ({**some, "annual": ten}, False),
                    (some, None),
                    ({"annual": one}, None),
                ],
            ),
            (
                of_table,
                [
                    ({**sold(None, None, None, 10), "tier": "A"}, True),
                    ({**some, "tier": "A"}, False),
                    ({**some, "tier": "B"}, False),
                    ({"tier": "B"}, False),  # the rule is not for that row (Meaning 14)
                    ({**some, "tier": "C"}, None),
                    ({"tier": "A"}, None),
                ],
            ),
        ],
    )
