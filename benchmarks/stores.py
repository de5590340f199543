"""Stores filled with the records of crm.py: made once a size, and copied for every run."""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol, TextIO

from benchmarks.crm import COLUMNS, Row, make_companies, make_staff
from benchmarks.night import REFERENCE, clock_of, reference_workspace, write_workspace
from benchmarks.server import Server, binaries, runs_as
from engine.pipeline import store_of
from engine.records.driving import insert_rows
from engine.records.session import Session
from engine.records.sqlite import driver, file_engine

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
FILLED = "filled"
KEPT_FROM = 10_000
"""Smaller stores are made in a moment, and are not kept."""

_ROWS_AT_ONCE = 20_000
_MOST_BUFFERS_MB = 1_024


class Copies(Protocol):
    """A filled store of which every run gets a copy."""

    kind: str

    def copy(self) -> AbstractContextManager[str]:
        """The address of a new copy, gone afterwards."""

    def version(self) -> str:
        """Of the database."""


@dataclass
class SqliteCopies:
    """A file and its copies."""

    path: Path
    kind: str = SQLITE

    @contextmanager
    def copy(self) -> Iterator[str]:
        """A copy of the file."""
        with tempfile.TemporaryDirectory(prefix="wakeline-bench-") as folder:
            target = Path(folder) / "wakeline.db"
            shutil.copyfile(self.path, target)
            yield f"sqlite:///{target}"

    def version(self) -> str:
        """Of the library that both sides use."""
        return str(driver().sqlite_version)


@dataclass
class PostgresCopies:
    """A database of a server, and its copies there."""

    server: Server
    template: str = FILLED
    kind: str = POSTGRES
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def copy(self) -> Iterator[str]:
        """A database that is a copy of the filled one."""
        name = f"copy{next(self._numbers)}"
        self.server.copy(self.template, name)
        try:
            yield self.server.url(name)
        finally:
            self.server.drop(name)

    def version(self) -> str:
        """Of the server."""
        with closing(self.server.connect()) as connection:
            return f"{connection.info.server_version // 10_000}.{connection.info.server_version % 10_000}"


@contextmanager
def filled_sqlite(size: int) -> Iterator[SqliteCopies]:
    """A file with so many customers."""
    with _kept(f"sqlite-{size}", size) as folder:
        path = folder / "wakeline.db"
        if not path.exists():
            unfinished = folder / "unfinished.db"
            unfinished.unlink(missing_ok=True)
            fill(f"sqlite:///{unfinished}", size)
            _tidy_file(unfinished)
            unfinished.rename(path)
        yield SqliteCopies(path)


@contextmanager
def filled_postgres(size: int) -> Iterator[PostgresCopies]:
    """A server with a database of so many customers, stopped in the end; its data stays where it is kept."""
    programs = binaries()
    assert programs is not None, "who asks has looked whether there are any"
    release = hashlib.sha256(str(programs).encode()).hexdigest()[:6]
    with _kept(f"postgres-{release}-{size}", size) as folder, _socket_folder() as sockets:
        server = Server(programs, sockets, settings(), data=str(folder / "data"))
        server.own(folder)
        is_filled = folder / "filled"
        if is_filled.exists():
            with suppress(AssertionError):  # one that was left running when its benchmark was killed
                server.crash()
            server.wake()
        else:
            shutil.rmtree(folder / "data", ignore_errors=True)
            server.start()
        try:
            if not is_filled.exists():
                fill_database(server, size)
                is_filled.touch()
            yield PostgresCopies(server)
        finally:
            server.rest()


FILLED_BY: Mapping[str, Callable[[int], AbstractContextManager[Copies]]] = {
    SQLITE: filled_sqlite,
    POSTGRES: filled_postgres,
}


def lacks_postgres() -> str:
    """Why nothing can be measured on PostgreSQL here; empty where it can."""
    if binaries() is None:
        return "PostgreSQL is left out: initdb and pg_ctl are not on this machine."
    if not Path("/proc/self/stat").exists():
        return "PostgreSQL is left out: this machine does not tell what its server processes have used."
    return ""


