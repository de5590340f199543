"""Values as the cells of a workbook, and back: dates, numbers and percents are cells of their own kind."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from openpyxl.utils.datetime import from_excel

from engine.exchange.cells import cell_writer, guarded
from engine.model.entities import FieldType
from engine.model.values import SCALE, Value

DIGITS = 15
"""A spreadsheet keeps so many digits of a number; further ones become zeros."""

LONGEST_TEXT = 32_767
"""So many characters, counted in UTF-16, fit into a cell; Excel calls a longer one a damaged file."""

_FIRST_DAY = date(1900, 3, 1)
"""Before it Excel counts a day that never was, or no days at all."""

_EAST_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})
"""Number formats that Excel and WPS use for Chinese dates without writing them into the file."""

_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_COLOUR = re.compile(r"\[[^\]]*\]")
_CODE_SIGN = re.compile(r'"([^"]*)"|\\(.)|([-0 /:()+]|[\u4e00-\u9fff])')
_CODE = re.compile(f"(?:{_CODE_SIGN.pattern})+")
"""A format of zeros and fixed signs only; no point, no thousands, no sections."""

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


# --- reading ------------------------------------------------------------------------------------------------


def text_of(cell: Any, epoch: datetime) -> tuple[str, str]:
    """A cell as the text that an import reads, and the code of what is wrong with it, or an empty one."""
    value = cell.value
    if isinstance(value, str):
        return unescaped(value), "W325" if cell.data_type == "e" else ""
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), ""
    if isinstance(value, int | float):
        if cell.style_array.numFmtId in _EAST_ASIAN_DATES and 0 <= value < 2_958_466:
            return _moment_text(from_excel(value, epoch)), ""
        return number_text(value, is_percent=_is_percent(cell.number_format))
    return ("" if value is None else _moment_text(value)), ""


def code_of(cell: Any) -> str:
    """What a cell with a number shows in a format of zeros (`00000`, `"K"000`); empty for any other cell."""
    value = cell.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return _coded(value, cell.number_format) if is_number else ""


def number_text(value: float, *, is_percent: bool = False) -> tuple[str, str]:
    """A number as a person sees it, without the noise of binary fractions (`0.30000000000000004`)."""
    if abs(value) >= 10**DIGITS or not math.isfinite(value):
        return str(value), "W326"
    times = 100 if is_percent else 1
    number = Decimal(repr(value)) * times
    if number * SCALE % 1:
        number = Decimal(f"{value:.{DIGITS}g}") * times
    text = f"{number.normalize():f}"
    return (f"{text}%" if is_percent else text), ""


def _moment_text(value: date | time | timedelta) -> str:
    """A day, an instant to the second, or a time of day or length of hours, which no field takes."""
    if isinstance(value, datetime):
        whole = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return str(whole.date() if whole.time() == time() else whole)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


@lru_cache(maxsize=512)
def _is_percent(number_format: str | None) -> bool:
    return "%" in _LITERAL.sub("", number_format or "")


def _coded(value: float, number_format: str | None) -> str:
    """A whole number as a format of zeros shows it; empty in any other format."""
    parts = _code_parts(number_format)
    if not parts or value < 0 or value != int(value) or value >= 10**DIGITS:
        return ""
    places = [n for n, part in enumerate(parts) if part is None]
    digits = str(int(value)).zfill(len(places))
    # What the places do not hold stands in the first one.
    first = len(digits) - len(places) + 1
    shown = iter((digits[:first], *digits[first:]))
    return "".join(next(shown) if part is None else part for part in parts)


@lru_cache(maxsize=512)
def _code_parts(number_format: str | None) -> tuple[str | None, ...]:
    """The signs of a format that pads with zeros, None for each digit; none when it does anything else."""
    written = _COLOUR.sub("", number_format or "")
    if _CODE.fullmatch(written) is None or _LITERAL.sub("", written).count("0") < 2:
        return ()
    parts: list[str | None] = []
    for sign in _CODE_SIGN.finditer(written):
        quoted, escaped_sign, plain = sign.groups()
        parts.append(None if plain == "0" else quoted or escaped_sign or plain or "")
    return tuple(parts)


def unescaped(text: str) -> str:
    """A text with the characters that XML cannot hold, which a workbook writes as `_x000D_`."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


# --- writing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Native:
    """A number or moment with the format in which it is shown."""

    value: int | Decimal | date | datetime
    format: str


Cell: TypeAlias = Native | str | None


def workbook_cell_writer(kind: FieldType, language: str, zone: ZoneInfo) -> Callable[[Value], Cell]:
    """A function from values of a type to cells: native where a spreadsheet keeps them exactly, else text."""
    as_text = cell_writer(kind, language, zone, guard=_guarded_again)

    def write(value: Value) -> Cell:
        if value is None:
            return None
        return _native(kind, value, zone) or as_text(value)

    return write


def escaped(text: str) -> str:
    """The opposite of `unescaped`."""
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _guarded_again(text: str) -> str:
    """No text of a workbook is a formula; but an import takes away an apostrophe that looks like a guard."""
    return guarded(text) if text[:1] == "'" else text


def _native(kind: FieldType, value: Value, zone: ZoneInfo) -> Native | None:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return _native_number(kind, value)
    if isinstance(value, datetime):
        return _native_instant(value, zone)
    if isinstance(value, date) and value >= _FIRST_DAY:
        return Native(value, "yyyy-mm-dd")
    return None


def _native_number(kind: FieldType, value: Decimal | int) -> Native | None:
    if isinstance(value, int):
        return Native(value, "0") if abs(value) < 10**DIGITS else None
    if len(value.normalize().as_tuple().digits) > DIGITS:
        return None
    is_whole = value == value.to_integral_value()
    if kind is FieldType.PERCENT:
        return Native(value / 100, "0%" if is_whole else "0.00##%")
    if kind is FieldType.MONEY:
        return Native(value, "#,##0.00##")
    return Native(value, "0" if is_whole else "0.0###")


def _native_instant(value: datetime, zone: ZoneInfo) -> Native | None:
    """The local time, where that says which instant is meant."""
    try:
        local = value.astimezone(zone).replace(tzinfo=None)
        is_exact = local.replace(tzinfo=zone).astimezone(value.tzinfo) == value
    except OverflowError:
        return None
    is_shown = local.date() >= _FIRST_DAY and not local.microsecond
    return Native(local, "yyyy-mm-dd hh:mm:ss") if is_shown and is_exact else None
