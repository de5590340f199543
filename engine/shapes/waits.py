"""How long a step waits."""

from __future__ import annotations

from engine.model.document import Node
from engine.model.entities import FieldType
from engine.model.moments import Length
from engine.model.operands import Constant, Operand
from engine.shapes.reading import Reading
from engine.shapes.times import read_length


def read_wait(node: Node | None, word: str, reading: Reading) -> Operand | None:
    """The length of a wait: one for all, or one that a table or a field gives each record."""
    if node is None:
        return None
    length = read_length(node, word, reading)
    return Constant(length, FieldType.LENGTH) if isinstance(length, Length) else length
