"""A night that dies at one moment after the other (RELIABILITY, check 1, and section 5, methods 1 to 3).

SQLite's own method: the n-th moment is fatal, for n = 1, 2, 3 and so on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from tests.postgres import binaries
from tests.stores import POSTGRES, SQLITE, STORES
from tests.torture.crash_night import STARTED, Night
from tests.torture.crash_trials import (
    EVENING,
    HOLD,
    MORNING,
    RESEND,
    WHOLE,
    Calm,
    Sum,
    between_transactions,
    killed,
    moments,
    nights,
    spread,
    stopped,
)
from tests.torture.findings import Finding
from tests.torture.points import shown

NEEDED = 600
"""So many moments there have to be (RELIABILITY, check 1)."""
FEW = 60
"""Records whose letters are looked at one by one: more than a batch."""
DEATHS = 5
"""So often a whole night dies, the later times while it recovers ..."""
SOON = 400
"""... not so long after the start that the night would be over before."""
ENOUGH = 10
"""After so many wrong nights no more are needed."""
JOBS = 2

Trial = Callable[[Night], Sum]


@dataclass(frozen=True)
class Part:
    """A part of the check: a chapter, what happens to letters in doubt, how many nights at most.

    `deaths`: of each night, the first one at a moment of the enumeration; 0: it is stopped instead.
    `started`: how many records.
    """

    chapter: str
    policy: str
    most: int
    deaths: int = 1
    started: int = STARTED

    def trials(self, calm: Calm, seed: int) -> list[Trial]:
        """The nights of this part."""
        if not self.deaths:
            free = spread(between_transactions(calm.names), self.most, seed)
            return [partial(stopped, calm=calm, moment=one, policy=self.policy) for one in free]
        first = spread(moments(calm.names), self.most, seed)
        return deadly(calm, first, self.deaths, self.policy, seed)


PARTS = (
    Part(EVENING, HOLD, 650),
    Part(MORNING, HOLD, 200, started=FEW),
    Part(MORNING, RESEND, 100, started=FEW),
    Part(WHOLE, HOLD, 15, DEATHS),
    Part(WHOLE, RESEND, 15, DEATHS),
    Part(WHOLE, HOLD, 15, deaths=0, started=FEW),
)


def deadly(calm: Calm, first: Iterable[int], deaths: int, policy: str, seed: int) -> list[Trial]:
    """Nights that die at a moment that is given, their recoveries at any."""
    dice = random.Random(seed)
    later = [[dice.randint(1, SOON) for _ in range(deaths - 1)] for _ in calm.names]
    return [
        partial(killed, calm=calm, deaths=[one, *more], policy=policy)
        for one, more in zip(first, later, strict=False)
    ]


def tried(companies: Sequence[Night], trials: Iterable[Trial]) -> Sum:
    """Every trial once, by whichever company is free."""
    left, found = SimpleQueue[Trial](), Sum()
    for one in trials:
        left.put(one)

    def work(night: Night) -> None:
        while len(found.wrong) < ENOUGH:
            try:
                trial = left.get_nowait()
            except Empty:
                return
            found.add(trial(night))

    with ThreadPoolExecutor(len(companies)) as pool:
        list(pool.map(work, companies))
    return found


def findings(kind: str, seed: int, parts: Iterable[Part] = PARTS) -> Iterator[Finding]:
    """The whole check on one kind of database."""
    with store_of_kind(kind) as is_there:
        if not is_there:
            yield Finding(f"1 crash, {kind}", 0, said="no server on this machine")
            return
        for part in parts:
            with nights(part.policy, JOBS, part.started) as companies:
                if part.chapter == MORNING:
                    for night in companies:
                        night.keep_morning()
                yield _finding(companies, part, kind, seed)


def _finding(companies: Sequence[Night], part: Part, kind: str, seed: int) -> Finding:
    calm = Calm.of(companies[0], part.chapter)
    trials = part.trials(calm, seed)
    found = tried(companies, trials)
    how = "stopped at" if not part.deaths else "killed at" if part.deaths == 1 else f"{part.deaths} times, at"
    said = f"{len(calm.names)} points ({shown(calm.names)}), {len(moments(calm.names))} differ"
    said += f", {how} {len(trials)}"
    if part.policy == RESEND:
        said += f", {found.resent} resent"
    if part.chapter == WHOLE and len(calm.names) < NEEDED:
        found.wrong.append(f"only {len(calm.names)} points")
    return Finding(
        f"1 crash, {kind}, {part.chapter}, {part.policy}",
        found.nights,
        kills=found.kills,
        lost=found.lost,
        doubled=found.doubled,
        in_doubt=found.in_doubt,
        recovered=found.recovered,
        said=said,
        wrong=found.wrong,
    )


def on_sqlite(seed: int) -> Iterator[Finding]:
    """Check 1 on SQLite."""
    return findings(SQLITE, seed)


def on_postgres(seed: int) -> Iterator[Finding]:
    """Check 1 on PostgreSQL."""
    return findings(POSTGRES, seed)


@contextmanager
def store_of_kind(kind: str) -> Iterator[bool]:
    """A server for as long as it is needed; False where there is none on the machine."""
    if kind == POSTGRES and binaries() is None:
        yield False
        return
    STORES.kind = kind
    try:
        if kind == POSTGRES:
            STORES.start()
        yield True
    finally:
        STORES.stop()
        STORES.kind = SQLITE
