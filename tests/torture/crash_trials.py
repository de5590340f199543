"""One night that dies, or is stopped, at chosen moments; and what is found when it is over.

It is held against one that nobody disturbed: what the database holds, and what arrived by the mail server's
own log.
"""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.postgres import place
from tests.torture.crash_night import STARTED, WELL, Effects, Letters, Night, faults, state
from tests.torture.fork_server import Ended

HOLD, RESEND = "hold", "resend"
WHOLE, EVENING, MORNING = "whole", "evening", "morning"
BEGINS = "mail send DATA before"
LETTERS_LOOKED_AT = (1, 2, 50, 51)
"""All letters go the same way; at these, and at the last, every moment is taken: 50 are a batch."""


@contextmanager
def nights(policy: str, count: int = 1, started: int = STARTED) -> Iterator[list[Night]]:
    """Companies of the same kind, each with a mail server of its own."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(TemporaryDirectory(dir=place())))
        yield [stack.enter_context(Night.prepared(root / str(one), policy, started)) for one in range(count)]


@dataclass
class Sum:
    """What nights came to so far."""

    nights: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    in_doubt: int = 0
    resent: int = 0
    recovered: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, one: Sum) -> None:
        """Count a night in."""
        self.nights += one.nights
        self.kills += one.kills
        self.lost += one.lost
        self.doubled += one.doubled
        self.in_doubt += one.in_doubt
        self.resent += one.resent
        self.recovered = max(self.recovered, one.recovered)
        self.wrong += one.wrong


@dataclass(frozen=True)
class Calm:
    """A chapter that nobody disturbed: what it left, and its moments by name."""

    chapter: str
    effects: dict[str, Effects]
    names: Sequence[str]

    @classmethod
    def of(cls, night: Night, name: str, mutant: str = "") -> Calm:
        """Live through it; it is as it is expected from outside, too."""
        chapter = night.again(name)
        ended = night.start(chapter.at, mutant=mutant)
        letters = night.letters()
        assert ended.code == (0 if chapter.leaves else 3), ended.said
        assert letters.arrived == (letters.wanted if chapter.leaves else Counter())
        assert set(letters.states.values()) == {"sent" if chapter.leaves else "waiting"}
        assert faults(night.store) == []
        return cls(name, state(night.store), ended.names)


# --- which moments ------------------------------------------------------------------------------------------


def moments(names: Sequence[str]) -> list[int]:
    """The numbers of the moments that differ: those of most letters are left out, which repeat others'."""
    found, letter, last = [], 0, names.count(BEGINS)
    for number, name in enumerate(names, start=1):
        letter += name == BEGINS
        if letter in {0, last, *LETTERS_LOOKED_AT}:
            found.append(number)
    return found


def spread(numbers: Sequence[int], count: int, seed: int) -> list[int]:
    """So many of them, evenly, beginning where the seed says; all of them where there are no more."""
    if count >= len(numbers):
        return list(numbers)
    step, first = len(numbers) / count, random.Random(seed).random()
    return [numbers[int((first + one) * step)] for one in range(count)]


def between_transactions(names: Sequence[str]) -> list[int]:
    """The moments at which a process holds nothing that another one would have to wait for."""
    found, holds = [], False
    for number, name in enumerate(names, start=1):
        kind, _, rest = name.partition(" ")
        if not holds:
            found.append(number)
        if rest in {"commit after", "rollback after", "close after"}:
            holds = False
        elif rest == "BEGIN before" or (kind == "postgres" and not rest.startswith(("connect", "SHOW"))):
            holds = True
    return found


# --- one night ----------------------------------------------------------------------------------------------


