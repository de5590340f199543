"""Texts that a store can put together by itself, out of the columns of its matched records.

A phrase says what its text says. Where it comes to nothing, because a value is missing or is none of its
type, the text itself is asked, which knows what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.model.effects import Column, Fixed


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as people read it."""

    column: Column


@dataclass(frozen=True, slots=True)
class Instead:
    """The first of these that is not blank, the last however it is; None shows nothing."""

    choices: tuple[Shown | str | None, ...]


@dataclass(frozen=True, slots=True)
class Says:
    """Whether a value is there and is neither blank nor a no, or its opposite."""

    column: Column
    wanted: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Whether a value is there, be it blank, or its opposite."""

    column: Column
    wanted: bool


@dataclass(frozen=True, slots=True)
class Every:
    """Every test holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one test holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """What stands behind the first test that holds, else the rest."""

    cases: tuple[tuple[Test, Phrase], ...]
    otherwise: Phrase


Test: TypeAlias = bool | Says | Known | Every | Some
Piece: TypeAlias = str | Shown | Instead | Either | None
Phrase: TypeAlias = tuple[Piece, ...]
Phrased: TypeAlias = Mapping[str, Fixed | Column | Phrase]
"""The parts of a batch by their names, where all its texts are phrases."""


def pieces_of(phrase: Phrase) -> Iterator[str | Shown]:
    """Every text and value that may be shown."""
    for piece in phrase:
        if isinstance(piece, Instead):
            yield from (one for one in piece.choices if one is not None)
        elif isinstance(piece, Either):
            for body in (*(then for _, then in piece.cases), piece.otherwise):
                yield from pieces_of(body)
        elif piece is not None:
            yield piece


def size_of(phrased: Phrased) -> int:
    """How many pieces and tests the texts of a batch have."""
    return sum(_size(part) for part in phrased.values() if isinstance(part, tuple))


def _size(phrase: Phrase) -> int:
    size = 0
    for piece in phrase:
        if isinstance(piece, Either):
            size += _size(piece.otherwise) + sum(_terms(test) + _size(then) for test, then in piece.cases)
        else:
            size += len(piece.choices) if isinstance(piece, Instead) else 1
    return size


def _terms(test: Test) -> int:
    return sum(map(_terms, test.tests)) if isinstance(test, Every | Some) else 1
