"""Verdicts: what a workflow says of every record, counted, and what would have to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, islice

from engine.model.predicates import Predicate, leaves, wanted, whole_answer
from engine.model.workflow import Bar, Barred
from engine.records.answering import Answers

_MOST_WAYS = 3
_MOST_TRIED = 5_000


class Verdict(StrEnum):
    """What a workflow says of a record (DESIGN section 8)."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNDECIDED = "undecided"
    ALREADY = "already"
    DEFERRED = "deferred"
    EXCLUDED = "excluded"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records got each verdict; `by_bar`: those that each bar of the workflow keeps out.

    None is for what nobody has counted.
    """

    checked: int
    matched: int
    deferred: int
    not_matched: int | None = None
    undecided: int | None = None
    already: int | None = None
    by_bar: tuple[int, ...] = ()
    excluded: int | None = None
    stopped: int | None = None


def count_verdicts(
    answers: Iterable[Answers], starts: int, deferred: int, bars: Sequence[Bar] = ()
) -> Counts:
    """The verdicts of a module; what says yes, is not barred, starts not and waits not has started before."""
    groups = list(answers)
    yes = sum(one.count for one in groups if one.whole is True)
    no = sum(one.count for one in groups if one.whole is False)
    unknown = sum(one.count for one in groups if one.whole is None)
    by_bar = tuple(
        sum(one.count for one in groups if one.whole is True and one.bar == number)
        for number in range(1, len(bars) + 1)
    )
    kinds = Counter[Barred]()
    for bar, count in zip(bars, by_bar, strict=True):
        kinds[bar.kind] += count
    already, checked = yes - starts - deferred - sum(by_bar), yes + no + unknown
    excluded, stopped = kinds[Barred.EXCLUDED], kinds[Barred.STOPPED]
    return Counts(checked, starts, deferred, no, unknown, already, by_bar, excluded, stopped)


def misses_one(condition: Predicate | None, answers: Answers) -> bool:
    """Whether the whole would be yes if a single condition were answered as it should be."""
    return any(misses(condition, answers, number) for number in range(len(answers.leaves)))


def ways_to_yes(condition: Predicate | None, told: Sequence[bool | None]) -> list[tuple[str, ...]]:
    """The smallest sets of conditions, by their paths, whose answers would have to change for the whole to be
    yes: to yes, below a `none` to no. At most three of them; none where the whole is yes.
    """
    asked = [] if condition is None else list(leaves(condition))
    if condition is None or whole_answer(condition, told) is True:
        return []
    answers = zip(told, wanted(condition), strict=True)
    open_ = [number for number, (answer, right) in enumerate(answers) if answer is not right]
    for size in range(1, len(open_) + 1):
        found = (
            some for some in islice(combinations(open_, size), _MOST_TRIED) if _turned(condition, told, some)
        )
        ways = [tuple(asked[number].path for number in some) for some in islice(found, _MOST_WAYS)]
        if ways:
            return ways
    return []


def _turned(condition: Predicate, told: Sequence[bool | None], some: Sequence[int]) -> bool:
    """Whether the whole would be yes if some of the conditions were answered as they should be."""
    answers = zip(told, wanted(condition), strict=True)
    changed = (right if number in some else answer for number, (answer, right) in enumerate(answers))
    return whole_answer(condition, changed) is True


def misses(condition: Predicate | None, answers: Answers, number: int) -> bool:
    """Whether the whole is not yes, and would be if one condition, by its number, were as it should be."""
    if condition is None or answers.whole is True:
        return False
    return _turned(condition, answers.leaves, (number,))
