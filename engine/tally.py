"""What one process has done since it began, in numbers that other threads may read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

BOUNDS = (0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds: a wake-up takes tenths, a night of all customers minutes."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long runs took: how many of them up to each bound and above all, and the seconds of them all."""

    counts: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)
    seconds: float = 0.0

    def with_one(self, seconds: float) -> Spread:
        """And one more."""
        at = bisect_left(BOUNDS, seconds)
        counts = (*self.counts[:at], self.counts[at] + 1, *self.counts[at + 1 :])
        return Spread(counts, self.seconds + seconds)


@dataclass
class Tally:
    """Numbers of a worker: how runs ended, how long they took, letters, when it last looked at the clock."""

    ticked_at: float | None = None
    sent: int = 0
    not_sent: int = 0
    _ended: dict[tuple[str, str], int] = field(default_factory=dict)
    _took: dict[str, Spread] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def tick(self, at: float) -> None:
        """It has looked at the clock, at these seconds since 1970."""
        self.ticked_at = at

    def end(self, workflow: str, state: str, seconds: float) -> None:
        """A run has ended, or was held."""
        with self._lock:
            self._ended[workflow, state] = self._ended.get((workflow, state), 0) + 1
            self._took[workflow] = self._took.get(workflow, Spread()).with_one(seconds)

    def deliver(self, sent: int, not_sent: int) -> None:
        """Letters were handed over, or not."""
        with self._lock:
            self.sent += sent
            self.not_sent += not_sent

    def ended(self) -> Mapping[tuple[str, str], int]:
        """Workflow and state -> how many runs ended so."""
        with self._lock:
            return dict(self._ended)

    def took(self) -> Mapping[str, Spread]:
        """Workflow -> how long its runs took."""
        with self._lock:
            return dict(self._took)
