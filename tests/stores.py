"""Which database the tests run on: SQLite in memory, or new databases of the tests' own PostgreSQL server."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import make_url

from engine.ledger.migrate import is_present, migrate
from engine.records.database import Database, database_at
from engine.records.session import Session
from tests.lacks import lacks
from tests.postgres import Server, binaries

SQLITE, POSTGRES = "sqlite", "postgres"
NO_SERVER = "no PostgreSQL on this machine: initdb and pg_ctl were not found"


@dataclass
class Stores:
    """Databases for tests. Those of PostgreSQL are copies of one that has a ledger already."""

    kind: str = SQLITE
    server: Server | None = None
    _made: list[str] = field(default_factory=list)

    def url(self) -> str:
        """An empty database for one test."""
        if self.kind == SQLITE:
            return "sqlite://"
        assert self.server is not None
        self._made.append(self.server.fresh("with_ledger"))
        return self.server.url(self._made[-1])

    def lasting(self, zone: str) -> Database:
        """An empty database that lasts as long as the tests."""
        if self.kind == SQLITE:
            return database_at("sqlite://", zone)
        assert self.server is not None
        return database_at(self.server.url(self.server.fresh()), zone)

    def copy(self, database: str, name: str, *, lasting: bool) -> str:
        """A copy of a database under a name of its own, in place of an older one."""
        assert self.server is not None
        name = f"{database}_{name}"
        self.server.drop(name)
        self.server.copy(database, name)
        if not lasting:
            self._made.append(name)
        return self.server.url(name)

    def start(self) -> Server:
        """The server, started when the first test asks for it."""
        if self.server is None:
            programs = binaries()
            if programs is None:
                lacks(NO_SERVER)
            self.server = Server(programs)
            self.server.start()
            self._make_template(self.server)
        return self.server

    def clean(self) -> None:
        """What a test has made goes away with it."""
        while self._made:
            assert self.server is not None
            self.server.drop(self._made.pop())

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.server = None

    @staticmethod
    def _make_template(server: Server) -> None:
        name = server.fresh()
        with database_at(server.url(name), "UTC").connect(read_only=False) as connection, connection.begin():
            migrate(connection)
        with server.connect() as connection:
            connection.execute(f"ALTER DATABASE {name} RENAME TO with_ledger")


STORES = Stores()


def migrate_quickly(connection: sa.Connection) -> None:
    """As `migrate`, but a new ledger on SQLite is a copy of one that was made so.

    For most tests the migrations take longer than all else. On PostgreSQL databases are copies anyway.
    """
    if connection.dialect.name != "sqlite" or is_present(connection):
        migrate(connection)
        return
    for statement, values in _ledger_on_sqlite():
        connection.exec_driver_sql(statement, values)


@cache
def _ledger_on_sqlite() -> list[tuple[str, tuple[Any, ...]]]:
    """The statements that make one with their values, tables and rows."""
    with database_at("sqlite://", "UTC").connect(read_only=False) as connection, connection.begin():
        migrate(connection)
        ask = connection.exec_driver_sql
        made = [
            (sql, ()) for (sql,) in ask("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        ]
        tables = ask("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        rows = [(name, tuple(row)) for name in tables for row in ask(f'SELECT * FROM "{name}"')]
    put = [(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', row) for name, row in rows]
    return [*made, *put]


def refuse(session: Session, table: str, change: str, when: str, why: str) -> None:
    """A trigger of the company's own, that refuses some changes of a table."""
    before = f"CREATE TRIGGER no BEFORE {change} ON {table}"
    if session.connection.dialect.name == "sqlite":
        body = f"SELECT RAISE(ABORT, '{why}')"
        session.connection.exec_driver_sql(f"{before} WHEN {when} BEGIN {body}; END")
        return
    session.connection.exec_driver_sql(
        f"CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{why}'; END $$"
    )
    session.connection.exec_driver_sql(f"{before} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION no()")


