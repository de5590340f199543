"""A PostgreSQL server of the tests' own: started where its programs are on the machine, gone at the end."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
NOT_ROOT = ("postgres", "nobody")
"""The server refuses to run as root; then it runs as the first of these that there is."""
USER, PASSWORD = "wakeline", "sesam-öffne:dich/@"
ROOM = 2**30
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=40")


def binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, of the newest version there is."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    root = Path("/")
    folders = [one for pattern in FOLDERS for one in root.glob(pattern.lstrip("/"))]
    usable = [one for one in folders if (one / "initdb").exists() and (one / "pg_ctl").exists()]
    return max(usable, key=_version, default=None)


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.parent.name)]


def place() -> str:
    """Where the server keeps its files: in memory where there is room, a new database is a copy of many."""
    memory = Path("/dev/shm")  # noqa: S108 - in a folder of our own
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if has_room else tempfile.gettempdir()


@dataclass
class Server:
    """One server over a socket in a folder of its own. Its language sorts texts unlike their signs."""

    programs: Path
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="wakeline-pg-", dir=place())))
    _numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> None:
        if self._user:
            shutil.chown(self.folder, self._user)
        secret = self.folder / "secret"
        secret.write_text(PASSWORD, encoding="utf-8")
        if self._user:
            shutil.chown(secret, self._user)
        # Passwords are asked for, so that a test can see that none is told; md5 because it is quick.
        self._call(
            "initdb", "--pgdata", self._data, "--username", USER, "--pwfile", str(secret),
            "--auth=md5", "--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=zh",
            "--no-sync",
        )  # fmt: skip
        self.wake()

    def wake(self) -> None:
        """Let it run, on the data that it has."""
        options = " ".join(f"-c {one}" for one in QUICK)
        self._call(
            "pg_ctl", "start", "--wait", "--pgdata", self._data, "--log", str(self.folder / "log"),
            "--options", f"-k {self.folder} -c listen_addresses='' {options}",
        )  # fmt: skip

    def crash(self) -> None:
        """Every connection is cut at once; what was committed is there when it wakes."""
        self._call("pg_ctl", "stop", "--mode=immediate", "--pgdata", self._data)

    def stop(self) -> None:
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of a database, as people write it."""
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection that looks into a database in plain SQL."""
        return psycopg.connect(
            host=str(self.folder), user=USER, password=PASSWORD, dbname=database, autocommit=True
        )

    def fresh(self, template: str = "template1") -> str:
        """The name of a new database, empty or a copy of another."""
        name = f"t{next(self._numbers)}"
        self.copy(template, name)
        return name

    def copy(self, template: str, name: str) -> None:
        with closing(self.connect()) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{self._copied}')

    @cached_property
    def _copied(self) -> str:
        """Files are copied where that can be asked for (since PostgreSQL 15): it is quicker in memory."""
        with closing(self.connect()) as connection:
            return " STRATEGY file_copy" if connection.info.server_version >= 150_000 else ""

    def move(self, database: str, disk: Path) -> None:
        """The files of a database lie on another disk from now on."""
        if self._user:
            shutil.chown(disk, self._user)
        with closing(self.connect()) as connection:
            connection.execute(f"CREATE TABLESPACE \"{database}\" LOCATION '{disk}'")
            connection.execute(f'ALTER DATABASE "{database}" SET TABLESPACE "{database}"')

    def drop(self, database: str) -> None:
        with closing(self.connect()) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A new database for a while: its name."""
        name = self.fresh(template)
        try:
            yield name
        finally:
            self.drop(name)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    @cached_property
    def _user(self) -> str | None:
        if os.geteuid():
            return None
        known = {one.pw_name for one in pwd.getpwall()}
        return next(one for one in NOT_ROOT if one in known)

    def _call(self, program: str, *arguments: str) -> None:
        user: dict[str, Any] = {}
        if self._user:
            user = {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, **user,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stdout}"
