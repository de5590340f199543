"""The way from page to page, by role: what stands at the top of every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from editor.rights import Right, may
from editor.vocabulary import SHARED
from engine import SETTINGS


@dataclass(frozen=True)
class Room:
    """A place in the navigation: its address, the key of its name, the right to enter.

    Whoever has the right `unless` finds the same beside another room.
    """

    endpoint: str
    name: str
    right: Right
    facts: dict[str, str] = field(default_factory=dict)
    unless: Right | None = None


ROOMS = (
    Room("workflows.index", "page.workflows", Right.READ),
    Room("workflows.templates", "page.templates", Right.READ),
    Room("workflows.model", "page.model", Right.READ),
    Room("workflows.runs", "page.runs", Right.READ),
    Room("workflows.enrollments", "page.customers", Right.RECORDS, unless=Right.READ),
    Room("workflows.reports", "page.reports", Right.READ),
    Room("workflows.holds", "page.holds", Right.READ),
    Room("workflows.asks", "page.asks", Right.DECIDE, {"state": "open"}),
    Room("workflows.proposals", "page.proposals", Right.DRAFT),
    Room("workflows.users", "page.users", Right.ADMIN),
    Room("workflows.audit", "page.audit", Right.ADMIN),
    Room("workflows.settings", "page.settings", Right.ADMIN),
)


_INSIDE = {
    **dict.fromkeys(
        (
            "workflow",
            "versions",
            "version",
            "ask_pause",
            "conflict",
            "show_draft",
            "new",
            "new_from_playbook",
        ),
        "workflows.index",
    ),
    **dict.fromkeys(("duplicate", "dry_run", "record_of_dry_run"), "workflows.index"),
    **dict.fromkeys(("template", "make_template"), "workflows.templates"),
    **dict.fromkeys(("model_text", "without"), "workflows.model"),
    "proposal": "workflows.proposals",
    "user": "workflows.users",
}
"""Pages that lie inside a room, by their names."""


def room_of(endpoint: str, facts: Mapping[str, Any]) -> str:
    """The room that a page lies in; the files that workflows share have rooms of their own."""
    if facts.get("file") == SETTINGS:
        return "workflows.settings"
    return "" if facts.get("file") in SHARED else _INSIDE.get(endpoint.rpartition(".")[2], "")


def rooms() -> Iterator[Room]:
    """What whoever asks may enter, in order."""
    return (one for one in ROOMS if may(one.right) and not (one.unless and may(one.unless)))


def home() -> str:
    """The first room that whoever asks may enter, else their own account."""
    first = next(rooms(), None)
    facts: dict[str, Any] = {} if first is None else first.facts
    return url_for("workflows.my_account" if first is None else first.endpoint, **facts)
