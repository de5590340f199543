"""A PostgreSQL server of the tests' own: started where its programs are on the machine, gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import server
from benchmarks.server import USER, binaries

__all__ = ["PASSWORD", "USER", "Server", "binaries", "place"]

PASSWORD = "sesam-öffne:dich/@"
ROOM = 2**30
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=40")


def place() -> str:
    """Where the server keeps its files: in memory where there is room, a new database is a copy of many."""
    memory = Path("/dev/shm")  # noqa: S108 - in a folder of our own
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if has_room else tempfile.gettempdir()


@dataclass
class Server(server.Server):
    """Its language sorts texts unlike their signs; it asks for a password, so that a test sees none told."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="wakeline-pg-", dir=place())))
    options: Sequence[str] = QUICK
    locale: Sequence[str] = ("--locale=C", "--locale-provider=icu", "--icu-locale=zh")
    password: str = PASSWORD

    def move(self, database: str, disk: Path) -> None:
        """The files of a database lie on another disk from now on."""
        self.own(disk)
        with closing(self.connect()) as connection:
            connection.execute(f"CREATE TABLESPACE \"{database}\" LOCATION '{disk}'")
            connection.execute(f'ALTER DATABASE "{database}" SET TABLESPACE "{database}"')
