"""The dear words as a person who knows both databases would write them; `best` is what was found best there.

A shape is where the records come from, as `base` with `id` and `woken`, and what is asked of them. Days stand
as they are on the measured night. Scores are compared before they are rounded: 39.95 is where 40.0 begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Shape(NamedTuple):
    """FROM and WHERE of the best statement; `sharper` is one that SPIKE does not know, and that is better."""

    source: str
    test: str
    sharper: tuple[str, str] | None = None


def best_shapes(dialect: str) -> Mapping[str, Shape]:
    """Word -> its shape on SQLite or PostgreSQL, by the names of words.py."""
    is_sqlite = dialect == "sqlite"
    return {
        "series": _series(),
        "series of counts": _series_of_counts(),
        "rank": _rank(is_sqlite=is_sqlite),
        "rank in each": _rank_in_each(is_sqlite=is_sqlite),
        "score of dimensions": _dimensions(is_sqlite=is_sqlite),
        "score of points": _points(is_sqlite=is_sqlite),
        "usual gap": _usual_gap(is_sqlite=is_sqlite),
        "newest three": _newest_three(is_sqlite=is_sqlite),
        "distinct": _grouped("followups", "count(DISTINCT channel) >= 3"),
        "average": _grouped("orders", "avg(amount) >= 199999999.5"),
    }


_CUSTOMERS = "customers AS base"
_LAST_12_MONTHS = "date BETWEEN '2025-04-02' AND '2026-04-01'"
_LAST_90_DAYS = "date BETWEEN '2026-01-02' AND '2026-04-01'"
_THIS_YEAR = "date BETWEEN '2026-01-01' AND '2026-04-01'"


def _grouped(table: str, having: str) -> Shape:
    chosen = f"SELECT customer FROM {table} WHERE {_LAST_12_MONTHS} GROUP BY customer HAVING {having}"
    return Shape(_CUSTOMERS, f"base.id IN ({chosen})")


# --- series: one grouped pass with a sum for each unit (SPIKE, section 3) -----------------------------------


def _series() -> Shape:
    """A unit to fall from is not 0, so there was something in it, and the units after it count."""
    months = [("2025-12-01", "2025-12-31"), ("2026-01-01", "2026-01-31")]
    months += [("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31")]
    spans = [f"date BETWEEN '{one}' AND '{end}'" for one, end in months]
    sums = [f"coalesce(sum(amount) FILTER (WHERE {one}), 0)" for one in spans]
    return _falling("orders", "2025-12-01", sums, "({0} - {1}) * 10 >= abs({0}) * 3 AND {0} <> 0")


def _series_of_counts() -> Shape:
    quarters = (("2025-07-01", "2025-09-30"), ("2025-10-01", "2025-12-31"), ("2026-01-01", "2026-03-31"))
    counts = [f"count(*) FILTER (WHERE date BETWEEN '{one}' AND '{end}')" for one, end in quarters]
    return _falling("followups", "2025-07-01", counts, "({0} - {1}) * 2 >= {0} AND {0} > 0")


def _falling(table: str, begin: str, values: list[str], step: str) -> Shape:
    columns = ", ".join(f"{value} AS v{number}" for number, value in enumerate(values))
    steps = [step.format(f"v{number}", f"v{number + 1}") for number in range(len(values) - 1)]
    units = f"SELECT customer, {columns} FROM {table} WHERE date BETWEEN '{begin}' AND '2026-03-31'"
    fallen = f"SELECT customer FROM ({units} GROUP BY customer) AS units WHERE {' AND '.join(steps)}"
    return Shape(_CUSTOMERS, f"base.id IN ({fallen})")


# --- ranks: a value for each customer behind a fence, and one window ----------------------------------------

_AMONG_FIRST = "place <= (size * 2 + 9) / 10"


def _valued(*, is_sqlite: bool, among: str = "") -> str:
    """Each customer's amount: on SQLite looked up, as its index is in the customers' order."""
    if is_sqlite:
        asked = f"SELECT coalesce(sum(amount), 0) FROM orders WHERE customer = one.id AND {_THIS_YEAR}"
        return f"SELECT id, woken, region, ({asked}) AS value FROM customers AS one {among} LIMIT -1 OFFSET 0"
    sums = f"SELECT customer, sum(amount) AS value FROM orders WHERE {_THIS_YEAR} GROUP BY customer"
    return (
        "SELECT one.id, woken, region, coalesce(value, 0) AS value "
        f"FROM customers AS one LEFT JOIN ({sums}) AS sums ON sums.customer = one.id {among}"
    )


def _rank(*, is_sqlite: bool) -> Shape:
    placed = (
        "SELECT id, woken, rank() OVER (ORDER BY value DESC) AS place, count(*) OVER () AS size "
        f"FROM ({_valued(is_sqlite=is_sqlite)}) AS valued"
    )
    return Shape(f"({placed}) AS base", _AMONG_FIRST, _threshold() if is_sqlite else None)


def _threshold() -> tuple[str, str]:
    """Who is among the first has at least the value of the last of them: values alone are sorted."""
    last = "(SELECT (count(*) * 2 + 9) / 10 - 1 FROM customers)"
    least = f"SELECT value FROM ({_valued(is_sqlite=True)}) ORDER BY value DESC LIMIT 1 OFFSET {last}"
    return f"({_valued(is_sqlite=True)}) AS base", f"value >= ({least})"


def _rank_in_each(*, is_sqlite: bool) -> Shape:
    valued = _valued(is_sqlite=is_sqlite, among="WHERE region IS NOT NULL")
    placed = (
        "SELECT id, woken, rank() OVER (PARTITION BY region ORDER BY value DESC) AS place, "
        f"count(*) OVER (PARTITION BY region) AS size FROM ({valued}) AS valued"
    )
    return Shape(f"({placed}) AS base", _AMONG_FIRST)


# --- scores: related records once a table -------------------------------------------------------------------


def _days_since(column: str, *, is_sqlite: bool) -> str:
    """The days as a number in floating point: decimals are slow on PostgreSQL."""
    if is_sqlite:
        return f"(julianday('2026-04-01') - julianday({column}))"
    return f"CAST(DATE '2026-04-01' - CAST({column} AS DATE) AS FLOAT)"


def _dimensions(*, is_sqlite: bool) -> Shape:
    """Counts are always known, so more than half of the weight always is."""
    since = _days_since("last_order", is_sqlite=is_sqlite)
    lesser, greater = ("min", "max") if is_sqlite else ("least", "greatest")

    def way(worked_out: str) -> str:
        return f"{lesser}(100.0, {greater}(0.0, {worked_out}))"

    # The least and greatest of PostgreSQL pass over what is missing.
    change = "round(CAST((now - before) AS FLOAT) * 1000000 / abs(before))"
    trend = f"CASE WHEN before <> 0 THEN {way(f'({change} + 300000) * 100 / 400000')} END"
    gone = f"CASE WHEN last_order <= '2026-04-01' THEN {way(f'(180 - {since}) * 100 / 180')} END"
    known = f"""
    SELECT id, woken, {way("CAST(coalesce(orders, 0) AS FLOAT) * 100 / 6")} AS a, {trend} AS b, {gone} AS c,
      {way("CAST(coalesce(talks, 0) AS FLOAT) * 100 / 3")} AS d,
      {way("CAST(coalesce(ways, 0) AS FLOAT) * 100 / 3")} AS e
    FROM customers AS one
    LEFT JOIN (
      SELECT customer, sum(CASE WHEN {_LAST_90_DAYS} THEN 1 ELSE 0 END) AS orders,
        sum(CASE WHEN date BETWEEN '2026-01-01' AND '2026-03-31' THEN amount ELSE 0 END) AS now,
        sum(CASE WHEN date <= '2025-12-31' THEN amount ELSE 0 END) AS before
      FROM orders WHERE date BETWEEN '2025-10-01' AND '2026-04-01' GROUP BY customer
    ) AS bought ON bought.customer = one.id
    LEFT JOIN (
      SELECT customer, sum(CASE WHEN {_LAST_90_DAYS} THEN 1 ELSE 0 END) AS talks,
        count(DISTINCT channel) AS ways
      FROM followups WHERE {_LAST_12_MONTHS} GROUP BY customer
    ) AS talked ON talked.customer = one.id
    """
    counted = "1 + CASE WHEN b IS NULL THEN 0 ELSE 1 END + CASE WHEN c IS NULL THEN 0 ELSE 1 END"
    first = f"(a + coalesce(b, 0.0) + coalesce(c, 0.0)) / ({counted})"
    return Shape(f"({known}) AS base", f"({first} * 60.0 + (d + e) / 2 * 40.0) / 100.0 * 10 < 399.5")


def _points(*, is_sqlite: bool) -> Shape:
    """Each customer's follow-ups looked up on SQLite, which would build an index of the groups."""
    left = f"pow(CAST(0.5 AS FLOAT), {_days_since('date', is_sqlite=is_sqlite)} / 30)"
    sums = f"SELECT customer, least(20.0, 5.0 * sum({left})) AS given FROM followups"
    talks = f"{sums} WHERE {_LAST_90_DAYS} GROUP BY customer"
    source = f"customers AS base LEFT JOIN ({talks}) AS talks ON talks.customer = base.id"
    given = "coalesce(given, 0.0)"
    if is_sqlite:
        looked_up = f"SELECT 5.0 * sum({left}) FROM followups WHERE customer = base.id AND {_LAST_90_DAYS}"
        source, given = _CUSTOMERS, f"min(20.0, coalesce(({looked_up}), 0.0))"
    reached = "CASE WHEN contact IS NOT NULL THEN 10.0 ELSE 0.0 END"
    gone = "CASE WHEN last_order <= '2026-01-01' THEN -30.0 ELSE 0.0 END"
    return Shape(source, f"({reached} + {given} + {gone}) * 10 >= 199.5")


