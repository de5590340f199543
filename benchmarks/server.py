"""A PostgreSQL server of one's own: its programs where the machine has them, a socket in a folder, no port.

The tests have theirs (tests/postgres.py), which is quick; that of the benchmark keeps what it was given.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
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
USER = "wakeline"


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


def runs_as() -> str | None:
    """Who runs the server instead of root; None for whoever asks."""
    if os.geteuid():
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return next(one for one in NOT_ROOT if one in known)


@dataclass
class Server:
    """One server over a socket in a folder of its own, with the settings of `options`.

    Who knows the `password` may come in; where it is empty, everybody who reaches the socket.
    """

    programs: Path
    folder: Path
    options: Sequence[str] = ()
    locale: Sequence[str] = ("--locale=C",)
    password: str = ""
    data: str = ""
    _numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> None:
        """Make an empty server and let it run."""
        self.own(self.folder)
        self._call(
            "initdb", "--pgdata", self._data, "--username", USER, *self._entry(),
            "--encoding=UTF8", *self.locale, "--no-sync",
        )  # fmt: skip
        self.wake()

    def wake(self) -> None:
        """Let it run, on the data that it has."""
        options = " ".join(f"-c {one}" for one in self.options)
        self._call(
            "pg_ctl", "start", "--wait", "--pgdata", self._data, "--log", str(self.folder / "log"),
            "--options", f"-k {self.folder} -c listen_addresses='' {options}",
        )  # fmt: skip

    def crash(self) -> None:
        """Every connection is cut at once; what was committed is there when it wakes."""
        self._call("pg_ctl", "stop", "--mode=immediate", "--pgdata", self._data)

    def rest(self) -> None:
        """Stop in good order; the data stays."""
        self._call("pg_ctl", "stop", "--mode=fast", "--timeout=600", "--pgdata", self._data)

    def stop(self) -> None:
        """Stop, and leave nothing behind."""
        self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of a database, as people write it."""
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        return f"postgresql://{USER}{secret}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection that looks into a database in plain SQL."""
        return psycopg.connect(
            host=str(self.folder), user=USER, password=self.password, dbname=database, autocommit=True
        )

    def fresh(self, template: str = "template1") -> str:
        """The name of a new database, empty or a copy of another."""
        name = f"t{next(self._numbers)}"
        self.copy(template, name)
        return name

    def copy(self, template: str, name: str) -> None:
        """A copy of a database under a name of its own."""
        with closing(self.connect()) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{self._copied}')

    @cached_property
    def _copied(self) -> str:
        """Files are copied where that can be asked for (since PostgreSQL 15): it is quicker."""
        with closing(self.connect()) as connection:
            return " STRATEGY file_copy" if connection.info.server_version >= 150_000 else ""

    def drop(self, database: str) -> None:
        """Without a database, whoever is still connected to it."""
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

    def own(self, *paths: Path) -> None:
        """Give files and folders to whoever runs the server."""
        for path in paths:
            if self._user:
                shutil.chown(path, self._user)

    def _entry(self) -> Sequence[str]:
        """Passwords are checked with md5, because it is quick."""
        if not self.password:
            return ("--auth=trust",)
        secret = self.folder / "secret"
        secret.write_text(self.password, encoding="utf-8")
        self.own(secret)
        return ("--pwfile", str(secret), "--auth=md5")

    @property
    def _data(self) -> str:
        return self.data or str(self.folder / "data")

    @cached_property
    def _user(self) -> str | None:
        return runs_as()

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
