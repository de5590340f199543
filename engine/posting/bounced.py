"""An address that was refused for good twice in a row is not written to any more (RELIABILITY F30).

A letter to it ends `suppressed`; who lets such a letter be sent again lifts that, for the address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.channels.parcel import Refused
from engine.ledger.bounces import Bounces, normal_address
from engine.ledger.post import Letter
from engine.model.nights import LetterState
from engine.posting.rules import Dropped, Verdict

MOST_BOUNCES = 2
REFUSED_TWICE = "W725"


@dataclass(frozen=True)
class Bounced:
    """What receivers have said of the addresses of one channel; the caller holds the transaction."""

    bounces: Bounces
    channel: str

    def refusals(self, letters: Sequence[Letter]) -> dict[int, Verdict]:
        """Letters to addresses that are not written to any more, by number."""
        addresses = {one.id: normal_address(one.recipient) for one in letters}
        counts = self.bounces.counts(self.channel, set(addresses.values()))
        dead = {address for address, count in counts.items() if count >= MOST_BOUNCES}
        told = Dropped(REFUSED_TWICE, LetterState.SUPPRESSED)
        return {number: told for number, address in addresses.items() if address in dead}

    def note(self, letters: Sequence[Letter], outcome: Refused, now: datetime) -> None:
        """The answer to one parcel, whose letters go to one address."""
        if outcome.is_address:
            self.bounces.note(self.channel, normal_address(letters[0].recipient), now, outcome.answer)

    def forget(self, letter: Letter) -> None:
        """The address took a letter, or a person lets one be sent again."""
        self.bounces.forget(self.channel, normal_address(letter.recipient))
