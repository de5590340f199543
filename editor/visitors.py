"""Who asks: an account, or as long as there is none whoever has started the editor on this machine."""

from __future__ import annotations

import getpass
from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """Somebody at the editor. `person` is the key of the colleague that the account stands for, if any."""

    name: str
    role: str
    person: str = ""

    @property
    def is_limited(self) -> bool:
        """Whether they see the rows about their own customers alone."""
        return self.role in {"rep", "supervisor"}

    @property
    def masks(self) -> bool:
        """Whether phone numbers and addresses are masked for them."""
        return self.role == "viewer"


def visitor() -> Visitor | None:
    """Whoever asks now; None where nobody has signed in."""
    return Visitor(_owner(), "admin")


def _owner() -> str:
    """Who sits at this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a machine without users
        return "editor"
