"""The comments of a file, and the lines that its values stand on: what a form shows beside its controls."""

from __future__ import annotations

import re

from engine import Mapping, Node, Sequence

_ALONE = re.compile(r"[ \t]*#[ \t]?(.*)")
_BEHIND = re.compile(r"[ \t,]*[ \t]#[ \t]?(.*)")
"""Behind a bracket that closes, a comment is about all that is in the brackets."""


class Notes:
    """Over the text of one file."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def lines_of(self, node: Node) -> tuple[int, int]:
        """First and last line of a value, without the blank ones and comments behind it."""
        return node.span.line, self._end(node)[0]

    def text_of(self, node: Node) -> str:
        """A value as it is written."""
        first, (last, column) = node.span, self._end(node)
        if first.line == last:
            return self.lines[first.line - 1][first.column - 1 : column - 1]
        return "\n".join(self.lines[first.line - 1 : last])

    def about(self, node: Node, line: int) -> tuple[str, ...]:
        """The comments directly above what begins on a line, at its indent, and the one at the end.

        What stands at the end of a block is about the last thing in it.
        """
        return (*self._above(line), *(() if self._is_block(node) else self._behind(node)))

    def _above(self, line: int) -> list[str]:
        found, number = list[str](), line - 2
        indent = _indent(self._line(line - 1))
        while number >= 0 and (note := _ALONE.fullmatch(self._line(number))):
            if _indent(self._line(number)) != indent:
                break
            found.insert(0, note[1].strip())
            number -= 1
        return found

    def _behind(self, node: Node) -> list[str]:
        line, column = self._end(node)
        note = _BEHIND.fullmatch(self._line(line - 1)[column - 1 :])
        return [note[1].strip()] if note else []

    def _end(self, node: Node) -> tuple[int, int]:
        """Where the last leaf of a value ends: the end mark of a block runs on over what follows it."""
        if self._is_block(node):
            if isinstance(node, Mapping) and node.entries:
                return self._end(node.entries[-1][1])
            if isinstance(node, Sequence) and node.items:
                return self._end(node.items[-1])
        return node.span.end_line, node.span.end_column

    def _is_block(self, node: Node) -> bool:
        """Whether it is written on lines of its own, not in brackets."""
        sign = self._line(node.span.line - 1)[node.span.column - 1 : node.span.column]
        return isinstance(node, Mapping | Sequence) and sign not in {"{", "["}

    def _line(self, number: int) -> str:
        return self.lines[number] if 0 <= number < len(self.lines) else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
