"""A checked text as data: pieces of text, shown values, branches; `not` is already pushed into the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

Path: TypeAlias = tuple[str, ...]
"""The names of a value, from the record on.

No name is empty, so an empty one can mark three more kinds: `("订单", "")` is the list of the related
records, `("订单", "", "金额")` a value in each of them, `("", "index")` what a `for` knows of its own rows.
"""
_OF_LOOP = ""

PERSONAL = "{{ personal }}"
"""Among the partials, the text that a step gives for this place; no file can hold a partial of that name."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A path that a text uses, where it is first used, and whether a missing value would do no harm.

    `written` is how it is written there, `partial` the partial that this place is in. `rounded` and
    `compared` tell what is done with the value, `at_most` how many rows of a list are shown.
    """

    path: Path
    line: int
    column: int
    guarded: bool
    written: str = ""
    partial: str = ""
    rounded: bool = False
    compared: tuple[str | int | Decimal | bool, ...] = ()
    at_most: int = 0


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


@dataclass(frozen=True, slots=True)
class Loop:
    """`{% for … %} … {% else %} … {% endfor %}` over the first rows of a list."""

    rows: Path
    at_most: int
    body: Body
    otherwise: Body


Test: TypeAlias = Has | Defined | Compare | AllOf | AnyOf
Piece: TypeAlias = str | Chain | Choice | Branch | Loop
Body: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text without mistakes; `source` is in NFC, its lines end in a line feed, as in its `partials`."""

    source: str
    references: tuple[Reference, ...]
    body: Body
    partials: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for every row."""
        return all(isinstance(piece, str) for piece in self.body)

    @property
    def has_loops(self) -> bool:
        """Whether there is a `for` in it."""
        return has_loop(self.body)


def fixed_length(parsed: ParsedText) -> int:
    """How many characters of a text are the same for every record, at least."""
    return _fixed(parsed.body)


def list_of(relation: str) -> Path:
    """The path of the list of related records."""
    return (relation, "")


def is_list(path: Path) -> bool:
    """Whether the path is that of a list."""
    return len(path) > 1 and not path[-1]


def is_in_row(path: Path) -> bool:
    """Whether the value stands in each row of a list."""
    return len(path) > 2 and not path[1]


def is_of_loop(path: Path) -> bool:
    """Whether the value is what a `for` knows of its own rows."""
    return path[0] == _OF_LOOP


def of_loop(word: str) -> Path:
    """The path of `loop.index` and its like."""
    return (_OF_LOOP, word)


def walk_test(test: Test) -> Iterator[Test]:
    """A test and all tests in it."""
    yield test
    if isinstance(test, (AllOf, AnyOf)):
        for inner in test.tests:
            yield from walk_test(inner)


def has_loop(body: Body) -> bool:
    """Whether there is a `for` anywhere in it."""
    branches = (piece for piece in body if isinstance(piece, Branch))
    inner = (part for piece in branches for part in (*(case.body for case in piece.cases), piece.otherwise))
    return any(isinstance(piece, Loop) for piece in body) or any(map(has_loop, inner))


def _fixed(body: Body) -> int:
    length = 0
    for piece in body:
        if isinstance(piece, str):
            length += len(piece)
        elif isinstance(piece, Branch):
            length += min(_fixed(one) for one in (*(case.body for case in piece.cases), piece.otherwise))
    return length
