"""What an author wants of each condition: yes, and below a `none` no (LANGUAGE, Meaning 1)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.model.predicates import Leaf, NoneOf, Predicate


def rights(condition: Predicate, *, right: bool = True) -> Iterator[tuple[str, bool]]:
    """Each condition by its path, with the answer that is wanted of it."""
    if isinstance(condition, Leaf):
        yield condition.path, right
        return
    for item in condition.items:
        yield from rights(item, right=right is not isinstance(condition, NoneOf))
