"""What is done by a command is written into the log, like what is done in the editor."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.front import Desk
    from engine.ledger.audit import Actor

SYSTEM = "system"
"""The role of whoever gives commands on this machine."""


def me() -> Actor:
    """Who gives the command, by their name on this machine."""
    from engine.ledger.audit import Actor  # noqa: PLC0415 - a check needs no database

    try:
        return Actor(getpass.getuser(), SYSTEM)
    except (OSError, KeyError):  # a machine without users
        return Actor("?", SYSTEM)


def note_down(desk: Desk, deed: str, subject: str = "", **details: object) -> None:
    """Write down what they have just done: `by` is who has decided, where the command tells."""
    from engine.ledger.audit import Deed  # noqa: PLC0415 - as above

    told = {name: value for name, value in details.items() if value not in {"", None}}
    desk.gatehouse().note(me(), Deed(deed, subject, told))
