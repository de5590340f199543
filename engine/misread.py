"""What YAML can read, though its writer meant something else: noted, and read as it was meant.

`name: “唤醒”` has quotation marks in its text, `[100,000]` two numbers, and `-add_tag: 高潜` no list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence as Sequence_
from dataclasses import dataclass, replace

from engine.model.diagnostics import Problems
from engine.model.document import Mapping, Node, Scalar, Sequence, Span, is_nothing

WIDE = {
    "：": ": ",
    "，": ", ",
    "、": ", ",
    "；": ", ",
    "｛": "{",
    "｝": "}",
    "［": "[",
    "］": "]",
    "【": "[",
    "】": "]",
}
"""Signs of a Chinese keyboard, and what they stand for in a file."""
OPENING, CLOSING = "“”‘’「『＂＇„«", "“”‘’」』＂＇»\"'"
DASHES = "—–－•·●▪*"
NAMING = ("options", "also", "retired")
"""Lists in which any text is a name, so that nothing else notices `[A，B]`."""

PROSE = ("subject", "text", "html", "body", "question", "stop", "because")
"""Words with a text for people behind them."""

_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")
_NO_BREAK = re.compile("[\u00a0\u202f]")
_SUSPECT = re.compile(f"[\u00a0\u202f\u200b\u2060\ufeff\u3000{OPENING}０-９：－．／＃{{｛｝]|//")
_WIDE_DIGITS = re.compile("[０-９]|(?<=[0-9])[：－．／　](?=[0-9天日周月年])")
_NUMBER = re.compile(
    r"(?:(?:in|last|近|最近) ?)?[-+]?[¥$]?\d[\d.,:/ -]*"
    r"(?:%|万|千|元|天|日|周|个月|月|年|小时|分钟|[a-z]+)?(?: ago|前|后)?"
)
_PLACEHOLDER = re.compile(
    r"[$#]\{\s*([^\W\d][\w.]*)\s*\}|(?<![{%#$])\{\s*([^\W\d][\w.]*)\s*\}(?!\})|(?<![{｛])｛\s*([^\W\d][\w.]*)\s*｝"
)
_TEXT_BRACES = re.compile("｛(?=[{｛%])|(?<=[{｛])｛|｝(?=[}｝])|(?<=[}｝%])｝")
_COMMENT = re.compile(r"(?:(?<=\s)|^)(//|＃)")
GLUED_DASH = re.compile(rf"-(?=[^\s\-\d.])|[{DASHES}]\s*|\d{{1,2}}[.)、．]\s+(?=[a-z{{])")
_ITEM = re.compile(r"([a-z]+(?:_[a-z]+)*)(：|:(?=[^/\s]))(.*)", re.DOTALL)
_OPENED = re.compile(r"([^：\s]+)：\s*([{\[\"'｛［])\s*(.*)", re.DOTALL)
_ENTRY = re.compile(r"([^：\s]+)：(?=\s|$)")


def colon_slip(text: str) -> str:
    """The sign that was meant as `: `, in a text that should have been a key and its value."""
    found = re.search(r"：|(?<![0-9]):(?=[^ /\n])", text)
    return found.group() if found else ""


def meant(sign: str) -> dict[str, str]:
    """The facts about a sign that stands for another, or lacks the blank behind it."""
    kind = "colon" if sign == ":" else "parting" if sign in "、；;" else ""
    return {"kind": kind, "sign": sign, "nearest": WIDE.get(sign, ",").strip() if kind != "colon" else sign}


@dataclass(frozen=True, slots=True)
class Misreadings:
    """Puts right what was read from a file, one scalar, list or mapping at a time."""

    problems: Problems
    lines: Sequence_[str]

    def scalar(self, written: Scalar) -> Scalar:
        """A key or value as its writer meant it."""
        if not _SUSPECT.search(written.text):
            return written
        if not written.quoted:
            written = self._without_strange_blanks(written)
            written = self._without_curly_quotes(written)
            written = self._with_half_width_digits(written)
            written = self._without_comment(written)
        written = self._with_half_width_braces(written)
        self._note_placeholder(written)
        return written

    def _without_strange_blanks(self, written: Scalar) -> Scalar:
        found = _INVISIBLE.search(written.text) or _NO_BREAK.search(written.text)
        if found is None:
            return written
        kind = "invisible" if _INVISIBLE.match(found.group()) else "nbsp"
        self.problems.error(self._place(written, found.start()), "W110", kind=kind)
        text = _NO_BREAK.sub(" ", _INVISIBLE.sub("", written.text)).strip()
        return Scalar(text, quoted=False, span=written.span)

    def _without_curly_quotes(self, written: Scalar) -> Scalar:
        text = written.text
        if len(text) < 2 or text[0] not in OPENING or text[-1] not in CLOSING:
            return written
        inner = text[1:-1]
        if any(sign in OPENING + CLOSING for sign in inner):
            return written  # “双十一”和“618”: quotation marks of the text itself
        self.problems.error(written.span.start(), "W115", sign=text[0], nearest=f'"{inner}"')
        return Scalar(inner, quoted=True, span=written.span)

    def _with_half_width_digits(self, written: Scalar) -> Scalar:
        narrow = unicodedata.normalize("NFKC", written.text)
        if not _WIDE_DIGITS.search(written.text) or not _NUMBER.fullmatch(narrow):
            return written
        self.problems.error(written.span, "W113", kind="digits", sign=written.text, nearest=narrow)
        return Scalar(narrow, quoted=False, span=written.span)

    def _without_comment(self, written: Scalar) -> Scalar:
        found = _COMMENT.search(written.text)
        if found is None:
            return written
        word, rest = written.text[: found.start()].strip(), written.text[found.end() :].strip()
        at = self._place(written, found.start())
        self.problems.error(at, "W116", kind="", sign=found.group(), nearest=f"{word} # {rest}")
        return Scalar(word, quoted=bool(word), span=written.span)

    def _with_half_width_braces(self, written: Scalar) -> Scalar:
        """`{{ 客户名称 ｝}` in a text."""
        at = self._found(written, _TEXT_BRACES)
        if at is None:
            return written
        self.problems.error(at, "W113", **meant(self._line(at.line)[at.column - 1]))
        text = written.text
        while (narrow := _TEXT_BRACES.sub(lambda sign: WIDE[sign.group()], text)) != text:
            text = narrow
        return Scalar(text, written.quoted, written.span)

    def _note_placeholder(self, written: Scalar) -> None:
        found = _PLACEHOLDER.search(written.text)
        at = self._found(written, _PLACEHOLDER) if found else None
        if found and at:
            name = next(name for name in found.groups() if name)
            self.problems.warning(at, "W118", sign=found.group(), nearest=f"{{{{ {name} }}}}")

    def entry(self, key: Scalar, value: Node) -> tuple[Scalar, Node]:
        """A key and its value, where a full-width sign between them has moved the border."""
        opened = None if key.quoted else _OPENED.fullmatch(key.text)
        if opened and isinstance(value, Scalar) and key.span.line == key.span.end_line:
            return self._opened(opened, key, value)
        if not isinstance(value, Scalar) or value.quoted:
            return key, value
        if value.text[:1] in tuple("［【｛") and value.text[-1] in "]］】}｝":
            self.problems.error(value.span.start(), "W113", **meant(value.text[0]))
            parts = [part.strip(" ]］】}｝\"'") for part in re.split("[,，]", value.text[1:])]
            return key, Sequence(
                tuple(Scalar(part, quoted=True, span=value.span) for part in parts), value.span
            )
        self._note_cut(key, value)
        below = _ENTRY.match(value.text) if value.span.line > key.span.end_line else None
        if below:
            return key, self._below(below, value)
        return key, value

    def _note_cut(self, key: Scalar, value: Scalar) -> None:
        """`subject: 联系 #1 客户`: the rest of the text is a comment."""
        if key.text not in PROSE or value.span.line != value.span.end_line:
            return
        found = re.match(r"\s+#(?=\S)", self._line(value.span.line)[value.span.end_column - 1 :])
        if found:
            at, column = value.span, value.span.end_column + found.end() - 1
            place = Span(at.file, at.line, column, at.line, column + 1)
            self.problems.error(place, "W116", kind="cut", sign="#", nearest="")

    def _opened(self, opened: re.Match[str], key: Scalar, value: Scalar) -> tuple[Scalar, Node]:
        """`given： {客户层级: C}`, which YAML takes for a key `given： {客户层级`."""
        at, name = key.span, opened[1]
        column = at.column + len(name)
        self.problems.error(Span(at.file, at.line, column, at.line, column + 1), "W113", **meant("："))
        outer = Scalar(name, quoted=False, span=Span(at.file, at.line, at.column, at.line, column))
        if opened[2] in "{｛":
            inner = Scalar(opened[3], quoted=False, span=at)
            rest = Scalar(value.text.rstrip(" }｝"), quoted=False, span=value.span)
            return outer, Mapping(((inner, rest),), value.span)
        return outer, Scalar(f"{opened[3]}: {value.text}".strip("\"'"), quoted=True, span=value.span)

    def _below(self, found: re.Match[str], value: Scalar) -> Mapping:
        """`text： |` on the line below its key, which YAML takes for the text of that key."""
        at, column = value.span, value.span.column + len(found[1])
        self.problems.error(Span(at.file, at.line, column, at.line, column + 1), "W113", **meant("："))
        key = Scalar(found[1], quoted=False, span=Span(at.file, at.line, at.column, at.line, column))
        rest = value.text[found.end() :].strip(" |>-")
        return Mapping(((key, Scalar(rest, quoted=True, span=value.span)),), at)

    def sequence(self, written: Sequence, key: str, *, on_one_line: bool) -> Sequence:
        """A list: `add_tag：高潜` as an entry, `[A，B]` and `[100,000]` as they were meant."""
        items = [self._item(item) for item in self._flat(written.items)]
        if on_one_line:
            items = self._joined(items)
            if key in NAMING:
                items = [one for item in items for one in self._parted(item)]
        return Sequence(tuple(items), written.span)

    def _flat(self, items: Sequence_[Node]) -> list[Node]:
        """`- - add_tag: 高潜`: a list begun twice."""
        found: list[Node] = []
        for item in items:
            at = item.span
            is_list = isinstance(item, Sequence) and self._line(at.line)[at.column - 1 : at.column] == "-"
            if isinstance(item, Sequence) and is_list and all(isinstance(one, Mapping) for one in item.items):
                self.problems.error(at.start(), "W114", kind="twice", sign="-")
                found += item.items
            else:
                found.append(item)
        return found

    def _item(self, item: Node) -> Node:
        found = _ITEM.fullmatch(item.text) if isinstance(item, Scalar) and not item.quoted else None
        if found is None or not isinstance(item, Scalar) or item.span.line != item.span.end_line:
            return item
        at, name, rest = item.span, found[1], found[3]
        column = at.column + len(name)
        self.problems.error(Span(at.file, at.line, column, at.line, column + 1), "W113", **meant(found[2]))
        key = Scalar(name, quoted=False, span=Span(at.file, at.line, at.column, at.line, column))
        after = Span(at.file, at.line, column + 1, at.end_line, at.end_column)
        return Mapping(((key, Scalar(rest.strip(), quoted=False, span=after)),), at)

    def _joined(self, items: list[Node]) -> list[Node]:
        """`[100,000]`: a group that begins with 0 is no number of its own."""
        found: list[Node] = []
        for item in items:
            before = found[-1] if found else None
            if (
                isinstance(item, Scalar)
                and isinstance(before, Scalar)
                and re.fullmatch(r"0\d\d(?:\.\d+)?", item.text)
                and re.fullmatch(r"\d+", before.text)
                and before.span.end_column + 1 == item.span.column
                and not item.quoted
            ):
                self._note_thousands(item, before.text + item.text)
                found[-1] = Scalar(before.text + item.text, quoted=False, span=before.span)
            else:
                found.append(item)
        return found

    def _note_thousands(self, group: Scalar, number: str) -> None:
        self.problems.error(group.span, "W214", kind="thousands", key=group.text, nearest=number)

    def _parted(self, item: Node) -> list[Node]:
        if not isinstance(item, Scalar) or item.quoted:
            return [item]
        found = re.search("[，、；;]", item.text)
        if found is None or item.span.line != item.span.end_line:
            return [item]
        self.problems.error(self._place(item, found.start()), "W113", **meant(found.group()))
        names = [name.strip() for name in re.split("[，、；;]", item.text)]
        return [Scalar(name, quoted=False, span=item.span) for name in names if name]

    def entries(self, entries: list[tuple[Scalar, Node]]) -> list[tuple[Scalar, Node]]:
        """The entries in braces: what a comma has parted from its value goes back to it."""
        found: list[tuple[Scalar, Node]] = []
        strays: list[Scalar] = []
        for written, value in entries:
            is_cut = is_nothing(value) and not written.quoted
            key = replace(written, text=written.text.removesuffix(":")) if is_cut else written
            before = found[-1][1] if found else None
            if (
                isinstance(before, Scalar)
                and not is_nothing(before)
                and is_nothing(value)
                and not self._has_colon(key)
                and not re.fullmatch("[a-z_]{2,}", key.text)
            ):
                strays.append(key)
                continue
            self._give_back(found, strays)
            strays = []
            found.append((key, value))
        self._give_back(found, strays)
        return found

    def _has_colon(self, key: Scalar) -> bool:
        """Whether nothing but a colon stands behind a key: `{预算: , 客户层级:, 规模: 大}`."""
        line, end = self._line(key.span.end_line), key.span.end_column - 1
        return line[:end].endswith(":") or line[end:].lstrip().startswith(":")

    def _give_back(self, found: list[tuple[Scalar, Node]], strays: list[Scalar]) -> None:
        """The parts of a value that commas made keys without a value, noted and put together."""
        if not strays:
            return
        key, value = found[-1]
        assert isinstance(value, Scalar)
        groups = [re.fullmatch(r"(\d{3})", stray.text) for stray in strays[:-1]]
        groups.append(re.fullmatch(r"(\d{3}(?:\.\d+)?)\D?", strays[-1].text))
        amount = re.fullmatch(r"[¥￥$]?(\d+)", value.text)
        if amount and all(groups) and not value.quoted:
            number = amount[1] + "".join(group[1] for group in groups if group)
            self._note_thousands(strays[0], number)
            whole: Node = Scalar(number, quoted=False, span=value.span)
        elif value.text[:1] in OPENING and strays[-1].text[-1:] in CLOSING:
            text = ", ".join([value.text[1:], *(stray.text for stray in strays)])[:-1]
            self.problems.error(value.span.start(), "W115", sign=value.text[0], nearest=f'"{text}"')
            whole = Scalar(text, quoted=True, span=value.span)
        else:
            whole = self._listed(key, value, strays)
        found[-1] = (key, whole)

    def _listed(self, key: Scalar, value: Scalar, strays: list[Scalar]) -> Sequence:
        """`is: A, B` and `is: (A, B)`: a list was meant."""
        parts = [Scalar(value.text.lstrip("[［【（("), value.quoted, value.span), *strays]
        parts[-1] = Scalar(parts[-1].text.rstrip("]］】）)"), parts[-1].quoted, parts[-1].span)
        right = f"{key.text}: [{', '.join(part.text for part in parts)}]"
        if parts[0].text != value.text:
            at, facts = value.span.start(), {"kind": "bracket", "sign": value.text[0]}
        else:
            at, facts = strays[0].span, {"kind": "", "key": strays[0].text}
        self.problems.error(at, "W123", nearest=right, **facts)
        return Sequence(tuple(parts), value.span)

    def in_braces(self, entries: list[tuple[Scalar, Node]], at: Span) -> Sequence | None:
        """`{A, B}`: names without values, where a list was meant."""
        if len(entries) < 2 or not all(is_nothing(value) and key.text for key, value in entries):
            return None
        if any(self._has_colon(key) for key, _ in entries):
            return None
        names = ", ".join(key.text for key, _ in entries)
        self.problems.error(
            at.start(), "W123", kind="bracket", sign="{ }", key=entries[0][0].text, nearest=f"[{names}]"
        )
        return Sequence(tuple(key for key, _ in entries), at)

    def dashless(self, entries: list[tuple[Scalar, Node]], at: Span) -> Sequence | None:
        """`-add_tag: 高潜` and `— add_tag: 高潜`: a list of entries, one key each, was meant."""
        if not entries or entries[0][0].quoted or not GLUED_DASH.match(entries[0][0].text):
            return None
        dashes = [None if key.quoted else GLUED_DASH.match(key.text) for key, _ in entries]
        if not all(dashes):
            return None
        items: list[Node] = []
        for dash, (key, value) in zip(dashes, entries, strict=True):
            assert dash is not None
            sign, rest = dash.group().strip(), key.text[dash.end() :]
            self.problems.error(key.span.start(), "W114", kind="glued" if sign == "-" else "sign", sign=sign)
            start = key.span.column + dash.end()
            span = Span(at.file, key.span.line, start, key.span.end_line, key.span.end_column)
            items.append(Mapping(((Scalar(rest, quoted=False, span=span), value),), span))
        return Sequence(tuple(items), at)

    def dashless_lines(self, written: Scalar) -> Sequence | None:
        """`-A` above `-B`: YAML reads one text of two lines, where a list was meant."""
        at = written.span
        lines = [self._line(number) for number in range(at.line, at.end_line + 1)]
        lines[0] = lines[0][at.column - 1 :]
        dashes = [GLUED_DASH.match(line.strip()) for line in lines if line.strip()]
        if written.quoted or len(dashes) < 2 or not all(dashes):
            return None
        sign = dashes[0].group().strip() if dashes[0] else "-"
        self.problems.error(at.start(), "W114", kind="glued" if sign == "-" else "sign", sign=sign)
        texts = [GLUED_DASH.sub("", line.strip(), count=1) for line in lines if line.strip()]
        return Sequence(tuple(Scalar(text, quoted=False, span=at.start()) for text in texts), at)

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def _place(self, written: Scalar, index: int) -> Span:
        """A sign within a scalar, where its text stands as it was written; else where it begins."""
        at = written.span
        column = at.column + index + (1 if written.quoted else 0)
        if at.line != at.end_line or written.text not in self._line(at.line):
            return at.start()
        return Span(at.file, at.line, column, at.line, column + 1)

    def _found(self, written: Scalar, pattern: re.Pattern[str]) -> Span | None:
        """Where a pattern stands first in a scalar of one line or more."""
        at = written.span
        for number in range(at.line, at.end_line + 1):
            line = self._line(number)
            begin = at.column - 1 if number == at.line else 0
            end = at.end_column - 1 if number == at.end_line else len(line)
            found = pattern.search(line, begin, max(begin, end))
            if found:
                return Span(at.file, number, found.start() + 1, number, found.start() + 2)
        return None
