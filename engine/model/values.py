"""One value of a field: read from text, kept in a table, shown to people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from engine.model.entities import Field, FieldType
from engine.model.lengths import nearest_length, parse_length, show_kept, show_length
from engine.model.moments import Length, length_of_minutes

Value: TypeAlias = str | int | Decimal | date | datetime | bool | Length | tuple[str, ...] | None

SCALE = 10_000
"""Numbers, money and percents are kept as whole ten-thousandths (DESIGN section 6, Money)."""

_LARGEST = Decimal(9 * 10**13)


class ValueMistake(Exception):
    """A text that is no value of its field: a diagnostic code and its facts."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Reader:
    """How texts are read: the zone of naive times, the currency, and whether habits of exports are allowed.

    `lenient` is for imports: `1,234.50`, `2026/3/1` and `30` for a percent are understood there;
    in a workflow file they are mistakes. `working_lengths` is for tables: a cell may hold `5 working days`,
    a record keeps minutes and would forget what they were.
    """

    zone: ZoneInfo
    currency: str = "CNY"
    lenient: bool = False
    working_lengths: bool = False

    def read(self, field: Field, text: str) -> Value:
        """The value of a field from its written form; None for a blank. Raises ValueMistake."""
        text = unicodedata.normalize("NFC", text).strip()
        if not text:
            return None
        return _READERS[field.type](self, field, text)


def _read_text(_: Reader, __: Field, text: str) -> str:
    return text


def _read_email(_: Reader, field: Field, text: str) -> str:
    if not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+", text):
        raise ValueMistake("W224", field=field.labels.told, value=text)
    return text


def _read_decimal(reader: Reader, field: Field, text: str) -> Decimal:
    plain = text
    if reader.lenient and re.fullmatch(r"[-+]?\d{1,3}([,，]\d{3})+(\.\d+)?", text):
        plain = re.sub("[,，]", "", text)
    if not re.fullmatch(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,2})?", plain, re.ASCII):
        raise ValueMistake("W225", field=field.labels.told, value=text)
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise ValueMistake("W225", field=field.labels.told, value=text) from None
    if abs(number) > _LARGEST or number != number.quantize(Decimal("0.0001")):
        raise ValueMistake("W226", field=field.labels.told, value=text)
    return number


_SIGNS = {"CNY": "¥￥元", "GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥￥円", "HKD": "$"}


def _read_money(reader: Reader, field: Field, text: str) -> Decimal:
    minus, text = ("-", text[1:].strip()) if text.startswith("-") else ("", text)
    bare = text.removeprefix(reader.currency).removesuffix(reader.currency).strip()
    signs = _SIGNS.get(reader.currency, "")
    if bare and bare[0] in signs:
        bare = bare[1:].strip()
    elif bare and bare[-1] in signs:
        bare = bare[:-1].strip()
    return _read_decimal(reader, field, minus + bare)


def _read_percent(reader: Reader, field: Field, text: str) -> Decimal:
    if text.endswith(("%", "％")):
        return _read_decimal(reader, field, text[:-1].strip())
    if reader.lenient:
        return _read_decimal(reader, field, text)
    raise ValueMistake("W227", field=field.labels.told, value=text)


def _read_length(reader: Reader, field: Field, text: str) -> Length:
    length = parse_length(text)
    if length is None:
        raise ValueMistake("W221", field=field.labels.told, value=text, nearest=nearest_length(text))
    if length.is_working and not reader.working_lengths:
        raise ValueMistake("W521", field=field.labels.told, value=text)
    return length


_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_LOOSE_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_TIME = re.compile(r"[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)


def _split_day(reader: Reader, field: Field, text: str) -> tuple[date, str]:
    match = (_LOOSE_DAY if reader.lenient else _DAY).match(text)
    if not match:
        raise ValueMistake("W228", field=field.labels.told, value=text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])), text[match.end() :]
    except ValueError:
        raise ValueMistake("W229", field=field.labels.told, value=text) from None


def _read_date(reader: Reader, field: Field, text: str) -> date:
    day, rest = _split_day(reader, field, text)
    if rest and not (reader.lenient and _TIME.fullmatch(rest)):
        raise ValueMistake("W228", field=field.labels.told, value=text)
    return day


