"""How the database itself is: version, journal, room on the disk; seen without writing."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from engine.ledger.migrate import mark_of
from engine.records.database import Database
from engine.records.sqlite import SqliteFile, SqliteMemory, driver, has_wal_bug

_MOST_DAMAGE = 3


@dataclass(frozen=True, slots=True)
class Vitals:
    """What can be seen of a database from outside its tables.

    `mark` is the form of the ledger, None where there is none. `damage` is what a deep look has found, None
    where nobody looked. `free` are bytes on its disk, None where that cannot be known.
    """

    kind: str
    version: str
    driver: str
    mark: str | None
    is_writable: bool
    has_wal_bug: bool = False
    journal: str = ""
    encoding: str = ""
    free: int | None = None
    damage: tuple[str, ...] | None = None


def vitals_of(database: Database, *, deep: bool) -> Vitals:
    """Look at a database over a connection that cannot write; a deep look reads all of it.

    Raises what the driver raises, or a StoreError.
    """
    with database.connect(read_only=True) as connection:
        database.guard(connection)
        if isinstance(database, SqliteFile):
            return _sqlite(connection, database, deep=deep)
        return _postgres(connection)


def _sqlite(connection: sa.Connection, database: SqliteFile, *, deep: bool) -> Vitals:
    library = driver()
    found = connection.exec_driver_sql(f"PRAGMA quick_check({_MOST_DAMAGE})").scalars().all() if deep else ()
    in_memory = isinstance(database, SqliteMemory)
    return Vitals(
        kind="sqlite",
        version=library.sqlite_version,
        driver=library.__name__.partition(".")[0],
        mark=mark_of(connection),
        is_writable=in_memory or all(os.access(one, os.W_OK) for one in (database.path, _folder(database))),
        has_wal_bug=has_wal_bug(library.sqlite_version_info),
        journal=str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()),
        encoding=str(connection.exec_driver_sql("PRAGMA encoding").scalar_one()),
        free=None if in_memory else shutil.disk_usage(_folder(database)).free,
        damage=tuple(str(one) for one in found if one != "ok") if deep else None,
    )


def _folder(database: SqliteFile) -> Path:
    return database.path.resolve().parent


def _postgres(connection: sa.Connection) -> Vitals:
    asked = (
        "SELECT current_setting('server_version'), current_setting('server_encoding'),"
        " pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'"
    )
    version, encoding, only_read = connection.exec_driver_sql(asked).one()
    return Vitals(
        kind="postgresql",
        version=str(version).partition(" ")[0],
        driver="psycopg",
        mark=mark_of(connection),
        is_writable=not only_read,
        encoding=str(encoding),
    )
