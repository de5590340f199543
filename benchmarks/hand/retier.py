"""retier: the tier that the orders of this year deserve, where it is another one."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.hand.dialects import Dialect, Noted
from benchmarks.hand.job import Job, changed, not_started


def _scan(dialect: Dialect) -> str:
    return f"""
    INSERT INTO hits (id, once_key, before, after)
    SELECT id, :once_a_day, tier, advice
    FROM (
      SELECT id, tier,
        CASE WHEN amount >= 300000000 THEN 'A' WHEN amount >= 80000000 THEN 'B' ELSE 'C' END AS advice
      FROM ({dialect.amounts}) AS added
    ) AS customers
    WHERE tier IS DISTINCT FROM advice AND {not_started(":once_a_day")}
    """


def _writes(dialect: Dialect) -> Sequence[str]:
    after = f"' || {dialect.quoted('after')} || '"
    update = Noted("actions/0", "update", changed(tier=(dialect.quoted("before"), after)))
    return (
        *dialect.journal([update]),
        "UPDATE customers SET tier = hits.after FROM hits WHERE hits.id = customers.id",
    )


RETIER = Job(
    workflow="retier",
    columns="once_key TEXT NOT NULL, before TEXT, after TEXT",
    scan=_scan,
    counts='count(*) AS "update"',
    writes=_writes,
)
