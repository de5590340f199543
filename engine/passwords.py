"""Passwords: what may be one, and what is kept of it (argon2id, with its salt and its cost)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from unicodedata import normalize

from engine.model.diagnostics import WrongUsage

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 200
_SHORTEST_NAME = 3
"""A shorter name is in many a good password by chance."""


def demand_good(password: str, name: str) -> None:
    """Raises WrongUsage for what somebody would guess."""
    if len(password) < SHORTEST:
        raise WrongUsage("W765", kind="short", least=SHORTEST)
    if len(password) > LONGEST:
        raise WrongUsage("W765", kind="long", most=LONGEST)
    if len(set(password)) == 1:
        raise WrongUsage("W765", kind="same")
    own = name.partition("@")[0]
    if len(own) >= _SHORTEST_NAME and own.casefold() in password.casefold():
        raise WrongUsage("W765", kind="name")


@dataclass
class Passwords:
    """Makes and checks what is kept; `hasher`: by which cost, the library's own where none is given."""

    hasher: PasswordHasher | None = None
    checked: int = field(default=0, init=False)
    """How many were looked at."""

    def kept(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(_plain(password))

    def are_same(self, kept: str | None, password: str) -> bool:
        """Whether it is the password; where there is none to compare, the same work is done for nothing."""
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - as below

        self.checked += 1
        try:
            self._hasher.verify(kept or self._nobodys, _plain(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_old(self, kept: str) -> bool:
        """Whether it was made by a lower cost than is usual now."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher  # noqa: PLC0415 - few commands need it

        return self.hasher or PasswordHasher()

    @cached_property
    def _nobodys(self) -> str:
        return self.kept("nobody has this password")


def _plain(password: str) -> str:
    """The same password, however the keyboard composes its signs."""
    return normalize("NFKC", password)
