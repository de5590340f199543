"""Brings the ledger's tables to the newest form; Alembic is loaded only when something is to do."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from engine.ledger.tables import HEAD, marks


def is_present(connection: sa.Connection) -> bool:
    """Whether the database has a ledger at all."""
    return sa.inspect(connection).has_table(marks.name)


def is_current(connection: sa.Connection) -> bool:
    """Whether the ledger is in the newest form."""
    return is_present(connection) and connection.execute(sa.select(marks.c.version_num)).scalar() == HEAD


def migrate(connection: sa.Connection) -> None:
    """Run the migrations that are missing, inside the connection's transaction."""
    if is_current(connection):
        return
    from alembic import command  # noqa: PLC0415 - 0.3 s, once in a ledger's life
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
