"""The values that a statement must fetch so that everything else can be worked out from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from engine.model.entities import Field, Module
from engine.model.predicates import Aggregate, FieldValue, Operand, RecordKey


def atoms_of(noun: object) -> Iterator[Operand]:
    """The stored fields, keys and aggregates in a tree of operands and predicates.

    An aggregate whose window differs from record to record is worked out where it stands; only the fields
    that choose its window are fetched.
    """
    if isinstance(noun, FieldValue | RecordKey):
        yield noun
    elif isinstance(noun, Aggregate):
        if noun.window is not None and noun.window.cell is not None:
            yield from atoms_of(noun.window.cell)
        else:
            yield noun
    elif isinstance(noun, tuple):
        for one in noun:
            yield from atoms_of(one)
    elif is_dataclass(noun) and not isinstance(noun, Field | Module | type):
        for one in fields(noun):
            yield from atoms_of(getattr(noun, one.name))
