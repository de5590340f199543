"""The accounts of those who may sign in, and the tries that failed lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from engine.ledger.access_tables import accounts, attempts
from engine.ledger.locks import Lock, lock
from engine.model.values import stored_instant

WITHIN = timedelta(minutes=15)
"""How long a failed try counts."""
MOST_FROM_ONE_PLACE, MOST_FOR_ONE_NAME, MOST_FROM_ONE_ADDRESS = 5, 15, 20
"""So many tries are looked at: of a name from an address, of a name from anywhere, of an address."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `person` is the key of the colleague that they are, if any."""

    name: str
    role: str
    person: str | None
    password: str
    stamp: str
    created_at: str
    created_by: str
    disabled_at: str | None

    @property
    def is_active(self) -> bool:
        """Whether they may sign in now."""
        return self.disabled_at is None


@dataclass(frozen=True)
class Accounts:
    """The accounts over one connection; the caller holds the transaction."""

    connection: sa.Connection

    def lock(self) -> None:
        """Nobody else changes accounts, or tries to sign in, until the commit."""
        lock(self.connection, Lock.ACCOUNTS)

    def exist(self) -> bool:
        """Whether there is any."""
        return self.connection.execute(sa.select(accounts.c.name).limit(1)).first() is not None

    def find(self, name: str) -> Account | None:
        """The account of a name."""
        row = self.connection.execute(sa.select(accounts).where(accounts.c.name == name)).first()
        return None if row is None else Account(*row)

    def all(self) -> list[Account]:
        """Every account, by name."""
        return [
            Account(*row) for row in self.connection.execute(sa.select(accounts).order_by(accounts.c.name))
        ]

    def add(self, account: Account) -> None:
        """A new account."""
        values = {name: getattr(account, name) for name in accounts.c.keys()}
        self.connection.execute(accounts.insert().values(values))

    def change(self, name: str, **values: Any) -> None:
        """Other values for some columns of an account."""
        self.connection.execute(sa.update(accounts).where(accounts.c.name == name).values(values))

    def is_last(self, role: str, name: str) -> bool:
        """Whether no other active account has a role."""
        other = (accounts.c.role == role, accounts.c.disabled_at.is_(None), accounts.c.name != name)
        return self.connection.execute(sa.select(accounts.c.name).where(*other).limit(1)).first() is None


@dataclass(frozen=True)
class Attempts:
    """The tries to sign in over one connection; the caller holds the lock on accounts."""

    connection: sa.Connection

    def take(self, name: str, address: str, now: datetime) -> bool:
        """Count a try before it is looked at; False where there were too many: then it is not looked at."""
        self.connection.execute(sa.delete(attempts).where(attempts.c.at < stored_instant(now - WITHIN)))
        if self.are_too_many(name, address):
            return False
        row = {"name": _digest(name), "address": address, "at": stored_instant(now)}
        self.connection.execute(attempts.insert().values(row))
        return True

    def are_too_many(self, name: str, address: str) -> bool:
        """Whether the next try would be one too many."""
        mine, here = attempts.c.name == _digest(name), attempts.c.address == address
        return (
            self._count(mine & here) >= MOST_FROM_ONE_PLACE
            or self._count(mine) >= MOST_FOR_ONE_NAME
            or self._count(here) >= MOST_FROM_ONE_ADDRESS
        )

    def forget(self, name: str, address: str | None = None) -> None:
        """Whoever came in did not guess: their tries from there no longer count, those of others do."""
        here = () if address is None else (attempts.c.address == address,)
        self.connection.execute(sa.delete(attempts).where(attempts.c.name == _digest(name), *here))

    def _count(self, which: sa.ColumnElement[bool]) -> int:
        counted = sa.select(sa.func.count()).select_from(attempts).where(which)
        return int(self.connection.execute(counted).scalar_one())


def _digest(name: str) -> str:
    """People type a password where the name belongs: what was typed is not kept."""
    return sha256(name.encode("utf-8", errors="replace")).hexdigest()
