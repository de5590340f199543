"""Small values of settings: a time zone by its IANA name, a whole number, a share such as `10 %`."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from engine.model.diagnostics import Problems
from engine.model.document import Node, Scalar


def read_zone(node: Node | None, problems: Problems) -> ZoneInfo | None:
    """The zone, or None with the mistake noted."""
    if not isinstance(node, Scalar):
        return None
    try:
        return ZoneInfo(node.text)
    except (KeyError, ValueError, OSError):
        problems.error(node.span, "W253", value=node.text)
        return None


def read_whole(node: Node | None, default: int) -> int:
    """A whole number that has been found to be one, or the default."""
    text = node.text.removeprefix("+") if isinstance(node, Scalar) else ""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else default


def read_share(node: Node | None, problems: Problems) -> float | None:
    """`10 %` as 0.1; at most 100 %."""
    if not isinstance(node, Scalar):
        return None
    match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?) ?[%％]", node.text)
    if not match or float(match[1]) > 100:
        note_share(node, problems)
        return None
    return float(match[1]) / 100


def note_share(node: Scalar, problems: Problems) -> None:
    """No percent at all, or one that is no part of a whole."""
    is_percent = re.fullmatch(r"[-+]?\d+(?:\.\d+)? ?[%％]", node.text) is not None
    problems.error(node.span, "W227", kind="share" if is_percent else "", value=node.text, field="share")
