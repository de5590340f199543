"""What another system tells by HTTP: an event, signed with a secret that both sides know.

The signature is HMAC-SHA256 over the timestamp, a full stop and the body, in hexadecimal digits. Nobody else
can write one; one that was overheard is good for some minutes, and its `key` lets it come in only once.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NoReturn

from engine.model.diagnostics import WrongUsage

WINDOW = timedelta(minutes=5)
"""A timestamp may be so far from now."""
LARGEST_EVENT = 64 * 1024
"""Bytes of a body."""
_LONGEST = 200
_DIGITS = 12
_KEYS = {"workflow", "record", "key", "data"}
_NEEDED = ("workflow", "record", "key")


@dataclass(frozen=True)
class SignedEvent:
    """What happened, to which record, and the name under which it comes in once."""

    workflow: str
    record: str
    key: str
    data: Mapping[str, Any]


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """What belongs into the header of the signature."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


def read_signed(secret: str, timestamp: str, signature: str, body: bytes, *, now: datetime) -> SignedEvent:
    """The event of a body that was signed not long ago; without a secret there is none. Raises WrongUsage."""
    if not secret:
        raise WrongUsage("W844")
    if len(body) > LARGEST_EVENT:
        raise too_large()
    told = signature_of(secret, timestamp, body).encode()
    if not hmac.compare_digest(told, signature.encode()):
        raise WrongUsage("W840")
    if not _is_fresh(timestamp, now):
        raise WrongUsage("W841", minutes=WINDOW // timedelta(minutes=1))
    return _read(body)


def too_large() -> WrongUsage:
    """Why a body is not read."""
    return WrongUsage("W843", limit=LARGEST_EVENT)


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _DIGITS):
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()


def _read(body: bytes) -> SignedEvent:
    try:
        found = json.loads(body, parse_constant=_refuse)
        # Half a character is none, and no JSON has a number beyond all bounds, as 1e400 is read.
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise WrongUsage("W842", kind="json") from None
    if not isinstance(found, dict) or found.keys() - _KEYS:
        raise WrongUsage("W842", kind="keys")
    for name in _NEEDED:
        if not _is_word(found.get(name)):
            raise WrongUsage("W842", kind="word", name=name, limit=_LONGEST)
    data = found.get("data", {})
    if not isinstance(data, dict):
        raise WrongUsage("W842", kind="data")
    return SignedEvent(found["workflow"], found["record"], found["key"], data)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST and value.isprintable()
