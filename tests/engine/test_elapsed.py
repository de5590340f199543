"""Lengths between a day and today, by hand: ahead, each year, and against a length that a record holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.model.calendars import Calendar, LateCalendar
from engine.model.entities import FieldType, Module
from engine.model.moments import Clock, Length, Unit
from engine.model.operands import Age, Cell, Times
from engine.model.predicates import Comparison, Elapsed
from tests.reference.evaluator import Answer
from tests.reference.proving import (
    BOTH,
    DAY,
    MIDNIGHT,
    NIGHT,
    SECOND,
    TODAY,
    Line,
    field_of,
    prove,
    prove_values,
)
from tests.reference.worlds import NEW_YORK, SHANGHAI, at

pytestmark = pytest.mark.usefixtures("each_store")

LESS, SAME, MORE = "less", "same", "more"
ANSWERS = {
    Comparison.IS: {LESS: False, SAME: True, MORE: False},
    Comparison.IS_NOT: {LESS: True, SAME: False, MORE: True},
    Comparison.AT_LEAST: {LESS: False, SAME: True, MORE: True},
    Comparison.MORE_THAN: {LESS: False, SAME: False, MORE: True},
    Comparison.AT_MOST: {LESS: True, SAME: True, MORE: False},
    Comparison.LESS_THAN: {LESS: True, SAME: False, MORE: False},
}
MONTH, HOUR = Length(1, Unit.MONTHS), Length(1, Unit.HOURS)
EVERY = pytest.mark.parametrize("comparison", ANSWERS)


def told(comparison: Comparison, rows: list[tuple[dict[str, Any], str | None]]) -> list[Any]:
    """`less`, `same` and `more` as this comparison answers; `never` is no for all of them."""
    answers: dict[str | None, Answer] = {**ANSWERS[comparison], "never": False, None: None}
    return [(values, answers[one]) for values, one in rows]


@BOTH
@EVERY
def test_time_until(module: Module, comparison: Comparison) -> None:
    """A month after 31 March is 30 April; today is 0 days away; what is past never matches."""
    born, seen, clipped = field_of(module, "born"), field_of(module, "seen"), date(2026, 4, 30)
    days = [
        ({"born": clipped - DAY}, LESS),
        ({"born": clipped}, SAME),
        ({"born": clipped + DAY}, MORE),
        ({"born": TODAY}, LESS),
        ({"born": TODAY - DAY}, "never"),
        ({"born": date(2025, 4, 30)}, "never"),
        ({"born": date(9999, 12, 31)}, MORE),
        ({}, None),
    ]
    tomorrow = [
        ({"seen": MIDNIGHT}, LESS),
        ({"seen": MIDNIGHT + DAY - SECOND}, LESS),
        ({"seen": MIDNIGHT + DAY}, SAME),
        ({"seen": MIDNIGHT + 2 * DAY - SECOND}, SAME),
        ({"seen": MIDNIGHT + 2 * DAY}, MORE),
        ({"seen": NIGHT.now - SECOND}, LESS),  # earlier today is today
        ({"seen": MIDNIGHT - SECOND}, "never"),
        ({}, None),
    ]
    hour = NIGHT.now + timedelta(hours=1)
    instants = [
        ({"seen": hour - SECOND}, LESS),
        ({"seen": hour}, SAME),
        ({"seen": hour + SECOND}, MORE),
        ({"seen": NIGHT.now}, LESS),
        ({"seen": NIGHT.now - SECOND}, "never"),
        ({}, None),
    ]
    by = (field_of(module, "tier"),)
    cell = Cell("表.天", by, ((("A",), MONTH), (("B",), None)), FieldType.LENGTH)
    of_table = [({**values, "tier": "A"}, one) for values, one in days]
    none = [({"tier": "B", "born": TODAY}, "never"), ({"tier": "C", "born": TODAY}, None)]

    lines: list[Line] = [
        (Elapsed(born, comparison, MONTH, ahead=True), told(comparison, days)),
        (Elapsed(seen, comparison, Length(1, Unit.DAYS), ahead=True), told(comparison, tomorrow)),
        (Elapsed(seen, comparison, HOUR, ahead=True), told(comparison, instants)),
        (Elapsed(born, comparison, cell, ahead=True), told(comparison, of_table + none)),
    ]
    prove(module, lines)


# 31 March 2026 is a Tuesday; here the Friday before is a holiday, and the Sunday after is worked.
OFF_AND_ON = Calendar(off=frozenset({date(2026, 3, 27)}), working=frozenset({date(2026, 4, 5)}))
FREE = replace(NIGHT, late_calendar=LateCalendar.of(OFF_AND_ON))
# the day of March, or 31 and more, of April: working days that lie between, in the plain week and with those
WORKED = {
    33: (2, 2), 34: (3, 3), 35: (3, 3), 36: (3, 4), 37: (4, 5), 31: (0, 0), 32: (1, 1),
    30: (1, 1), 29: (2, 2), 28: (2, 2), 27: (2, 2), 26: (3, 2), 25: (4, 3), 24: (5, 4),
}  # fmt: skip


@BOTH
@EVERY
@pytest.mark.parametrize("clock", [NIGHT, FREE], ids=["plain", "holiday"])
def test_working_days(module: Module, comparison: Comparison, clock: Clock) -> None:
    """So many working days away as there are after the earlier day, up to the later one."""
    born, three = field_of(module, "born"), Length(3, Unit.WORKING_DAYS)
    rows = []
    for number, counted in WORKED.items():
        day, count = date(2026, 3, 1) + (number - 1) * DAY, counted[clock is FREE]
        rows.append(({"born": day}, LESS if count < 3 else SAME if count == 3 else MORE, day))
    since = [(values, one if day <= TODAY else "never") for values, one, day in rows]
    until = [(values, one if day >= TODAY else "never") for values, one, day in rows]

    prove(module, [(Elapsed(born, comparison, three), [*told(comparison, since), ({}, None)])], clock=clock)
    ahead = Elapsed(born, comparison, three, ahead=True)
    prove(module, [(ahead, [*told(comparison, until), ({}, None)])], clock=clock, both=False)


# --- each year ----------------------------------------------------------------------------------------------

TEN = Length(10, Unit.DAYS)


@BOTH
def test_the_next_birthday(module: Module) -> None:
    """Today is 31 March 2026: in ten days it is 10 April."""
    born, seen = field_of(module, "born"), field_of(module, "seen")
    at_most, exactly = (
        Elapsed(born, one, TEN, ahead=True, yearly=True) for one in (Comparison.AT_MOST, Comparison.IS)
    )
    moment = datetime(1990, 4, 9, 16, tzinfo=UTC)  # 10 April in Shanghai
    by_day = Elapsed(seen, Comparison.AT_MOST, TEN, ahead=True, yearly=True)
    rows: list[tuple[dict[str, Any], Answer, Answer]] = [
        ({"born": date(1990, 3, 31)}, True, False),
        ({"born": date(1990, 4, 1)}, True, False),
        ({"born": date(1990, 4, 10)}, True, True),
        ({"born": date(1990, 4, 11)}, False, False),
        ({"born": date(1990, 3, 30)}, False, False),
        ({"born": date(2026, 4, 10)}, True, True),
        ({"born": date(2026, 3, 31)}, True, False),
        ({"born": date(2030, 4, 10)}, True, True),  # the day of the year, whatever the year
        ({}, None, None),
    ]

    prove(
        module,
        [
            (at_most, [(values, answer) for values, answer, _ in rows]),
            (exactly, [(values, answer) for values, _, answer in rows]),
            (
                by_day,
                [
                    ({"seen": moment}, True),
                    ({"seen": moment + DAY}, False),
                    ({"seen": moment - SECOND}, True),
                    ({}, None),
                ],
            ),
        ],
    )


@BOTH
def test_the_last_birthday(module: Module) -> None:
    """Ten days ago it was 21 March; of what comes this year the last one was a year ago."""
    born = field_of(module, "born")
    at_most, at_least = (
        Elapsed(born, one, TEN, yearly=True) for one in (Comparison.AT_MOST, Comparison.AT_LEAST)
    )
    rows: list[tuple[dict[str, Any], Answer, Answer]] = [
        ({"born": date(1990, 3, 31)}, True, False),
        ({"born": date(1990, 3, 21)}, True, True),
        ({"born": date(1990, 3, 20)}, False, True),
        ({"born": date(1990, 4, 1)}, False, True),
        ({"born": date(1990, 12, 31)}, False, True),
        ({"born": date(2026, 3, 21)}, True, True),
        ({"born": date(1996, 2, 29)}, False, True),
        ({}, None, None),
    ]

    prove(
        module,
        [
            (at_most, [(values, answer) for values, answer, _ in rows]),
            (at_least, [(values, answer) for values, _, answer in rows]),
        ],
    )


@BOTH
@pytest.mark.parametrize(
    "today, until, since",
    [
        ("2027-02-27", 1, 364),  # 28 February is the day of this year; the last one was the 28th too
        ("2027-02-28", 0, 0),
        ("2027-03-01", 365, 1),  # next year has a 29th again
        ("2028-02-28", 1, 365),
        ("2028-02-29", 0, 0),
        ("2028-03-01", 364, 1),
        ("2026-12-31", 59, 306),
        ("2028-01-01", 59, 307),
    ],
)
@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK], ids=str)
def test_those_born_on_29_february(module: Module, today: str, until: int, since: int, zone: Any) -> None:
    born, clock = field_of(module, "born"), at(f"{today} 00:30", zone)
    other = date.fromisoformat(today) - DAY  # a neighbour who fits not
    rows = [
        ({"born": date(1996, 2, 29)}, True),
        ({"born": other.replace(year=1999, day=min(other.day, 27))}, False),
    ]

    prove(
        module,
        [
            (Elapsed(born, Comparison.IS, Length(until, Unit.DAYS), ahead=True, yearly=True), rows[:1]),
            (Elapsed(born, Comparison.IS, Length(since, Unit.DAYS), yearly=True), rows[:1]),
            (
                Elapsed(born, Comparison.IS_NOT, Length(until, Unit.DAYS), ahead=True, yearly=True),
                [(rows[0][0], False), (rows[1][0], True)],
            ),
        ],
        both=False,
        clock=clock,
    )


# --- against a length that the record holds -----------------------------------------------------------------


@BOTH
@EVERY
@pytest.mark.parametrize("ahead", [False, True], ids=["since", "until"])
def test_whole_days_that_a_record_holds(module: Module, comparison: Comparison, *, ahead: bool) -> None:
    """Kept in minutes: a month counts 30 days, a year 365."""
    born, seen, gap = (field_of(module, one) for one in ("born", "seen", "gap"))
    way = 1 if ahead else -1
    thirty, month, year = Length(30, Unit.DAYS), MONTH, Length(1, Unit.YEARS)
    days = [
        ({"gap": thirty, "born": TODAY + 29 * way * DAY}, LESS),
        ({"gap": thirty, "born": TODAY + 30 * way * DAY}, SAME),
        ({"gap": month, "born": TODAY + 30 * way * DAY}, SAME),
        ({"gap": month, "born": TODAY + 31 * way * DAY}, MORE),
        ({"gap": year, "born": TODAY + 365 * way * DAY}, SAME),
        ({"gap": Length(720, Unit.HOURS), "born": TODAY + 30 * way * DAY}, SAME),
        ({"gap": Length(0, Unit.DAYS), "born": TODAY}, SAME),
        ({"gap": thirty, "born": TODAY - way * DAY}, "never"),
        ({"gap": thirty}, None),
        ({"born": TODAY}, None),
        ({"born": TODAY - way * DAY}, None),  # nobody knows the length
    ]
    end = MIDNIGHT + 30 * way * DAY
    locally = [
        ({"gap": thirty, "seen": end}, SAME),
        ({"gap": thirty, "seen": end + DAY - SECOND}, SAME),
        ({"gap": thirty, "seen": end - SECOND}, LESS if ahead else MORE),
        ({"gap": thirty, "seen": end + DAY}, MORE if ahead else LESS),
        ({"gap": thirty, "seen": NIGHT.now - way * SECOND}, LESS),  # today is today
        ({"gap": thirty, "seen": MIDNIGHT - SECOND if ahead else MIDNIGHT + DAY}, "never"),
        ({"gap": thirty}, None),
        ({"seen": end}, None),
        ({"seen": NIGHT.now + way * SECOND}, None),
        ({"seen": NIGHT.now - way * SECOND}, None),
    ]
    twice = Times(gap, Decimal(2), FieldType.LENGTH)
    doubled = [({**values, "gap": Length(15, Unit.DAYS)}, one) for values, one in locally[:6]]

    prove(
        module,
        [
            (Elapsed(born, comparison, gap, ahead=ahead), told(comparison, days)),
            (Elapsed(seen, comparison, gap, ahead=ahead), told(comparison, locally)),
            (Elapsed(seen, comparison, twice, ahead=ahead), [*told(comparison, doubled), ({}, None)]),
        ],
    )


@BOTH
@EVERY
@pytest.mark.parametrize("ahead", [False, True], ids=["since", "until"])
def test_hours_that_a_record_holds(module: Module, comparison: Comparison, *, ahead: bool) -> None:
    """Between instants where there are any; a date counts by whole days."""
    born, seen, gap = (field_of(module, one) for one in ("born", "seen", "gap"))
    way = 1 if ahead else -1
    half_past, hours = Length(90, Unit.MINUTES), Length(36, Unit.HOURS)
    end = NIGHT.now + way * timedelta(minutes=90)
    instants = [
        ({"gap": half_past, "seen": end - way * SECOND}, LESS),
        ({"gap": half_past, "seen": end}, SAME),
        ({"gap": half_past, "seen": end + way * SECOND}, MORE),
        ({"gap": half_past, "seen": NIGHT.now}, LESS),
        ({"gap": half_past, "seen": NIGHT.now - way * SECOND}, "never"),
        ({"gap": half_past}, None),
    ]
    days = [
        ({"gap": hours, "born": TODAY}, LESS),
        ({"gap": hours, "born": TODAY + way * DAY}, LESS),
        ({"gap": hours, "born": TODAY + 2 * way * DAY}, MORE),
        ({"gap": hours, "born": TODAY - way * DAY}, "never"),
        ({"born": TODAY}, None),
    ]
    settled = told(comparison, days)

    prove(module, [(Elapsed(seen, comparison, gap, ahead=ahead), told(comparison, instants))])
    prove(module, [(Elapsed(born, comparison, gap, ahead=ahead), settled)], both=False)


@BOTH
def test_hours_across_the_lost_hour(module: Module) -> None:
    """In New York 2:00 to 3:00 of 8 March 2026 is lost: from 1:30 to 3:30 it is one hour."""
    seen, clock = field_of(module, "seen"), at("2026-03-08 03:30", NEW_YORK)
    early = at("2026-03-08 01:30", NEW_YORK).now
    day_before = at("2026-03-07 23:59", NEW_YORK).now

    prove(
        module,
        [
            (
                Elapsed(seen, Comparison.AT_MOST, HOUR),
                [({"seen": early}, True), ({"seen": early - SECOND}, False), ({}, None)],
            ),
            (
                Elapsed(seen, Comparison.AT_LEAST, Length(1, Unit.DAYS)),
                [({"seen": early}, False), ({"seen": day_before}, True), ({}, None)],
            ),
        ],
        clock=clock,
    )


@BOTH
def test_ages_in_whole_days(module: Module) -> None:
    born, seen = field_of(module, "born"), field_of(module, "seen")
    days = Unit.DAYS
    rows = [
        ({"born": TODAY - 30 * DAY}, Length(30, days), None),
        ({"born": TODAY}, Length(0, days), Length(0, days)),
        ({"born": TODAY + DAY}, None, Length(1, days)),
        ({"born": date(2025, 3, 31)}, Length(365, days), None),
        ({}, None, None),
    ]
    instants = [
        ({"seen": MIDNIGHT - SECOND}, Length(1, days), None),
        ({"seen": MIDNIGHT}, Length(0, days), Length(0, days)),
        ({"seen": MIDNIGHT + DAY - SECOND}, Length(0, days), Length(0, days)),
        ({"seen": MIDNIGHT + DAY}, None, Length(1, days)),
        ({}, None, None),
    ]

    for operand, table in ((born, rows), (seen, instants)):
        prove_values(module, [(Age(operand), [(values, since) for values, since, _ in table])])
        prove_values(module, [(Age(operand, ahead=True), [(values, until) for values, _, until in table])])


# --- a length or number, times a factor -------------------------------------------------------------------


@BOTH
def test_times(module: Module) -> None:
    """Numbers to four decimals, lengths to whole minutes, half up."""
    gap, score = field_of(module, "gap"), field_of(module, "score")

    def of(factor: str, name: str) -> Times:
        operand = gap if name == "gap" else score
        return Times(operand, Decimal(factor), operand.type)

    minutes = Unit.MINUTES
    prove_values(
        module,
        [
            (of("2", "score"), [({"score": Decimal(3)}, Decimal(6)), ({}, None)]),
            (of("0.5", "score"), [({"score": Decimal("0.0001")}, Decimal("0.0001"))]),  # 0.00005
            (of("0.5", "score"), [({"score": Decimal("0.0003")}, Decimal("0.0002"))]),  # 0.00015
            (of("0.3333", "score"), [({"score": Decimal(1)}, Decimal("0.3333"))]),
            (of("0.3333", "score"), [({"score": Decimal("1.1")}, Decimal("0.3666"))]),  # 0.36663
            (of("-1", "score"), [({"score": Decimal("99.99")}, Decimal("-99.99"))]),
            (of("2", "gap"), [({"gap": Length(30, Unit.DAYS)}, Length(60, Unit.DAYS)), ({}, None)]),
            (of("1.5", "gap"), [({"gap": MONTH}, Length(45, Unit.DAYS))]),
            (of("0.5", "gap"), [({"gap": Length(1, minutes)}, Length(1, minutes))]),  # half a minute
            (of("0.3333", "gap"), [({"gap": Length(1, Unit.DAYS)}, Length(480, minutes))]),  # 479.952
        ],
    )
