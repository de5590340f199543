"""The usual gap between related records, by hand, and the day when the next one is expected."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.model.entities import FieldType, Module
from engine.model.moments import Length, Unit
from engine.model.operands import ExpectedNext, Times, UsualGap
from engine.model.predicates import Comparison, Elapsed
from tests.reference.proving import (
    BOTH,
    DAY,
    MIDNIGHT,
    SECOND,
    TODAY,
    equals,
    field_of,
    prove,
    prove_values,
    relation_of,
)

pytestmark = pytest.mark.usefixtures("each_store")


def gap(module: Module, name: str = "订单", **options: Any) -> UsualGap:
    relation = relation_of(module, name)
    return UsualGap(relation, relation.module.fields[relation.module.happens_on], **options)


def on(*days: date | int | None) -> dict[str, Any]:
    """Orders so many days ago, or on that day."""
    return {"订单": [{"date": TODAY - one * DAY if isinstance(one, int) else one} for one in days]}


def days(count: int, hours: int = 0) -> Length:
    return Length(count * 24 + hours, Unit.HOURS)


# days ago; the gap in days and hours; how many days ago the next was expected
GAPS: list[tuple[dict[str, Any], Length | None, int | None]] = [
    (on(30, 20, 10, 0), days(10), -10),
    (on(0, 10, 30, 20), days(10), -10),  # in any order
    (on(33, 30, 20, 0), days(10), -10),  # 3, 10, 20
    (on(40, 30, 20, 10, 5), days(10), -5),  # 10, 10, 10, 5
    (on(43, 40, 33, 20, 15), days(6), 9),  # 3, 7, 13, 5: the middle are 5 and 7
    (on(40, 36, 30, 21, 18), days(5), 13),  # 4, 6, 9, 3: the middle are 4 and 6
    (on(40, 37, 30, 21, 13), days(7, 12), 5),  # 3, 7, 9, 8: 7.5 days, the eighth day
    (on(3, 2, 1), None, None),  # three days are no habit
    (on(3, 3, 2, 1), None, None),  # nor are four orders on three days
    (on(9, 9, 6, 3, 3, 0), days(3), -3),
    (on(3, 2, 1, -5), None, None),  # what is to come does not count
    (on(4, 3, 2, 1, -5), days(1), 0),
    (on(3, 2, 1, None), None, None),
    (on(4, 3, 2, 1, None), days(1), 0),
    (on(date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)), days(1), None),
    ({}, None, None),
]


@BOTH
def test_gaps_and_what_is_expected(module: Module) -> None:
    leap = date(2024, 3, 3)
    expected = [
        (values, None if length is None else leap if ago is None else TODAY - ago * DAY)
        for values, length, ago in GAPS
    ]

    prove_values(
        module,
        [
            (gap(module), [(values, length) for values, length, _ in GAPS]),
            (ExpectedNext(gap(module)), expected),
        ],
    )


@BOTH
def test_gaps_of_what_fits(module: Module) -> None:
    orders = relation_of(module, "订单").module
    kept = gap(module, where=equals(field_of(orders, "returned"), value=False))
    ago = (50, 40, 30, 20, 10, 5)

    def returned(*answers: bool | None) -> dict[str, Any]:
        rows = zip(ago, answers, strict=True)
        return {"订单": [{"date": TODAY - day * DAY, "returned": one} for day, one in rows]}

    f, t = False, True
    rows = [
        (returned(f, f, f, f, f, f), days(10), TODAY + 5 * DAY),
        (returned(f, f, f, f, t, t), days(10), TODAY - 10 * DAY),
        (returned(f, t, f, f, f, t), days(10), TODAY),
        (returned(f, t, f, t, f, f), days(20), TODAY + 15 * DAY),
        (returned(f, f, f, None, t, t), None, None),
        (returned(t, t, t, t, t, t), None, None),
    ]

    prove_values(module, [(kept, [(values, length) for values, length, _ in rows])])
    prove_values(module, [(ExpectedNext(kept), [(values, day) for values, _, day in rows])])


@BOTH
def test_gaps_between_local_days(module: Module) -> None:
    """Visits at any hour: the day in Shanghai counts, and later today is today."""

    def visits(*moments: datetime | None) -> dict[str, Any]:
        return {"拜访": [{"at": one} for one in moments]}

    late = datetime(2026, 3, 30, 15, 59, 59, tzinfo=UTC)  # one second before midnight in Shanghai
    rows = [
        (
            visits(MIDNIGHT, MIDNIGHT - 7 * DAY, MIDNIGHT - 14 * DAY, MIDNIGHT - 21 * DAY),
            days(7),
            TODAY + 7 * DAY,
        ),
        (
            visits(MIDNIGHT, MIDNIGHT - SECOND, MIDNIGHT - DAY - SECOND, MIDNIGHT - 2 * DAY - SECOND),
            days(1),
            TODAY + DAY,
        ),
        (visits(late, late - 2 * DAY, late - 4 * DAY, late - 6 * DAY), days(2), TODAY + DAY),
        (visits(late, late + SECOND, late - DAY, late - 2 * DAY, None), days(1), TODAY + DAY),
        (visits(MIDNIGHT + DAY, MIDNIGHT, MIDNIGHT - DAY, MIDNIGHT - 2 * DAY), None, None),
        (
            visits(MIDNIGHT + DAY - SECOND, MIDNIGHT - DAY, MIDNIGHT - 2 * DAY, MIDNIGHT - 3 * DAY),
            days(1),
            TODAY + DAY,
        ),
        (visits(MIDNIGHT, MIDNIGHT + SECOND, MIDNIGHT - DAY, MIDNIGHT - 2 * DAY), None, None),
    ]

    prove_values(module, [(gap(module, "拜访"), [(values, length) for values, length, _ in rows])])
    prove_values(module, [(ExpectedNext(gap(module, "拜访")), [(values, day) for values, _, day in rows])])


@BOTH
def test_longer_than_twice_the_usual_gap(module: Module) -> None:
    born = field_of(module, "born")
    twice = Times(gap(module), Decimal(2), FieldType.LENGTH)
    every_ten_days, odd = on(30, 20, 10, 0), on(40, 37, 30, 21, 13)  # 7.5 days, twice that is 15
    rows = [
        ({**every_ten_days, "born": TODAY - 20 * DAY}, True),
        ({**every_ten_days, "born": TODAY - 19 * DAY}, False),
        ({**odd, "born": TODAY - 15 * DAY}, True),
        ({**odd, "born": TODAY - 14 * DAY}, False),
        ({**on(3, 2, 1), "born": TODAY - 900 * DAY}, None),
        ({"born": TODAY + DAY}, None),  # nobody knows how long
        (every_ten_days, None),
        ({**every_ten_days, "born": TODAY + DAY}, False),
    ]
    once = [
        ({**odd, "born": TODAY - 8 * DAY}, True),
        ({**odd, "born": TODAY - 7 * DAY}, False),  # 7 days are less than 7.5
        ({"born": TODAY}, None),
    ]

    prove(
        module,
        [
            (Elapsed(born, Comparison.AT_LEAST, twice), rows),
            (Elapsed(born, Comparison.AT_LEAST, gap(module)), once),
        ],
    )
