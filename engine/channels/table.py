"""The ways messages leave, by the word of `kind:`, and a workspace's own channels, ready to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from engine.channels.file import File
from engine.channels.inbox import Inbox
from engine.channels.parcel import Channel
from engine.channels.smtp import PORTS, Smtp
from engine.model.document import Mapping as Block
from engine.model.document import Scalar
from engine.shapes.addresses import read_sender
from engine.shapes.reading import Settings
from engine.shapes.zones import read_whole

CHANNELS: Mapping[str, type[File | Inbox | Smtp]] = {
    File.name: File,
    Inbox.name: Inbox,
    Smtp.name: Smtp,
}
Put: TypeAlias = Callable[[Sequence[Mapping[str, Any]]], None]


def open_channels(
    settings: Settings, root: Path, put: Put, environment: Mapping[str, str], *, hurries: Callable[[], bool]
) -> dict[str, Channel]:
    """The channels by name; the page for notices is always there. Nothing is connected yet.

    `put` writes into the inbox, `environment` holds the secrets that settings name. Once `hurries` says so,
    no answer is waited for long.
    """
    found: dict[str, Channel] = {settings.notices: Inbox(put)}
    for name, node in settings.channels.items():
        kind = _text(node, "kind")
        if kind == File.name:
            found[name] = File(root / (_text(node, "path") or f".wakeline/outbox/{name}.jsonl"))
        elif kind == Smtp.name:
            account = _smtp(node, environment, hurries)
            found |= {} if account is None else {name: account}
        else:
            found[name] = Inbox(put)
    return found


def _smtp(node: Block, environment: Mapping[str, str], hurries: Callable[[], bool]) -> Smtp | None:
    """None where the settings are wrong: an older version may run on while they are, but sends nothing."""
    sender, host = read_sender(_text(node, "from")), _text(node, "host")
    security = _text(node, "security") or "starttls"
    if sender is None or not host or security not in PORTS:
        return None
    return Smtp(
        host=host,
        sender=sender,
        port=read_whole(node.get("port"), 0),
        security=security,
        username=_text(node, "username"),
        password_env=_text(node, "password_env"),
        timeout=float(read_whole(node.get("timeout"), 30)),
        environment=environment,
        hurries=hurries,
    )


def _text(node: Block, key: str) -> str:
    found = node.get(key)
    return found.text if isinstance(found, Scalar) else ""
