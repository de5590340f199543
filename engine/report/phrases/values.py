"""Values in words: literals, lengths, periods, moments, other fields, cells of a table with their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table_
from datetime import date, datetime
from decimal import Decimal

from engine.model.document import Mapping, Node, Sequence
from engine.model.entities import Field, FieldType, Module
from engine.model.lengths import parse_length, show_length
from engine.model.moments import Length
from engine.model.values import Value
from engine.report.phrases.names import Names
from engine.report.phrases.wording import text_of
from engine.shapes.reading import Table
from engine.shapes.times import CALENDAR, LAST, parse_moment

_ANSWERS = {"是": "answer.yes", "yes": "answer.yes", "否": "answer.no", "no": "answer.no"}
_MOST_ROWS = 8
_NEAR_DAYS = {-2: "two_days_ago", -1: "yesterday", 1: "tomorrow", 2: "in_two_days"}


class Values:
    """Says a value as it is written under a comparison or in a step."""

    def __init__(self, names: Names, tables: Table_[str, Table]) -> None:
        self.names = names
        self.words = names.words
        self._tables = tables

    def value(self, node: Node | None, module: Module, field: Field | None = None, last: str = "or") -> str:
        """A literal, a list (`last` is the word before its last entry), another field, or a cell."""
        if isinstance(node, Sequence):
            return self.words.listed([self.value(one, module, field) for one in node.items], last)
        if isinstance(node, Mapping):
            return self._reference(node, module)
        return self.literal(text_of(node), field)

    def _reference(self, node: Mapping, module: Module) -> str:
        other, table = node.get("field"), node.get("table")
        if other is not None:
            name = self.names.field(text_of(other), module)
            times = text_of(node.get("times"))
            return self.words.say("phrase.times", name=name, times=times) if times else name
        if table is not None:
            return self.cell(text_of(table), module)
        return ", ".join(f"{key.text}: {text_of(value)}" for key, value in node.entries)

    def cell(self, name: str, module: Module) -> str:
        """`“沉默门槛.首触”（A 30 天、B 90 天）`: the numbers are told where the table is at hand."""
        table_name, _, column = name.rpartition(".")
        table = self._tables.get(table_name)
        if table is None or column not in table.columns:
            return self.words.say("phrase.cell", name=name)
        rows = self._rows(table, column, module)
        return self.words.say("phrase.cell_rows", name=name, rows=self.words.joined(rows, "phrase.list"))

    def _rows(self, table: Table, column: str, module: Module) -> list[str]:
        by, kind = [self.names.definition(one, module) for one in table.by], table.columns[column]
        rows = []
        for keys, cells in table.rows[:_MOST_ROWS]:
            told = [one.option(key) or key if one else key for one, key in zip(by, keys, strict=False)]
            rows.append(
                self.words.say(
                    "phrase.cell_row",
                    keys=self.words.joined(told, "phrase.cell_keys"),
                    value=self._cell_value(kind, cells.get(column)),
                )
            )
        if len(table.rows) > _MOST_ROWS:
            rows.append(self.words.say("phrase.cell_more"))
        elif table.otherwise is not None and column in table.otherwise:
            value = self._cell_value(kind, table.otherwise[column])
            rows.append(self.words.say("phrase.cell_otherwise", value=value))
        return rows

    def _cell_value(self, kind: FieldType, value: Value) -> str:
        if value is None:
            return self.words.say("phrase.cell_none")
        if isinstance(value, Length):
            return show_length(value, self.words.language)
        if isinstance(value, bool):
            return self.words.named(self.words.say("answer.yes" if value else "answer.no"))
        if isinstance(value, Decimal):
            return _grouped(f"{value:f}") + (" %" if kind is FieldType.PERCENT else "")
        if isinstance(value, date):
            return self._day(datetime(value.year, value.month, value.day), with_time=False)  # noqa: DTZ001 - local
        return self.words.named(str(value))

    def literal(self, text: str, field: Field | None = None) -> str:
        """A written value: numbers, lengths, periods, days and answers in the reader's language."""
        option = field.option(text) if field and field.options else None
        if option is not None:
            return self.words.named(option)
        if text in _ANSWERS:
            answer = self.words.say(_ANSWERS[text])
            return self.words.quoted(answer) if self.words.language == "zh" else answer
        if re.fullmatch(r"[-+]?\d+(\.\d+)?", text):
            return _grouped(text)
        percent = re.fullmatch(r"([-+]?[\d.]+) ?[%％]", text)
        if percent:
            return f"{percent[1]} %"
        return self.length(text) or self.moment(text) or self.words.named(text)

    def length(self, text: str) -> str:
        """`90 天`, `2 working days`; empty for what is no length."""
        length = parse_length(text)
        return show_length(length, self.words.language) if length else ""

    def length_node(self, node: Node | None, module: Module) -> str:
        """A LENGTH: written, of a field, or of a table."""
        return self._reference(node, module) if isinstance(node, Mapping) else self.literal(text_of(node))

    def period(self, node: Node | None, module: Module) -> tuple[str, str]:
        """A PERIOD in words, and its kind: `last`, `this`, `previous` or `value`."""
        if isinstance(node, Mapping):
            return self._reference(node, module), "value"
        text = text_of(node)
        if text in CALENDAR:
            reach, unit = CALENDAR[text]
            return self.words.say(f"period.{reach}_{unit}"), str(reach)
        length = self.length(LAST.sub("", text))
        if not length:
            return text, "value"
        if length.startswith("1 "):
            return self.words.say("phrase.window.last_one", unit=length.removeprefix("1 ")), "last"
        return self.words.say("phrase.window.last", length=length), "last"

    def moment(self, text: str) -> str:
        """`今天`, `3 天后`, `2026年3月31日`; empty for what is no moment."""
        if text in {"start", "开始"}:
            return self.words.say("phrase.moment.start")
        shift = re.fullmatch(r"in (.+)|(.+) ?后|(.+) ago|(.+) ?前", text)
        if shift:
            key = "moment.ahead" if shift[1] or shift[2] else "moment.ago"
            length = self.length(next(filter(None, shift.groups())).strip())
            return self.words.say(key, length=length) if length else ""
        try:
            moment = parse_moment(text)
        except ValueError:
            return ""
        if moment is None:
            return ""
        if moment.fixed is not None:
            return self._day(moment.fixed, with_time=":" in text)
        if moment.offset is not None:
            return self.words.say(f"moment.{_NEAR_DAYS[moment.sign * moment.offset.amount]}")
        edge = "" if moment.unit is None else f"_{moment.unit}"
        return self.words.say(f"moment.{moment.anchor.replace(' ', '_')}{edge}")

    def ahead(self, text: str) -> str:
        """The length of `in 3 days` or `3 天后`; empty for every other moment."""
        found = re.fullmatch(r"in (.+)|(.+) ?后", text)
        return self.length(next(filter(None, found.groups())).strip()) if found else ""

    def _day(self, moment: datetime, *, with_time: bool) -> str:
        if self.words.language == "zh":
            day = f"{moment.year}年{moment.month}月{moment.day}日"
        else:
            day = f"{moment.day} {moment:%B} {moment.year}"
        return f"{day} {moment:%H:%M}" if with_time else day


def _grouped(number: str) -> str:
    """`100000` with a comma for each thousand."""
    whole, dot, part = number.partition(".")
    return f"{int(whole):,}{dot}{part}" if len(whole.lstrip("+-")) > 4 else number
