"""A store: one database with the company's records and Wakeline's ledger, opened to read or to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import DBAPIError

from engine.ledger.migrate import is_present, migrate
from engine.model.diagnostics import StoreError, WrongUsage
from engine.model.entities import Model
from engine.model.moments import Clock
from engine.records.session import Session
from engine.records.sqlite import driver, file_engine, memory_engine
from engine.records.tables import RecordTables


class Store:
    """Opens sessions on one database; every failure of the database is a StoreError."""

    def __init__(self, url: str, model: Model, zone: str) -> None:
        """`url`: `sqlite:///path/to/file.db`, a plain path, or `sqlite://` for one in memory."""
        self.url = url
        self.tables = RecordTables(model, zone)
        self._memory = memory_engine() if url == "sqlite://" else None

    @contextmanager
    def read(self, clock: Clock) -> Iterator[Session]:
        """A session that cannot write to any table but its own temporary ones."""
        with _translated(self.url), self._engine(read_only=True).connect() as connection:
            tables = self._tables_as_they_are(connection)
            yield Session(connection, tables, clock, has_ledger=is_present(connection))

    @contextmanager
    def write(self, clock: Clock) -> Iterator[Session]:
        """A session that may write; missing tables of ours are made, the ledger is brought up to date."""
        with _translated(self.url), self._engine(read_only=False).connect() as connection:
            with connection.begin():
                self._make_tables(connection)
                migrate(connection)
            yield Session(connection, self.tables, clock, has_ledger=True)

    def translated(self) -> AbstractContextManager[None]:
        """Where one failure must not end the session: failures of the database inside become StoreError."""
        return _translated(self.url)

    @contextmanager
    def rehearse(self, clock: Clock) -> Iterator[Session]:
        """A session that may write as it likes: everything is rolled back in the end."""
        if self._memory is None and not self._path().exists():
            raise StoreError("W402", file=self._path().name)
        with _translated(self.url), self._engine(read_only=False).connect() as connection:
            transaction = connection.begin()
            try:
                self._make_tables(connection)
                migrate(connection)
                yield Session(connection, self.tables, clock, has_ledger=True, rehearsing=True)
            finally:
                transaction.rollback()

    def _engine(self, *, read_only: bool) -> sa.Engine:
        if self._memory is not None:
            return self._memory
        return file_engine(self._path(), read_only=read_only)

    def _path(self) -> Path:
        if self.url.startswith("sqlite:///"):
            return Path(self.url.removeprefix("sqlite:///"))
        if "://" in self.url:
            raise WrongUsage("W404", url=self.url.split("://", maxsplit=1)[0])
        return Path(self.url)

    def _tables_as_they_are(self, connection: sa.Connection) -> RecordTables:
        """Where the model has grown since the last run: our missing tables are empty, missing columns too."""
        inspector = sa.inspect(connection)
        present = set(inspector.get_table_names())
        absent: set[tuple[str, str]] = set()
        for table in self.tables.owned():
            if table.name not in present:
                connection.execute(sa.schema.CreateTable(_temporary(table)))
                continue
            columns = self._present(inspector, table)
            absent |= {(table.name, column.name) for column in table.columns if column.name not in columns}
        if not absent:
            return self.tables
        return RecordTables(self.tables.model, self.tables.zone, frozenset(absent))

    def _present(self, inspector: sa.Inspector, table: sa.Table) -> set[str]:
        """The names of the columns there are; a type that the model has changed since is a StoreError."""
        found = {column["name"]: column for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name in found and _holds_numbers(found[column.name]["type"]) != _holds_numbers(
                column.type
            ):
                raise self._changed(table, found[column.name])
        return set(found)

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

    def _make_tables(self, connection: sa.Connection) -> None:
        """Make our own modules' tables and add columns that the model has gained."""
        inspector = sa.inspect(connection)
        for table in self.tables.owned():
            if not inspector.has_table(table.name):
                table.create(connection)
                continue
            present = self._present(inspector, table)
            for column in table.columns:
                if column.name not in present:
                    kind = column.type.compile(connection.dialect)
                    name = connection.dialect.identifier_preparer.quote(column.name)
                    of = connection.dialect.identifier_preparer.quote(table.name)
                    connection.exec_driver_sql(f"ALTER TABLE {of} ADD COLUMN {name} {kind}")


def _holds_numbers(kind: sa.types.TypeEngine[Any]) -> bool:
    """Our columns hold whole numbers or texts."""
    return isinstance(kind, sa.Integer)


def _temporary(table: sa.Table) -> sa.Table:
    """The same table for this connection alone."""
    copy = table.to_metadata(sa.MetaData())
    copy._prefixes = ["TEMPORARY"]  # noqa: SLF001 - what Table(prefixes=…) sets
    return copy


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Driver errors as StoreError with one sentence that names the table, the column or the file."""
    try:
        yield
    except (DBAPIError, driver().Error) as failure:  # the latter where rows are read past SQLAlchemy
        text = str(getattr(failure, "orig", failure)).split("\n", maxsplit=1)[0]
        for part, code in (("no such table: ", "W405"), ("no such column: ", "W406")):
            if part in text:
                raise StoreError(code, name=text.split(part)[1].split(".")[-1]) from failure
        raise StoreError("W403", reason=f"{Path(url).name} ({text})") from failure
