"""The funnel of a dry run: how many records pass each condition, miss only this one, and by how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.model.moments import Clock
from engine.model.operands import FieldValue, Operand
from engine.model.predicates import Leaf, Predicate, cells_of, leaves, subject_of, wanted
from engine.records.answering import Answers
from engine.records.nearness import Miss, Told
from engine.shortfall import Measure, Shortfall, is_measured, shortfall
from engine.verdicts import misses


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One condition: how many records pass it, and how many would match if only it were passed.

    What stands below a `none` is passed by those that answer no.
    """

    path: str
    passed: int
    only_this: int
    unknown: int
    near: tuple[Near, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """So many of the records that miss only one condition miss it by no more than `within`."""

    measure: Measure
    within: int
    count: int

    def as_json(self) -> dict[str, Any]:
        """For machines; a share is in percent of what is asked."""
        return {"within": self.within, "measure": str(self.measure), "count": self.count}


@dataclass(frozen=True, slots=True)
class Lacking:
    """So many records cannot be decided, and these conditions, which ask about the same, lack its value."""

    subject: Operand
    paths: tuple[str, ...]
    count: int

    @property
    def field_key(self) -> str | None:
        """The field that is asked about, by its keys; None where something else is."""
        if not isinstance(self.subject, FieldValue):
            return None
        return ".".join(one.key for one in (*self.subject.links, self.subject.field))


STEPS: Mapping[Measure, tuple[int, ...]] = {
    Measure.DAYS: (3, 7, 30),
    Measure.COUNT: (1, 2, 3),
    Measure.SHARE: (5, 10, 20),
}
"""How near a near miss is told to be: within so many days, so many, so many percent of what is asked."""


def funnel(condition: Predicate | None, answers: Sequence[Answers]) -> list[FunnelStep]:
    """For each leaf, in file order, how many pass it and how many fail only it.

    A record fails only this condition when the whole is not yes now and would be if this one were passed.
    """
    asked = [] if condition is None else list(zip(leaves(condition), wanted(condition), strict=True))
    steps = []
    for number, (leaf, right) in enumerate(asked):
        passed = sum(one.count for one in answers if one.leaves[number] is right)
        unknown = sum(one.count for one in answers if one.leaves[number] is None)
        only = sum(one.count for one in answers if misses(condition, one, number))
        steps.append(FunnelStep(leaf.path, passed, only, unknown))
    return steps


def missed_alone(condition: Predicate | None, answers: Iterable[Answers]) -> dict[Leaf, list[Told]]:
    """Each condition that can be measured, with the answers of those who miss it alone and said no to it."""
    asked = [] if condition is None else list(zip(leaves(condition), wanted(condition), strict=True))
    told = {one.leaves: one for one in answers}
    found = {
        leaf: [
            one.leaves
            for one in told.values()
            if one.leaves[number] is False and misses(condition, one, number)
        ]
        for number, (leaf, right) in enumerate(asked)
        if right and is_measured(leaf)
    }
    return {leaf: some for leaf, some in found.items() if some}


def with_near(steps: Sequence[FunnelStep], misses: Iterable[Miss], clock: Clock) -> tuple[FunnelStep, ...]:
    """The funnel with how near the near misses are."""
    near: dict[tuple[str, Measure, int], int] = Counter()
    for one in misses:
        found = shortfall(one.leaf, one.actual, one.cell, clock)
        if found is not None:
            for step in STEPS[found.measure]:
                near[one.leaf.path, found.measure, step] += one.count * _lies_within(found, step)
    told: dict[str, list[Near]] = {}
    for (path, measure, step), count in near.items():
        told.setdefault(path, []).append(Near(measure, step, count))
    return tuple(replace(one, near=tuple(told.get(one.path, ()))) for one in steps)


def _lies_within(found: Shortfall, step: int) -> bool:
    if found.measure is Measure.SHARE:
        return found.share is not None and found.share * 100 <= step
    return found.by <= step


def lacking(condition: Predicate | None, answers: Iterable[Answers]) -> list[Lacking]:
    """What the undecided records lack, most often first."""
    asked = [] if condition is None else list(leaves(condition))
    about: dict[Operand, dict[str, None]] = {}
    counted = Counter[Operand]()
    for one in answers:
        if one.whole is None:
            unknown = [leaf for leaf, answer in zip(asked, one.leaves, strict=True) if answer is None]
            for subject, paths in _blamed(unknown).items():
                about.setdefault(subject, {}).update(dict.fromkeys(paths))
                counted[subject] += one.count
    return [Lacking(subject, tuple(about[subject]), count) for subject, count in counted.most_common()]


def _blamed(unknown: Sequence[Leaf]) -> dict[Operand, list[str]]:
    """What must be missing where these conditions have no answer: a table also asks for what it is read by.

    Where a condition may lack several things, one that another condition surely lacks is blamed.
    """
    may = {
        leaf.path: [subject_of(leaf), *(by for cell in cells_of(leaf) for by in cell.by)] for leaf in unknown
    }
    sure = {some[0] for some in may.values() if len(some) == 1}
    found: dict[Operand, list[str]] = {}
    for path, some in may.items():
        blamed = next((one for one in some if one in sure), some[0])
        found.setdefault(blamed, []).append(path)
    return found
