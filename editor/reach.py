"""By which addresses the editor is reached: this machine alone, or one that others open too."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from engine import EngineError, WrongUsage

HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""The names of this machine."""
_PROXY_SAYS = {"x-forwarded-for", "x-forwarded-proto"}


@dataclass(frozen=True)
class Reach:
    """Where the editor listens, what others open, and whose word on who asks is taken."""

    host: str = "127.0.0.1"
    public: str = ""
    """Scheme and host that others open, such as https://wakeline.example.cn; empty: nobody else does."""
    proxy: str = "127.0.0.1"

    @classmethod
    def of(cls, host: str, public: str, proxy: str) -> Reach:
        """What somebody asks for. Raises WrongUsage W829 for what is no address, or lacks one."""
        for one in (host, proxy):
            if one != "localhost" and not _is_ip(one):
                raise WrongUsage("W829", kind="host", value=one, name="edit")
        origin = _origin_of(public)
        if public and not origin:
            raise WrongUsage("W829", kind="public", value=public, name="edit")
        found = cls(host, origin, "127.0.0.1" if proxy == "localhost" else proxy)
        if found.is_beyond and not origin:
            raise WrongUsage("W829", kind="unnamed", value=host, name="edit")
        return found

    @property
    def is_beyond(self) -> bool:
        """Whether it listens where other machines can knock."""
        return not _is_loopback(self.host)

    @property
    def is_plain(self) -> bool:
        """Whether passwords of others travel as they are typed."""
        return self.public.startswith("http:")

    def listen(self, port: int) -> socket.socket:
        """The socket. Raises EngineError W829 where it cannot be had."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            return socket.create_server((self.host, port), family=family)
        except OSError as failure:
            facts = {"address": f"{self.host}:{port}", "reason": failure.strerror or str(failure)}
            raise EngineError("W829", kind="taken", name="edit", **facts) from failure

    def believing(self) -> dict[str, Any]:
        """What waitress is told: only the proxy may say for whom it asks, and only where there is one."""
        if not self.public:
            return {"clear_untrusted_proxy_headers": True}
        return {
            "trusted_proxy": self.proxy,
            "trusted_proxy_headers": _PROXY_SAYS,
            "clear_untrusted_proxy_headers": True,
        }


def is_known(host: str, public: str) -> bool:
    """Whether the name that a browser asked for is one of ours: by others, foreign pages lead here."""
    return _bare(host) in HERE or (public != "" and host == urlsplit(public).netloc)


def is_here(host: str, address: str | None) -> bool:
    """Whether who asks sits at this machine, and came by its name: not through a proxy for somebody else."""
    return _bare(host) in HERE and (address is None or _is_loopback(address))


def _bare(host: str) -> str:
    """Without the port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _origin_of(address: str) -> str:
    """`https://HOST[:PORT]` as browsers name where a page is from; empty where the address is none."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    is_bare = parts.path in {"", "/"} and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_bare:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, usual} else "")


def _is_loopback(name: str) -> bool:
    """Whether an address is one of this machine; a proxy may say anything instead of one."""
    return name == "localhost" or (_is_ip(name) and ip_address(name).is_loopback)


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
