"""Every moment at which a process may die, counted, and the death itself.

Before and after each call of the database driver and of the mail connection, before and after each flush of
a file, and while the server has a request whose answer nobody has read. What is watched are the driver's own
classes, `socket` and `os`; of Wakeline only where an answer of the mail server is heard.
"""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any

import psycopg

from engine.channels.talk import Talk
from engine.records.sqlite import driver

BEFORE, SENT, WITHIN, AFTER = "before", "sent", "within", "after"
LONG = 200_000
"""So many steps of SQLite's machine within a statement are one more point."""
_WORD = re.compile(rb"[A-Z]+\b|\.\r\n")


@dataclass
class Points:
    """The moments of one process so far. At the `fatal`-th it gets the `signal`; 0: never."""

    fatal: int = 0
    signal: int = signal.SIGKILL
    names: list[str] = field(default_factory=list)
    _what: str = ""

    def __call__(self, name: str) -> None:
        """One more moment."""
        self.names.append(name)
        if len(self.names) == self.fatal:
            os.kill(os.getpid(), self.signal)

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        """A call: the moment before it and the one after it."""
        self._what = what
        self(f"{what} {BEFORE}")
        yield
        self(f"{what} {AFTER}")

    def watch(self) -> None:
        """Count from now on, for as long as the process lives."""
        self._watch_sqlite(driver())
        self._watch_postgres()
        self._watch_sockets()
        self._wrap(os, "fsync", lambda _: "file fsync")

    # --- databases ------------------------------------------------------------------------------------------

    def _watch_sqlite(self, library: ModuleType) -> None:
        around = self.around

        class Cursor(library.Cursor):  # type: ignore[name-defined, misc]  # either of two libraries
            def execute(self, sql: str, *values: Any) -> Any:
                with around(f"sqlite {_verb(sql)}"):
                    return super().execute(sql, *values)

            def executemany(self, sql: str, *values: Any) -> Any:
                with around(f"sqlite many {_verb(sql)}"):
                    return super().executemany(sql, *values)

        class Connection(library.Connection):  # type: ignore[name-defined, misc]  # as above
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

        for name in ("commit", "rollback", "close"):
            self._wrap(Connection, name, partial(_said, f"sqlite {name}"))
        connect = library.connect

        def connected(*where: Any, **how: Any) -> Any:
            with around("sqlite connect"):
                found = connect(*where, **how, factory=Connection)
            found.set_progress_handler(lambda: self(f"{self._what} {WITHIN}"), LONG)
            return found

        library.connect = connected  # type: ignore[attr-defined]  # as above

    def _watch_postgres(self) -> None:
        for name in ("execute", "executemany", "copy"):
            self._wrap(psycopg.Cursor, name, partial(_said_of, name))
        for name in ("commit", "rollback", "close"):
            self._wrap(psycopg.Connection, name, partial(_said, f"postgres {name}"))
        self._wrap(psycopg, "connect", partial(_said, "postgres connect"))
        wait = psycopg.Connection.wait

        def waited(connection: Any, talk: Generator[Any, Any, Any], *more: Any, **options: Any) -> Any:
            return wait(connection, self._asked(talk), *more, **options)

        psycopg.Connection.wait = waited  # type: ignore[method-assign, assignment]  # the same, and counts

    def _asked(self, talk: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """A talk with the server; the first time it waits, the server has what it was asked."""
        try:
            wanted = next(talk)
            self(f"{self._what} {SENT}")
            while True:
                wanted = talk.send((yield wanted))
        except StopIteration as end:
            return end.value

    # --- the mail connection --------------------------------------------------------------------------------

    def _watch_sockets(self) -> None:
        self._wrap(socket.socket, "connect_ex", partial(_said, "mail connect"))
        self._wrap(socket.socket, "send", lambda _, data, *__: f"mail send {_command(data)}")
        # A whole answer: in how many packets it comes is not the same in every night.
        self._wrap(Talk, "getreply", partial(_said, "mail receive"))

    def _wrap(self, where: Any, name: str, told: Callable[..., str]) -> None:
        call = getattr(where, name)

        def counted(*values: Any, **named: Any) -> Any:
            with self.around(told(*values)):
                return call(*values, **named)

        setattr(where, name, counted)


def _said(name: str, *_: Any) -> str:
    return name


def _said_of(name: str, _: Any, sql: Any, *__: Any) -> str:
    return f"postgres {'' if name == 'execute' else name + ' '}{_verb(str(sql))}"


def _verb(sql: str) -> str:
    words = sql.split(maxsplit=1)
    return words[0].upper() if words else ""


def _command(data: bytes) -> str:
    """The command of a mail client, `.` at the end of a letter, `text` for a letter itself."""
    found = _WORD.match(data)
    return found[0].decode().strip() if found else "text"


def shown(names: list[str]) -> str:
    """How many moments of which kind, for people."""
    kinds: dict[str, int] = {}
    for one in names:
        kinds[one.split()[0]] = kinds.get(one.split()[0], 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
