"""The filters of a text: one visible table, read by the check, both writers and the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, Literal

from engine.text.errors import TextStopped
from engine.text.values import MOST_ROWS, OUTPUT_LIMIT, is_missing, too_long

_ROUNDING = Context(prec=40, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Argument:
    """What a filter may be given: an operand, a text of a least length, or a whole number between bounds."""

    kind: Literal["operand", "text", "whole"]
    least: int = 0
    most: int = OUTPUT_LIMIT
    required: bool = True


@dataclass(frozen=True, slots=True)
class TextFilter:
    """A filter: how it is written, what it works on, what it does (the docstring of its function).

    On `text` and `value` the function never sees a missing value: that stays missing until an `or`. On
    `rows` it stands behind the relation of a `for`.
    """

    name: str
    usage: str
    acts_on: Literal["missing", "text", "value", "rows"]
    function: Callable[..., Any]
    arguments: tuple[Argument, ...] = ()

    @property
    def description(self) -> str:
        """One sentence for the reference."""
        return self.function.__doc__ or ""


def instead(text: Any, default: Any) -> Any:
    """Shows the default, a text, number or other field, where the value is missing; 0 is not missing."""
    return default if is_missing(text) else text


def upper(text: str) -> str:
    """Shows Latin letters as capitals."""
    return text.upper()


def lower(text: str) -> str:
    """Shows Latin letters as small letters."""
    return text.lower()


def trim(text: str) -> str:
    """Leaves out blanks and line breaks at both ends."""
    return text.strip()


def truncate(text: str, length: int) -> str:
    """Shows the first n characters and … where the text is longer."""
    return text if len(text) <= length else text[:length] + "…"


def replace(text: str, old: str, new: str) -> str:
    """Shows the second text wherever the first stands."""
    growth = len(new) - len(old)
    if growth > 0 and len(text) + text.count(old) * growth > OUTPUT_LIMIT:
        raise too_long()
    return text.replace(old, new)


def round_number(value: Any, digits: int = 0) -> str:
    """Shows a number with n decimals (0 if not said), halves rounded up, in plain digits; stands first."""
    number = value if isinstance(value, Decimal) else _exact(value)
    try:
        rounded = number.quantize(Decimal(1).scaleb(-digits), context=_ROUNDING)
    except InvalidOperation:
        raise _not_a_number(value) from None
    if not rounded.is_finite():
        raise _not_a_number(value)
    return format(rounded or rounded.copy_abs(), "f")


def newest(rows: Sequence[Any], most: int) -> Sequence[Any]:
    """In a for: shows the newest n of the related records only."""
    return rows[:most]


def _exact(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _not_a_number(value)
    return Decimal(value) if isinstance(value, int) else Decimal(repr(value))


def _not_a_number(value: Any) -> TextStopped:
    return TextStopped("not_a_number", {"value": str(value)[:40]})


_TABLE = (
    TextFilter("or", "or(default)", "missing", instead, (Argument("operand"),)),
    TextFilter("upper", "upper", "text", upper),
    TextFilter("lower", "lower", "text", lower),
    TextFilter("trim", "trim", "text", trim),
    TextFilter("truncate", "truncate(n)", "text", truncate, (Argument("whole", least=1),)),
    TextFilter("replace", "replace(a, b)", "text", replace, (Argument("text", least=1), Argument("text"))),
    TextFilter("round", "round(n)", "value", round_number, (Argument("whole", most=6, required=False),)),
    TextFilter("newest", "newest(n)", "rows", newest, (Argument("whole", least=1, most=MOST_ROWS),)),
)

FILTERS: Mapping[str, TextFilter] = {entry.name: entry for entry in _TABLE}
