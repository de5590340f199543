"""How two plain values are compared, and what rows of a world agree on."""

from __future__ import annotations

import operator
from typing import Any

from engine.model.moments import Length
from engine.model.predicates import Comparison
from tests.reference.days import nominal_minutes

KEY = "#"
TITLES = {"staff": "name", "customers": "name"}
"""The field that names a record of a module."""

OPERATORS = {
    Comparison.IS: operator.eq,
    Comparison.IS_NOT: operator.ne,
    Comparison.AT_LEAST: operator.ge,
    Comparison.MORE_THAN: operator.gt,
    Comparison.AT_MOST: operator.le,
    Comparison.LESS_THAN: operator.lt,
}


def ordered(value: Any) -> Any:
    """What is compared of a value: lengths by their minutes, yes and no as they stand."""
    return nominal_minutes(value) if isinstance(value, Length) else value


def compared(comparison: Comparison, left: Any, right: Any) -> bool:
    return bool(OPERATORS[comparison](ordered(left), ordered(right)))
