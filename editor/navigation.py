"""The way from page to page, by role: what stands at the top of every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

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
    Room("workflows.templates", "page.templates", Right.READ),
    Room("workflows.model", "page.model", Right.READ),
    Room("workflows.reports", "page.reports", Right.READ),
    Room("workflows.settings", "page.settings", Right.ADMIN),
)


def rooms() -> Iterator[Room]:
    """What whoever asks may enter, in order."""
    return (one for one in ROOMS if may(one.right))
