"""Values as cells of a spreadsheet, and back: nothing in a text may run as a formula."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.model.entities import FieldType
from engine.model.values import Show, Value

# Apostrophes in front are part of the pattern, so that guarding and unguarding are exact opposites.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[-+]?[\d.,]+\s*[%％]?", re.ASCII)


def guarded(text: str) -> str:
    """A text with an apostrophe in front when a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text without the apostrophe that `guarded` put there."""
    return text[1:] if text[:1] == "'" and _QUOTED_FORMULA.match(text) else text


def guarded_cell(text: str) -> str:
    """A cell of any type as in a file, made harmless: `-5` stays, and so does what is guarded already."""
    return text if text[:1] == "'" or _NUMBER.fullmatch(text) else guarded(text)


def cell_writer(
    kind: FieldType, language: str, zone: ZoneInfo, *, guard: Callable[[str], str] = guarded
) -> Callable[[Value], str]:
    """A function from values of a type to cells that `values.Reader` reads as the same values."""
    show = Show(language, "", zone)
    plain = FieldType.NUMBER if kind is FieldType.MONEY else kind

    def text(value: Any) -> str:
        return guard(value) if isinstance(value, str) else str(value)

    makers: dict[FieldType, Callable[[Any], str]] = {
        FieldType.NUMBER: lambda value: show.value(plain, value),
        FieldType.MONEY: lambda value: show.value(plain, value),
        FieldType.PERCENT: lambda value: show.value(kind, value),
        FieldType.YES_NO: lambda value: show.value(kind, value),
        FieldType.LENGTH: lambda value: show.value(kind, value),
        FieldType.DATE: lambda value: str(value.isoformat()),
        FieldType.DATETIME: lambda value: _instant(value, zone),
        FieldType.TAGS: lambda value: guard(";".join(value)),
    }
    maker = makers.get(kind, text)
    return lambda value: "" if value is None else maker(value)


def _instant(value: datetime, zone: ZoneInfo) -> str:
    """Local time with its offset; UTC where the offset has seconds (before 1901) or the calendar ends."""
    try:
        local = value.astimezone(zone)
    except OverflowError:
        local = value.astimezone(UTC)
    offset = local.utcoffset()
    if offset is not None and offset.seconds % 60:
        local = value.astimezone(UTC)
    return local.isoformat(timespec="seconds")
