"""Which letters go together, and the parcel that a channel is given for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from engine.channels.parcel import Parcel
from engine.ledger.post import Letter
from engine.model.effects import EffectKind


def together(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Messages one by one; notices of one run to one colleague together, urgent ones alone (Meaning 18).

    Those that were tried together stay together, and alone: their parcel keeps its key.
    """
    for _, group in groupby(letters, key=lambda one: (one.run, one.recipient)):
        tried: dict[str | None, list[Letter]] = {}
        for letter in group:
            if letter.kind == EffectKind.NOTICE and not letter.urgent:
                tried.setdefault(letter.first_try_at, []).append(letter)
            else:
                yield [letter]
        yield from tried.values()


def parcel_of(letters: Sequence[Letter], at: str) -> Parcel:
    """What a channel is given for letters that go together; `at` is the moment of sending."""
    first = letters[0]
    if first.kind == EffectKind.NOTICE and not first.urgent:
        body = "\n".join(one.body for one in letters)
        key = f"{first.run}/{first.recipient}/{first.id}"
        return Parcel(key, first.run, at, first.channel, first.recipient, "", body)
    return Parcel(
        key=first.key,
        run=first.run,
        at=at,
        channel=first.channel,
        to=first.recipient,
        subject=first.subject or "",
        body=first.body,
        record=first.record,
        template=first.template or "",
        urgent=first.urgent,
        html=first.html,
    )
