"""How long a step waits, and until when."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.model.document import Node
from engine.model.entities import FieldType
from engine.model.moments import Clock, Length
from engine.model.operands import Constant, Operand
from engine.shapes.reading import Reading
from engine.shapes.times import read_length


def read_wait(node: Node | None, word: str, reading: Reading) -> Operand | None:
    """The length of a wait: one for all, or one that a table or a field gives each record."""
    if node is None:
        return None
    length = read_length(node, word, reading)
    return Constant(length, FieldType.LENGTH) if isinstance(length, Length) else length


def end_of_wait(length: Length, clock: Clock) -> datetime:
    """When a wait that begins now is over: days end at the same time of day (Meaning 9)."""
    if not length.counts_days:
        return clock.shift_instant(length, 1)
    day = clock.shift(clock.today, length, 1)
    return datetime.combine(day, clock.local.time(), tzinfo=clock.zone).astimezone(UTC)
