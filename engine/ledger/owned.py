"""What of the ledger belongs to some colleagues: rows about their records, and what is theirs by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Owned:
    """`people` are keys of colleagues; `records`: ids of workflows, each time with the keys of theirs."""

    people: frozenset[str]
    records: tuple[tuple[tuple[str, ...], sa.Select[Any]], ...]

    def holds(self, columns: sa.ColumnCollection[str, Any]) -> sa.ColumnElement[bool]:
        """Whether a row of a list is theirs; of a list about nobody none is."""
        if "person" in columns:
            mine: sa.ColumnElement[bool] = columns["person"].in_(self.people)
            return mine
        if not {"workflow", "record"} <= set(columns.keys()):
            return sa.false()
        about = (columns["workflow"].in_(ids) & columns["record"].in_(keys) for ids, keys in self.records)
        return sa.or_(sa.false(), *about)

    def has(self, connection: sa.Connection, workflow: str, record: str) -> bool:
        """Whether a record that a workflow is about is theirs."""
        row = sa.select(sa.literal(workflow).label("workflow"), sa.literal(record).label("record")).subquery()
        return connection.execute(sa.select(row).where(self.holds(row.c))).first() is not None
