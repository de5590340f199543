"""From a checked text to the paths it uses, each with whether a missing value would do no harm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce

from engine.text.tree import (
    AllOf,
    AnyOf,
    Body,
    Branch,
    Chain,
    Choice,
    Compare,
    Defined,
    Field,
    Has,
    Loop,
    Path,
    Reference,
    Test,
    is_of_loop,
    walk_test,
)

_Use = tuple[Path, bool]


@dataclass(slots=True)
class PathUse:
    """Where a path is first used, and what is done with its value anywhere."""

    line: int
    column: int
    written: str
    partial: str = ""
    rounded: bool = False
    compared: list[str | int | Decimal | bool] = field(default_factory=list)
    at_most: int = 0


def find_references(body: Body, uses: Mapping[Path, PathUse]) -> tuple[Reference, ...]:
    """One reference a path, in order of first use; guarded if every use of it is."""
    guarded: dict[Path, bool] = {}
    for path, is_safe in _body_uses(body, frozenset()):
        if not is_of_loop(path):
            guarded[path] = guarded.get(path, True) and is_safe
    found = (_reference(path, uses[path], is_guarded=is_safe) for path, is_safe in guarded.items())
    return tuple(sorted(found, key=lambda one: (one.partial, one.line, one.column)))


def _reference(path: Path, use: PathUse, *, is_guarded: bool) -> Reference:
    return Reference(
        path,
        use.line,
        use.column,
        guarded=is_guarded,
        written=use.written,
        partial=use.partial,
        rounded=use.rounded,
        compared=tuple(use.compared),
        at_most=use.at_most,
    )


def _body_uses(body: Body, present: frozenset[Path]) -> Iterator[_Use]:
    for piece in body:
        if isinstance(piece, Chain):
            yield from _chain_uses(piece, present)
        elif isinstance(piece, Choice):
            yield from _test_uses(piece.test)
            yield from _chain_uses(piece.then, present | _present(piece.test, held=True))
            yield from _chain_uses(piece.otherwise, present | _present(piece.test, held=False))
        elif isinstance(piece, Branch):
            yield from _branch_uses(piece, present)
        elif isinstance(piece, Loop):
            yield piece.rows, True
            yield from _body_uses(piece.body, present)
            yield from _body_uses(piece.otherwise, present)


def _branch_uses(branch: Branch, present: frozenset[Path]) -> Iterator[_Use]:
    for case in branch.cases:
        yield from _test_uses(case.test)
        yield from _body_uses(case.body, present | _present(case.test, held=True))
        present |= _present(case.test, held=False)
    yield from _body_uses(branch.otherwise, present)


def _chain_uses(chain: Chain, present: frozenset[Path]) -> Iterator[_Use]:
    for path in chain.paths:
        yield path, path != chain.last_resort or path in present


def _test_uses(test: Test) -> Iterator[_Use]:
    for inner in walk_test(test):
        for path in _paths(inner):
            yield path, True


def _paths(test: Test) -> tuple[Path, ...]:
    if isinstance(test, (Has, Defined)):
        return (test.path,)
    if isinstance(test, Compare):
        return tuple(side.path for side in (test.left, test.right) if isinstance(side, Field))
    return ()


def _present(test: Test, *, held: bool) -> frozenset[Path]:
    """The paths that surely have a value where a test held, or did not (a comparison also fails on none)."""
    if isinstance(test, (Has, Defined)):
        return frozenset({test.path} if test.wanted == held else ())
    if isinstance(test, Compare):
        return frozenset(_paths(test) if held else ())
    parts = [_present(inner, held=held) for inner in test.tests]
    every_part_counts = isinstance(test, AllOf if held else AnyOf)
    return reduce(frozenset.union if every_part_counts else frozenset.intersection, parts)
