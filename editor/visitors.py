"""Who asks: an account, or as long as there is none whoever has started the editor on this machine."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from flask import g, session
from flask_login import current_user, login_fresh

from editor.sessions import has_ended
from editor.studio import studio_here
from engine import SEES_OWN, Account, EngineError

OWNER = "owner"
"""Stands in the session of whoever opened the link that the command printed."""


@dataclass(frozen=True)
class Visitor:
    """Somebody at the editor. `person` is the key of the colleague that the account stands for, if any.

    `stamp` is that of the account: a session holds as long as it stays. The owner has none.
    """

    name: str
    role: str
    person: str = ""
    stamp: str = ""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @classmethod
    def of(cls, account: Account) -> Visitor:
        """The one who has signed in by an account."""
        return cls(account.name, account.role, account.person or "", account.stamp)

    def get_id(self) -> str:
        """What their session keeps."""
        return f"{self.stamp}:{self.name}"

    @property
    def is_limited(self) -> bool:
        """Whether they see the rows about their own customers alone."""
        return self.role in SEES_OWN

    @property
    def masks(self) -> bool:
        """Whether phone numbers and addresses are masked for them."""
        return self.role == "viewer"

    @property
    def is_owner(self) -> bool:
        """Whether they came by the link of the command, as nobody has an account yet."""
        return not self.stamp


def visitor() -> Visitor | None:
    """Whoever asks now; None where nobody has signed in."""
    if "visitor" not in g:
        g.visitor = None  # where looking fails, nobody is there for the page that tells it
        g.visitor = None if has_ended() else _signed_in() or _owner()
    found: Visitor | None = g.visitor
    return found


def load(kept: str) -> Visitor | None:
    """Whoever a session belongs to; nobody once the account has another stamp, or may not sign in."""
    stamp, _, name = kept.partition(":")
    _, account = studio_here().gatehouse().look_up(name)
    if account is None or not account.is_active or account.stamp != stamp:
        return None
    return Visitor.of(account)


def has_accounts() -> bool:
    """Whether anybody has to sign in."""
    return studio_here().gatehouse().look_up()[0]


def _signed_in() -> Visitor | None:
    """The account that has signed in; its session is not taken to another browser or address."""
    found = current_user._get_current_object()  # noqa: SLF001 - the way werkzeug names it
    return found if isinstance(found, Visitor) and login_fresh() else None


def _owner() -> Visitor | None:
    """Who sits at this machine. Where the database is away, they still come to their files."""
    if OWNER not in session:
        return None
    try:
        if has_accounts():
            return None
    except EngineError:
        pass
    return Visitor(_name(), "admin")


def _name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a machine without users
        return "editor"