def killed(night: Night, calm: Calm, deaths: Sequence[int], policy: str, mutant: str = "") -> Sum:
    """It dies at the first of the moments, its recovery at the second, and so on; then it recovers."""
    chapter, found = night.again(calm.chapter), Sum(nights=1)
    for fatal in deaths:
        ended = night.start(chapter.at, fatal=fatal, mutant=mutant)
        found.kills += ended.was_killed
        if not ended.was_killed:
            break
    recovery = night.recover(chapter, mutant=mutant)
    return _judged(night, calm, found, recovery, policy, f"killed at {_named(calm, deaths)}")


def stopped(night: Night, calm: Calm, moment: int, policy: str, mutant: str = "") -> Sum:
    """It is stopped past its lease, as a machine is suspended; another one does all, then it goes on (F8)."""
    chapter, found = night.again(calm.chapter), Sum(nights=1)
    if night.start(chapter.at, fatal=moment, signal=signal.SIGSTOP, mutant=mutant).is_stopped:
        found.kills = 1
        recovery = [*night.recover(chapter, mutant=mutant), night.forks.go_on()]
        return _judged(night, calm, found, recovery, policy, f"stopped at {_named(calm, [moment])}")
    return found


def _judged(night: Night, calm: Calm, found: Sum, recovery: Sequence[Ended], policy: str, how: str) -> Sum:
    found.recovered = max(one.seconds for one in recovery)
    found.wrong += [f"exit code {one.code}: {one.said[-2000:]}" for one in recovery if one.code not in WELL]
    _judge_effects(found, calm.effects, state(night.store))
    found.wrong += faults(night.store)
    if night.chapters[calm.chapter].leaves:
        _judge_letters(found, night.letters(), policy)
    elif night.box.letters:
        found.wrong.append(f"{len(night.box.letters)} letters left though all sending was stopped")
    found.wrong = [f"{calm.chapter} {how}: {one}" for one in found.wrong]
    return found


def _named(calm: Calm, moments: Iterable[int]) -> str:
    names = dict(enumerate(calm.names, start=1))
    return ", ".join(f"{one} ({names.get(one, '?')})" for one in moments)


def _judge_effects(found: Sum, wanted: dict[str, Effects], there: dict[str, Effects]) -> None:
    for table, rows in wanted.items():
        missing, extra = rows - there[table], there[table] - rows
        found.lost += missing.total()
        found.doubled += extra.total()
        if missing or extra:
            found.wrong.append(
                f"{table}: {missing.total()} missing {list(missing)[:2]}, {extra.total()} too many"
                f" {list(extra)[:2]}"
            )


def _judge_letters(found: Sum, letters: Letters, policy: str) -> None:
    """Every letter arrived, or is shown as in doubt; none arrived twice but one that was resent knowingly."""
    sent, doubtful = (
        {one for one, state in letters.states.items() if state == kind} for kind in ("sent", "in_doubt")
    )
    lost = (set(letters.wanted) - set(letters.arrived) - doubtful) | (sent - set(letters.arrived))
    twice = {one: count - 1 for one, count in letters.arrived.items() if count > 1}
    resent = {one for one in twice if policy == RESEND and letters.tries.get(one, 0) > 1}
    doubled = sum(count for one, count in twice.items() if one not in resent)
    found.lost += len(lost)
    found.doubled += doubled
    found.in_doubt += len(doubtful)
    found.resent += len(resent)
    told = {
        "letters lost": lost,
        "letters doubled": set(twice) - resent,
        "letters left in another state": set(letters.states) - sent - doubtful,
        "letters that nobody wrote": set(letters.arrived) - set(letters.wanted),
        "letters under two numbers": {one for one, all_ in letters.numbers.items() if len(all_) > 1},
    }
    found.wrong += [f"{what}: {sorted(some)[:3]}" for what, some in told.items() if some]
    if len(doubtful) > found.kills or len(resent) > found.kills:
        found.wrong.append(f"{len(doubtful)} in doubt, {len(resent)} resent by {found.kills} kills")
    if policy == RESEND and doubtful:
        found.wrong.append(f"in doubt though they are to be resent: {sorted(doubtful)[:3]}")
