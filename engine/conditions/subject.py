"""What a condition word makes of its leaf: the operand asked about, and how comparisons test it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.model.document import Node
from engine.model.operands import Operand
from engine.model.predicates import Test


@dataclass(frozen=True, slots=True)
class Subject:
    """The operand of a leaf; `compare` reads one comparison (its word and its node) into a test."""

    operand: Operand
    compare: Callable[[str, Node], Test | None]
