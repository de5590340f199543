"""Nouns as trees: draws found in them, parts of them replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from engine.model.below import ENTITIES, below
from engine.model.colleagues import Drawn, LookedUp
from engine.model.effects import Written
from engine.model.operands import Aggregate, EventRecord, Listed, Operand, Rank, UsualGap
from engine.model.scores import Score

T = TypeVar("T")

_AS_THEY_ARE = (*ENTITIES, Rank, Score, UsualGap, Listed, Drawn, EventRecord)
"""What is taken at the run's moment (Meaning 15 and 16), and what was settled when it was drawn."""


def replaced(noun: T, swap: Callable[[object], object | None], *, into_related: bool = False) -> T:
    """A tree of operands or predicates with parts swapped; related records keep their own fields, unless
    the swap goes `into_related`.
    """
    swapped = swap(noun)
    if swapped is not None:
        return cast("T", swapped)
    if isinstance(noun, tuple):
        return cast("T", tuple(replaced(one, swap, into_related=into_related) for one in noun))
    if isinstance(noun, Aggregate) and not into_related:
        return noun if noun.window is None else replace(noun, window=replaced(noun.window, swap))
    if isinstance(noun, LookedUp):
        return cast("T", replace(noun, key=replaced(noun.key, swap, into_related=into_related)))
    if not is_dataclass(noun) or isinstance(noun, _AS_THEY_ARE):
        return noun
    changes: dict[str, Any] = {}
    for one in fields(noun):
        before = getattr(noun, one.name)
        after = replaced(before, swap, into_related=into_related)
        if after is not before and after != before:
            changes[one.name] = after
    return cast("T", replace(noun, **changes)) if changes else noun


def told_to(written: Written, somebody: Operand, key: Operand) -> Written:
    """A text in which the colleague it is for has become known."""
    operands = {
        path: replaced(one, lambda part: key if part == somebody else None)
        for path, one in written.operands.items()
    }
    return replace(written, operands=operands)


def draws_in(noun: object) -> tuple[Drawn, ...]:
    """The draws that a noun rests on, each once; one that another rests on comes before it."""
    return tuple(dict.fromkeys(_draws(noun)))


def _draws(noun: object) -> Iterator[Drawn]:
    for part in below(noun):
        yield from _draws(part)
    if isinstance(noun, Drawn):
        yield noun
