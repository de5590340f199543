"""What a noun is made of: the one step that every walk through operands, predicates and steps takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass

from engine.model.entities import Field, Model, Module, People, Relation

ENTITIES = (Field, Module, Model, People, Relation, type)
"""They are named, not made of anything: from one of them the whole model could be reached."""


def below(noun: object) -> Iterable[object]:
    """The items of a tuple, or the parts of any other noun; nothing below entities and plain values."""
    if isinstance(noun, tuple):
        return noun
    if is_dataclass(noun) and not isinstance(noun, ENTITIES):
        return [getattr(noun, part.name) for part in fields(noun)]
    return ()
