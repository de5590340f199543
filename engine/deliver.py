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
    """Empty the outbox; a channel that fails keeps its letters as failed, with its answer."""
    deliveries = Deliveries()
    while True:
        with session.transaction():
            letters = session.book.claim(PAGE_LETTERS)
            kept = [one for one in letters if _is_ours(channels.get(one.channel))]
            for name, group in _by_channel(kept):
                _send(session, channels[name], group)
        deliveries.sent += len(kept)
        if not letters:
            return deliveries
        done = {one.id for one in kept}
        for name, group in _by_channel([one for one in letters if one.id not in done]):
            _hand_over(session, channels.get(name), group, deliveries)


def _is_ours(channel: Channel | None) -> bool:
    return channel is not None and channel.is_ours


def _by_channel(letters: Sequence[Letter]) -> Iterator[tuple[str, list[Letter]]]:
    ordered = sorted(letters, key=lambda one: one.channel)
    for name, group in groupby(ordered, key=lambda one: one.channel):
        yield name, list(group)


def _hand_over(
    session: Session, channel: Channel | None, letters: list[Letter], deliveries: Deliveries
) -> None:
    ids = [letter.id for letter in letters]
    try:
        if channel is None:
            raise ChannelError("W703", channel=letters[0].channel)
        with session.transaction():
            _send(session, channel, letters)
        deliveries.sent += len(ids)
    except ChannelError as failure:
        with session.transaction():
            session.book.mark_failed(ids, f"{failure.code} {failure.facts}")
        deliveries.failed += len(ids)


def _send(session: Session, channel: Channel, letters: list[Letter]) -> None:
    channel.send(list(_parcels(letters, stored_instant(session.clock.now))))
    session.book.mark_sent([letter.id for letter in letters], session.clock)


def _parcels(letters: Sequence[Letter], at: str) -> Iterator[Parcel]:
    """Messages one by one; notices of one run to one colleague together, urgent ones alone (Meaning 18)."""
    notices = sorted(
        (one for one in letters if one.kind == "notice" and not one.urgent),
        key=lambda one: (one.run, one.recipient, one.id),
    )
    for letter in letters:
        if letter.kind != "notice" or letter.urgent:
            yield Parcel(
                letter.key, letter.run, at, letter.channel, letter.recipient, letter.subject or "", letter.body,
                letter.record, letter.template or "", letter.urgent,
            )  # fmt: skip
    for (run, person), group in groupby(notices, key=lambda one: (one.run, one.recipient)):
        together = list(group)
        body = "\n".join(one.body for one in together)
        key = f"{run}/{person}/{together[0].id}"
        yield Parcel(key, run, at, together[0].channel, person, "", body)
