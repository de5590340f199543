"""`trigger:` as written, one or a list, becomes Triggers."""

from __future__ import annotations

from engine.model.document import Mapping, Node, Sequence
from engine.model.kinds import Trigger
from engine.shapes.reading import Reading
from engine.shapes.schema import block
from engine.shapes.shape import fits, note_kind
from engine.shapes.words import find_word
from engine.triggers.table import TRIGGERS

_OPTIONS = {option for word in TRIGGERS.values() for option in word.schema} - set(TRIGGERS)


def trigger_schema(word: type[Trigger]) -> dict[str, object]:
    """The shape of a trigger with that word."""
    return block(word.schema, word.name)


def read_triggers(node: Node, reading: Reading) -> tuple[Trigger, ...]:
    """The triggers; a broken one is noted and left out."""
    nodes = node.items if isinstance(node, Sequence) and node.items else (node,)
    found = (_read_trigger(one, reading) for one in nodes)
    return tuple(one for one in found if one is not None)


def _read_trigger(node: Node, reading: Reading) -> Trigger | None:
    if not isinstance(node, Mapping):
        note_kind(node, "trigger", "object", reading.problems)
        return None
    if not node.entries:
        reading.problems.error(node.span, "W210", key="trigger")
    word = find_word(node, TRIGGERS, reading.problems, beside=_OPTIONS)
    if word is None:
        return None
    if not fits(node, trigger_schema(word), reading.problems):
        return None
    return word.read(node, reading)
