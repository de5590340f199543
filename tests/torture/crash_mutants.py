"""What the check of crashes is worth: which changes of the safety code it tells (section 5, method 5)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from tests.torture.crash_night import Night
from tests.torture.crash_trials import (
    HOLD,
    Calm,
    between_transactions,
    killed,
    moments,
    nights,
    stopped,
)
from tests.torture.findings import Finding
from tests.torture.mutants import MUTANTS

MOST_TRIALS = 40
"""So often a mutant is tried until it is given away."""
RECORDS = 20


def findings(seed: int) -> Iterator[Finding]:
    """How many changes of the safety code the check tells from the real one, on SQLite."""
    with nights(HOLD, started=RECORDS) as (night,):
        night.keep_morning()
        caught = mutants_caught(night, MUTANTS, seed)
    wrong = [f"nobody notices that {MUTANTS[name].said}" for name, how in caught.items() if not how]
    said = f"{len(caught) - len(wrong)} of {len(caught)} mutants caught"
    yield Finding("1 crash, mutants", len(caught), said=said, wrong=wrong)


def mutants_caught(night: Night, names: Iterable[str], seed: int) -> dict[str, str]:
    """Of each mutant what gave it away; empty where nothing did."""
    found = {}
    for name in names:
        calm = Calm.of(night, MUTANTS[name].chapter)
        own = Calm.of(night, MUTANTS[name].chapter, name)
        assert own.effects == calm.effects, f"{name} differs even when nobody disturbs it"
        found[name] = _given_away(
            night, replace(own, effects=calm.effects), name, _telling(calm, own, name, seed)
        )
    return found


def _telling(calm: Calm, own: Calm, name: str, seed: int) -> list[int]:
    """The moments at which a mutant differs, or those that it names; any of them may be the one."""
    mutant = MUTANTS[name]
    if mutant.at:
        free = between_transactions(own.names) if mutant.stopped else moments(own.names)
        found = [one for one in free if own.names[one - 1].endswith(mutant.at)]
    else:
        matcher = SequenceMatcher(None, calm.names, own.names, autojunk=False)
        found = [
            number
            for kind, _, _, first, last in matcher.get_opcodes()
            if kind != "equal"
            for number in range(first + 1, last + 2)
        ]
    random.Random(seed).shuffle(found)
    return found[:MOST_TRIALS]


def _given_away(night: Night, calm: Calm, name: str, telling: Iterable[int]) -> str:
    for moment in telling:
        if MUTANTS[name].stopped:
            found = stopped(night, calm, moment, HOLD, name)
        else:
            found = killed(night, calm, [moment], HOLD, name)
        if found.wrong:
            return found.wrong[0]
    return ""