# --- own rhythm, and the newest ones ------------------------------------------------------------------------


def _usual_gap(*, is_sqlite: bool) -> Shape:
    day = "CAST(julianday(date) AS INTEGER)" if is_sqlite else "(CAST(date AS DATE) - DATE '2000-01-01')"
    days = f"SELECT DISTINCT customer, {day} AS day FROM orders WHERE date <= '2026-04-01'"
    before = "lag(day) OVER (PARTITION BY customer ORDER BY day)"
    gaps = f"SELECT customer, day - {before} AS gap FROM ({days}) AS days"
    if not is_sqlite:
        median = "round(percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) * 1440) <= 43200"
        having = f"GROUP BY customer HAVING count(gap) >= 3 AND {median}"
        return Shape(_CUSTOMERS, f"base.id IN (SELECT customer FROM ({gaps}) AS gaps {having})")
    placed = (
        "SELECT customer, gap, row_number() OVER (PARTITION BY customer ORDER BY gap) AS place, "
        f"count(*) OVER (PARTITION BY customer) AS size FROM ({gaps}) WHERE gap IS NOT NULL"
    )
    middle = "size >= 3 AND place IN ((size + 1) / 2, (size + 2) / 2)"
    having = "GROUP BY customer HAVING round(avg(gap) * 1440) <= 43200"
    return Shape(_CUSTOMERS, f"base.id IN (SELECT customer FROM ({placed}) WHERE {middle} {having})")


def _newest_three(*, is_sqlite: bool) -> Shape:
    if is_sqlite:
        newest = "SELECT person FROM followups WHERE customer = base.id ORDER BY date DESC, id DESC LIMIT 3"
        return Shape(_CUSTOMERS, f"(SELECT count(person) FROM ({newest})) = 3")
    place = "row_number() OVER (PARTITION BY customer ORDER BY date DESC, id DESC)"
    placed = f"SELECT customer, person, {place} AS place FROM followups"
    having = "WHERE place <= 3 GROUP BY customer HAVING count(person) = 3"
    return Shape(_CUSTOMERS, f"base.id IN (SELECT customer FROM ({placed}) AS placed {having})")
