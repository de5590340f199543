"""What can be asked of a record: tests (a question about values) and predicates (questions combined).

Three answers: yes, no, unknown. A test on a missing operand is unknown; `Leaf.if_missing` settles it;
groups combine as LANGUAGE, Meaning 1 says (Kleene's strong logic).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from engine.model.moments import Length, Moment
from engine.model.operands import Aggregate, Cell, Constant, MomentValue, Operand, Rank, Series

# --- tests ----------------------------------------------------------------------------------


class Comparison(StrEnum):
    """How two values are compared."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"


COMPARED: Mapping[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.IS: operator.eq,
    Comparison.IS_NOT: operator.ne,
    Comparison.AT_LEAST: operator.ge,
    Comparison.MORE_THAN: operator.gt,
    Comparison.AT_MOST: operator.le,
    Comparison.LESS_THAN: operator.lt,
}
"""What each says of two values, in Python and in SQL alike."""


@dataclass(frozen=True, slots=True)
class Compare:
    """The operand against another; exact, text by code point (DESIGN section 6, Text)."""

    operand: Operand
    comparison: Comparison
    to: Operand


@dataclass(frozen=True, slots=True)
class Among:
    """The operand is (or, `negated`, is not) one of the values."""

    operand: Operand
    values: tuple[Operand, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """Whether the operand is missing; never unknown."""

    operand: Operand
    wanted: bool


@dataclass(frozen=True, slots=True)
class OnDay:
    """A date or datetime against a moment's day or instant."""

    operand: Operand
    comparison: Comparison
    moment: Moment


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The length between the operand (a date or datetime) and now; the future never matches (Meaning 3).

    `ahead`: the length from now to the operand, and the past never matches. `yearly`: the operand's day of
    the year, last time or next, against a written length; 29 February falls on the 28th in other years.
    """

    operand: Operand
    comparison: Comparison
    length: Length | Operand
    ahead: bool = False
    yearly: bool = False


class Part(StrEnum):
    """Where a text is looked for; A to Z and a to z count as equal."""

    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"


@dataclass(frozen=True, slots=True)
class TextPart:
    """The operand contains, starts or ends with a text."""

    operand: Operand
    part: Part
    text: str


class Carrying(StrEnum):
    """How the tags of a record relate to the tags asked for."""

    HAS = "has"
    HAS_ALL = "has_all"
    HAS_NONE = "has_none"


@dataclass(frozen=True, slots=True)
class HasTags:
    """The tags contain one, all or none of `tags`; a record without tags has none of them, not unknown."""

    operand: Operand
    carrying: Carrying
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """A series fell (or `rises`) by at least `by` in each of its last `in_a_row` units.

    `relative`: `by` is a percent of the unit before; else an amount.
    """

    operand: Series
    rises: bool
    by: Decimal
    relative: bool
    in_a_row: int = 1


@dataclass(frozen=True, slots=True)
class EachUnit:
    """The values of a series compared in each of its last `in_a_row` units."""

    operand: Series
    comparison: Comparison
    to: Operand
    in_a_row: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """The rank is among the first (`bottom`: the last): a number, or a share (0 to 1) rounded up.

    Records of equal value at the border are in; who is not among those that are ranked is not.
    """

    operand: Rank
    bottom: bool
    number: int | None = None
    share: Decimal | None = None


class Family(StrEnum):
    """The kinds of steps that something becomes of."""

    TASK = "task"
    LETTER = "letter"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an earlier step of the enrollment, or its answer; unknown before it is reached.

    `path` and `family` say which step that is, once an enrollment has come past it.
    """

    operand: Operand
    step: str
    fates: tuple[str, ...]
    negated: bool = False
    path: str = ""
    family: Family | None = None


Test: TypeAlias = (
    Compare | Among | Empty | OnDay | Elapsed | TextPart | HasTags | Trend | EachUnit | Standing | Fate
)


# --- predicates -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition of the file: one test, or a lower and an upper bound. `path` is its place in the file."""

    path: str
    tests: tuple[Test, ...]
    if_missing: bool | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Yes when all are; no when any is no; else unknown. `segment` names the list it stands for."""

    path: str
    items: tuple[Predicate, ...]
    segment: str = ""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Yes when at least `needs` are; no when they cannot be, even if the unknown were yes."""

    path: str
    items: tuple[Predicate, ...]
    needs: int = 1


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The opposite of AnyOf(needs=1)."""

    path: str
    items: tuple[Predicate, ...]


Predicate: TypeAlias = Leaf | All | AnyOf | NoneOf


def leaves(predicate: Predicate) -> Iterator[Leaf]:
    """Every leaf in file order."""
    if isinstance(predicate, Leaf):
        yield predicate
    else:
        for item in predicate.items:
            yield from leaves(item)


def wanted(predicate: Predicate, *, opposite: bool = False) -> Iterator[bool]:
    """The answer of every leaf that helps the whole to be yes, in file order: below a `none` it is no."""
    if isinstance(predicate, Leaf):
        yield not opposite
    else:
        for item in predicate.items:
            yield from wanted(item, opposite=opposite is not isinstance(predicate, NoneOf))


def whole_answer(predicate: Predicate, digits: Iterable[bool | None]) -> bool | None:
    """The answer of a predicate from the answers of its leaves, in file order (LANGUAGE, Meaning 1)."""
    remaining = iter(digits)
    if isinstance(predicate, Leaf):
        return next(remaining)
    items = [whole_answer(item, remaining) for item in predicate.items]
    if isinstance(predicate, All):
        return False if False in items else None if None in items else True
    needs = 1 if isinstance(predicate, NoneOf) else predicate.needs
    yes = items.count(True)
    if yes >= needs:
        answer: bool | None = True
    else:
        answer = None if yes + items.count(None) >= needs else False
    if isinstance(predicate, NoneOf) and answer is not None:
        return not answer
    return answer


def cells_of(leaf: Leaf) -> Iterator[Cell]:
    """The table cells a leaf looks up; a cell `none` makes it no, whatever `if_missing` says (Meaning 14)."""
    for test in leaf.tests:
        for operand in operands_of(test):
            if isinstance(operand, Cell):
                yield operand
            if isinstance(operand, Aggregate):
                yield from operand.cells


def subject_of(leaf: Leaf) -> Operand:
    """What a condition asks about."""
    return operands_of(leaf.tests[0])[0]


def compared_with(leaf: Leaf) -> Operand | None:
    """The cell, or the other value of the record, that the subject is held against."""
    others = (one for test in leaf.tests for one in operands_of(test)[1:])
    return next((one for one in others if not isinstance(one, Constant | MomentValue)), None)


def demanded_by(leaf: Leaf) -> Operand | None:
    """The same; where it is held against a constant, the cell that says how far back the subject looks."""
    return compared_with(leaf) or next(cells_of(leaf), None)


def operands_of(test: Test) -> tuple[Operand, ...]:
    """The operands of a test, the subject first."""
    if isinstance(test, Compare):
        return test.operand, test.to
    if isinstance(test, Among):
        return (test.operand, *test.values)
    if isinstance(test, EachUnit):
        return test.operand, test.to
    if isinstance(test, Elapsed) and not isinstance(test.length, Length):
        return test.operand, test.length
    return (test.operand,)
