"""Deliver: what waits in the outbox is handed to its channels, page by page.

A page is marked `sending` before it goes out and `sent` after: whoever is killed between the two leaves
rows in doubt, which are shown and never sent again by themselves (DESIGN promise 6). A channel that keeps its
letters in this database is never in doubt: it takes them in the transaction that marks them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.channels.parcel import Channel, Parcel
from engine.ledger.book import Letter
from engine.model.diagnostics import ChannelError
from engine.model.values import stored_instant
from engine.records.session import Session

PAGE_LETTERS = 5_000


@dataclass
class Deliveries:
    """How many letters were handed over and how many refused."""

    sent: int = 0
    failed: int = 0


def deliver_messages(session: Session, channels: Mapping[str, Channel]) -> Deliveries:
    """Empty the outbox, what stays in the house first; letters of a failing channel wait, with its answer."""
    deliveries = Deliveries()
    for name in sorted(session.book.waiting_channels(), key=lambda one: not _is_ours(channels.get(one))):
        channel = channels.get(name)
        deliver = _deliver_ours if _is_ours(channel) else _deliver_outside
        while deliver(session, name, channel, deliveries):
            pass
    return deliveries


def _is_ours(channel: Channel | None) -> bool:
    return channel is not None and channel.is_ours


def _deliver_ours(session: Session, name: str, channel: Channel | None, deliveries: Deliveries) -> bool:
    """One page that stays in the database: claimed and kept in one transaction. False when nothing waits."""
    assert channel is not None
    with session.transaction():
        letters = session.book.claim(name, PAGE_LETTERS)
        if letters:
            _send(session, channel, letters)
    deliveries.sent += len(letters)
    return bool(letters)


def _deliver_outside(session: Session, name: str, channel: Channel | None, deliveries: Deliveries) -> bool:
    """One page that leaves the house: claimed, handed over, marked. False when there is nothing more to try.

    A channel that fails has taken nothing (Channel.send), so its letters wait for the next run.
    """
    with session.transaction():
        letters = session.book.claim(name, PAGE_LETTERS)
    ids = [letter.id for letter in letters]
    try:
        if channel is None:
            raise ChannelError("W703", channel=name)
        if letters:
            with session.transaction():
                _send(session, channel, letters)
        deliveries.sent += len(ids)
    except ChannelError as failure:
        with session.transaction():
            session.book.mark_waiting(ids, {"code": failure.code, **failure.facts})
        deliveries.failed += len(ids)
        return False
    return bool(letters)


def _send(session: Session, channel: Channel, letters: list[Letter]) -> None:
    channel.send(list(_parcels(letters, stored_instant(session.clock.now))))
    session.book.mark_sent([letter.id for letter in letters], session.clock)


def _parcels(letters: Sequence[Letter], at: str) -> Iterator[Parcel]:
    """Messages one by one; notices of one run to one colleague together, urgent ones alone (Meaning 18)."""
    for (run, person), group in groupby(letters, key=lambda one: (one.run, one.recipient)):
        together: list[Letter] = []
        for letter in group:
            if letter.kind == "notice" and not letter.urgent:
                together.append(letter)
            else:
                yield _parcel(letter, at)
        if together:
            first, body = together[0], "\n".join(one.body for one in together)
            yield Parcel(f"{run}/{person}/{first.id}", run, at, first.channel, person, "", body)


def _parcel(letter: Letter, at: str) -> Parcel:
    return Parcel(
        key=letter.key,
        run=letter.run,
        at=at,
        channel=letter.channel,
        to=letter.recipient,
        subject=letter.subject or "",
        body=letter.body,
        record=letter.record,
        template=letter.template or "",
        urgent=letter.urgent,
    )
