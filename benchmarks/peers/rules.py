"""The six workflows as data: who is concerned, as nested (field, operator, value), and what is done then.

Every peer makes its own of the same conditions. They are asked of records that already hold what they need
of orders, follow-ups and tasks, added up by SQL (records.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from benchmarks.night import NIGHT

TODAY = NIGHT.date()
NUMBER = 10_000
"""Numbers and amounts are kept as whole ten-thousandths."""
A_FROM, B_FROM = 30_000 * NUMBER, 8_000 * NUMBER


def day(ago: int) -> str:
    """The day so many days ago, as it is kept."""
    return (TODAY - timedelta(days=ago)).isoformat()


def advised(this_year: int) -> str:
    """The tier that an amount deserves."""
    return "A" if this_year >= A_FROM else "B" if this_year >= B_FROM else "C"


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison: is, is_not, in, at_most, at_least, missing, differs_from (another field)."""

    field: str
    operator: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these has to hold."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these have to hold."""

    items: tuple[Condition, ...]


Condition: TypeAlias = Test | AnyOf | AllOf


@dataclass(frozen=True, slots=True)
class Update:
    """Fields get new values; `counted` is one more than before, `advised` the tier that is deserved."""

    values: Mapping[str, Any]
    counted: str = ""
    advised: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task for somebody."""

    to: str
    type: str
    days: int
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to a colleague."""

    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to the customer, and what is done where none can be sent."""

    template: str
    otherwise: Notice


Action: TypeAlias = Update | Task | Notice | Letter


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow; `once` is the field whose every value counts once, empty for each day."""

    id: str
    condition: AllOf
    once: str
    actions: Sequence[Action]


_OPEN = Test("state", "is", "正常")
_ALL_WELL = Test("silent", "is", "正常跟进")
_GOING_SILENT = Test("silent", "is", "即将沉默")
_WAKE = Update({"silent": "即将沉默", "woken": day(0)}, counted="wake_count")

_LAST_ORDER = AnyOf(
    tuple(
        AllOf((Test("tier", "is", tier), Test("last_order", "at_most", day(days))))
        for tier, days in (("A", 150), ("B", 180), ("C", 200))
    )
)

WORKFLOWS: Sequence[Workflow] = (
    Workflow(
        "retier",
        AllOf((_OPEN, Test("tier", "differs_from", "advice"))),
        "",
        [Update({}, advised="tier")],
    ),
    Workflow(
        "overdue",
        AllOf(
            (
                _OPEN,
                _GOING_SILENT,
                Test("woken", "at_most", day(7)),
                Test("late_wakes", "at_least", 1),
                Test("talks_7", "is", 0),
            )
        ),
        "woken",
        [
            Notice("lead", "late"),
            Task("lead", "督办", 2, "late subject", "late text"),
        ],
    ),
    Workflow(
        "first-touch",
        AllOf((_OPEN, _ALL_WELL, Test("tier", "in", ("B", "C")), Test("last_order", "at_most", day(90)))),
        "last_order",
        [
            _WAKE,
            Task("owner", "沉默唤醒-首触", 3, "wake subject", "wake text"),
            Letter("首触问候", Notice("owner", "call")),
        ],
    ),
    Workflow(
        "key-accounts",
        AllOf((_OPEN, _ALL_WELL, Test("tier", "is", "A"), Test("orders_60", "is", 0))),
        "last_order",
        [
            _WAKE,
            Task("owner", "沉默唤醒-大客户", 1, "key subject", "key text"),
            Notice("lead", "key notice"),
        ],
    ),
    Workflow(
        "quiet",
        AllOf((_OPEN, _ALL_WELL, Test("orders_60", "is", 0), Test("talks_30", "is", 0))),
        "last_order",
        [Update({"woken": day(0)}), Notice("owner", "quiet")],
    ),
    Workflow(
        "last-touch",
        AllOf(
            (
                _OPEN,
                _GOING_SILENT,
                _LAST_ORDER,
                AnyOf((Test("woken", "missing"), Test("woken", "at_most", day(14)))),
            )
        ),
        "last_order",
        [
            Update({"silent": "已沉默"}, counted="wake_count"),
            Letter("最后问候", Notice("owner", "last call")),
            Notice("lead", "last"),
        ],
    ),
)
