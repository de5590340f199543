"""The random cases meet every noun of the algebra, each with all that can come of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import pytest

from engine.model.colleagues import Present
from engine.model.entities import FieldType
from engine.model.moments import Length, Unit
from engine.model.operands import (
    Aggregate,
    Cell,
    Function,
    Measure,
    Operand,
    Rank,
    Series,
    Tagged,
    Times,
    UsualGap,
)
from engine.model.predicates import Carrying, Comparison, EachUnit, Elapsed, Part, Standing, Test, Trend
from engine.model.scores import Points, Score
from tests.reference.asking import MODELS
from tests.reference.evaluator import Reference
from tests.reference.generator import random_case
from tests.reference.worlds import COMPARED, EQUALITY, MOMENTS, ORDERED, TEXTUAL

CASES = 1_500
LEFT_OUT = {
    "EventRecord": "the record that an event is about (tests/engine/test_eventing.py)",
    "Enrolled": "known once an enrollment goes on (tests/test_sequences.py)",
    "ReachedAt": "as Enrolled",
    "Drawn": "drawn when all records are selected, after the questions",
    "Fate": "the ledger knows what became of a step",
    "Listed": "rows for a text",
    "Lot": "a hash, no meaning to refer to",
    "Pick": "answers of branches belong to an enrollment",
}


# --- what was asked, by name --------------------------------------------------------------------------------


def names_of(noun: Any) -> Iterator[str]:
    """The noun, and the noun with each thing that makes it different."""
    kind = type(noun).__name__
    yield kind
    describe = DESCRIBED.get(type(noun))
    yield from (f"{kind} {one}" for one in (describe(noun) if describe else ()))
    for part in ("comparison", "part", "carrying", "negated", "wanted"):
        if hasattr(noun, part):
            yield f"{kind} {getattr(noun, part)} {noun.operand.type}"


def _aggregate(noun: Aggregate) -> Iterator[str]:
    yield str(noun.function)
    for option in ("where", "except_", "latest"):
        if getattr(noun, option):
            yield f"with {option}"
    for window, name in ((noun.window, "window"), (noun.except_, "exception")):
        for way in ("period", "cell", "length"):
            if window is not None and getattr(window, way) is not None:
                yield f"{name} by {way}"


def _series(noun: Series) -> Iterator[str]:
    yield f"by {noun.unit}"
    yield f"of {noun.of.function}"
    if noun.of.where:
        yield "with where"


def _gap(noun: UsualGap) -> Iterator[str]:
    if noun.where:
        yield "with where"


def _rank(noun: Rank) -> Iterator[str]:
    yield str(noun.measure)
    if noun.in_each:
        yield "in each"
    if noun.among:
        yield "among"


def _score(noun: Score) -> Iterator[str]:
    yield "of dimensions" if noun.dimensions else "of points"
    for one in noun.points:
        if isinstance(one, Points):
            yield "of points for a yes"
            continue
        yield "of points for each"
        if one.halves_every:
            yield "of points that halve"
        if one.at_most is not None:
            yield "of points with a bound"


def _elapsed(noun: Elapsed) -> Iterator[str]:
    way = f"{'until' if noun.ahead else 'since'}{' yearly' if noun.yearly else ''}"
    written = "written" if isinstance(noun.length, Length) else "kept"
    yield f"{way} {'of a table' if isinstance(noun.length, Cell) else written}"
    yield f"{way} {noun.comparison}"


def _trend(noun: Trend) -> Iterator[str]:
    way = f"{'rises' if noun.rises else 'falls'} by {'percent' if noun.relative else 'amount'}"
    yield way
    yield f"{way} {'once' if noun.in_a_row == 1 else 'in a row'}"


def _standing(noun: Standing) -> Iterator[str]:
    yield f"{'bottom' if noun.bottom else 'top'} {'share' if noun.number is None else 'number'}"


DESCRIBED: dict[type, Any] = {
    Aggregate: _aggregate,
    Series: _series,
    UsualGap: _gap,
    Rank: _rank,
    Score: _score,
    Elapsed: _elapsed,
    Trend: _trend,
    Standing: _standing,
    EachUnit: lambda noun: (f"{noun.comparison}", "once" if noun.in_a_row == 1 else "in a row"),
    Present: lambda noun: (f"skips {noun.skip}",),
    Tagged: lambda noun: ("carried" if noun.carried else "taken off",),
    Times: lambda noun: ("a length" if noun.type is FieldType.LENGTH else "a number",),
}


@cache
def outcomes() -> dict[str, set[bool | None]]:
    """What came of every noun: a value or none; yes, no or unknown."""
    found: dict[str, set[bool | None]] = defaultdict(set)
    for seed in range(CASES):
        for of_operands in (False, True):
            case = random_case(seed, MODELS, of_operands=of_operands)
            reference = Reference(case.world, case.clock)
            asked = reference.value if of_operands else reference.ask
            for noun in case.nouns:
                for row in case.world[case.module]:
                    asked(noun, row)
            for noun, outcome in reference.seen:
                for name in names_of(noun):
                    found[name].add(outcome)
    return found


# --- what must have been asked ------------------------------------------------------------------------------

OPTIONS = ("with where",)
UNITS = (Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS)
WAYS = [f"{way}{yearly}" for way in ("since", "until") for yearly in ("", " yearly")]
NAMES = [
    *(kind.__name__ for kind in (*get_args(Operand), *get_args(Test)) if kind.__name__ not in LEFT_OUT),
    *(f"Aggregate {one}" for one in (*Function, *OPTIONS, "with except_", "with latest")),
    *(f"Aggregate window by {one}" for one in ("period", "cell", "length")),
    *(f"Aggregate exception by {one}" for one in ("period", "cell")),
    *(f"Series by {one}" for one in UNITS),
    *(f"Series of {one}" for one in (Function.COUNT, Function.SUM, Function.AVERAGE)),
    *(f"{kind} {one}" for kind in ("Series", "UsualGap") for one in OPTIONS),
    *(f"Rank {one}" for one in (*Measure, "in each", "among")),
    "Score of dimensions",
    *(f"Score of points{one}" for one in ("", " for a yes", " for each", " that halve", " with a bound")),
    *(f"Elapsed {way} {one}" for way in WAYS for one in ("written", "of a table", *Comparison)),
    *(f"Elapsed {way} kept" for way in WAYS if "yearly" not in way),
    *(
        f"Trend {way} by {one}{often}"
        for way in ("falls", "rises")
        for one in ("percent", "amount")
        for often in ("", " once", " in a row")
    ),
    *(f"EachUnit {one}" for one in (*Comparison, "once", "in a row")),
    *(f"Compare {one} {kind}" for kind in COMPARED for one in (Comparison if kind in ORDERED else EQUALITY)),
    *(f"Among {negated} {kind}" for kind in (*COMPARED, FieldType.LINK) for negated in (True, False)),
    *(f"{word} {one} {kind}" for word in ("OnDay", "Elapsed") for one in Comparison for kind in MOMENTS),
    *(f"TextPart {part} {kind}" for kind in TEXTUAL for part in Part),
    *(f"Empty {wanted} {kind}" for kind in (*COMPARED, FieldType.TAGS) for wanted in (True, False)),
    *(f"HasTags {carrying} {FieldType.TAGS}" for carrying in Carrying),
    *(f"Standing {side} {one}" for side in ("top", "bottom") for one in ("number", "share")),
    *(f"Present skips {one}" for one in (0, 1)),
    *(f"Tagged {one}" for one in ("carried", "taken off")),
    *(f"Times {one}" for one in ("a length", "a number")),
]
TESTS = {one.__name__ for one in get_args(Test)}
NEVER_UNKNOWN = {"HasTags"}
NEVER_MISSING = {"Added", "MomentValue", "RecordKey", "Tagged carried"}
"""And points: they add up to something, if only to 0."""


@pytest.mark.parametrize("name", NAMES)
def test_all_that_can_come_of_a_noun_has_come(name: str) -> None:
    kind = name.partition(" ")[0]
    wanted: set[bool | None] = {True, False}
    if kind in TESTS:
        wanted |= set() if kind in NEVER_UNKNOWN or name.startswith("Empty ") else {None}
    elif name in NEVER_MISSING or name.startswith("Score of points"):
        wanted = {True}

    assert outcomes()[name] >= wanted


def test_what_is_left_out_still_exists() -> None:
    """A noun that is gone needs no reason any more."""
    assert {kind.__name__ for kind in (*get_args(Operand), *get_args(Test))} >= set(LEFT_OUT)
