"""PostgreSQL connections, through psycopg 3: for teams, and for tables that a company has there already."""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from engine.ledger.locks import Lock, lock
from engine.model.diagnostics import StoreAway, StoreError, StoreLost
from engine.records import driving
from engine.records.lossless import base_of, loss_of
from engine.records.tables import place_of_table

_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_OLDEST = 13
"""`trim_scale` came with it, and it is the oldest that is still mended."""
_PATIENCE = "30s"
"""So long a lock that somebody else holds is waited for, as on SQLite."""
_SECONDS_TO_CONNECT = "10"
_FLUSHED = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""
"""A letter must not leave before its claim is there to stay; what else a server does about it is its own."""
_NO_TABLE, _NO_COLUMN, _NO_RIGHT = "42P01", "42703", "42501"
_LOST = ("08", "57P")
"""Classes of codes by which a server says that it goes away; of a connection that breaks it says nothing."""
_IN_THE_WAY = ("40001", "40P01", "55P03")
"""Somebody else has locked or changed what was wanted."""
_PASSING = ("25006", "53", "58")
"""It may only be read (as after a fail-over), or is short of room, memory or connections."""
_REMEDIES = {
    "25006": "only_read",
    "3F000": "schema",
    "42804": "model",
    "42846": "model",
    "42883": "model",
    "428C9": "generated",
    "53100": "full",
    "57014": "slow",
    "22": "rule",
    "23": "rule",
    "44": "rule",
    "53": "short",
    "58": "disk",
    "P0001": "rule",
}
"""Which hint helps, by a code or by its class."""


def is_postgres_url(url: str) -> bool:
    """Whether a store's address is one of PostgreSQL."""
    return url.split("://", maxsplit=1)[0] in _SCHEMES and "://" in url