def _read_datetime(reader: Reader, field: Field, text: str) -> datetime:
    day, rest = _split_day(reader, field, text)
    match = _TIME.fullmatch(rest or " 00:00")
    if not match:
        raise ValueMistake("W228", field=field.labels.told, value=text)
    clock = f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}"
    try:
        moment = datetime.fromisoformat(f"{day.isoformat()}T{clock}{match[4] or ''}")
        return (moment if moment.tzinfo else moment.replace(tzinfo=reader.zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # no such time, or outside the years 1 to 9999 in UTC
        raise ValueMistake("W229", field=field.labels.told, value=text) from None


def _read_choice(_: Reader, field: Field, text: str) -> str:
    option = field.option(text)
    if option is None:
        raise ValueMistake("W205", field=field.labels.told, value=text, known="、".join(field.options))
    return option


_YES = {"是", "yes", "Yes", "YES", "true", "True", "TRUE"}
_NO = {"否", "no", "No", "NO", "false", "False", "FALSE"}


def _read_yes_no(reader: Reader, field: Field, text: str) -> bool:
    if text in _YES or (reader.lenient and text == "1"):
        return True
    if text in _NO or (reader.lenient and text == "0"):
        return False
    raise ValueMistake("W230", field=field.labels.told, value=text)


def _read_tags(_: Reader, field: Field, text: str) -> tuple[str, ...]:
    names: list[str] = []
    for name in filter(None, (part.strip() for part in re.split("[;；,，、|]", text))):
        option = field.option(name)
        if option is None:
            raise ValueMistake("W205", field=field.labels.told, value=name, known="、".join(field.options))
        names.append(option)
    return in_order(names, field)


def in_order(names: list[str], field: Field) -> tuple[str, ...]:
    """Tags without doubles, in the order of the model."""
    return tuple(name for name in (*field.options, *field.retired) if name in names)


_READERS: Mapping[FieldType, Callable[[Reader, Field, str], Value]] = {
    FieldType.TEXT: _read_text,
    FieldType.EMAIL: _read_email,
    FieldType.PHONE: _read_text,
    FieldType.NUMBER: _read_decimal,
    FieldType.MONEY: _read_money,
    FieldType.PERCENT: _read_percent,
    FieldType.LENGTH: _read_length,
    FieldType.DATE: _read_date,
    FieldType.DATETIME: _read_datetime,
    FieldType.CHOICE: _read_choice,
    FieldType.YES_NO: _read_yes_no,
    FieldType.TAGS: _read_tags,
    FieldType.LINK: _read_text,
}


def to_stored(value: Value) -> str | int | None:
    """The value as our tables keep it: ten-thousandths, ISO text in UTC, 0/1, `|tag|tag|`, minutes."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return int((value * SCALE).to_integral_value())
    if isinstance(value, datetime):
        return stored_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Length):
        return value.minutes
    if isinstance(value, tuple):
        return f"|{'|'.join(value)}|" if value else None
    return value


def stored_instant(moment: datetime) -> str:
    """An instant as kept: `2026-03-31T01:00:00Z`, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def instant_of(kept: str) -> datetime:
    """The instant of a kept form."""
    return datetime.fromisoformat(kept)


def from_stored(kind: FieldType, raw: Any) -> Value:
    """The value of a kept form; the opposite of `to_stored`."""
    if raw is None:
        return None
    if kind.is_numeric:
        return Decimal(raw) / SCALE
    if kind is FieldType.DATE:
        return _read_iso(date.fromisoformat, raw)
    if kind is FieldType.DATETIME:
        return _read_iso(datetime.fromisoformat, raw)
    if kind is FieldType.YES_NO:
        return bool(raw)
    if kind is FieldType.TAGS:
        return tuple(raw.strip("|").split("|"))
    if kind is FieldType.LENGTH:
        return length_of_minutes(raw)
    return raw if isinstance(raw, int) else str(raw)


def _read_iso(read: Callable[[str], Value], raw: str) -> Value:
    """A column whose type was changed from text may hold what is no day; it is missing."""
    try:
        return read(raw)
    except ValueError:
        return None


def plain(value: Value) -> Any:
    """The value for JSON and reports: ISO dates, plain numbers, lists of tags."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Length):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Show:
    """How values are written for people: language (`zh` or `en`), currency, zone of instants."""

    language: str
    currency: str
    zone: ZoneInfo

    def raw(self, kind: FieldType) -> Callable[[Any], str]:
        """A function from the kept form of a type to its text in this language; never given None."""
        makers: dict[FieldType, Callable[[Any], str]] = {
            FieldType.DATE: _show_day_zh if self.language == "zh" else _show_day_en,
            FieldType.DATETIME: self._instant,
            FieldType.MONEY: self._money,
            FieldType.NUMBER: _show_number,
            FieldType.PERCENT: lambda raw: f"{_show_number(raw)} %",
            FieldType.YES_NO: self._yes_no,
            FieldType.TAGS: lambda raw: ("、" if self.language == "zh" else ", ").join(
                raw.strip("|").split("|")
            ),
            FieldType.LENGTH: self._length,
        }
        return makers.get(kind, str)

    def value(self, kind: FieldType, value: Value) -> str:
        """A value as text in this language; an empty text for a missing one."""
        if isinstance(value, Length):
            return show_length(value, self.language)
        stored = to_stored(value)
        return "" if stored is None else self.raw(kind)(stored)

    def _instant(self, raw: str) -> str:
        local = datetime.fromisoformat(raw).astimezone(self.zone)
        day = (_show_day_zh if self.language == "zh" else _show_day_en)(local.date().isoformat())
        return f"{day} {local:%H:%M}"

    @property
    def sign(self) -> str:
        """What stands before an amount."""
        return _SIGNS.get(self.currency, "")[:1] or f"{self.currency} "

    @property
    def yes_and_no(self) -> tuple[str, str]:
        """The two answers."""
        return ("是", "否") if self.language == "zh" else ("yes", "no")

    def _money(self, raw: int) -> str:
        cents = (abs(raw) * 100 + SCALE // 2) // SCALE
        return f"{'-' if raw < 0 and cents else ''}{self.sign}{cents // 100:,}.{cents % 100:02}"

    def _yes_no(self, raw: int) -> str:
        yes, no = self.yes_and_no
        return yes if raw else no

    def _length(self, raw: int) -> str:
        return show_kept(raw, self.language)


@lru_cache(maxsize=8192)
def _show_day_zh(raw: str) -> str:
    year, month, day = raw.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


@lru_cache(maxsize=8192)
def _show_day_en(raw: str) -> str:
    day = date.fromisoformat(raw)
    return f"{day.day} {day:%B} {day.year}"


def _show_number(raw: int) -> str:
    whole, part = divmod(abs(raw), SCALE)
    text = f"{whole}.{part:04}".rstrip("0").rstrip(".")
    return f"-{text}" if raw < 0 else text


def days_between(earlier: date, later: date) -> int:
    """Whole days from one day to another."""
    return (later - earlier) // timedelta(days=1)
