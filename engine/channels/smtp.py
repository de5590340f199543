"""`kind: smtp`: e-mail by a mail server, one letter to one address, over a connection that is kept for many.

What can be known of a letter is decided by where the talk with the server broke off. Before the end of the
text no server has taken it: it waits. After that, only an answer tells; without one it is in doubt.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import ClassVar
from urllib.parse import quote

from engine.channels.parcel import InDoubt, Later, Outcome, Parcel, Refused, Sent
from engine.channels.talk import Patience, Talk, Unintelligible
from engine.model.diagnostics import ChannelError
from engine.shapes.addresses import MailAddress, read_address

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""How the connection is kept secret, and the port that goes with it."""
KEY_HEADER = "X-Wakeline-Key"
_POLICY = SMTP.clone(cte_type="7bit")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Signs that no letter needs and that some servers stumble over; tab and line ends stay."""
_LINE_ENDS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_LONGEST_ANSWER = 300
_EXTENDED = re.compile(rb"5\.(\d{1,3}\.\d{1,3})\b")
_ABOUT_THE_ADDRESS = frozenset({b"1.0", b"1.1", b"1.2", b"1.3", b"1.6", b"1.10", b"2.1"})
"""Of RFC 3463: bad or former mailbox, bad system, bad syntax, no mail there (RFC 7505), mailbox disabled."""
_NO_SUCH_ADDRESS = frozenset({550, 551, 553, 556})
_NOT_THE_LETTER = {421, 503, 530, 534, 535, 538}
"""Answers about the connection or the login, whatever they are given to."""
_LOGIN_WANTED = {530, 534, 535, 538}


def _stays() -> bool:
    return False


@dataclass
class Smtp:
    """One mail account. `environment` is where its password is looked up, by name.

    No answer is waited for longer than `timeout` seconds, and none for long once `hurries` says that the
    worker is asked to leave.
    """

    name: ClassVar[str] = "smtp"
    is_ours: ClassVar[bool] = False
    leaves: ClassVar[bool] = True

    host: str
    sender: MailAddress
    port: int = 0
    security: str = "starttls"
    username: str = ""
    password_env: str = ""
    timeout: float = 30.0
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    hurries: Callable[[], bool] = field(default=_stays, repr=False)
    _connection: Talk | None = field(default=None, repr=False)
    _patience: Patience = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._patience = Patience(self.timeout, self.hurries)

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Letter by letter. Raises ChannelError when the server cannot be talked to."""
        return [self._send(one) for one in parcels]

    def known(self, keys: Collection[str]) -> frozenset[str] | None:  # noqa: ARG002 - the protocol's
        """A mail server cannot be asked."""
        return None

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def password(self) -> str:
        """The password, from the environment. Raises ChannelError where it is not set."""
        found = self.environment.get(self.password_env, "")
        if self.password_env and not found:
            raise ChannelError("W719", name=self.password_env)
        return found

    # --- one letter -------------------------------------------------------------------------

    def _send(self, parcel: Parcel) -> Outcome:
        to = read_address(parcel.to)
        if to is None:
            return Refused("W710")
        try:
            text = _for_the_wire(self._letter(parcel, to))
        except ValueError as mistake:  # a header or a text that cannot be written: UnicodeError is one too
            return Refused("W711", answer=_told(str(mistake)))
        connection = self._begin()
        try:
            refusal = _offer(connection, to)
            if refusal is None:
                connection.send(text)
        except (smtplib.SMTPException, OSError) as failure:
            raise self._broken(failure) from failure
        if refusal is not None:
            self._forget(connection)
            return refusal
        try:
            connection.send(b".\r\n")
            code, said = connection.getreply()
        except (smtplib.SMTPException, OSError) as failure:
            self._hang_up()
            return InDoubt(_told(failure))
        if code == 421:  # not taken, and the server is going away
            self._hang_up()
        return _verdict(code, said)

    def _letter(self, parcel: Parcel, to: MailAddress) -> EmailMessage:
        """The letter as it is written at every attempt: same number, same key."""
        letter = EmailMessage(policy=_POLICY)
        letter["From"] = Address(self.sender.name, self.sender.local, self.sender.domain)
        letter["To"] = Address("", to.local, to.domain)
        letter["Subject"] = _LINE_ENDS.sub(" ", parcel.subject).strip()
        letter["Date"] = format_datetime(_moment(parcel.at))
        letter["Message-ID"] = f"<{_number(parcel)}@{self.sender.domain}>"
        letter[KEY_HEADER] = quote(parcel.key, safe="/")
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(_UNWRITABLE.sub("", parcel.body), subtype="html" if parcel.html else "plain")
        return letter

    # --- the connection ---------------------------------------------------------------------

    def _begin(self) -> Talk:
        """A connection on which our sender was accepted; one that was closed meanwhile is renewed."""
        connection, is_kept = self._connection or self._open(), self._connection is not None
        self._connection = connection
        try:
            code, said = connection.mail(self.sender.spec)
        except (smtplib.SMTPException, OSError) as failure:
            if is_kept:
                self._hang_up()
                return self._begin()
            raise self._broken(failure) from failure
        if code == 421 and is_kept:
            self._hang_up()
            return self._begin()
        if not 200 <= code < 300:
            raise self._broken(smtplib.SMTPSenderRefused(code, said, self.sender.spec))
        return connection

    def _open(self) -> Talk:
        port, password = self.port or PORTS[self.security], self.password()
        opened = Talk(self._patience, self.sender.domain)
        try:
            if self.security == "tls":
                opened.dial(self.host, port, ssl.create_default_context())
            else:
                opened.dial(self.host, port)
            if self.security == "starttls":
                opened.encrypt(ssl.create_default_context())
            if self.username:
                opened.login(self.username, password)
            opened.ehlo_or_helo_if_needed()
            _send_at_once(opened)
        except (smtplib.SMTPException, OSError) as failure:
            opened.close()
            raise self._broken(failure) from failure
        return opened

    def _broken(self, failure: Exception) -> ChannelError:
        """The server cannot be used: which of the ways, in words that say what to do."""
        self._hang_up()
        where = {"host": self.host, "port": self.port or PORTS[self.security]}
        if isinstance(failure, smtplib.SMTPResponseException):
            return self._turned_away(failure, where)
        if isinstance(failure, ssl.SSLError):
            return ChannelError("W713", **where, reason=_told(failure.reason or failure))
        if isinstance(failure, smtplib.SMTPNotSupportedError):
            return ChannelError("W714", **where)
        if isinstance(failure, Unintelligible):
            return ChannelError("W746", **where, answer=_told(failure))
        if isinstance(failure.__cause__ or failure, TimeoutError):
            return ChannelError("W712", **where, kind="silent")
        return ChannelError("W712", **where, reason=_told(failure))

    def _turned_away(
        self, failure: smtplib.SMTPResponseException, where: Mapping[str, object]
    ) -> ChannelError:
        """The server has answered that it does not work for us: not now, not with this login, not at all."""
        code, answer = failure.smtp_code, _reply(failure.smtp_code, failure.smtp_error)
        if 400 <= code < 500:
            return ChannelError("W745", **where, answer=answer)
        if isinstance(failure, smtplib.SMTPAuthenticationError):
            return ChannelError("W715", **where, answer=answer)
        if isinstance(failure, smtplib.SMTPSenderRefused) or code in _LOGIN_WANTED:
            return ChannelError("W716", sender=self.sender.spec, answer=answer)
        return ChannelError("W712", **where, reason=answer)

    def _forget(self, connection: Talk) -> None:
        """Ready for the next letter after one that was not wanted."""
        try:
            connection.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _send_at_once(connection: Talk) -> None:
    """The end of a letter is a packet of its own; else it would wait until the server confirms the text."""
    if connection.sock is not None:
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _offer(connection: Talk, to: MailAddress) -> Outcome | None:
    """Name the recipient and ask to begin; the answer where the server does not want the letter."""
    code, said = connection.rcpt(to.spec)
    is_named = 200 <= code < 300
    if is_named:
        code, said = connection.docmd("DATA")
        if code == 354:
            return None
    if code < 400 or code in _NOT_THE_LETTER:
        raise smtplib.SMTPResponseException(code, said)
    verdict = _verdict(code, said)
    if is_named or not isinstance(verdict, Refused):
        return verdict
    return replace(verdict, is_address=_names_nobody(code, said))


