"""Customers as dictionaries, with what the conditions need of their orders, follow-ups and tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from benchmarks.peers.rules import A_FROM, B_FROM, day

Record: TypeAlias = dict[str, Any]

_ASKED = ("id", "state", "silent", "tier")
_DAYS = ("last_order", "woken")
_MOMENTS = {
    "a": A_FROM,
    "b": B_FROM,
    "new_year": f"{day(0)[:4]}-01-01",
    "today": day(0),
    **{f"ago_{days}": day(days) for days in (6, 7, 29, 59)},
}


def load_records(
    connection: Any, *, days_as_numbers: bool = False, only_asked: bool = False
) -> Iterator[Record]:
    """Every customer in the order of its key, through a connection of the driver.

    `days_as_numbers` reads days such as 20260401; `only_asked` reads no more than the conditions ask for.
    """
    days: tuple[str, ...] = _DAYS
    if days_as_numbers:
        days = tuple(f"CAST(replace({name}, '-', '') AS INTEGER) AS {name}" for name in _DAYS)
    columns = ", ".join((*_ASKED, *days)) if only_asked else "c.*"
    cursor = connection.execute(_records(columns), _MOMENTS)
    names = [name for name, *_ in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def _records(columns: str) -> str:
    """The amount is worked out once: with its fence, the inner statement is not merged into the outer."""
    return f"""
    SELECT *, CASE WHEN this_year >= :a THEN 'A' WHEN this_year >= :b THEN 'B' ELSE 'C' END AS advice
    FROM (
      SELECT {columns}, {_of("orders", "sum(amount)", ":new_year")} AS this_year,
        {_of("orders", "count(*)", ":ago_59")} AS orders_60,
        {_of("followups", "count(*)", ":ago_29")} AS talks_30,
        {_of("followups", "count(*)", ":ago_6")} AS talks_7,
        (SELECT count(*) FROM tasks WHERE customer = c.id AND status = '待办' AND due <= :ago_7
          AND type IN ('沉默唤醒-首触', '沉默唤醒-大客户')) AS late_wakes
      FROM customers AS c ORDER BY id LIMIT -1 OFFSET 0
    )
    """


def _of(table: str, value: str, begin: str) -> str:
    asked = (
        f"SELECT coalesce({value}, 0) FROM {table} WHERE customer = c.id AND date BETWEEN {begin} AND :today"
    )
    return f"({asked})"
