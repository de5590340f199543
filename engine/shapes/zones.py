"""Small values of settings: a time zone by its IANA name, a whole number, a share such as `10 %`."""

from __future__ import annotations

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.model.diagnostics import Problems
from engine.model.document import Node, Scalar
from engine.model.entities import Field, FieldType
from engine.model.moments import zone_of

_BARE = re.compile(r"[-+]?\d+(?:\.\d+)?", re.ASCII)
"""A number without a sign of percent."""


def read_zone(node: Node | None, problems: Problems) -> ZoneInfo | None:
    """The zone, or None with the mistake noted."""
    if not isinstance(node, Scalar):
        return None
    found = zone_of(node.text)
    if found is None:
        problems.error(node.span, "W253", value=node.text)
    return found


def read_whole(node: Node | None, default: int) -> int:
    """A whole number that has been found to be one, or the default."""
    text = node.text.removeprefix("+") if isinstance(node, Scalar) else ""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else default


def read_share(node: Node | None, problems: Problems) -> float | None:
    """`10 %` as 0.1; at most 100 %."""
    if not isinstance(node, Scalar):
        return None
    match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?) ?[%％]", node.text)
    if not match or float(match[1]) > 100:
        note_share(node, problems, least_is_zero=True)
        return None
    return float(match[1]) / 100


def note_share(node: Scalar, problems: Problems, *, least_is_zero: bool = False) -> None:
    """No percent at all, or one that is no part of a whole."""
    number = re.fullmatch(r"([-+]?\d+(?:\.\d+)?) ?[%％]?", node.text, re.ASCII)
    if number is None:
        problems.error(node.span, "W227", kind="", value=node.text, field="share")
    elif node.text == number[1] and (0 < float(number[1]) <= 100 or (least_is_zero and not float(number[1]))):
        _note_number(node, "share", problems)
    else:
        problems.error(node.span, "W227", kind="share", value=node.text, field="share")


def note_percent(node: Node, field: Field, problems: Problems) -> bool:
    """Whether a bare number stands where a percent belongs; then it is noted, with the sign behind it."""
    if field.type is not FieldType.PERCENT or not isinstance(node, Scalar) or not _BARE.fullmatch(node.text):
        return False
    _note_number(node, field.labels.told, problems)
    return True


def _note_number(node: Scalar, field: str, problems: Problems) -> None:
    """`45` is `45 %`; `0.45` most likely too, for so a spreadsheet keeps it."""
    number = Decimal(node.text)
    is_fraction = 0 < abs(number) < 1
    near = f"{(number * 100).normalize():f} %" if is_fraction else f"{node.text} %"
    kind = "fraction" if is_fraction else ""
    problems.error(node.span, "W227", kind=kind, value=node.text, field=field, nearest=near)
