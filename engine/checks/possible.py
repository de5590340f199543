"""Whether any record can answer some conditions so: a search over the values their operands may have.

No is certain, for every record there may ever be; yes only means that nothing speaks against it. Operands are
taken to vary freely, so what one says about another is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from operator import or_
from typing import TypeAlias

from engine.checks.answers import ANY, NO, NOT_YES, UNKNOWN, YES, enough, every, opposite, settled
from engine.checks.axes import Axis, axes_of, carries, said_of_units
from engine.model.operands import Aggregate, Cell, Constant, MomentValue, Operand
from engine.model.predicates import (
    All,
    EachUnit,
    Empty,
    Fate,
    HasTags,
    Leaf,
    NoneOf,
    Predicate,
    Standing,
    Test,
    Trend,
    operands_of,
)

Wanted: TypeAlias = tuple[Predicate, int]
"""A condition, and the set of answers that will do."""

_MOST_POINTS = 200
_MOST_STEPS = 3000
"""Enough for any file that people write; beyond, nothing is said."""


def possible(wanted: Sequence[Wanted]) -> bool:
    """Whether some record may give each condition one of the answers wanted; when in doubt, yes."""
    return _Search(wanted).finds()


def never_holds(predicate: Predicate) -> bool:
    """Whether no record can ever be told yes."""
    return not possible([(predicate, YES)])


def always_holds(predicate: Predicate) -> bool:
    """Whether every record is told yes."""
    if isinstance(predicate, Leaf) and _stays_open(predicate):
        return False
    return not possible([(predicate, NOT_YES)])


def only_asks_for_a_value(leaf: Leaf) -> bool:
    """Whether it is never denied: it holds wherever there is something to compare."""
    return leaf.if_missing is not True and not possible([(replace(leaf, if_missing=None), NO)])


def _stays_open(leaf: Leaf) -> bool:
    """Whether it is plain that a missing value leaves the answer open, or makes it no."""
    return leaf.if_missing is not True and any(
        not isinstance(one, Empty | HasTags) and _may_be_missing(operands_of(one)[0]) for one in leaf.tests
    )


def conflict(wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """The fewest of some conditions that are still impossible together."""
    kept = list(wanted)
    for one in reversed(wanted):
        fewer = [other for other in kept if other is not one]
        if fewer and not possible(fewer):
            kept = fewer
    return tuple(kept)


# --- what a value may be ------------------------------------------------------------------------------------


Point: TypeAlias = tuple[int, ...]
"""What each test about an operand answers for some of its values."""


def _points(operand: Operand, tests: Sequence[Test]) -> tuple[Point, ...]:
    """Every combination of answers that one value of the operand can give."""
    asked: list[Test] = []
    for one in tests:
        if not isinstance(one, Empty) and one not in asked:
            asked.append(one)
    axes: list[Axis] = []
    size = 1
    for axis in axes_of(operand, asked):
        if size * len(axis.marks) <= _MOST_POINTS:
            axes.append(axis)
            size *= len(axis.marks)
    places = [next((n for n, axis in enumerate(axes) if one in axis.tests), None) for one in tests]
    found = [_present(tests, axes, places, marks) for marks in product(*(axis.marks for axis in axes))]
    if _may_be_missing(operand):
        found.append(tuple(_of_nothing(one) for one in tests))
    if isinstance(operand, Aggregate) and _has_cell(operand):
        found += [(NO,) * len(tests), (UNKNOWN,) * len(tests)]
    return tuple(dict.fromkeys(found))


def _present(
    tests: Sequence[Test], axes: Sequence[Axis], places: Sequence[int | None], marks: Sequence[object]
) -> Point:
    """The answers where a value is there, at one mark of each axis."""
    found: list[int] = []
    for test, place in zip(tests, places, strict=True):
        if isinstance(test, Empty):
            found.append(NO if test.wanted else YES)
            continue
        answers = ANY if place is None else axes[place].answer(test, marks[place])
        found.append(answers | (NO | UNKNOWN if _looks_up(test) else 0))
    return tuple(found)


def _of_nothing(test: Test) -> int:
    """What a test says of a missing value."""
    if isinstance(test, Empty):
        return YES if test.wanted else NO
    if isinstance(test, HasTags):
        return carries(test, frozenset())
    if isinstance(test, Trend | EachUnit | Standing | Fate):
        return said_of_units(test)
    return UNKNOWN | NO if _looks_up(test) else UNKNOWN


def _looks_up(test: Test) -> bool:
    """A table's cell may be `none`, which is no, or not be there, which is unknown (Meaning 14)."""
    return any(isinstance(one, Cell) or _has_cell(one) for one in operands_of(test)[1:])


