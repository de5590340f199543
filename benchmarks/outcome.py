"""What a night has left in a store, as one hash a table: two nights that did the same give the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.records.sqlite import file_engine

TABLES = {
    "customers": "SELECT * FROM customers ORDER BY id",
    "tasks": "SELECT * FROM tasks ORDER BY id",
    "enrollments": """
        SELECT id, workflow, record, once_key, run, started_on, state, reason, episode_open, control,
          started_at, path, since, until, ended_at, goal_by, goal_at
        FROM wakeline_enrollments ORDER BY id
    """,
    "journal": "SELECT * FROM wakeline_journal ORDER BY enrollment, path",
    "outbox": """
        SELECT enrollment, path, run, kind, record, channel, recipient, template, subject, body, urgent, state
        FROM wakeline_outbox ORDER BY enrollment, path
    """,
    "failures": "SELECT * FROM wakeline_failures ORDER BY run, record",
    "runs": """
        SELECT id, workflow, slot, state, at, on_day, checked, matched, started, failed, deferred, effects,
          held
        FROM wakeline_runs ORDER BY id
    """,
}


def outcome_of(database: Path) -> dict[str, Any]:
    """`outcome`: table -> [rows, hash]. Versions are left out, the hand has none."""
    with file_engine(database, read_only=True).connect() as connection:
        return {"outcome": {name: _hashed(connection.exec_driver_sql(sql)) for name, sql in TABLES.items()}}


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
