"""SQLite connections: the newest library that is installed, read-only for dry runs, one writer at a time."""

from __future__ import annotations

import hashlib
import importlib
import os
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, StaticPool

from engine.model.diagnostics import StoreError
from engine.model.values import stored_instant

_SAFE = (3, 51, 3)
_SAFE_BACKPORTS = {(3, 50): 7, (3, 44): 6}
_CACHE_KIB = 16_000


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


def file_engine(path: Path, *, read_only: bool) -> sa.Engine:
    """An engine on a file; a missing file is a StoreError when it is only to be read."""
    if read_only and not path.exists():
        raise StoreError("W402", file=path.name)
    target = f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    if read_only and not os.access(path.parent, os.W_OK):
        target += "&immutable=1"  # on a read-only disk there is no place for the files beside a WAL database
    library = driver()

    def connect() -> Any:
        return library.connect(target, uri=True, isolation_level=None, timeout=30, check_same_thread=False)

    return _listening(
        sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, module=library), read_only
    )


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

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _set_pragmas(connection: Any, *, read_only: bool) -> None:
    cursor = connection.cursor()
    if not read_only:
        safe = not has_wal_bug(driver().sqlite_version_info)
        cursor.execute(f"PRAGMA journal_mode={'WAL' if safe else 'DELETE'}")
        cursor.execute("PRAGMA synchronous=NORMAL" if safe else "PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA temp_store=FILE")
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    cursor.close()


def lot_of(key: str | None, name: str) -> int | None:
    """A number from 0 to 9,999 from a record's key and a name: always the same, and evenly spread."""
    if key is None:
        return None
    return int(hashlib.md5(f"{name}\x1f{key}".encode(), usedforsecurity=False).hexdigest()[:8], 16) % 10_000


def _utc_of(text: str | None, zone: str) -> str | None:
    """A company's own datetime text (local unless it names an offset) in kept form; None when it is none."""
    if not text:
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
