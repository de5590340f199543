"""Stores filled with the records of crm.py: made once a size, and copied for every run."""

from __future__ import annotations

import fcntl
import hashlib
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

from benchmarks.filling import fill, fill_database, hash_of_code, tidy_file
from benchmarks.server import Server, binaries, runs_as
from engine.records.sqlite import driver

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
FILLED = "filled"
KEPT_FROM = 10_000
"""Smaller stores are made in a moment, and are not kept."""

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
            tidy_file(unfinished)
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
                fill_database(server, size, FILLED)
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
    folder = _cache() / f"{name}-{hash_of_code()}"
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
