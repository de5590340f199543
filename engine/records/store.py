"""A store: one database with the company's records and Wakeline's ledger, opened to read or to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import DBAPIError

from engine.ledger.migrate import is_current, is_old, is_present, migrate
from engine.model.diagnostics import StoreError, StoreLost
from engine.model.entities import Model
from engine.model.moments import Clock
from engine.records.copying import copy_rows
from engine.records.database import Database, database_at
from engine.records.session import Session
from engine.records.sqlite import SqliteMemory, SqliteScrap
from engine.records.tables import Place, RecordTables
from engine.records.vitals import Vitals, vitals_of
from engine.stopping import stoppable

_Columns: TypeAlias = Mapping[str, Mapping[str, ReflectedColumn]]
"""Table -> column, as they are in the database."""


class Store:
    """Opens sessions on one database; every failure of the database is a StoreError."""

    def __init__(self, url: str, model: Model, zone: str) -> None:
        """`url`: what `database_at` takes, such as `sqlite:///path/to/file.db` or `postgresql://…`."""
        self.url = url
        self._database: Database = database_at(url, zone)
        self.tables = RecordTables(model, zone, has_schemas=self._database.has_schemas)

    @contextmanager
    def read(self, clock: Clock) -> Iterator[Session]:
        """A session that cannot write to any table but its own temporary ones.

        A ledger that an older Wakeline has left is brought up to date before.
        """
        with self.translated(), self._reading() as connection, stoppable(self._way_to_stop(connection)):
            tables = self._tables_as_they_are(connection)
            has_ledger = is_present(connection)
            self._database.guard(connection)
            yield Session(connection, tables, clock, has_ledger)

    @classmethod
    def scrap(cls, path: Path, model: Model, zone: str) -> Store:
        """One in a file that is thrown away: quicker, and gone when the power is."""
        store = cls(f"sqlite:///{path}", model, zone)
        store._database = SqliteScrap(path)
        return store

    @classmethod
    def stage(cls, model: Model, zone: str, clock: Clock) -> tuple[Store, Callable[[], None]]:
        """One in memory, and what makes it empty again, which is quicker than to make it anew."""
        store, database = cls("sqlite://", model, zone), SqliteMemory()
        store._database = database
        with store.write(clock):
            pass
        return store, database.keep()

    def copy_to(self, path: Path, clock: Clock) -> Store:
        """A copy of records and ledger in a SQLite file, to be thrown away. Nothing is written here."""
        copy = Store.scrap(path, self.tables.model, self.tables.zone)
        with self.translated():
            if self._database.copy_to(path):
                return copy
        with self.read(clock) as source:
            copy.make_foreign()
            with copy.write(clock) as target, target.transaction():
                copy_rows(source, target)
        return copy

    def make_foreign(self) -> None:
        """Tables of the company's own, where this database is to hold a copy of them."""
        with self.translated(), self._database.connect(read_only=False) as connection, connection.begin():
            for module in self.tables.model.modules.values():
                if module.table:
                    self.tables.of(module).create(connection, checkfirst=True)

    @property
    def is_there(self) -> bool:
        """Whether there is a database yet."""
        return self._database.is_there

    def demand(self) -> None:
        """A StoreError where there is no database yet: nothing has been brought into it."""
        self._database.demand()

    def has_ledger(self, clock: Clock) -> bool:
        """Whether anything was ever noted here. Who only asks makes no database."""
        if not self._database.is_there:
            return False
        with self.read(clock) as session:
            return session.has_ledger

    def vitals(self, *, deep: bool = False) -> Vitals:
        """How the database itself is; a deep look reads all of it. Raises StoreError."""
        with self.translated():
            return vitals_of(self._database, deep=deep)

    @contextmanager
    def write(self, clock: Clock) -> Iterator[Session]:
        """A session that may write; missing tables of ours are made, the ledger is brought up to date."""
        with (
            self.translated(),
            self._database.connect(read_only=False) as connection,
            stoppable(self._way_to_stop(connection)),
        ):
            with connection.begin():
                self._make_what_is_missing(connection)
                tables = self._told_kinds(connection, frozenset())
            yield Session(connection, tables, clock, has_ledger=True)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Failures of the database inside become a StoreError, also where one must not end the session."""
        try:
            yield
        except self._failures as failure:
            raise self._database.told(failure) from failure

    @contextmanager
    def rehearse(self, clock: Clock) -> Iterator[Session]:
        """A session that may write as it likes: everything is rolled back in the end."""
        self._database.demand()
        with self.translated(), self._database.connect(read_only=False) as connection:
            transaction = connection.begin()
            try:
                self._make_what_is_missing(connection)
                tables = self._told_kinds(connection, frozenset())
                yield Session(connection, tables, clock, has_ledger=True, rehearsing=True)
            finally:
                transaction.rollback()

    def _way_to_stop(self, connection: sa.Connection) -> Callable[[], None]:
        """What ends the statement that a connection is at, from another thread."""
        driver = connection.connection.driver_connection
        return partial(self._database.interrupt, driver)

    @property
    def _failures(self) -> tuple[type[Exception], ...]:
        return (DBAPIError, *self._database.failures)

    def _reading(self) -> sa.Connection:
        """A connection that reads a ledger in its newest form, if there is one."""
        connection = self._database.connect(read_only=True)
        try:
            if not is_old(connection):
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        self._bring_up_to_date()
        return self._database.connect(read_only=True)

    def _bring_up_to_date(self) -> None:
        try:
            with (
                self.translated(),
                self._database.connect(read_only=False) as connection,
                connection.begin(),
            ):
                self._database.lock(connection)
                migrate(connection)
        except StoreLost:
            raise
        except StoreError as failure:
            reason = failure.facts.get("reason", failure.code)
            raise StoreError("W419", reason=reason) from failure

    # --- what there is, and what is missing -----------------------------------------------------

    def _told_kinds(self, connection: sa.Connection, absent: frozenset[Place]) -> RecordTables:
        """The tables as this database has them: without absent columns, with types where it holds to them."""
        model = self.tables.model
        company = [module.table for module in model.modules.values() if module.table]
        kinds = self._database.kinds(connection, company)
        return self.tables.as_found(absent, kinds)

    def _tables_as_they_are(self, connection: sa.Connection) -> RecordTables:
        """Where the model has grown since the last run: our missing tables are empty, missing columns too."""
        present, absent = self._present(connection), set[Place]()
        for table in self.tables.owned():
            if table.name not in present:
                connection.execute(sa.schema.CreateTable(_temporary(table)))
                continue
            columns = present[table.name]
            absent |= {(table.name, column.name) for column in table.columns if column.name not in columns}
        return self._told_kinds(connection, frozenset(absent))

    def _present(self, connection: sa.Connection) -> _Columns:
        """Our tables that are there; a type that the model has changed since is a StoreError."""
        names = [table.name for table in self.tables.owned()]
        reflected = sa.inspect(connection).get_multi_columns(filter_names=names) if names else {}
        found = {name: {one["name"]: one for one in columns} for (_, name), columns in reflected.items()}
        for table in self.tables.owned():
            for column in table.columns:
                kept = found.get(table.name, {}).get(column.name)
                if kept is not None and _holds_numbers(kept["type"]) != _holds_numbers(column.type):
                    raise self._changed(table, kept)
        return found

    def _changed(self, table: sa.Table, column: ReflectedColumn) -> StoreError:
        module = next(one for one in self.tables.model.modules.values() if self.tables.of(one) is table)
        fields = (module.record_key, *module.fields.values())
        field = next(one for one in fields if one.column == column["name"])
        return StoreError(
            "W407",
            module=module.labels.told,
            field=field.labels.told,
            old=str(column["type"]).lower(),
            new=str(field.type),
        )

    def _make_what_is_missing(self, connection: sa.Connection) -> None:
        """Our own modules' tables, columns that the model has gained, the ledger in its newest form."""
        if self._is_complete(connection):
            return
        self._database.lock(connection)
        present = self._present(connection)  # whoever had the lock before may have made some
        for table in self.tables.owned():
            if table.name not in present:
                table.create(connection)
                continue
            for column in table.columns:
                if column.name not in present[table.name]:
                    added = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
                    of = connection.dialect.identifier_preparer.quote(table.name)
                    connection.exec_driver_sql(f"ALTER TABLE {of} ADD COLUMN {added}")
        migrate(connection)

    def _is_complete(self, connection: sa.Connection) -> bool:
        present = self._present(connection)
        return is_current(connection) and all(
            column.name in present.get(table.name, {})
            for table in self.tables.owned()
            for column in table.columns
        )


def _holds_numbers(kind: sa.types.TypeEngine[Any]) -> bool:
    """Our columns hold whole numbers or texts."""
    return isinstance(kind, sa.Integer)


def _temporary(table: sa.Table) -> sa.Table:
    """The same table for this connection alone."""
    copy = table.to_metadata(sa.MetaData())
    copy._prefixes = ["TEMPORARY"]  # noqa: SLF001 - what Table(prefixes=…) sets
    return copy
