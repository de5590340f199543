"""Channels: does each find what it needs here. No secret is read further than whether it is set."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.channels.table import CHANNELS
from engine.doctor.check import Check, Group
from engine.model.document import Mapping as Block
from engine.model.document import Scalar
from engine.workspace import Workspace

CHANNEL = Group("channels", code="W822")
_SECRET = "_env"  # noqa: S105 - how keys end that name a variable with a secret in it


def check_channels(workspace: Workspace, environment: Mapping[str, str]) -> Iterator[Check]:
    """One line a channel: its kind is known, its file can be written, its variables are set."""
    for name, node in workspace.settings.channels.items():
        yield _channel(name, node, workspace.root, environment)
    if not workspace.settings.channels:
        yield CHANNEL.ok("none", "no_channels")


def _channel(name: str, node: Block, root: Path, environment: Mapping[str, str]) -> Check:
    kind = _text(node, "kind")
    facts = {"channel": name, "type": kind}
    if kind not in CHANNELS:
        return CHANNEL.problem(name, "unknown_kind", known="、".join(CHANNELS), **facts)
    unset = [_text(node, key.text) for key, _ in node.entries if key.text.endswith(_SECRET)]
    unset = [one for one in unset if not environment.get(one)]
    if unset:
        return CHANNEL.problem(name, "unset", known="、".join(unset), **facts)
    if kind == "file":
        path = root / (_text(node, "path") or f".wakeline/outbox/{name}.jsonl")
        if not _can_write(path):
            return CHANNEL.problem(name, "unwritable", file=path.name, **facts)
    return CHANNEL.ok(name, "ready", **facts)


def _can_write(path: Path) -> bool:
    """Whether the file, or the nearest folder above it that is there, may be written."""
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    folder = next((one for one in path.resolve().parents if one.exists()), None)
    return folder is not None and folder.is_dir() and os.access(folder, os.W_OK)


def _text(node: Block, key: str) -> str:
    found = node.get(key)
    return found.text if isinstance(found, Scalar) else ""
