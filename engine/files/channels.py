"""`channels:` of workspace.yaml: what each kind must know to send, and what must not stand there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.model.diagnostics import Problems
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, is_nothing
from engine.shapes.addresses import read_sender
from engine.shapes.schema import TEXT, block, one_of_words
from engine.shapes.shape import fits, note_kind

SECURITY = ("starttls", "tls", "none")
BLOCKS: Mapping[str, Mapping[str, Any]] = {
    "file": block({"kind": one_of_words("file"), "path": TEXT}, "kind"),
    "inbox": block({"kind": one_of_words("inbox")}, "kind"),
    "smtp": block(
        {
            "kind": one_of_words("smtp"),
            "host": TEXT,
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "security": one_of_words(*SECURITY),
            "from": TEXT,
            "username": TEXT,
            "password_env": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "timeout": {"type": "integer", "minimum": 1, "maximum": 60},
            "in_doubt": one_of_words("hold", "resend"),
        },
        "kind",
        "host",
        "from",
    ),
}
"""The shape of a channel, by its kind."""
STAYS = ("file", "inbox")
"""The kinds that reach nobody outside: what they are given waits for nothing."""
_STRANGE = {**block({"kind": one_of_words(*BLOCKS)}, "kind"), "additionalProperties": True}
"""The shape of a channel whose kind is none: nobody knows which other keys go with it."""
_KINDLESS = block({key: {} for one in BLOCKS.values() for key in one["properties"]}, "kind")
"""The shape of a channel without a kind, which may only be misspelt."""
_SECRETS = ("password", "passwd", "pass", "secret", "token", "密码", "口令")
_AT_HOME = ("localhost", "127.0.0.1", "::1")


def channel_shape() -> dict[str, Any]:
    """One block with the keys of every kind; the kind says which of them go with it."""
    keys = {key: shape for one in BLOCKS.values() for key, shape in one["properties"].items()}
    properties = {**keys, "kind": one_of_words(*BLOCKS)}
    return {**block(properties, "kind"), "allOf": [_rule(kind, keys) for kind in BLOCKS]}


def _rule(kind: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with a kind: its other keys may not stand there, some of its own must."""
    own = BLOCKS[kind]
    strange = {key: False for key in keys if key not in own["properties"]}
    needed = [key for key in own["required"] if key != "kind"]
    then = {"properties": strange, **({"required": needed} if needed else {})}
    return {"if": {"required": ["kind"], "properties": {"kind": {"const": kind}}}, "then": then}


def read_channels(node: Node | None, problems: Problems) -> dict[str, Block]:
    """The channels by name; what is wrong with one of them is noted with its place."""
    found = {key.text: one for key, one in node.entries} if isinstance(node, Block) else {}
    for name, one in found.items():
        if isinstance(one, Block):
            _check(one, problems)
        else:
            note_kind(one, name, "object", problems)
    return {name: one for name, one in found.items() if isinstance(one, Block)}


def _check(node: Block, problems: Problems) -> None:
    secrets = [entry for entry in node.entries if entry[0].text.casefold() in _SECRETS]
    for key, _ in secrets:
        problems.error(key.span, "W202", kind="password")
    node = Block(tuple(entry for entry in node.entries if entry not in secrets), node.span)
    kind = node.get("kind")
    shape = BLOCKS.get(kind.text, _STRANGE) if isinstance(kind, Scalar) else _KINDLESS
    if not fits(node, shape, problems):
        return
    sender, host = node.get("from"), _text(node.get("host"))
    if isinstance(sender, Scalar) and not is_nothing(sender) and read_sender(sender.text) is None:
        problems.error(sender.span, "W202", kind="from", value=sender.text)
    login, security = node.get("username"), _text(node.get("security"))
    if isinstance(login, Scalar) and security == "none" and host not in _AT_HOME:
        problems.error(login.span, "W202", kind="clear", value=host)
    if isinstance(login, Scalar) and "password_env" not in node and not secrets:
        problems.error(login.span, "W202", kind="no_password")


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
