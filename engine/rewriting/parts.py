"""The text of a file as parts that know their first and last character; offsets count from 0.

A part ends with its last letter: whose the blank lines and comments behind it are, the sheet says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for the parser."""
_SKIPPED = re.compile(r"(?:\s|#[^\n\r\x85\u2028\u2029]*)*")
_MOST_DEEP = 40
_HEADER = re.compile(r"(?:^|[\s:-])[|>]([-+\d]{0,2})\s*(?:#.*)?$")


class Unfit(Exception):
    """The change cannot be made by a patch here, or what came of it cannot be read."""


class Kind(StrEnum):
    """What a part is."""

    SCALAR = "scalar"
    LIST = "list"
    MAPPING = "mapping"


@dataclass(slots=True, eq=False)
class Child:
    """An item of a list or an entry of a mapping; it begins with its dash or its key.

    `colon` is where the colon (or dash) ends, so where a value that is not there yet goes. `is_odd`: written
    in a way that is left alone (`? key`, a list entry `a: 1` in brackets).
    """

    start: int
    key: Part | None
    value: Part
    colon: int
    is_odd: bool = False

    @property
    def end(self) -> int:
        """Behind its last letter."""
        return max(self.value.end, self.colon)


@dataclass(slots=True, eq=False)
class Part:
    """A value, with what it holds. `style` is that of a scalar: empty, `'`, `"`, `|` or `>`."""

    kind: Kind
    start: int
    end: int
    is_flow: bool = False
    style: str = ""
    text: str = ""
    children: list[Child] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written there."""
        return self.kind is Kind.SCALAR and self.start == self.end

    @property
    def is_block(self) -> bool:
        """Whether it is a list or a mapping in lines of its own, without brackets."""
        return self.kind is not Kind.SCALAR and not self.is_flow

    @property
    def is_text_block(self) -> bool:
        """Whether it is a text of several lines below `|` or `>`."""
        return self.style in {"|", ">"}

    def keeps_blanks(self, text: str) -> bool:
        """Whether blank lines below are part of it."""
        return self.is_text_block and "+" in text[self.start : self.start + 3]

    def leaves(self) -> Iterator[Part]:
        """The scalars in it, keys too, in file order."""
        if self.kind is Kind.SCALAR:
            yield self
        for child in self.children:
            if child.key is not None:
                yield child.key
            yield from child.value.leaves()

    def child(self, key: str) -> Child | None:
        """The entry of a key."""
        return next((one for one in self.children if one.key is not None and one.key.text == key), None)


def parts_of(text: str) -> Part | None:
    """The parts of a text, or None of one that holds nothing. Raises Unfit."""
    from engine.compose import compose  # noqa: PLC0415 - ruamel.yaml is loaded when a file is read, not at start

    try:
        root = compose(text, _MOST_DEEP)
    except Exception as failure:
        raise Unfit from failure
    return None if root is None else _Reading(text).part(root, 0)


class _Reading:
    def __init__(self, text: str) -> None:
        self.text = text

    def part(self, node: Any, at: int) -> Part:
        """The part of a node; `at` is where it goes when nothing is written."""
        kind = type(node).__name__
        start, end = node.start_mark.index, node.end_mark.index
        if kind == "ScalarNode":
            return self._scalar(node, at)
        is_flow = bool(node.flow_style)
        part = Part(Kind.LIST if kind == "SequenceNode" else Kind.MAPPING, start, end, is_flow)
        behind = start + (is_flow and self.text[start] in "[{")
        for one in node.value:
            child = self._item(one, behind, is_flow) if part.kind is Kind.LIST else self._entry(one, behind)
            part.children.append(child)
            behind = child.end
        if not is_flow:
            part.end = behind
        return part

    def _scalar(self, node: Any, at: int) -> Part:
        start, end, style = node.start_mark.index, node.end_mark.index, node.style or ""
        if start == end and not style:
            return Part(Kind.SCALAR, at, at)
        if style in {"|", ">"}:
            end = _end_of_text_block(self.text, start, end)
        return Part(Kind.SCALAR, start, end, style=style, text=node.value)

    def _item(self, node: Any, behind: int, is_flow: bool) -> Child:  # noqa: FBT001 - one of two readings
        place = self._next(behind)
        if is_flow:
            value = self.part(node, place)
            is_pair = value.kind is Kind.MAPPING and self.text[value.start] != "{"
            return Child(value.start, None, value, value.start, is_odd=is_pair)
        return Child(place, None, self.part(node, place + 1), place + 1)

    def _entry(self, pair: Any, behind: int) -> Child:
        key_node, value_node = pair
        key = self.part(key_node, behind)
        place = self._next(behind)
        colon = self._next(key.end)
        has_colon = self.text[colon : colon + 1] == ":"
        value = self.part(value_node, colon + 1 if has_colon else key.end)
        is_odd = place != key.start or key.kind is not Kind.SCALAR
        return Child(place, key, value, colon + 1 if has_colon else key.end, is_odd=is_odd)

    def _next(self, at: int) -> int:
        """The next sign that is neither blank nor in a comment, nor the comma between two entries."""
        place = _behind(self.text, at)
        return _behind(self.text, place + 1) if self.text[place : place + 1] == "," else place


def keeps_blanks(lines: Iterable[str]) -> bool:
    """Whether blank lines below some lines may become part of a text block in them (`|+`)."""
    return any("+" in found[1] for found in map(_HEADER.search, lines) if found)


def has_text_block(lines: Iterable[str]) -> bool:
    """Whether there is a text block in some lines."""
    return any(map(_HEADER.search, lines))


def _behind(text: str, at: int) -> int:
    """Behind blanks and comments."""
    found = _SKIPPED.match(text, at)
    assert found is not None
    return found.end()


def _end_of_text_block(text: str, start: int, end: int) -> int:
    """Where its last line ends; blank lines below it are part of it only where it keeps them (`|+`)."""
    lines, at = [], start
    for found in BREAK.finditer(text, start, end):
        lines.append((at, found.start()))
        at = found.end()
    if at < end:
        lines.append((at, end))
    header = text[slice(*lines[0])].partition("#")[0]
    if "+" in header:
        return lines[-1][1]
    filled = [text[slice(*line)] for line in lines[1:] if text[slice(*line)].strip(" ")]
    has_digit = any(sign.isdigit() for sign in header)
    indent = 0 if has_digit or not filled else min(len(one) - len(one.lstrip(" ")) for one in filled)
    while len(lines) > 1:
        line = text[slice(*lines[-1])]
        if line.strip(" ") or len(line) > indent:
            break
        lines.pop()
    return lines[-1][1]
