"""A talk with a mail server in which nobody waits longer than agreed, however slowly the other side speaks.

smtplib counts its time-out anew with every byte. Here it holds for one whole answer, for the connection, for
the handshake and for the sending of one text. Once the worker is asked to leave, a few seconds are left for
everything together: whoever runs it in a container has ten until it is killed.
"""

from __future__ import annotations

import errno
import io
import os
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from functools import partial
from selectors import EVENT_WRITE, DefaultSelector
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

LAST_SECONDS = 6.0
"""So long a worker that is asked to leave still listens."""
_STEP = 0.5
"""So often it is looked whether the worker is to leave."""
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
_UNDER_WAY = {errno.EINPROGRESS, errno.EWOULDBLOCK}
_LONGEST_LINE, _LONGEST_ANSWER = 8_192, 65_536

_T = TypeVar("_T")
_Place: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]


class Unintelligible(smtplib.SMTPException):
    """An answer that is not SMTP, in its own words."""


class Patience:
    """How long is waited: `timeout` seconds for each thing; `hurries` says whether the worker is to leave."""

    def __init__(self, timeout: float, hurries: Callable[[], bool]) -> None:
        self._timeout, self._hurries = timeout, hurries
        self._until = monotonic() + timeout
        self._end: float | None = None

    def begin(self, share: float = 1.0) -> None:
        """Something new is waited for, with all the time there is or a share of it."""
        self._until = monotonic() + self._timeout * share

    def left(self) -> float:
        """Seconds until one should look again. Raises TimeoutError when there are none."""
        now = monotonic()
        if self._end is None and self._hurries():
            self._end = now + LAST_SECONDS
        until = self._until if self._end is None else min(self._until, self._end)
        if now >= until:
            raise TimeoutError("timed out")
        return min(_STEP, until - now)

    def wait(self, sock: socket.socket, attempt: Callable[[], _T]) -> _T:
        """What an attempt gives that may be made again after it has timed out. Raises OSError."""
        while True:
            sock.settimeout(self.left())
            try:
                return attempt()
            except TimeoutError as failure:
                if failure.errno is not None:  # the system has given the connection up, not we
                    raise


class Talk(smtplib.SMTP):
    """One connection; whatever is not answered in time breaks it off."""

    def __init__(self, patience: Patience, own_name: str) -> None:
        super().__init__(local_hostname=own_name)
        self._patience, self._with = patience, ""

    def dial(self, host: str, port: int, context: ssl.SSLContext | None = None) -> None:
        """Connect, encrypted from the first byte where a context says so. Raises SMTPException, OSError."""
        self._with = host
        self.sock = _connected(host, port, self._patience)
        if context is not None:
            self._shake_hands(self.sock, context)
        code, said = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)

    def encrypt(self, context: ssl.SSLContext) -> None:
        """STARTTLS; what was said in the clear is forgotten. Raises SMTPException, OSError."""
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError
        code, said = self.docmd("STARTTLS")
        if code != 220 or self.sock is None:
            raise smtplib.SMTPResponseException(code, said)
        self._shake_hands(self.sock, context)
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def send(self, s: ReadableBuffer | str) -> None:
        """All of it. Raises SMTPServerDisconnected."""
        sock = self.sock
        if sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        rest = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        self._patience.begin()
        try:
            while rest:
                rest = rest[self._patience.wait(sock, partial(sock.send, rest)) :]
        except OSError as failure:
            raise self._broken_off(failure) from failure

    def getreply(self) -> tuple[int, bytes]:
        """One whole answer: its code, and its lines. Raises SMTPServerDisconnected, Unintelligible."""
        said, length = list[bytes](), 0
        self._patience.begin()
        while True:
            line = self._heard()
            length += len(line)
            found = _LINE.fullmatch(line.rstrip(b"\r\n"))
            if found is None or not line.endswith(b"\n") or length > _LONGEST_ANSWER:
                self.close()
                raise Unintelligible(line.decode("utf-8", "replace"))
            said.append((found[3] or b"").strip())
            if found[2] != b"-":
                return int(found[1]), b"\n".join(said)

    def _heard(self) -> bytes:
        """The next line, or as much of it as can be a line of SMTP. Raises SMTPServerDisconnected."""
        if self.file is None:
            if self.sock is None:
                raise smtplib.SMTPServerDisconnected("not connected")
            self.file = io.BufferedReader(_Ear(self.sock, self._patience))
        try:
            line: bytes = self.file.readline(_LONGEST_LINE)
        except OSError as failure:
            raise self._broken_off(failure) from failure
        if not line.endswith(b"\n") and len(line) < _LONGEST_LINE:  # an answer that is torn is none
            raise self._broken_off(ConnectionError("closed by the server"))
        return line

    def _shake_hands(self, plain: socket.socket, context: ssl.SSLContext) -> None:
        self._patience.begin()
        secret = context.wrap_socket(plain, server_hostname=self._with, do_handshake_on_connect=False)
        self.sock, self.file = secret, None
        self._patience.wait(secret, secret.do_handshake)

    def _broken_off(self, failure: OSError) -> smtplib.SMTPServerDisconnected:
        self.close()
        return smtplib.SMTPServerDisconnected(str(failure))


class _Ear(io.RawIOBase):
    """What a connection says, as a file that is read with patience."""

    def __init__(self, sock: socket.socket, patience: Patience) -> None:
        self._sock, self._patience = sock, patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        return self._patience.wait(self._sock, partial(self._sock.recv_into, buffer))


def _connected(host: str, port: int, patience: Patience) -> socket.socket:
    """A connection to the first of a host's addresses that answers; each gets its share of the time."""
    places, failure = _places(host, port, patience), OSError(f"no address of {host}")
    for one in places:
        patience.begin(1 / len(places))
        try:
            return _reached(one, patience)
        except OSError as this:
            failure = this
    raise failure


def _reached(place: _Place, patience: Patience) -> socket.socket:
    family, kind, protocol, _, where = place
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(0)
        error = sock.connect_ex(where)
        if error in _UNDER_WAY:
            with DefaultSelector() as selector:
                selector.register(sock, EVENT_WRITE)
                while not selector.select(patience.left()):
                    pass
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
    except OSError:
        sock.close()
        raise
    return sock


def _places(host: str, port: int, patience: Patience) -> list[_Place]:
    """The addresses of a host. The system's own search cannot be broken off, so it is left to itself."""
    found: list[_Place] = []
    failures: list[OSError] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as failure:
            failures.append(failure if isinstance(failure, OSError) else OSError(str(failure)))

    search = Thread(target=ask, daemon=True)
    search.start()
    patience.begin()
    while search.is_alive():
        search.join(patience.left())
    if failures:
        raise failures[0]
    return found
