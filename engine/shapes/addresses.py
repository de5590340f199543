"""One e-mail address, taken apart and judged here: nothing else goes into the commands of a mail server.

A text that looks like one address may be two (`a@b.cn, c@d.cn`), name a relay (`a%b.cn@c.cn`) or end a
command (a line break): whatever is not plainly one address is none (RELIABILITY M15, S17).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOCAL = re.compile(r"[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*")
"""Without `!` and `%`, by which a local part can name another host, and without quoted forms."""
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NAMED = re.compile(
    r'\s*(?P<name>"[^"\\\x00-\x1f\x7f]*"|[^"<>@,;\x00-\x1f\x7f]*?)\s*<(?P<address>[^<>]*)>\s*'
)
_LONGEST, _LONGEST_LOCAL = 254, 64


@dataclass(frozen=True, slots=True)
class MailAddress:
    """`local@domain`, in ASCII, and the name that is shown with it."""

    local: str
    domain: str
    name: str = ""

    @property
    def spec(self) -> str:
        """What the mail server is told."""
        return f"{self.local}@{self.domain}"


def read_address(text: str) -> MailAddress | None:
    """Exactly one address without a name, or None. A domain in other letters is given as the DNS knows it."""
    local, at, domain = text.rpartition("@")
    if not at or len(text) > _LONGEST or len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        return None
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = host.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or len(local) + len(host) >= _LONGEST:
        return None
    return MailAddress(local, host)


def read_sender(text: str) -> MailAddress | None:
    """`crm@example.cn` or `某公司 <crm@example.cn>`, or None."""
    named = _NAMED.fullmatch(text) if len(text) <= 2 * _LONGEST else None
    if named is None:
        return read_address(text.strip())
    found = read_address(named["address"].strip())
    return None if found is None else MailAddress(found.local, found.domain, named["name"].strip('"'))