def settings() -> tuple[str, ...]:
    """Of the server: as shipped about safety; no second core for one side only, nothing done in between."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return (
        f"shared_buffers={min(_MOST_BUFFERS_MB, memory // 8)}MB",
        "work_mem=64MB",
        "max_wal_size=16GB",
        "checkpoint_timeout=1h",
        "max_parallel_workers_per_gather=0",
        "jit=off",
        "autovacuum=off",
        "max_connections=20",
    )


# --- where they are kept ------------------------------------------------------------------------------------


@contextmanager
def _kept(name: str, size: int) -> Iterator[Path]:
    """A folder that stays for the next time, ours alone until then; a small one goes away."""
    if size < KEPT_FROM:
        with tempfile.TemporaryDirectory(prefix="wakeline-bench-") as made:
            Path(made).chmod(0o755)
            yield Path(made)
        return
    folder = _cache() / f"{name}-{_hash_of_code()}"
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        _take(lock)
        yield folder


def _take(lock: TextIO) -> None:
    """Another benchmark may be at work there."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("  waiting for another benchmark of this size ...", file=sys.stderr)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _cache() -> Path:
    """$WAKELINE_BENCH_CACHE, else a folder of this name below the user's cache folder.

    What a server of root's writes, another user writes, who does not come into root's own folders.
    """
    home = os.environ.get("XDG_CACHE_HOME") or ("/var/tmp" if runs_as() else Path.home() / ".cache")  # noqa: S108 - as said
    return Path(os.environ.get("WAKELINE_BENCH_CACHE") or Path(home) / "wakeline-benchmarks")


@contextmanager
def _socket_folder() -> Iterator[Path]:
    """A folder with a short path: that of a socket may have a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="wl-pg-") as folder:
        if user := runs_as():
            shutil.chown(folder, user)
        yield Path(folder)


def _hash_of_code() -> str:
    """Names the data: what makes the rows, the model they are for, and the tables they go into."""
    here, engine = Path(__file__).parent, Path(importlib.import_module("engine").__file__ or "").parent
    files = [here / "crm.py", here / "stores.py", REFERENCE / "model.yaml"]
    files += [engine / "records" / "tables.py", engine / "ledger" / "tables.py"]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


# --- how they are filled ------------------------------------------------------------------------------------


def fill(url: str, size: int) -> None:
    """The records of so many customers into an empty store, past the engine, in kept form."""
    print(f"  filling {url.split(':', maxsplit=1)[0]} with {size:,} customers ...", file=sys.stderr)
    with tempfile.TemporaryDirectory() as scratch:
        write_workspace(Path(scratch) / "workspace")
        workspace = reference_workspace(Path(scratch) / "workspace")
        with store_of(workspace, url).write(clock_of(workspace)) as session:
            _fill(session, size)


def fill_database(server: Server, size: int, name: str = FILLED) -> None:
    """A new database with these records, its statistics up to date, as the server itself would keep them."""
    server.copy("template1", name)
    fill(server.url(name), size)
    with closing(server.connect(name)) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")


def _fill(session: Session, size: int) -> None:
    tables = {key: session.tables.of(module) for key, module in session.tables.model.modules.items()}
    for key, table in tables.items():
        assert {one.name for one in table.columns} == set(COLUMNS[key]), f"{key} is not as in model.yaml"
    indexes = [index for table in tables.values() for index in table.indexes]
    with session.transaction():
        for index in indexes:
            index.drop(session.connection)
    waiting: dict[str, list[Row]] = {key: [] for key in tables}
    staff = make_staff(size)
    waiting["staff"] += staff
    for company in make_companies(size, staff):
        waiting["customers"].append(company.customer)
        waiting["orders"] += company.orders
        waiting["followups"] += company.followups
        waiting["tasks"] += company.tasks
        if len(waiting["orders"]) >= _ROWS_AT_ONCE:
            _flush(session, waiting)
    _flush(session, waiting)
    with session.transaction():
        for index in indexes:
            index.create(session.connection)


def _flush(session: Session, waiting: Mapping[str, list[Row]]) -> None:
    with session.transaction():
        for key, rows in waiting.items():
            table = session.tables.of(session.tables.model.modules[key])
            insert_rows(session.connection, table, COLUMNS[key], rows)
            rows.clear()


def _tidy_file(path: Path) -> None:
    """One file without gaps and without a log; statistics nobody makes there, so there are none."""
    with file_engine(path, read_only=False).connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
