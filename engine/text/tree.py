"""A checked text as data: pieces of text, shown values, branches; `not` is already pushed into the tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A path that a text uses, where it is first used, and whether a missing value would do no harm."""

    path: Path
    line: int
    column: int
    guarded: bool


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, number or yes/no written in the source."""

    value: str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class Field:
    """The value at a path."""

    path: Path


Operand: TypeAlias = Constant | Field


@dataclass(frozen=True, slots=True)
class FilterUse:
    """One filter with its arguments."""

    name: str
    arguments: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A value that is shown, through its filters."""

    base: Operand
    filters: tuple[FilterUse, ...] = ()

    @property
    def last_resort(self) -> Path | None:
        """The path to blame when nothing is left to show; None when a constant stands in."""
        last = self.base
        for use in self.filters:
            if use.name == "or":
                last = use.arguments[0]
        return last.path if isinstance(last, Field) else None

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every path in it, arguments included."""
        arguments = (argument for use in self.filters for argument in use.arguments)
        return tuple(operand.path for operand in (self.base, *arguments) if isinstance(operand, Field))


@dataclass(frozen=True, slots=True)
class Has:
    """`{% if path %}`, or its opposite."""

    path: Path
    wanted: bool


@dataclass(frozen=True, slots=True)
class Defined:
    """`path is defined`, or its opposite."""

    path: Path
    wanted: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands, by the name of the comparison in `values.COMPARISONS`."""

    comparison: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every test holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one test holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`{{ then if test else otherwise }}`."""

    test: Test
    then: Chain
    otherwise: Chain


@dataclass(frozen=True, slots=True)
class Case:
    """A test and what is written where it is the first to hold."""

    test: Test
    body: Body


@dataclass(frozen=True, slots=True)
class Branch:
    """`{% if %} … {% elif %} … {% else %} … {% endif %}`."""

    cases: tuple[Case, ...]
    otherwise: Body


Test: TypeAlias = Has | Defined | Compare | AllOf | AnyOf
Piece: TypeAlias = str | Chain | Choice | Branch
Body: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text without mistakes; `source` is in NFC, its lines end in a line feed."""

    source: str
    references: tuple[Reference, ...]
    body: Body

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for every row."""
        return all(isinstance(piece, str) for piece in self.body)

    @property
    def is_plain(self) -> bool:
        """Whether it can be translated: neither the short `a if b else c` nor `is defined` in it."""
        return _all_plain(self.body)


def walk_test(test: Test) -> Iterator[Test]:
    """A test and all tests in it."""
    yield test
    if isinstance(test, (AllOf, AnyOf)):
        for inner in test.tests:
            yield from walk_test(inner)


def _all_plain(body: Iterable[Piece]) -> bool:
    return all(_is_plain(piece) for piece in body)


def _is_plain(piece: Piece) -> bool:
    if isinstance(piece, Branch):
        tests = (test for case in piece.cases for test in walk_test(case.test))
        bodies = (*(case.body for case in piece.cases), piece.otherwise)
        return not any(isinstance(test, Defined) for test in tests) and all(map(_all_plain, bodies))
    return not isinstance(piece, Choice)
