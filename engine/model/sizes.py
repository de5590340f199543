"""How large a noun is: segments of segments double with every floor, and a database refuses what is deep."""

from __future__ import annotations

from engine.model.below import below

LARGEST = 1_000
"""So many parts, a condition with its field and value being about five."""


def is_too_large(noun: object) -> bool:
    """Whether a tree of operands and predicates has more parts than a statement can hold."""
    waiting, count = [noun], 0
    while waiting:
        one = waiting.pop()
        parts = below(one)
        if parts and not isinstance(one, tuple):
            count += 1
            if count > LARGEST:
                return True
        waiting += parts
    return False