class Postgres:
    """One database of a server. Text keys of ours are compared by their signs, whatever its language is."""

    has_schemas: ClassVar[bool] = True

    def __init__(self, url: str, zone: str) -> None:
        """`zone`: in which times without one are meant, such as in columns `timestamp with time zone`."""
        self._url = _parsed(url)
        self._zone = zone

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """Where rows are copied or fetched past SQLAlchemy."""
        return (_driver().Error,)

    def connect(self, *, read_only: bool) -> sa.Connection:
        """A connection that reads sees one state of everything from its first statement to its last."""
        try:
            connection = self._engine.connect()
        except DBAPIError as failure:
            raise self._unreachable(failure.orig or failure) from failure
        if read_only:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        # Without being asked SQLAlchemy forgets how many rows an INSERT has made, as SQLite does not.
        return connection.execution_options(preserve_rowcount=True)

    @property
    def is_there(self) -> bool:
        """A server that can be reached has a database."""
        return True

    def demand(self) -> None:
        """The same."""

    def copy_to(self, path: Path) -> bool:  # noqa: ARG002 - the protocol's
        """A server does not hand its files out."""
        return False

    def guard(self, connection: sa.Connection) -> None:
        """The server itself refuses what writes."""
        driving.guard(connection)

    def lock(self, connection: sa.Connection) -> None:
        """Whoever makes tables at the same time waits."""
        lock(connection, Lock.TABLES)

    def interrupt(self, driver: Any) -> None:
        """Over a connection of its own, which asks the server to."""
        driver.cancel()

    def kinds(
        self, connection: sa.Connection, tables: Iterable[str]
    ) -> Mapping[tuple[str, str], sa.types.TypeEngine[Any]]:
        """What the server says of its columns."""
        wanted: dict[str | None, dict[str, str]] = {}
        for one in tables:
            schema, name = place_of_table(one)
            wanted.setdefault(schema, {})[name] = one
        looked = sa.inspect(connection)
        return {
            (names[table], column["name"]): _kind(column)
            for schema, names in wanted.items()
            for (_, table), some in looked.get_multi_columns(
                schema, filter_names=sorted(names), kind=ObjectKind.ANY
            ).items()
            for column in some
        }

    def told(self, failure: Exception) -> StoreError:
        """What is missing by its name; else what the server said."""
        orig = getattr(failure, "orig", failure) or failure
        if loss := loss_of(orig):
            return StoreError("W475", **loss)
        state, text = getattr(orig, "sqlstate", None), self._first_line(orig)
        if state in {_NO_TABLE, _NO_COLUMN}:
            return _missing(text, is_table=state == _NO_TABLE)
        if state == _NO_RIGHT:
            return StoreError("W413", server=self._name, reason=text)
        if isinstance(orig, _driver().OperationalError) and (state is None or state.startswith(_LOST)):
            return StoreLost("W416", server=self._name, reason=self._reason(orig))
        if state in _IN_THE_WAY:
            return StoreLost("W417", server=self._name, reason=text)
        kind = StoreAway if str(state).startswith(_PASSING) else StoreError
        remedy = _REMEDIES.get(str(state)) or _REMEDIES.get(str(state)[:2], "")
        return kind("W403", kind=remedy, reason=f"{self._name} ({text})")

    # --- one engine for all sessions ----------------------------------------------------------

    @cached_property
    def _engine(self) -> sa.Engine:
        _driver()
        engine = sa.create_engine(
            self._url,
            poolclass=NullPool,
            use_native_hstore=False,
            # Statements name temporary tables that look different from one workflow to the next.
            connect_args={"prepare_threshold": None, "application_name": "wakeline"},
        )

        @sa.event.listens_for(engine, "connect", insert=True)  # before SQLAlchemy asks it anything
        def _prepare(connection: Any, _: object) -> None:
            try:
                self._look_at(connection)
            except StoreError:
                connection.close()
                raise
            with connection.cursor() as cursor:
                # Compiling a statement that is as large as ours takes longer than to run it.
                cursor.execute(f"SET jit = off; SET lock_timeout = '{_PATIENCE}'; SET datestyle = ISO")
                cursor.execute("SELECT set_config('timezone', %s, false)", (self._zone,))
                cursor.execute(_FLUSHED)
            connection.commit()

        return engine

    def _look_at(self, connection: Any) -> None:
        """Whether the server is one that we know how to speak to."""
        version = connection.info.server_version // 10_000
        encoding = connection.info.parameter_status("server_encoding")
        if version < _OLDEST:
            raise StoreError(
                "W412", server=self._name, found=f"PostgreSQL {version}", needed=f"PostgreSQL {_OLDEST}"
            )
        if encoding != "UTF8":
            raise StoreError("W412", server=self._name, found=encoding, needed="UTF8")

    # --- what is told of it ---------------------------------------------------------------------

    @property
    def _name(self) -> str:
        """Server and database, as people know them: no password, no user."""
        host = self._url.host or str(self._url.query.get("host", "")) or "localhost"
        port = f":{self._url.port}" if self._url.port else ""
        return f"{host}{port}/{self._url.database or ''}"

    def _unreachable(self, failure: BaseException) -> StoreError:
        return StoreAway("W411", server=self._name, reason=self._reason(failure))

    def _reason(self, failure: BaseException) -> str:
        """Where several addresses were tried, what the last one said; without what was tried."""
        last = str(failure).strip().split("\n- ")[-1]
        reason = re.sub(r"^(.* failed|connection is bad): (FATAL: +)?", "", last.split("\n", maxsplit=1)[0])
        return self._without_secret(reason)

    def _first_line(self, failure: BaseException) -> str:
        return self._without_secret(str(failure).strip().split("\n", maxsplit=1)[0])

    def _without_secret(self, text: str) -> str:
        """The driver does not tell the password, but a server might."""
        secret = self._url.password
        return re.sub(rf"(?<!\w){re.escape(str(secret))}(?!\w)", "***", text) if secret else text


def _parsed(url: str) -> sa.URL:
    scheme, _, rest = url.partition("://")
    assert scheme in _SCHEMES
    try:
        parsed = sa.make_url(f"postgresql+psycopg://{rest}")
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError("W414") from None
    if "connect_timeout" in parsed.query:
        return parsed
    return parsed.update_query_dict({"connect_timeout": _SECONDS_TO_CONNECT})


def _missing(text: str, *, is_table: bool) -> StoreError:
    """What is not there by its name, of a table with its schema where one was asked for."""
    found = re.search(r"[\"“](.+?)[\"”]|(\S+\.\S+)", text)
    name = (found[1] or found[2]).replace('"', "") if found else text
    if is_table:
        return StoreError("W405", kind="server", name=name)
    return StoreError("W406", name=name.split(".")[-1])


def _driver() -> Any:
    """Its own warnings name the account; each is followed by an exception, which we tell of."""
    try:
        driver = importlib.import_module("psycopg")
    except ImportError as failure:
        raise StoreError("W410") from failure
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    return driver


def _kind(column: ReflectedColumn) -> sa.types.TypeEngine[Any]:
    """The type of a column; a UUID is text to us."""
    kind: sa.types.TypeEngine[Any] = column["type"]
    return sa.Uuid(as_uuid=False) if isinstance(base_of(kind), sa.Uuid) else kind
