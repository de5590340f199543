"""How much waits for whoever asks, told beside the rooms where it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from editor.rights import Right, may
from editor.sight import owners_here
from editor.studio import studio_here
from editor.visitors import visitor
from engine import SETTINGS, AskState, Desk, EngineError

MOST = 99
"""More are told as so many and a plus."""


def pending_in(room: str) -> str:
    """How much waits in a room, by the name of its page; empty: nothing, or the database is away."""
    count = _COUNTS.get(room)
    if count is None:
        return ""
    try:
        desk = studio_here().desk()
        found = count(desk) if desk.store.is_there else 0
    except EngineError:  # the page itself says so, if it needs it
        return ""
    return f"{MOST}+" if found > MOST else str(found or "")


def _held(desk: Desk) -> int:
    """Runs that nobody has decided about; what is too late by now is skipped by the next night."""
    return sum(not one["is_expired"] for one in desk.duty.holds())


def _asked(desk: Desk) -> int:
    """Open questions that they may answer."""
    now = desk.clock.now
    with desk.rows("asks", owners=owners_here(), state=str(AskState.OPEN), limit=MOST + 1) as (_, rows):
        return sum(datetime.fromisoformat(one["until"]) > now for one in rows)


def _proposed(desk: Desk) -> int:
    """Texts of others that wait for a second person."""
    one = visitor()
    me = "" if one is None else one.name
    return desk.releases.proposals_waiting(but=me, hidden=() if may(Right.ADMIN) else (SETTINGS,))


_COUNTS: Mapping[str, Callable[[Desk], int]] = MappingProxyType(
    {"workflows.holds": _held, "workflows.asks": _asked, "workflows.proposals": _proposed}
)
