"""Brings the ledger's tables to the newest form; Alembic is loaded only when something is to do."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from engine.ledger.tables import HEAD, marks
from engine.model.diagnostics import StoreError


def is_present(connection: sa.Connection) -> bool:
    """Whether the database has a ledger at all."""
    return sa.inspect(connection).has_table(marks.name)


def mark_of(connection: sa.Connection) -> str | None:
    """The form the ledger is in, by its last migration; None where there is none."""
    if not is_present(connection):
        return None
    found: str | None = connection.execute(sa.select(marks.c.version_num)).scalar()
    return found


def is_current(connection: sa.Connection) -> bool:
    """Whether the ledger is in the newest form."""
    return mark_of(connection) == HEAD


def is_old(connection: sa.Connection) -> bool:
    """Whether there is a ledger in an older form. One of a newer Wakeline is a StoreError."""
    mark = mark_of(connection)
    if mark is not None and mark > HEAD:
        raise StoreError("W418", mark=mark, head=HEAD)
    return mark is not None and mark < HEAD


def migrate(connection: sa.Connection) -> None:
    """Run the migrations that are missing, inside the connection's transaction.

    The ledger of a newer Wakeline is a StoreError.
    """
    if is_present(connection) and not is_old(connection):
        return
    from alembic import command  # noqa: PLC0415 - 0.3 s, once in a ledger's life
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "postgresql":
        _as_on_sqlite(connection)


def _as_on_sqlite(connection: sa.Connection) -> None:
    """Whole numbers have room, and texts are compared by their signs, as the records' own tables have them.

    Otherwise an index of the ledger would not serve the key of a record.
    """
    columns = connection.execute(
        sa.text(
            "SELECT table_name, column_name, data_type, column_default LIKE 'nextval(%' AS counts"
            " FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name LIKE 'wakeline\\_%' AND (data_type = 'integer'"
            " OR data_type = 'text' AND collation_name IS DISTINCT FROM 'C')"
        )
    )
    changes: dict[str, list[str]] = {}
    for table, column, kind, counts in columns:
        better = "BIGINT" if kind == "integer" else 'TEXT COLLATE "C"'
        changes.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE {better}')
        if counts:
            numbers = f"SELECT pg_get_serial_sequence('{table}', '{column}')"
            sequence = connection.exec_driver_sql(numbers).scalar()
            connection.exec_driver_sql(f"ALTER SEQUENCE {sequence} AS BIGINT")
    for table, actions in changes.items():
        connection.exec_driver_sql(f"ALTER TABLE {table} {', '.join(actions)}")
