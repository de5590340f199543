"""What `usual_gap_of` and `expected_next_of` share: a rhythm, from the days of related records."""

from __future__ import annotations

from engine.conditions.aggregates import read_where
from engine.model.document import Mapping, Scalar, is_nothing
from engine.model.operands import UsualGap
from engine.shapes.reading import Reading
from engine.shapes.relations import day_of, find_relation
from engine.shapes.shape import note_kind

OPTIONS = ("where",)


def read_gap(node: Mapping, word: str, reading: Reading) -> UsualGap | None:
    """The usual gap that `word: R` with its `where` asks for."""
    name = node.get(word)
    if not isinstance(name, Scalar) or is_nothing(name):
        note_kind(name or node, word, "string", reading.problems)
        return None
    relation = find_relation(name.text, name.span, reading)
    on = None if relation is None else day_of(relation, name.span, reading)
    if relation is None or on is None:
        return None
    where, broken = read_where(node, relation, reading)
    return None if broken else UsualGap(relation, on, where)
