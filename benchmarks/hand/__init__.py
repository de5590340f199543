"""The reference night as good SQL: a scan a workflow into a temporary table, then a statement a table.

It writes what the engine writes, row for row: texts by concatenation, ids by the same rule, the same ledger.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from benchmarks.hand.dialects import Dialect
from benchmarks.hand.job import Job
from benchmarks.hand.last_touch import LAST_TOUCH
from benchmarks.hand.retier import RETIER
from benchmarks.hand.touches import FIRST_TOUCH, KEY_ACCOUNTS
from benchmarks.hand.watches import OVERDUE, QUIET
from engine.model.moments import Clock
from engine.model.values import stored_instant

JOBS = (RETIER, OVERDUE, FIRST_TOUCH, KEY_ACCOUNTS, QUIET, LAST_TOUCH)
"""In the order of their priority."""
_DAYS_BACK = (6, 7, 14, 29, 59, 90, 150, 180, 200)
_DAYS_AHEAD = (1, 2, 3)


def run_by_hand(connection: Any, dialect: Dialect, clock: Clock) -> int:
    """The night on a connection of the driver, one transaction a workflow; how many records it was for."""
    moments = moments_of(clock)
    dialect.execute(connection, _COLLEAGUES, {})
    dialect.analyze(connection, "colleagues")
    dialect.commit(connection)
    return sum(_run(connection, dialect, job, moments) for job in JOBS)


def moments_of(clock: Clock) -> dict[str, Any]:
    """What the statements name of the time: today, days ago and ahead, the first of the year."""
    today = clock.today
    return {
        "at": stored_instant(clock.now),
        "today": today.isoformat(),
        "once_a_day": f"day:{today.isoformat()}",
        "year_start": date(today.year, 1, 1).isoformat(),
        **{f"ago_{days}": (today - timedelta(days=days)).isoformat() for days in _DAYS_BACK},
        **{f"in_{days}": (today + timedelta(days=days)).isoformat() for days in _DAYS_AHEAD},
    }


def _run(connection: Any, dialect: Dialect, job: Job, moments: Mapping[str, Any]) -> int:
    """One workflow: its scan, what its guards and its run count, then its writes."""
    dialect.begin(connection)
    newest = "SELECT coalesce(max(id), 0) FROM wakeline_"
    (run,) = dialect.execute(connection, f"{newest}runs", {}).fetchone()
    (base,) = dialect.execute(connection, f"{newest}enrollments", {}).fetchone()
    given = {**moments, "workflow": job.workflow, "run": run + 1, "base": base}
    dialect.execute(connection, dialect.create_hits(job.columns), {})
    dialect.execute(connection, job.scan(dialect), given)
    dialect.analyze(connection, "hits")
    (checked,) = dialect.execute(connection, "SELECT count(*) FROM customers", {}).fetchone()
    counted = dialect.execute(connection, f"SELECT count(*) AS hits, {job.counts} FROM hits", {})
    names = [column[0] for column in counted.description]
    hits, *counts = map(int, counted.fetchone())
    effects = {name: count for name, count in zip(names[1:], counts, strict=True) if count}
    given |= {"checked": checked, "hits": hits, "effects": json.dumps(effects)}
    for statement in (_NOTE_RUN, *((_ENROLL, *job.writes(dialect)) if hits else ())):
        dialect.execute(connection, statement, given)
    dialect.execute(connection, "DROP TABLE hits", {})
    dialect.commit(connection)
    return hits


_COLLEAGUES = """
CREATE TEMP TABLE colleagues AS
WITH RECURSIVE up(id, steps, who) AS (
  SELECT id, 0, id FROM staff
  UNION ALL
  SELECT up.id, steps + 1, supervisor
  FROM up JOIN staff ON staff.id = who WHERE steps < 4 AND supervisor IS NOT NULL
), here AS MATERIALIZED (
  SELECT up.id, steps, who, row_number() OVER (PARTITION BY up.id ORDER BY steps) AS place,
    row_number() OVER (PARTITION BY up.id, steps > 0 ORDER BY steps) AS place_above
  FROM up JOIN staff ON staff.id = who WHERE coalesce(active, 1) = 1
)
SELECT staff.id, name, coalesce(owner.who, 'S0001') AS owner, coalesce(lead.who, 'S0001') AS lead
FROM staff
LEFT JOIN here AS owner ON owner.id = staff.id AND owner.place = 1
LEFT JOIN here AS lead ON lead.id = staff.id AND lead.steps > 0 AND lead.place_above = 1
"""
# Once a night: who stands in for a colleague and for the one above, as some have left.

_NOTE_RUN = """
INSERT INTO wakeline_runs (id, workflow, version, state, at, on_day, checked, matched, started, effects)
VALUES (:run, :workflow, 'hand', 'done', :at, :today, :checked, :hits, :hits, :effects)
"""

_ENROLL = """
INSERT INTO wakeline_enrollments
  (id, workflow, record, once_key, run, started_on, state, episode_open, version, started_at, ended_at)
SELECT :base + seq, :workflow, id, once_key, :run, :today, 'done', 0, 'hand', :at, :at FROM hits
"""
