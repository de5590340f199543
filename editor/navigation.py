"""The way from page to page, by role: what stands at the top of every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from editor.rights import Right, may


@dataclass(frozen=True)
class Room:
    """A place in the navigation: its address, the key of its name, the right to enter."""

    endpoint: str
    name: str
    right: Right
    facts: dict[str, str] = field(default_factory=dict)


ROOMS = (
    Room("workflows.index", "page.workflows", Right.READ),
    Room("workflows.users", "page.users", Right.ADMIN),
    Room("workflows.audit", "page.audit", Right.ADMIN),
)


def rooms() -> Iterator[Room]:
    """What whoever asks may enter, in order."""
    return (one for one in ROOMS if may(one.right))


def home() -> str:
    """The first room that whoever asks may enter, else their own account."""
    first = next(rooms(), None)
    facts: dict[str, Any] = {} if first is None else first.facts
    return url_for("workflows.my_account" if first is None else first.endpoint, **facts)
