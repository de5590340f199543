"""When a letter is tried again, and when a channel that keeps failing is left alone for a while."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.model.values import stored_instant

MOST_TRIES = 8
LONGEST = timedelta(hours=24)
_FIRST, _FACTOR, _LONGEST_WAIT = timedelta(minutes=1), 4, timedelta(hours=6)
"""Seven waits of 1, 4, 16, 64, 256, 360 and 360 minutes are 18 hours; with a fifth more, under 24."""
_JITTER = 0.2

_FAILURES_BEFORE_PAUSE = 5
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)


def next_try(*, tries: int, first_try: datetime, now: datetime, after: float, dice: float) -> datetime | None:
    """When to try again after `tries` tries; None: never, the letter is dead.

    `after` is how many seconds the receiver asked for, `dice` a number from 0 to 1 that spreads the tries of
    many letters.
    """
    if tries >= MOST_TRIES or (tries > 1 and now - first_try >= LONGEST):
        return None
    grown: int = _FACTOR ** max(tries - 1, 0)
    wait = min(_FIRST * grown, _LONGEST_WAIT) * (1 + _JITTER * dice)
    return now + max(wait, timedelta(seconds=after))


@dataclass(frozen=True, slots=True)
class Breaker:
    """How often a channel as a whole has failed in a row, and until when it is left alone."""

    failures: int = 0
    until: datetime | None = None

    @classmethod
    def read(cls, kept: str | None) -> Breaker:
        """From the form it is kept in."""
        if kept is None:
            return cls()
        found = json.loads(kept)
        until = found["until"]
        return cls(found["failures"], None if until is None else datetime.fromisoformat(until))

    def kept(self) -> str:
        """The form it is kept in."""
        until = None if self.until is None else stored_instant(self.until)
        return json.dumps({"failures": self.failures, "until": until})

    def is_open(self, now: datetime) -> bool:
        """Whether nothing is tried now."""
        return self.until is not None and now < self.until

    def failed(self, now: datetime) -> Breaker:
        """After one failure more: from the fifth on a pause, each twice as long."""
        failures = self.failures + 1
        if failures < _FAILURES_BEFORE_PAUSE:
            return Breaker(failures)
        doubled = min(failures - _FAILURES_BEFORE_PAUSE, 10)
        return Breaker(failures, now + min(_FIRST_PAUSE * 2**doubled, _LONGEST_PAUSE))
