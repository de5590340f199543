"""Single facts of the ledger by name, such as that sending is stopped."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from engine.ledger.tables import facts


@dataclass(frozen=True)
class Facts:
    """Facts over one connection; the caller holds the transaction."""

    connection: sa.Connection

    def get(self, name: str) -> str | None:
        """What is kept under a name; None when nothing is."""
        found: str | None = self.connection.execute(
            sa.select(facts.c.value).where(facts.c.name == name)
        ).scalar()
        return found

    def below(self, prefix: str) -> dict[str, str]:
        """What is kept under the names that begin so, by what follows."""
        mine = facts.c.name.startswith(prefix, autoescape=True)
        rows = self.connection.execute(sa.select(facts).where(mine).order_by(facts.c.name))
        return {row.name.removeprefix(prefix): row.value for row in rows}

    def put(self, name: str, value: str) -> None:
        """Keep a fact, in place of what was kept under its name."""
        if self.connection.execute(sa.update(facts).values(value=value).where(facts.c.name == name)).rowcount:
            return
        self.connection.execute(facts.insert().values(name=name, value=value))

    def forget(self, name: str) -> None:
        """Keep nothing under a name."""
        self.connection.execute(sa.delete(facts).where(facts.c.name == name))
