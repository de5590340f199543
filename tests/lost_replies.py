"""A wire between a program and its PostgreSQL server that breaks at the n-th COMMIT, before or after it."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.postgres import PASSWORD, USER, Server

SOCKET = ".s.PGSQL.5432"
READY = b"Z\x00\x00\x00\x05"
"""What the server ends every answer with: ReadyForQuery, and one more byte."""


@dataclass
class Wire:
    """Counts every COMMIT that goes by; at number `fatal` the connection breaks, once.

    With `reached` the server has carried it out, and its reply is lost; else it never hears of it.
    """

    folder: Path
    server: Server
    fatal: int = 0
    reached: bool = True
    commits: int = 0
    broken: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, database: str) -> str:
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@/{database}?host={self.folder}"

    def break_at(self, fatal: int, *, reached: bool) -> None:
        """The next program is cut off at its COMMIT of that number; 0 for never."""
        self.fatal, self.reached, self.commits, self.broken = fatal, reached, 0, 0

    def carry(self, client: socket.socket) -> None:
        """One connection, both ways, until one side hangs up."""
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.server.folder / SOCKET))
        deaf = threading.Event()
        back = threading.Thread(target=self._back, args=(server, client, deaf), daemon=True)
        back.start()
        with suppress(OSError):
            while data := client.recv(65536):
                if self._is_fatal(data):
                    if not self.reached:
                        break
                    deaf.set()
                server.sendall(data)
                if deaf.is_set():
                    back.join(10)
                    break
        for one in (server, client):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _is_fatal(self, data: bytes) -> bool:
        if not (data.startswith(b"Q") and data.endswith(b"COMMIT\x00")):
            return False
        with self._lock:
            self.commits += 1
            is_fatal = self.commits == self.fatal
            self.broken += is_fatal
            return is_fatal

    @staticmethod
    def _back(server: socket.socket, client: socket.socket, deaf: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if deaf.is_set():
                    if READY in data:
                        return
                else:
                    client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire_to(server: Server) -> Iterator[Wire]:
    """A wire to a server, as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="wakeline-wire-") as name, socket.socket(socket.AF_UNIX) as door:
        wire = Wire(Path(name), server)
        door.bind(str(wire.folder / SOCKET))
        door.listen()

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=wire.carry, args=(door.accept()[0],), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield wire
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
