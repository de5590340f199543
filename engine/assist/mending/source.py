"""The text that a fix changes: places in its lines, and the edits at them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from engine.model.diagnostics import Diagnostic
from engine.model.document import Span

_OPENING, _CLOSING = "{[", "}]"
_PLACES = re.compile(r"\{\{.*?(?:\}\}|$)")
_PARTS = re.compile(r"^\s*(?:- +)+|(?<=\S): +")
_PARTS_IN_GROUP = re.compile(r"^\s*(?:- +)+|(?<=\S): +|[\[{] *|, +")
"""What a value may stand behind."""
_COMMENT = re.compile(r"\s+#.*$")


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands from one place up to another is replaced; lines and columns count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    insert: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One edit that mends, with the key and the facts of its label; certain where it may be done unasked."""

    label: str
    edit: Edit
    is_certain: bool = False
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One diagnostic and the text it is about."""

    one: Diagnostic
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.splitlines()

    @cached_property
    def facts(self) -> dict[str, str]:
        """What the diagnostic says."""
        return dict(self.one.facts)

    @property
    def at(self) -> Span:
        """Where it points to."""
        return self.one.at

    @property
    def kind(self) -> str:
        """Which case of the code it is."""
        return self.facts.get("kind", "")

    def fact(self, name: str) -> str:
        """A fact, empty where it is not given."""
        return self.facts.get(name, "")

    def line(self, number: int) -> str:
        """One line, counted from 1; empty where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    @property
    def here(self) -> str:
        """The line that the diagnostic points to."""
        return self.line(self.at.line)

    @property
    def begin(self) -> int:
        """The index in that line."""
        return self.at.column - 1

    @property
    def pointed(self) -> str:
        """The text that it points to, to the end of the line where it goes on below."""
        end = self.at.end_column - 1 if self.at.end_line == self.at.line else len(self.here)
        return self.here[self.begin : end]

    def indent(self, number: int) -> int:
        """How many blanks a line begins with."""
        line = self.line(number)
        return len(line) - len(line.lstrip(" "))

    def last_of(self, number: int, indent: int) -> int:
        """The last line of a block that begins in a line: all further lines that are indented deeper."""
        last = number
        for place in range(number + 1, len(self.lines) + 1):
            if self.line(place).strip():
                if self.indent(place) <= indent:
                    break
                last = place
        return last

    def find(self, word: str) -> int:
        """The index of a word in the line: where the diagnostic points, else behind, else before; or -1."""
        if not word:
            return -1
        found = self.here.find(word, self.begin)
        return found if found >= 0 else self.here.rfind(word)

    # An edit of one line, by indexes from 0.

    def put(self, begin: int, end: int, text: str, line: int = 0) -> Edit:
        """Replace a part of a line, of the one pointed to unless another is named."""
        number = line or self.at.line
        return Edit(number, begin + 1, number, end + 1, text)

    def put_lines(self, first: int, last: int, lines: list[str]) -> Edit:
        """Replace whole lines, by others or by nothing."""
        if not lines:
            if last < len(self.lines):
                return Edit(first, 1, last + 1, 1, "")
            return Edit(first, 1, last, len(self.line(last)) + 1, "")
        return Edit(first, 1, last, len(self.line(last)) + 1, "\n".join(lines))

    # What stands in one line.

    def end_of_value(self, begin: int) -> int:
        """The index behind a value that begins at an index: a comma or bracket of its group, or a comment."""
        text = _PLACES.sub(lambda one: "_" * len(one[0]), self.here)
        if not self.group(begin):
            stop = _COMMENT.search(text, begin)
            return stop.start() if stop else len(text.rstrip())
        depth = 0
        for place, sign in _signs(text, begin):
            if sign in _OPENING:
                depth += 1
            elif sign in _CLOSING:
                if depth == 0:
                    return len(text[:place].rstrip())
                depth -= 1
            elif sign == "," and depth == 0:
                return place
        return len(text.rstrip())

    def begin_of_value(self, inside: int) -> int:
        """The index where the value begins that an index is in."""
        told = _PLACES.sub(lambda one: "_" * len(one[0]), self.here)
        parts = _PARTS_IN_GROUP if self.group(inside) else _PARTS
        ends = (one.end() for one in parts.finditer(told[:inside]) if not self._is_quoted(one.start()))
        return max(ends, default=len(self.here) - len(self.here.lstrip()))

    def _is_quoted(self, index: int) -> bool:
        return any(self.here[:index].count(quote) % 2 for quote in "\"'")

    def group(self, index: int) -> tuple[int, int] | None:
        """Begin and end (the closing bracket) of the innermost brackets of this line around an index."""
        opened: list[int] = []
        found: tuple[int, int] | None = None
        told = _PLACES.sub(lambda one: "_" * len(one[0]), self.here)
        for place, sign in _signs(told, 0):
            if sign in _OPENING:
                opened.append(place)
            elif sign in _CLOSING and opened:
                begin = opened.pop()
                if begin < index <= place and found is None:
                    found = begin, place
        if found is None and opened and any(one < index for one in opened):
            return max(one for one in opened if one < index), len(self.here)
        return found


def _signs(text: str, begin: int) -> Iterator[tuple[int, str]]:
    """The characters of a line outside of quotes, up to its comment."""
    quote = ""
    for place in range(begin, len(text)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and (place == 0 or text[place - 1] in " [{,("):
            quote = sign
        elif sign == "#" and text[place - 1 : place] == " ":
            return
        else:
            yield place, sign
