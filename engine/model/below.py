"""What a noun is made of: the one step that every walk through operands, predicates and steps takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from engine.model.entities import Field, Model, Module, People, Relation

ENTITIES = (Field, Module, Model, People, Relation, type)
"""They are named, not made of anything: from one of them the whole model could be reached."""


def below(noun: object) -> Iterable[object]:
    """The items of a tuple, or the parts of any other noun; nothing below entities and plain values."""
    if isinstance(noun, tuple):
        return noun
    kind: Any = type(noun)
    return [getattr(noun, name) for name in _parts_of(kind)]


@cache
def _parts_of(kind: type) -> tuple[str, ...]:
    """The names of the parts: asked of millions of nouns a night, and the same for all of a kind."""
    if not is_dataclass(kind) or issubclass(kind, ENTITIES):
        return ()
    return tuple(part.name for part in fields(kind))
