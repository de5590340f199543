"""The fields and relations that a question or a value looks at, however deep they stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.model.below import below
from engine.model.entities import Field, Relation


def nouns_in(noun: object) -> Iterator[Field | Relation]:
    """Every field and relation, those of related records too."""
    if isinstance(noun, Field | Relation):
        yield noun
    else:
        for one in noun.values() if isinstance(noun, Mapping) else below(noun):
            yield from nouns_in(one)
