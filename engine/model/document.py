"""A workflow file as values that know where they stand: text in, no types yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file; lines and columns count from 1, the end column is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def start(self) -> Span:
        """The first character of this place."""
        return Span(self.file, self.line, self.column, self.line, self.column + 1)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One written value: its text as in the file, never converted."""

    text: str
    quoted: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """A YAML list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """A YAML mapping with text keys, in file order, without double keys."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value under `key`, or None."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar:
        """The key itself, for a message that points to it; KeyError when absent."""
        for name, _ in self.entries:
            if name.text == key:
                return name
        raise KeyError(key)

    def keys(self) -> tuple[str, ...]:
        """The keys in file order."""
        return tuple(name.text for name, _ in self.entries)

    def __contains__(self, key: object) -> bool:
        return any(name.text == key for name, _ in self.entries)


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """One loaded file: the node tree (None when the file could not be read) and the text's lines."""

    file: str
    root: Mapping | None
    text: str

    def line(self, number: int) -> str:
        """Line `number` (from 1) without its line end; empty when there is none."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""


_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_MAY_BE_DATA = re.compile(r"[-+.0-9~tTfFnN]|\Z")
_NOTHING = {"", "~", "null", "Null", "NULL"}


def is_nothing(node: Node | None) -> bool:
    """Whether a key stands there without a value (`key:` or `key: null`)."""
    return isinstance(node, Scalar) and not node.quoted and node.text in _NOTHING


def plain_value(node: Node) -> Any:
    """The node as JSON-like data: numbers, true, false and null as in YAML 1.2; all else stays text."""
    if isinstance(node, Mapping):
        return {key.text: plain_value(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    if node.quoted or not _MAY_BE_DATA.match(node.text):
        return node.text
    if node.text in _NOTHING:
        return None
    if node.text in _WORDS:
        return _WORDS[node.text]
    if _INTEGER.match(node.text) and len(node.text) < 400:
        return int(node.text)
    return float(node.text) if _FLOAT.match(node.text) else node.text


def is_true(node: Node | None) -> bool:
    """Whether `true` is written there."""
    return isinstance(node, Scalar) and node.text.lower() == "true"


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in file order."""
    yield node
    children: tuple[Node, ...] = ()
    if isinstance(node, Mapping):
        children = tuple(value for _, value in node.entries)
    elif isinstance(node, Sequence):
        children = node.items
    for child in children:
        yield from walk(child)


def paths_in(root: Node, name: str = "") -> Iterator[tuple[str, Node]]:
    """Every node below another with its path; that node itself has the empty one."""
    yield name, root
    for part, one in _children(root):
        yield from paths_in(one, f"{name}/{part}" if name else part)


def _children(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        yield from ((name.text, value) for name, value in node.entries)
    elif isinstance(node, Sequence):
        yield from ((str(number), one) for number, one in enumerate(node.items))


def node_at(root: Node | None, path: str) -> Node | None:
    """The node at a path such as `conditions/all/0`."""
    node = root
    for part in path.split("/"):
        if isinstance(node, Mapping):
            node = node.get(part)
        elif isinstance(node, Sequence) and part.isdecimal() and int(part) < len(node.items):
            node = node.items[int(part)]
        else:
            return None
    return node
