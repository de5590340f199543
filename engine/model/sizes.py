"""How large a noun is: segments of segments double with every floor, and a database refuses what is deep."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from engine.model.entities import Field, Model, Module, People, Relation

LARGEST = 1_000
"""So many parts, a condition with its field and value being about five."""
_NO_PARTS = (Field, Module, Model, People, Relation, type)


def is_too_large(noun: object) -> bool:
    """Whether a tree of operands and predicates has more parts than a statement can hold."""
    waiting, count = [noun], 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple | list):
            waiting += one
        elif is_dataclass(one) and not isinstance(one, _NO_PARTS):
            count += 1
            if count > LARGEST:
                return True
            waiting += [getattr(one, part.name) for part in fields(one)]
    return False
