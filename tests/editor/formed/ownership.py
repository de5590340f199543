"""Whose each comment of a text is, by ruamel.yaml's marks alone: the code under test has no part in it.

A comment on lines of its own directly above an item or a key, at its indent, is that one's; one at the end of
a line is of the brackets that are opened there, else of what ends there, or of the key whose value begins
below; any other one is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[Any, ...]
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Entry:
    """A key or an item of a block: where it begins, and the last line that holds something of it."""

    path: Path
    line: int
    column: int
    last: int


@dataclass(frozen=True)
class Comment:
    """`above` or `beside` what it is about; nobody's is `free`, within what holds it."""

    text: str
    kind: str
    whose: Path


class Page:
    """One text, read by ruamel.yaml."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.replace("\r\n", "\n").split("\n")
        self.root: Node | None = YAML(typ="rt", pure=True).compose(text)
        self.entries: list[Entry] = []
        self.ends: dict[int, tuple[Path, int]] = {}
        """Line -> the outermost value in brackets, or the single one, that ends there, and its column."""
        self.opened: dict[int, Path] = {}
        """Line -> the innermost value in brackets that begins there and goes on below."""
        self.bodies: set[int] = set()
        """Lines of text blocks."""
        if self.root is not None:
            self._read(self.root, ())

    # --- values ---------------------------------------------------------------------------------

    @property
    def data(self) -> Any:
        """What the text says: `90` is a number, `"90"` a text, a date a text."""
        return None if self.root is None else said(self.root)

    # --- places ---------------------------------------------------------------------------------

    def _read(self, node: Node, path: Path) -> int:
        """The last line of a value."""
        if isinstance(node, ScalarNode) and node.style in {"|", ">"}:
            return self._text_block(node)
        if isinstance(node, ScalarNode) or node.flow_style:
            self._inside(node, path)
            return self._ended(node, path)
        parts = (
            [(key.value, key, value) for key, value in node.value] if isinstance(node, MappingNode) else []
        )
        if isinstance(node, SequenceNode):
            parts = [(number, value, value) for number, value in enumerate(node.value)]
        last = node.start_mark.line
        for part, first, value in parts:
            line = first.start_mark.line
            column = node.start_mark.column if isinstance(node, SequenceNode) else first.start_mark.column
            own = max(line, self._read(value, (*path, part)))
            last = max(last, own)
            self.entries.append(Entry((*path, part), line, column, own))
        return last

    def _inside(self, node: Node, path: Path) -> None:
        """What begins and ends on lines of its own within brackets."""
        if node.start_mark.line < node.end_mark.line and not isinstance(node, ScalarNode):
            self.opened[node.start_mark.line] = path
        parts = [(key.value, value) for key, value in node.value] if isinstance(node, MappingNode) else []
        if isinstance(node, SequenceNode):
            parts = list(enumerate(node.value))
        for part, value in parts:
            self._inside(value, (*path, part))
            self._ended(value, (*path, part))

    def _ended(self, node: Node, path: Path) -> int:
        line = node.end_mark.line
        self.ends[line] = (path, node.end_mark.column)  # the outer one is told last
        return int(line)

    def _text_block(self, node: Node) -> int:
        first, behind = node.start_mark.line + 1, node.end_mark.line
        filled = [n for n in range(first, min(behind + 1, len(self.lines))) if self._is_body(n, node)]
        self.bodies |= set(range(first, (filled or [first - 1])[-1] + 1))
        return int((filled or [first - 1])[-1])

    def _is_body(self, number: int, node: Node) -> bool:
        return bool(self.lines[number].strip()) and number < node.end_mark.line + (node.end_mark.column > 0)

    # --- comments -------------------------------------------------------------------------------

    @cached_property
    def comments(self) -> list[Comment]:
        """All of them, in the order of the lines."""
        return list(self._comments())

    def _comments(self) -> Iterator[Comment]:
        begins: dict[int, Entry] = {}
        for one in sorted(self.entries, key=lambda one: -len(one.path)):
            begins[one.line] = one  # the outermost that begins on a line
        for number, line in enumerate(self.lines):
            if number in self.bodies:
                continue
            if line.lstrip().startswith("#"):
                yield self._alone(number, line, begins)
            elif text := self._behind(number, line):
                yield Comment(text, "beside", self._owner(number))

    def _alone(self, number: int, line: str, begins: dict[int, Entry]) -> Comment:
        column, below = len(line) - len(line.lstrip()), number + 1
        while below < len(self.lines) and self.lines[below].startswith(" " * column + "#"):
            below += 1
        entry = begins.get(below)
        text = line.strip()
        if entry is not None and indent(self.lines[below]) == column:
            return Comment(text, "above", entry.path)
        if self._is_in_brackets(number):
            return Comment(text, "inside", ())
        return Comment(text, "free", self._holds(number, column))

    def _is_in_brackets(self, number: int) -> bool:
        return any(one.line < number <= one.last for one in self.entries if one.path not in self._blocks)

    @cached_property
    def _blocks(self) -> set[Path]:
        return {one.path[:-1] for one in self.entries}

    def _holds(self, number: int, column: int) -> Path:
        above = [one for one in self.entries if one.line < number and one.column < column]
        return max(above, key=lambda one: (one.line, len(one.path))).path if above else ()

    def _behind(self, number: int, line: str) -> str:
        """The comment at the end of a line: a `#` behind a blank, outside of quotes."""
        bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'", lambda found: "x" * len(found[0]), line)
        start = re.search(r"(?<=\s)#", bare)
        if start is None or (number in self.ends and start.start() < self.ends[number][1]):
            return ""
        return line[start.start() :].strip()

    def _owner(self, number: int) -> Path:
        if number in self.opened:
            return self.opened[number]
        if number in self.ends:
            return self.ends[number][0]
        own = [one for one in self.entries if one.line == number]
        return max(own, key=lambda one: len(one.path)).path if own else ("in brackets", number)

    def outermost(self, whose: Path) -> Path:
        """What begins where that begins: what is above the first key of an item is above the item."""
        lines = {one.path: one.line for one in self.entries}
        beginning = [path for path, line in lines.items() if line == lines.get(whose)]
        return min(beginning, key=len, default=whose)

    # --- lines ----------------------------------------------------------------------------------

    def own_lines(self, entry: Entry) -> list[str]:
        """The lines of an entry, without what stands before it on its first."""
        first, *rest = self.text.split("\n")[entry.line : entry.last + 1]
        return [first[entry.column :].rstrip("\r"), *(one.rstrip("\r") for one in rest)]


def indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def said(node: Node) -> Any:
    """A value as data; a number by its size, so that 5 and 5.0 are one."""
    if isinstance(node, MappingNode):
        return {str(key.value): said(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [said(one) for one in node.value]
    assert isinstance(node, ScalarNode)
    if node.style or not isinstance(node.value, str):
        return node.value
    return plain(node.value)


def plain(text: str) -> Any:
    """What is written without quotes."""
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    return float(text) if NUMBER.fullmatch(text) else text


def meant(value: Any) -> Any:
    """What an operation means, as `said` says it."""
    if isinstance(value, dict):
        return {str(key): meant(one) for key, one in value.items()}
    if isinstance(value, list):
        return [meant(one) for one in value]
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
