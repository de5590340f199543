"""SQLite connections: the newest library that is installed, read-only for dry runs, one writer at a time."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

from engine.model.diagnostics import StoreAway, StoreError
from engine.model.values import stored_instant
from engine.records.dialect import MOMENT
from engine.records.imprints import imprint
from engine.records.scratch import SCRATCH, attach_scratch, detach_scratch, scratch_folder

_SAFE = (3, 51, 3)
_SAFE_BACKPORTS = {(3, 50): 7, (3, 44): 6}
_CACHE_KIB = 16_000
_SCRAP_CACHE_KIB = 200_000
_PATIENCE = 30
"""Seconds that a lock of somebody else is waited for: longer than any chunk takes."""
_MODE = {False: ("WAL", "FULL"), True: ("DELETE", "EXTRA")}
"""Journal and flushing, by whether the write-ahead log is unsafe. What was committed is on the disk.

A letter must not leave before its claim is there to stay. To flush a commit costs a few milliseconds, and
a night of 20,000 records has some fifty of them: so there is no reason to flush others less. Without
a write-ahead log, only EXTRA flushes that the journal is gone.
"""
_MOMENT = re.compile(MOMENT)
_PASSING = ("locked", "busy", "full", "disk i/o", "unable to open", "readonly", "read-only")
"""What SQLite says of a file that is away for a time; what it says of a statement does not pass by itself."""
_REMEDIES = {
    "is full": "full",
    "readonly": "only_read",
    "read-only": "only_read",
    "locked": "busy",
    "busy": "busy",
    "disk i/o": "disk",
    "unable to open": "disk",
    "constraint failed": "rule",
}
"""Which hint helps, by what SQLite says."""
_IO_ERROR, _NO_ROOM = "disk I/O error", 2**20


def driver() -> ModuleType:
    """pysqlite3 where it is installed, else the standard library's sqlite3."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def has_wal_bug(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite may corrupt a WAL database when several processes reset it (RELIABILITY M10)."""
    fixed = _SAFE_BACKPORTS.get(version[:2])
    return version < _SAFE and not (fixed is not None and version[2] >= fixed)


class SqliteFile:
    """A file; whoever opens it to write makes it."""

    has_schemas: ClassVar[bool] = False

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """Where rows are read past SQLAlchemy."""
        return (driver().Error,)

    def connect(self, *, read_only: bool) -> sa.Connection:
        """A connection of its own."""
        return file_engine(self.path, read_only=read_only).connect()

    @property
    def is_there(self) -> bool:
        """A file there is."""
        return self.path.exists()

    def demand(self) -> None:
        """The same, or a StoreError."""
        if not self.is_there:
            raise StoreError("W402", file=self.path.name)

    def copy_to(self, path: Path) -> bool:
        """Page by page, as it stands; who writes meanwhile is not waited for."""
        with self.connect(read_only=True) as connection:
            copy = driver().connect(str(path))
            try:
                driver_connection_of(connection).backup(copy)
            finally:
                copy.close()
        return True

    def guard(self, connection: sa.Connection) -> None:
        """The file has been opened to be read only."""

    def lock(self, connection: sa.Connection) -> None:
        """There is one writer at a time."""

    def interrupt(self, driver: Any) -> None:
        """At its next step."""
        driver.interrupt()

    def kinds(
        self,
        connection: sa.Connection,  # noqa: ARG002 - SQLite keeps to no type
        tables: Iterable[str],  # noqa: ARG002 - as above
    ) -> Mapping[tuple[str, str], sa.types.TypeEngine[Any]]:
        """A column may hold anything."""
        return {}

    def told(self, failure: Exception) -> StoreError:
        """What is missing by its name; else what SQLite said."""
        text = str(getattr(failure, "orig", failure)).split("\n", maxsplit=1)[0]
        for part, code in (("no such table: ", "W405"), ("no such column: ", "W406")):
            if part in text:
                return StoreError(code, name=text.split(part)[1].split(".")[-1])
        if _IO_ERROR in text and _is_full(self.path.parent):
            text = "database or disk is full"  # SQLite does not always know why the disk refused
        kind = StoreAway if any(word in text.lower() for word in _PASSING) else StoreError
        remedy = next((remedy for words, remedy in _REMEDIES.items() if words in text.lower()), "")
        if remedy == "full" and (other := self._other_disk()) is not None:
            return kind("W403", kind="full_scratch", reason=f"{self.path.name}, {other} ({text})")
        folder = self.path.parent
        if remedy == "disk" and not folder.is_dir():
            return kind("W403", kind="no_folder", folder=folder, reason=f"{self.path.name} ({text})")
        return kind("W403", kind=remedy, reason=f"{self.path.name} ({text})")

    def _other_disk(self) -> Path | None:
        """The folder of temporary tables where it may be the one that is full.

        What did not fit is gone by now: all that shows is that it is another disk, and the file's has room.
        """
        folder = scratch_folder()
        if folder is None or not folder.exists() or _is_full(self.path.parent):
            return None
        return folder if folder.stat().st_dev != self.path.parent.stat().st_dev else None


