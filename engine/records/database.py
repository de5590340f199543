"""What a store asks of the database under it: connections, and failures told in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

import sqlalchemy as sa

from engine.model.diagnostics import StoreError, WrongUsage
from engine.records.postgres import Postgres, is_postgres_url
from engine.records.sqlite import SqliteFile, SqliteMemory


class Database(Protocol):
    """One database, wherever it lies."""

    has_schemas: ClassVar[bool]
    """Whether tables lie in schemas, and are named with them where it is not the usual one."""

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What its driver raises where rows go past SQLAlchemy."""

    def connect(self, *, read_only: bool) -> sa.Connection:
        """A connection of its own; what cannot be reached is a StoreError."""

    @property
    def is_there(self) -> bool:
        """Whether there is anything yet that could be looked at."""

    def demand(self) -> None:
        """A StoreError where there is not."""

    def copy_to(self, path: Path) -> bool:
        """A copy of all of it in a SQLite file that is not there yet; False where it cannot be had so."""

    def guard(self, connection: sa.Connection) -> None:
        """From here on a connection that reads is refused every change, but of its temporary tables."""

    def lock(self, connection: sa.Connection) -> None:
        """Until this transaction ends nobody else makes or alters tables of ours."""

    def interrupt(self, driver: Any) -> None:
        """End the statement that a connection of the driver is at; nothing where it is at none."""

    def kinds(
        self, connection: sa.Connection, tables: Iterable[str]
    ) -> Mapping[tuple[str, str], sa.types.TypeEngine[Any]]:
        """The types of the columns (table, column) of some tables, where the database holds to them."""

    def told(self, failure: Exception) -> StoreError:
        """A failure in one sentence that names the table, the column or the database, and no password."""


def database_at(url: str, zone: str) -> Database:
    """`postgresql://…`, `sqlite:///path/to/file.db`, a plain path, or `sqlite://` for one in memory."""
    if is_postgres_url(url):
        return Postgres(url, zone)
    if url == "sqlite://":
        return SqliteMemory()
    if url.startswith("sqlite:///"):
        return SqliteFile(Path(url.removeprefix("sqlite:///")))
    if "://" in url:
        raise WrongUsage("W404", url=url.split("://", maxsplit=1)[0])
    return SqliteFile(Path(url))