def _has_cell(operand: object) -> bool:
    windows = (operand.window, operand.except_) if isinstance(operand, Aggregate) else ()
    return any(one is not None and one.cell is not None for one in windows)


def _may_be_missing(operand: Operand) -> bool:
    """Only what can never be missing counts as there: a required field may still be blank in old data."""
    if isinstance(operand, Constant):
        return operand.value is None
    if isinstance(operand, Aggregate):
        windows = [one for one in (operand.window, operand.except_) if one is not None]
        return not operand.function.of_nothing_is_zero or any(one.period is None for one in windows)
    return not isinstance(operand, MomentValue)


# --- the search ---------------------------------------------------------------------------------------------


class _Search:
    """Tries the points of one operand after the other, as long as every condition can still be met."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self.wanted = [(_Node(predicate), answers) for predicate, answers in wanted]
        self.steps = 0
        grouped: dict[Operand, list[_Asked]] = {}
        for node, _ in self.wanted:
            for one in node.asked():
                grouped.setdefault(operands_of(one.test)[0], []).append(one)
        self.points: list[tuple[Point, ...]] = []
        for number, (operand, asked) in enumerate(grouped.items()):
            self.points.append(_points(operand, [one.test for one in asked]))
            for place, one in enumerate(asked):
                one.operand, one.place = number, place
        self.chosen = [_united(points) for points in self.points]

    def finds(self, number: int = 0) -> bool:
        """Whether the operands from this one on can have values so that all wanted answers come out."""
        self.steps += 1
        if not all(node.answers(self.chosen) & answers for node, answers in self.wanted):
            return False
        if number == len(self.points) or self.steps > _MOST_STEPS:
            return True
        before = self.chosen[number]
        for point in self.points[number]:
            self.chosen[number] = point
            if self.finds(number + 1):
                return True
        self.chosen[number] = before
        return False


@dataclass
class _Asked:
    """A test, and where its answer stands: in the point of which operand, at which place."""

    test: Test
    operand: int = 0
    place: int = 0


class _Node:
    """A condition whose tests know where their answers stand."""

    def __init__(self, predicate: Predicate) -> None:
        self.predicate = predicate
        self.items = () if isinstance(predicate, Leaf) else tuple(map(_Node, predicate.items))
        self.tests = tuple(map(_Asked, predicate.tests)) if isinstance(predicate, Leaf) else ()

    def asked(self) -> Iterator[_Asked]:
        """Every test in it."""
        yield from self.tests
        for one in self.items:
            yield from one.asked()

    def answers(self, chosen: Sequence[Point]) -> int:
        """What it may answer where the operands have these points."""
        predicate = self.predicate
        if isinstance(predicate, Leaf):
            return settled(
                every([chosen[one.operand][one.place] for one in self.tests]), predicate.if_missing
            )
        items = [one.answers(chosen) for one in self.items]
        if isinstance(predicate, All):
            return every(items)
        return opposite(enough(items, 1)) if isinstance(predicate, NoneOf) else enough(items, predicate.needs)


def _united(points: Sequence[Point]) -> Point:
    """All answers of all points: what is said while nothing is chosen."""
    return tuple(reduce(or_, answers) for answers in zip(*points, strict=True))


def parts_of(predicate: Predicate | None) -> Iterator[Predicate]:
    """What must all hold for a condition to hold."""
    if isinstance(predicate, All):
        for one in predicate.items:
            yield from parts_of(one)
    elif predicate is not None:
        yield predicate
