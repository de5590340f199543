"""Passwords: what may be one, and what is kept of it (argon2id, with its salt and its cost)."""

from __future__ import annotations

import re
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
_SHORTEST_PIECE, _LONGEST_UNIT, _MOST_BESIDE = 3, 4, 2
_KEYS = (
    *("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "!@#$%^&*()"),
    *(
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
        "qazwsxedcrfvtgbyhnujm",
        "1q2w3e4r5t6y7u8i9o0p",
        "q1w2e3r4t5y6u7i8o9p0",
    ),
    *("qawsedrftgyhujik", "zaq12wsxcde34rfvbgt56yhn", "147258369", "789456123"),
)
_ROWS = (*_KEYS, *(one[::-1] for one in _KEYS))
_SIGNS = str.maketrans("@4031!$57", "aaoeiisst")
"""Signs that stand for letters they look like."""
_WORDS = frozenset(
    [
        "password",
        "passwort",
        "passwd",
        "admin",
        "administrator",
        "root",
        "welcome",
        "letmein",
        "iloveyou",
        "iloveu",
        "changeme",
        "default",
        "secret",
        "qwerty",
        "qwertz",
        "azerty",
        "asdfgh",
        "zxcvbn",
        "abcdef",
        "football",
        "baseball",
        "basketball",
        "superman",
        "batman",
        "spiderman",
        "starwars",
        "pokemon",
        "sunshine",
        "princess",
        "dragon",
        "monkey",
        "master",
        "shadow",
        "michael",
        "jennifer",
        "jessica",
        "charlie",
        "computer",
        "internet",
        "samsung",
        "google",
        "facebook",
        "whatever",
        "trustno",
        "freedom",
        "liverpool",
        "chelsea",
        "arsenal",
        "chocolate",
        "butterfly",
        "blink",
        "hello",
        "helloworld",
        "test",
        "testtest",
        "user",
        "guest",
        "login",
        "system",
        "manager",
        "company",
        "office",
        "summer",
        "winter",
        "spring",
        "autumn",
        "january",
        "monday",
        "wakeline",
        "woaini",
        "woaiwojia",
        "mima",
        "nihao",
        "zhongguo",
        "beijing",
        "shanghai",
        "aini",
        "wang",
        "zhang",
    ]
)


def demand_good(password: str, name: str) -> None:
    """Raises WrongUsage for what somebody would guess."""
    if len(password) < SHORTEST:
        raise WrongUsage("W765", kind="short", least=SHORTEST)
    if len(password) > LONGEST:
        raise WrongUsage("W765", kind="long", most=LONGEST)
    if len(set(password)) == 1:
        raise WrongUsage("W765", kind="same")
    if _is_common(_plain(password).casefold()):
        raise WrongUsage("W765", kind="common")
    own = name.partition("@")[0]
    if len(own) >= _SHORTEST_NAME and own.casefold() in password.casefold():
        raise WrongUsage("W765", kind="name")


def _is_common(password: str) -> bool:
    """Whether it is among the first that anybody tries: keys in a row, a few signs again and again, or a
    usual word with something before or behind it.
    """
    return _is_of_rows(password) or _is_repeated(password) or _is_of_a_word(password)


def _is_of_rows(password: str) -> bool:
    """`1234567890`, `qwertyuiop1`, `1qaz2wsx3edc`: pieces of rows, and little else."""
    place = left = 0
    while place < len(password):
        longest = 0
        for end in range(place + _SHORTEST_PIECE, len(password) + 1):
            if not any(password[place:end] in row for row in _ROWS):
                break
            longest = end - place
        left += longest == 0
        place += longest or 1
    return left <= _MOST_BESIDE


def _is_repeated(password: str) -> bool:
    """`1212121212`, `1111122222`, `abcabcabcabc`."""
    units = (password[:length] for length in range(1, _LONGEST_UNIT + 1))
    return len(set(password)) <= 2 or any((one * len(password))[: len(password)] == password for one in units)


def _is_of_a_word(password: str) -> bool:
    """`password123`, `P@ssw0rd2024`, `adminadmin1`."""
    core = re.sub(r"[^a-z]+$|^[^a-z]+", "", password).translate(_SIGNS)
    found = re.sub(r"[^a-z]", "", core)
    return any(one in found and len(found.replace(one, "")) <= _MOST_BESIDE for one in _WORDS)


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
