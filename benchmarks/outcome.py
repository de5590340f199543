"""What a night has left in a store, as one hash a table: two nights that did the same give the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.records.database import database_at

Outcome: TypeAlias = dict[str, list[Any]]
"""Table -> its rows, their hash."""

TABLES = {
    "customers": """
        SELECT id, name, tier, state, silent, wake_count, woken, region, industry, owner, contact, email,
          email_ok, last_order, created
        FROM customers ORDER BY id
    """,
    "tasks": """
        SELECT id, customer, subject, type, assignee, due, status, priority, text FROM tasks ORDER BY id
    """,
    "enrollments": """
        SELECT id, workflow, record, once_key, run, started_on, state, reason, episode_open, control,
          started_at, path, since, until, ended_at, goal_by, goal_at
        FROM wakeline_enrollments ORDER BY id
    """,
    "journal": """
        SELECT enrollment, path, kind, run, details FROM wakeline_journal ORDER BY enrollment, path
    """,
    "outbox": """
        SELECT enrollment, path, run, kind, record, channel, recipient, template, subject, body, urgent,
          state, module, addressee, html
        FROM wakeline_outbox ORDER BY enrollment, path
    """,
    "failures": "SELECT run, record, path, code, facts FROM wakeline_failures ORDER BY run, record",
    "runs": """
        SELECT id, workflow, slot, state, at, on_day, checked, matched, started, failed, deferred, effects,
          held
        FROM wakeline_runs ORDER BY id
    """,
}
"""Versions are left out, the hand has none."""


class NotTheSame(Exception):
    """Two nights that should have left the same rows did not; there is nothing to compare."""


def outcome_of(url: str) -> Outcome:
    """The tables that a night writes to, on either database."""
    with database_at(url, "UTC").connect(read_only=True) as connection:
        told = connection.execution_options(stream_results=True, yield_per=10_000)
        return {name: _hashed(told.execute(sa.text(sql))) for name, sql in TABLES.items()}


def demand_equal(what: str, one: Outcome, other: Outcome) -> None:
    """Raises NotTheSame with what differs."""
    different = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
    if different:
        raise NotTheSame(f"{what}: {different}")


def _hashed(rows: Iterable[Any]) -> list[Any]:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(repr([_settled(cell) for cell in row]).encode())
        count += 1
    return [count, digest.hexdigest()[:16]]


def _settled(cell: Any) -> Any:
    """JSON objects say the same in any order."""
    if isinstance(cell, str) and cell.startswith("{"):
        return json.dumps(json.loads(cell), sort_keys=True)
    return cell
