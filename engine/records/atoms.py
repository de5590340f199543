"""The values that a statement must fetch so that everything else can be worked out from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.model.below import below
from engine.model.colleagues import LookedUp
from engine.model.entities import FieldType
from engine.model.operands import (
    Aggregate,
    Enrolled,
    EnrollmentPart,
    EventRecord,
    ExpectedNext,
    FieldValue,
    Listed,
    Lot,
    Measure,
    Operand,
    Rank,
    ReachedAt,
    RecordKey,
    Series,
    UsualGap,
)
from engine.model.predicates import EachUnit, Fate, Standing, Trend
from engine.model.scores import Score

OF_RELATED = (Aggregate, Series, UsualGap, ExpectedNext, Listed)
"""Operands that are asked of related records by the record's key."""
_ATOMS = (FieldValue, RecordKey, Rank, Score, Enrolled, EventRecord, *OF_RELATED)


def atoms_of(noun: object) -> Iterator[Operand]:
    """The stored fields, keys, ranks, scores and values of related records in a tree of nouns.

    An aggregate whose window differs from record to record is worked out where it stands; only the values
    that choose its window are fetched. A series that is tested is worked out by its test.
    """
    if isinstance(noun, Aggregate) and (own := [*_own_windows(noun), *of_enrollment(noun.where)]):
        yield from atoms_of(tuple(own))
    elif isinstance(noun, ReachedAt | Fate):
        if not isinstance(noun, Fate) or noun.path:
            yield Enrolled(EnrollmentPart.ID, FieldType.NUMBER)
    elif isinstance(noun, _ATOMS):
        yield noun
    elif isinstance(noun, Trend | EachUnit):
        yield from atoms_of(noun.to if isinstance(noun, EachUnit) else None)
    elif isinstance(noun, Standing):
        yield replace(noun.operand, measure=Measure.FROM_BOTTOM if noun.bottom else Measure.FROM_TOP)
        yield replace(noun.operand, measure=Measure.OUT_OF)
        yield from atoms_of(noun.operand.among)
    elif isinstance(noun, LookedUp):
        yield from atoms_of(noun.key)
    elif isinstance(noun, Lot):
        return
    else:
        for one in below(noun):
            yield from atoms_of(one)


def can_wait(atom: Operand) -> bool:
    """Whether an atom can be worked out wherever the record's key is at hand, for the records that are left.

    Behind links the scan's own table is needed.
    """
    return isinstance(atom, OF_RELATED) and not getattr(atom, "links", ())


def _own_windows(noun: Aggregate) -> list[Operand]:
    """What chooses the days of an aggregate for each record."""
    chosen = ((window.cell, window.length, window.since) for window in noun.windows)
    return [one for parts in chosen for one in parts if one is not None]


def of_enrollment(noun: object) -> Iterator[Operand]:
    """What a tree of nouns asks of the enrollment, also behind related records."""
    if isinstance(noun, Enrolled | ReachedAt):
        yield noun
    elif isinstance(noun, Fate):
        yield from atoms_of(noun)
    else:
        for one in below(noun):
            yield from of_enrollment(one)