def _is_full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < _NO_ROOM


class SqliteScrap(SqliteFile):
    """A file that is thrown away anyway: nothing of it need be on the disk."""

    def connect(self, *, read_only: bool) -> sa.Connection:
        """A connection that flushes nothing, with room for much of the file."""
        connection = super().connect(read_only=read_only)
        raw = driver_connection_of(connection)
        for pragma in ("journal_mode=MEMORY", "synchronous=OFF", f"cache_size=-{_SCRAP_CACHE_KIB}"):
            raw.execute(f"PRAGMA {pragma}")
        return connection


class SqliteMemory(SqliteFile):
    """A database in memory, as long as the store lives."""

    def __init__(self) -> None:
        super().__init__(Path("sqlite:"))
        self._engine = memory_engine()

    def connect(self, *, read_only: bool) -> sa.Connection:  # noqa: ARG002 - it is nobody else's
        """The one connection."""
        return self._engine.connect()

    @property
    def is_there(self) -> bool:
        """It always is."""
        return True

    def demand(self) -> None:
        """It is always there."""

    def keep(self) -> Callable[[], None]:
        """Remember it as it stands; what comes back makes it so again, but for temporary tables."""
        kept = driver().connect(":memory:")
        with self.connect(read_only=False) as connection:
            driver_connection_of(connection).backup(kept)

        def restore() -> None:
            with self.connect(read_only=False) as connection:
                kept.backup(driver_connection_of(connection))

        return restore


def driver_connection_of(connection: sa.Connection) -> Any:
    """What the driver calls a connection."""
    return connection.connection.driver_connection


def file_engine(path: Path, *, read_only: bool) -> sa.Engine:
    """An engine on a file; a missing file is a StoreError when it is only to be read."""
    if read_only and not path.exists():
        raise StoreError("W402", file=path.name)
    target = f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    if read_only and not os.access(path.parent, os.W_OK) and not _has_log(path):
        target += "&immutable=1"  # on a read-only disk there is no place for the files beside a WAL database
    return _engine_on(target, read_only=read_only)


@lru_cache(maxsize=8)
def _engine_on(target: str, *, read_only: bool) -> sa.Engine:
    """Kept, for the statements that it has compiled: a worker opens the same file every night."""
    library = driver()

    def connect() -> Any:
        return library.connect(
            target, uri=True, isolation_level=None, timeout=_PATIENCE, check_same_thread=False
        )

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, module=library)
    return _listening(engine, read_only) if read_only else _with_scratch(_listening(engine, read_only))


def _has_log(path: Path) -> bool:
    """Whether something was committed that is not in the file itself yet."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def memory_engine() -> sa.Engine:
    """An engine on a database that lives as long as the engine."""
    library = driver()

    def connect() -> Any:
        return library.connect(":memory:", isolation_level=None, check_same_thread=False)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=StaticPool, module=library)
    return _listening(engine, read_only=False)


def _listening(engine: sa.Engine, read_only: bool) -> sa.Engine:  # noqa: FBT001 - private, named at each call
    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        _set_pragmas(connection, read_only=read_only)
        connection.create_function("wakeline_utc", 2, _utc_of, deterministic=True)
        connection.create_function("wakeline_local", 2, _local_of, deterministic=True)
        connection.create_function("wakeline_lot", 2, lot_of, deterministic=True)
        connection.create_function("wakeline_imprint", 1, imprint, deterministic=True)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _with_scratch(engine: sa.Engine) -> sa.Engine:
    @sa.event.listens_for(engine, "connect")
    def _attach(connection: Any, record: Any) -> None:
        path = attach_scratch(connection)
        if path is not None:
            record.info[SCRATCH] = path

    @sa.event.listens_for(engine, "close")
    def _detach(connection: Any, record: Any) -> None:
        path = record.info.pop(SCRATCH, None)
        if path is not None:
            detach_scratch(connection, path)

    return engine


def _set_pragmas(connection: Any, *, read_only: bool) -> None:
    cursor = connection.cursor()
    if not read_only:
        journal, synchronous = _MODE[has_wal_bug(driver().sqlite_version_info)]
        cursor.execute(f"PRAGMA journal_mode={journal}")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA temp_store=FILE")  # which some libraries are built not to hear: see scratch.py
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    cursor.close()


def lot_of(key: str | None, name: str) -> int | None:
    """A number from 0 to 9,999 from a record's key and a name: always the same, and evenly spread."""
    if key is None:
        return None
    return int(hashlib.md5(f"{name}\x1f{key}".encode(), usedforsecurity=False).hexdigest()[:8], 16) % 10_000


def _utc_of(text: str | None, zone: str) -> str | None:
    """A company's own datetime text (local unless it names an offset) in kept form; None when it is none."""
    if not text or not _MOMENT.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return stored_instant(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError):
        return None


def _local_of(text: str | None, zone: str) -> str | None:
    """A kept instant as local text, the way a company's own table holds it."""
    if not text:
        return None
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
