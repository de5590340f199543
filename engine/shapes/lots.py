"""A share of the records, fixed by each record's lot (Meaning 13)."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.model.diagnostics import Problems
from engine.model.document import Node, Scalar
from engine.model.entities import FieldType, Module
from engine.model.operands import Constant, Lot
from engine.model.predicates import Compare, Comparison, Leaf
from engine.shapes.zones import note_share

WHOLE = Decimal(100)
_LOTS_A_PERCENT = 100
"""A lot is a number from 0 to 9,999, so a share counts to a hundredth of a percent."""


def read_percent(node: Node | None, problems: Problems) -> Decimal | None:
    """`12.5 %` as 12.5, above 0 and at most 100; None with the mistake noted."""
    if not isinstance(node, Scalar):
        return None
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?) ?[%％]", node.text, re.ASCII)
    if match is None or not 0 < Decimal(match[1]) <= WHOLE:
        note_share(node, problems)
        return None
    return Decimal(match[1])


def among_the_first(module: Module, name: str, percent: Decimal, path: str) -> Leaf:
    """Whether a record's lot under a name lies in the first so many percent."""
    bound = Constant(percent * _LOTS_A_PERCENT, FieldType.NUMBER)
    return Leaf(path, (Compare(Lot(module, name), Comparison.LESS_THAN, bound),))
