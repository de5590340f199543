"""The fields and relations that a question or a value looks at, however deep they stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from engine.model.entities import Field, Model, Module, People, Relation

_WHOLE = (Module, Model, People, type)


def nouns_in(noun: object) -> Iterator[Field | Relation]:
    """Every field and relation, those of related records too."""
    if isinstance(noun, Field | Relation):
        yield noun
    elif isinstance(noun, tuple):
        for one in noun:
            yield from nouns_in(one)
    elif isinstance(noun, Mapping):
        yield from nouns_in(tuple(noun.values()))
    elif is_dataclass(noun) and not isinstance(noun, _WHOLE):
        for part in fields(noun):
            yield from nouns_in(getattr(noun, part.name))
