"""Statements that go past SQLAlchemy to the driver, for speed or because they are about temporary tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.records.scratch import SCRATCH

Row = tuple[Any, ...]

GUARD = "SAVEPOINT wakeline_reading"
READ_ONLY = "SET TRANSACTION READ ONLY"
_GUARDED = "wakeline_guarded"


def is_postgres(connection: sa.Connection) -> bool:
    """Whether the database is PostgreSQL."""
    return connection.dialect.name == "postgresql"


_REFUSED = ("22", "23", "44", "P0001")
"""The classes of codes by which PostgreSQL refuses a row: its values, constraints, a trigger."""


def driver_errors(connection: sa.Connection) -> tuple[type[Exception], ...]:
    """What fails in SQLAlchemy, or past it."""
    driver: Any = connection.dialect.dbapi
    return (DBAPIError, driver.Error)


def is_refusal(failure: Exception) -> bool:
    """Whether the database refuses a row by a rule of its own, and could go on with others."""
    code = getattr(getattr(failure, "orig", failure), "sqlstate", None)
    return isinstance(failure, IntegrityError) or str(code).startswith(_REFUSED)


# --- rows ---------------------------------------------------------------------------------------------------


def fetch(connection: sa.Connection, sql: str, values: Row) -> Sequence[Row]:
    """The rows of a statement of ours, as the driver gives them; `?` marks a value."""
    cursor: Any = connection.exec_driver_sql(_marked(connection, sql), values).cursor
    found: Sequence[Row] = cursor.fetchall()
    return found


def execute_many(connection: sa.Connection, sql: str, rows: Sequence[Row]) -> None:
    """A statement of ours for each row of values; `?` marks a value."""
    if rows:
        connection.exec_driver_sql(_marked(connection, sql), list(rows))


def insert_rows(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]
) -> None:
    """Rows into columns of a table, by the fastest way that the driver has."""
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    if not is_postgres(connection):
        marks = ", ".join("?" for _ in names)
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", list(rows))  # noqa: S608 - quoted
        return
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _marked(connection: sa.Connection, sql: str) -> str:
    return sql.replace("?", "%s") if is_postgres(connection) else sql


# --- temporary tables ---------------------------------------------------------------------------------------


def make_temporary(connection: sa.Connection, table: sa.Table) -> None:
    """Make a table that only this connection sees; an older one of that name goes away."""
    with _unguarded(connection):
        _drop(connection, table.name)
        connection.exec_driver_sql(_making(connection, table))


def drop_temporary(connection: sa.Connection, name: str) -> None:
    """Drop a temporary table, if there is one."""
    with _unguarded(connection):
        _drop(connection, name)


def note_size(connection: sa.Connection, name: str) -> None:
    """Tell the planner what is in a temporary table: nobody else looks into it."""
    if is_postgres(connection):
        # How many rows there are is all that matters: they are looked up by key.
        connection.exec_driver_sql("SELECT set_config('default_statistics_target', '1', true)")
        connection.exec_driver_sql(f"ANALYZE {name}")


@contextmanager
def by_key(connection: sa.Connection) -> Iterator[None]:
    """Inside, in a transaction, the planner looks records up by key, as for few of many it should.

    It takes no chunk for small enough, and scans the whole module for each (SPIKE section 0). A rehearsal
    goes on in the same transaction, and selects from all records again.
    """
    if not is_postgres(connection):
        yield
        return
    _may_join_at_large(connection, "off")
    yield
    _may_join_at_large(connection, "on")


def _may_join_at_large(connection: sa.Connection, answer: str) -> None:
    told = ", ".join(f"set_config('enable_{join}', '{answer}', true)" for join in ("hashjoin", "mergejoin"))
    connection.exec_driver_sql(f"SELECT {told}")


def _drop(connection: sa.Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_home(connection)}.{name}")


def _home(connection: sa.Connection) -> str:
    """The schema of tables that only this connection sees; names of ours are found there without it."""
    if is_postgres(connection):
        return "pg_temp"
    return SCRATCH if SCRATCH in connection.info else "temp"


def _making(connection: sa.Connection, table: sa.Table) -> str:
    """The statement that makes a temporary table, or a plain one in the file of scratch: said once."""
    home = _home(connection)
    if home not in table.info:
        there = table.to_metadata(sa.MetaData(), schema=SCRATCH) if home == SCRATCH else table
        table.info[home] = str(sa.schema.CreateTable(there).compile(dialect=connection.dialect))
    made: str = table.info[home]
    return made


def guard(connection: sa.Connection) -> None:
    """From here on PostgreSQL refuses to write to anything but temporary tables, until the transaction ends.

    A transaction that may only read may not make temporary tables either; a savepoint in one that may write
    can be left to make one, and what it saw stays the same.
    """
    connection.exec_driver_sql(GUARD)
    connection.exec_driver_sql(READ_ONLY)
    connection.info[_GUARDED] = True


@contextmanager
def _unguarded(connection: sa.Connection) -> Iterator[None]:
    """For a statement about a temporary table of ours."""
    if not connection.info.get(_GUARDED):
        yield
        return
    connection.exec_driver_sql(GUARD.replace("SAVEPOINT", "RELEASE SAVEPOINT"))
    try:
        yield
    finally:
        guard(connection)
