"""Addresses that receivers have refused for good: how often in a row, and what was said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.ledger.tables import bounces
from engine.ledger.upserts import insert_into
from engine.model.values import stored_instant


def normal_address(recipient: str) -> str:
    """The form in which two spellings of one address are the same."""
    return recipient.strip().lower()


@dataclass(frozen=True)
class Bounces:
    """Over one connection; the caller holds the transaction and gives addresses in their normal form."""

    connection: sa.Connection

    def counts(self, channel: str, addresses: Collection[str]) -> Mapping[str, int]:
        """Address -> how often it was refused, of those that were."""
        mine = (bounces.c.channel == channel, bounces.c.address.in_(addresses))
        rows = self.connection.execute(sa.select(bounces.c.address, bounces.c.count).where(*mine))
        return {address: count for address, count in rows}  # noqa: C416 - rows are no pairs to mypy

    def note(self, channel: str, address: str, at: datetime, answer: str) -> None:
        """It was refused once more."""
        last = {"last_at": stored_instant(at), "answer": answer}
        row = {"channel": channel, "address": address, "count": 1, **last}
        added = insert_into(self.connection, bounces).values(row)
        once_more = {**last, "count": bounces.c.count + 1}
        keys = [bounces.c.channel, bounces.c.address]
        self.connection.execute(added.on_conflict_do_update(index_elements=keys, set_=once_more))

    def forget(self, channel: str, address: str) -> None:
        """It took a letter, or a person says that it will."""
        mine = (bounces.c.channel == channel, bounces.c.address == address)
        self.connection.execute(sa.delete(bounces).where(*mine))
