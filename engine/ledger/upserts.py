"""Inserting where a row may be there already: the one statement that every database spells in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa


def insert_into(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`, for this database."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - one of two dialects

        return insert(table)
    from sqlalchemy.dialects.sqlite import insert as insert_sqlite  # noqa: PLC0415 - one of two dialects

    return insert_sqlite(table)


def insert_new(
    connection: sa.Connection, table: sa.Table, values: Mapping[str, Any] | None, key: Sequence[str]
) -> Any:
    """An INSERT that does nothing where the key is there already; without `values` for rows to come."""
    statement = insert_into(connection, table)
    if values is not None:
        statement = statement.values(values)
    return statement.on_conflict_do_nothing(index_elements=list(key))
