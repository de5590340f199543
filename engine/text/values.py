"""What a value means inside a text: when it is missing, when a test holds, how it compares and is shown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.text.errors import TextStopped

OUTPUT_LIMIT = 100_000  # characters, of a source and of a written text
USUAL_ROWS = 20  # shown by a for that does not say how many
MOST_ROWS = 100

# By Jinja2's names of the operators.
COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}

OPPOSITES: Mapping[str, str] = {
    "eq": "ne",
    "ne": "eq",
    "lt": "gteq",
    "gteq": "lt",
    "gt": "lteq",
    "lteq": "gt",
    "in": "notin",
    "notin": "in",
}


def as_is(value: Any) -> Any:
    """The value itself: for columns that already hold what is shown, or compared."""
    return value


def is_missing(value: Any) -> bool:
    """Whether there is nothing: None or blank text. 0 and False are something."""
    return value is None or (isinstance(value, str) and not value.strip())


def has_value(value: Any) -> bool:
    """Whether `{% if … %}` holds for a value: there, not blank, not an empty list, not False. 0 holds."""
    if is_missing(value) or value is False:
        return False
    return not (isinstance(value, (tuple, list, set, frozenset, dict)) and not value)


def compare(comparison: str, left: Any, right: Any) -> bool:
    """Whether a comparison holds; never for a missing value, not even `!=` (LANGUAGE, meaning 1)."""
    if is_missing(left) or is_missing(right):
        return False
    try:
        return bool(COMPARISONS[comparison](left, right))
    except (TypeError, InvalidOperation):  # Text with a number; a stored NaN.
        raise TextStopped("not_comparable", {"left": _brief(left), "right": _brief(right)}) from None


def rows_of(raw: Any, read: Callable[[Any], Any], at_most: int) -> Any:
    """The first rows of a list as kept; none where it is missing."""
    return () if raw is None else read(raw)[:at_most]


def as_number(value: Any) -> Any:
    """A decimal for a float written in a text, so that 1.1 equals a stored Decimal of 1.1."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def as_text(value: Any) -> str:
    """Exact text: a number of a loosely typed column becomes text, marked-up text loses its mark."""
    return value if type(value) is str else str(value)


def show_constant(value: Any) -> str:
    """How a constant of the source is shown: numbers in plain digits."""
    value = as_number(value)
    return format(value, "f") if isinstance(value, Decimal) else as_text(value)


def too_long() -> TextStopped:
    """The error of a text beyond the limit."""
    return TextStopped("too_long", {"limit": str(OUTPUT_LIMIT)})


def _brief(value: Any) -> str:
    return as_text(value)[:40]