def statements_of(act: Callable[[], object]) -> list[tuple[str, Any]]:
    """The statements that are sent to any database meanwhile, with the values that go with them."""
    sent: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: object, ___: object, many: bool) -> None:
        if not many:
            sent.append((statement, values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return sent


def asked_by(act: Callable[[], object]) -> dict[str, Any]:
    """The same, each once with values that go with it."""
    return dict(statements_of(act))


def plan_of(connection: sa.Connection, statement: str, values: object) -> list[str]:
    """The steps by which the database would find the answer.

    PostgreSQL, which reads small tables whole, is told to do so only where no index fits.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql("SET enable_seqscan = off")
    explain, told = ("EXPLAIN QUERY PLAN", 3) if is_sqlite else ("EXPLAIN", 0)
    return [row[told].strip() for row in connection.exec_driver_sql(f"{explain} {statement}", values)]


@dataclass(frozen=True)
class Place:
    """A database for one test, as a command names it and as a test looks into it."""

    url: str
    path: Path | None = None

    @classmethod
    def make(cls, root: Path) -> Place:
        """A new one for a workspace: a file in it, or a database of the server."""
        if STORES.kind == POSTGRES:
            return cls(STORES.url())
        path = root / ".wakeline" / "wakeline.db"
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(str(path), path)

    @classmethod
    def of_workspace(cls, root: Path) -> Place:
        """A new one that commands find by themselves."""
        place = cls.make(root)
        place.name_in(root)
        return place

    def name_in(self, root: Path) -> None:
        """Let the workspace name it, unless it stands where it does by default."""
        if self.path is None:
            path = root / "workspace.yaml"
            kept = [one for one in path.read_text("utf-8").splitlines() if not one.startswith("store:")]
            path.write_text("\n".join([*kept, f"store: {json.dumps(self.url)}", ""]), "utf-8")

    @classmethod
    @contextmanager
    def lasting(cls, root: Path) -> Iterator[Place]:
        """One that several tests share."""
        if STORES.kind == SQLITE:
            yield cls.make(root)
            return
        assert STORES.server is not None
        with STORES.server.database("with_ledger") as name:
            yield cls(STORES.server.url(name))

    @classmethod
    def at(cls, url: str) -> Place:
        """The one that a command has been told."""
        return cls(url) if "://" in url else cls(url, Path(url))

    def copied(self, name: str, *, lasting: bool = False) -> Place:
        """A copy; an older one of that name is gone."""
        if self.path is None:
            return Place(STORES.copy(self._database, name, lasting=lasting))
        target = self.path.with_name(f"{name}.db")
        for ending in ("", "-wal", "-shm"):
            Path(f"{target}{ending}").unlink(missing_ok=True)
        shutil.copy(self.path, target)
        return Place(str(target), target)

    def set_back(self, backup: Place) -> None:
        """Somebody restores a backup: what is there is gone, under the same address stands the older one."""
        if self.path is None:
            assert STORES.server is not None
            STORES.server.drop(self._database)
            STORES.server.copy(backup._database, self._database)
            return
        assert backup.path is not None
        for ending in ("-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        shutil.copy(backup.path, self.path)

    @property
    def _database(self) -> str:
        return make_url(self.url).database or ""

    @contextmanager
    def look(self) -> Iterator[Any]:
        """A connection in plain SQL, past everything that is tested."""
        if self.path is not None:
            with closing(sqlite3.connect(self.path, timeout=30)) as connection:
                yield connection
                connection.commit()
            return
        assert STORES.server is not None
        with closing(STORES.server.connect(self._database)) as connection:
            yield connection

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        with self.look() as connection:
            return {
                name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr)
                for name in self.tables()
            }

    def tables(self) -> list[str]:
        """The names of all tables."""
        of_sqlite = "SELECT name FROM sqlite_master WHERE type = 'table'"
        of_postgres = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        with self.look() as connection:
            found = connection.execute(of_postgres if self.path is None else of_sqlite)
            return sorted(name for (name,) in found)
