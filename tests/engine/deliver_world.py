"""Letters in an outbox, and channels that keep what they are given: to deliver from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from engine.channels import Inbox
from engine.channels.parcel import InDoubt, Outcome, Parcel, Sent
from engine.deliver import deliver_messages
from engine.ledger.post import Post
from engine.ledger.tables import inbox, outbox
from engine.posting.deliveries import Deliveries
from engine.posting.outlets import Outlets
from engine.records.session import Session
from tests.engine.small import NIGHT, Place, begun, workspace_with

WORKSPACE = workspace_with("actions: [{stop: x}]\n")


@dataclass
class Basket:
    """A channel into a file, as it were, that keeps what it is given, or fails."""

    is_ours: ClassVar[bool] = False
    leaves: ClassVar[bool] = False

    failure: Exception | None = None
    parcels: list[Parcel] = field(default_factory=list)
    calls: int = 0
    answers: dict[str, Outcome | Exception] = field(default_factory=dict)
    is_closed: bool = False

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        found = [self.answers.get(one.body, Sent(f"no {one.key}")) for one in parcels]
        self.parcels += [
            one for one, answer in zip(parcels, found, strict=True) if isinstance(answer, Sent | InDoubt)
        ]
        for one in found:
            if isinstance(one, Exception):
                raise one
        return [one for one in found if not isinstance(one, Exception)]

    def known(self, keys: Collection[str]) -> frozenset[str] | None:
        return frozenset(one.key for one in self.parcels if one.key in keys)

    def close(self) -> None:
        self.is_closed = True

    @property
    def bodies(self) -> list[str]:
        return [one.body for one in self.parcels]


class Mail(Basket):
    """A channel that leaves the house, one letter at a time."""

    leaves: ClassVar[bool] = True

    def known(self, keys: Collection[str]) -> frozenset[str] | None:
        return None


NOW = NIGHT.now


@contextmanager
def letters_of_a_night() -> Iterator[Session]:
    """An outbox to put letters into, with two runs to have written them."""
    with Place.make(WORKSPACE, {}).session() as session:
        with session.transaction():
            assert [begun(session.connection) for _ in range(2)] == [1, 2]
        yield session


def put(session: Session, *letters: Mapping[str, Any]) -> None:
    """Letters into the outbox, numbered from 1."""
    base = {
        "path": "actions/0",
        "run": 1,
        "kind": "message",
        "channel": "email",
        "recipient": "a@example.cn",
        "body": "x",
        "subject": None,
        "template": None,
        "urgent": 0,
        "state": "waiting",
    }
    rows = [{**base, "enrollment": n, "record": f"C{n}", **one} for n, one in enumerate(letters, start=1)]
    with session.transaction():
        session.connection.execute(outbox.insert(), rows)


def notice(person: str, body: str, **more: Any) -> dict[str, Any]:
    return {"kind": "notice", "channel": "inbox", "recipient": person, "body": body, **more}


def rows(session: Session) -> list[tuple[Any, ...]]:
    statement = sa.select(outbox.c.state, outbox.c.sent_at, outbox.c.answer).order_by(outbox.c.id)
    return [tuple(row) for row in session.connection.execute(statement)]


def states(session: Session) -> list[str]:
    return [row[0] for row in rows(session)]


def send(session: Session, **channels: Any) -> Deliveries:
    return deliver_at(NOW, session, **channels)


def deliver_at(now: datetime, session: Session, /, **channels: Any) -> Deliveries:
    outlets = Outlets(channels, worker="w1", machine=lambda: now, dice=lambda: 0.0)
    return deliver_messages(session, outlets, lambda: now)


def counts(found: Deliveries) -> tuple[int, int, int, int]:
    return found.sent, found.failed, found.dropped, found.in_doubt


def ours(session: Session) -> Inbox:
    return Inbox(Post(session.connection).put_in_inbox)


class Killed(Exception):
    """Stands for a process that ends here."""


def killed(session: Session, channel: Basket) -> None:
    with pytest.raises(Killed):
        send(session, email=channel)


def pages(session: Session) -> list[str]:
    return list(session.connection.execute(sa.select(inbox.c.text).order_by(inbox.c.id)).scalars())


def column(session: Session, name: str) -> list[Any]:
    return list(session.connection.execute(sa.select(outbox.c[name]).order_by(outbox.c.id)).scalars())


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)
