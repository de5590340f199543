"""A mail server in the test process, which keeps a log of its own and does as it is told."""

# ruff: noqa: N802 - aiosmtpd looks for these names

from __future__ import annotations

import asyncio
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

LOCAL = "127.0.0.1"
PAUSE = 0.2
"""Between two signs of an answer that drips."""


@dataclass
class Mailbox:
    """What came in, and how the server answers: by recipient, else as usual.

    An answer is a line such as `550 unknown`, or `hang`, `cut` (the connection breaks there), `drip` (it is
    given sign by sign, and takes half a minute and more).
    """

    at_recipient: dict[str, str] = field(default_factory=dict)
    at_sender: str = ""
    at_text: dict[str, str] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    connections: int = 0

    def forget(self) -> None:
        """Nothing has come in yet."""
        for log in (self.letters, self.recipients, self.senders, self.asked):
            log.clear()

    @property
    def keys(self) -> list[str]:
        return [one["X-Wakeline-Key"] for one in self.letters]

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.at_sender:
            return await self._answer(self.at_sender, server)
        envelope.mail_from = address
        self.senders.append(address)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.asked.append(address)
        if address in self.at_recipient:
            return await self._answer(self.at_recipient[address], server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.at_text.get(envelope.rcpt_tos[0], "250 OK queued as 17")
        if answer.startswith(("2", "cut", "hang", "drip")):
            letter = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
            self.recipients.append(list(envelope.rcpt_tos))
        return await self._answer(answer, server)

    async def _answer(self, answer: str, server: Any) -> str:
        if answer == "hang":
            await asyncio.sleep(3)
        if answer == "cut":
            server.transport.abort()
        if answer == "drip":
            await _drip(server.transport.write, b"250 OK, but slowly" + b"." * 200)
            return ""
        return "250 OK" if answer in {"hang", "cut"} else answer


async def _drip(write: Callable[[bytes], None], says: bytes) -> None:
    for sign in says:
        write(bytes([sign]))
        await asyncio.sleep(PAUSE)


class _Rude(socketserver.BaseRequestHandler):
    """Says what it is told to say, and then nothing; listens to nobody."""

    server: _RudeServer

    def handle(self) -> None:
        self.server.visits += 1
        with suppress(OSError):
            for sign in self.server.says:
                self.request.sendall(sign)
                self.server.said += sign
                self.server.ends.wait(self.server.pause)
            self.server.ends.wait()


class _RudeServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    visits, said = 0, b""

    def __init__(self, says: Iterable[bytes], pause: float) -> None:
        super().__init__((LOCAL, 0), _Rude)
        self.says, self.pause, self.ends = says, pause, threading.Event()


@contextmanager
def rude_server(says: bytes = b"", *, drips: bool = False) -> Iterator[tuple[int, _RudeServer]]:
    """Whoever connects hears just this, at once or sign by sign: a port, and what was `said` to how many."""
    pieces = [bytes([one]) for one in says] if drips else [says]
    with _RudeServer(pieces, PAUSE if drips else 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_address[1], server
        finally:
            server.ends.set()
            server.shutdown()


@contextmanager
def mail_server(box: Mailbox, **options: Any) -> Iterator[int]:
    """The port of a server that runs while the context lasts."""
    with socket.socket() as free:
        free.bind((LOCAL, 0))
        port: int = free.getsockname()[1]
    controller = Controller(box, hostname=LOCAL, port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def passwords(known: Mapping[str, str]) -> Any:
    """An authenticator that knows these users."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = known.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=right, handled=right)

    return check


def certificate(path: str) -> ssl.SSLContext:
    """A server's side of TLS, with the certificate and key of one file."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context
