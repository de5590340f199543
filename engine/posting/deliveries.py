"""What became of letters, counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.model.diagnostics import ChannelError


@dataclass
class Deliveries:
    """What became of letters: handed over, not taken this time or ever, not sent any more, in doubt.

    `put_off` wait for a better time by our own rules. `told` are the reasons why a channel as a whole sends
    nothing, each once. `is_over` says that there is nothing more to try now.
    """

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    in_doubt: int = 0
    put_off: int = 0
    told: list[ChannelError] = field(default_factory=list)
    is_over: bool = True

    def add(self, other: Deliveries) -> None:
        """Count what another call has done."""
        self.sent += other.sent
        self.failed += other.failed
        self.dropped += other.dropped
        self.in_doubt += other.in_doubt
        self.put_off += other.put_off
        known = {(one.code, *one.facts.values()) for one in self.told}
        self.told += [one for one in other.told if (one.code, *one.facts.values()) not in known]