def _verdict(code: int, said: bytes) -> Outcome:
    """What an answer of the server means for the letter."""
    if 200 <= code < 300:
        return Sent(_told(said))
    if 400 <= code < 500:
        return Later("W718", answer=_reply(code, said))
    return Refused("W717", answer=_reply(code, said)) if 500 <= code < 600 else InDoubt(_reply(code, said))


def _names_nobody(code: int, said: bytes) -> bool:
    """Whether a refused recipient is refused because there is nobody, and not by a policy or a full box.

    A server that says more than the three digits says it by RFC 3463: 5.1.x is about the address.
    """
    extended = _EXTENDED.match(said)
    if extended is None:
        return code in _NO_SUCH_ADDRESS
    return extended[1] in _ABOUT_THE_ADDRESS


def _for_the_wire(letter: EmailMessage) -> bytes:
    """The letter as the server reads it: a line that begins with a dot gets a second one."""
    text = letter.as_bytes()
    doubled = _LEADING_DOT.sub(b"..", text)
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def _number(parcel: Parcel) -> str:
    """A number for the letter that tells nothing of it and is the same at every attempt."""
    parts = (parcel.key, parcel.to, parcel.subject, parcel.body)
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at) if at else datetime.now(UTC)


def _reply(code: int, said: bytes | str) -> str:
    return f"{code} {_told(said)}".strip()


def _told(said: object) -> str:
    """An answer in one line of bounded length."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return _LINE_ENDS.sub(" ", text).strip()[:_LONGEST_ANSWER]
