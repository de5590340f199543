"""A file that is being written, as nodes: found by indents and brackets, because YAML could not read it yet.

The cursor is put into the text as a sign of its own; what word it ends up in says what is being written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from engine.assist.brackets import CURSOR, NOWHERE, QUOTES, Brackets, scalar
from engine.model.document import Mapping, Node, Scalar, Sequence

Path = tuple[str | int, ...]
Role = Literal["key", "value", "item", "block", "text", "none"]
"""A key; a value behind its colon; an entry in brackets; a line of its own below a key or behind a dash,
where a key, a value or a dash may begin; the inside of a block text; nothing."""

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s{\[\]}"'#,|>&!%@`][^#]*?)\s*"""
    rf"(?::(?=\s|$|{CURSOR})|(?<=[a-z{CURSOR}])：)"
)
_DASH = re.compile(r"-(?=\s|$)")
_OTHER = "\ufffd"
"""Stands for the sign of the cursor where a text holds it already."""
_TAB = "  "
"""How deep a Tab indents, for somebody who uses it though YAML does not."""
_SIGNS = re.compile(r"""\s#|["']""")


@dataclass(frozen=True, slots=True)
class Halfway:
    """What was read: the nodes, without the word at the cursor, and that word with its place.

    `before` and `after` are the parts of the word on both sides of the cursor, quotes included. `path` leads
    to the group that a key belongs to, or to the value itself.
    """

    root: Mapping
    role: Role
    path: Path
    before: str = ""
    after: str = ""
    has_colon: bool = False
    in_braces: bool = False
    is_listed: bool = False
    needs_dash: bool = False

    @property
    def quote(self) -> str:
        """The quotation mark that the word begins with, or nothing."""
        return self.before[:1] if self.before[:1] in QUOTES else ""

    @property
    def word(self) -> str:
        """What is written of the word before the cursor, without its quote."""
        return self.before[1:] if self.quote else self.before


@dataclass(slots=True)
class _Line:
    """A line, or what is left of it behind a dash: its indent and the text from there on, no comment."""

    indent: int
    text: str
    is_dashed: bool = False


def read_halfway(text: str, line: int, column: int) -> Halfway:
    """Nodes of a text, and what is being written at a place; nothing, where it is nested beyond reason."""
    lines = text.replace(CURSOR, _OTHER).splitlines() or [""]
    lines.append("")  # behind the last line end one may write, too
    number, before = min(max(line, 1), len(lines)) - 1, max(column, 1) - 1
    lines[number] = lines[number][:before] + CURSOR + lines[number][before:]
    try:
        return _Reader(lines).read()
    except RecursionError:
        return Halfway(root=Mapping((), NOWHERE), role="none", path=())


class _Reader:
    """Goes down the lines once; every step takes at least one, so that it always ends."""

    def __init__(self, lines: list[str]) -> None:
        self._raw = lines
        self._lines = [_line(one) for one in lines]
        self._at = 0
        self._spot: dict[str, object] = {"role": "none", "path": ()}

    def read(self) -> Halfway:
        root = self._block(-1, ())
        while self._at < len(self._lines):
            self._at += 1
        entries = root if isinstance(root, Mapping) else Mapping((), NOWHERE)
        return Halfway(root=entries, **self._spot)  # type: ignore[arg-type]  # the keys are set in `_note` alone

    def _peek(self) -> _Line | None:
        """The next line that holds anything."""
        while self._at < len(self._lines) and not self._lines[self._at].text:
            self._at += 1
        return self._lines[self._at] if self._at < len(self._lines) else None

    def _block(self, above: int, path: Path) -> Node:
        """What stands in the lines that are indented further than `above`."""
        line = self._peek()
        if line is None or line.indent <= above:
            return scalar("")
        if _DASH.match(line.text):
            return self._sequence(line.indent, above, path)
        if line.text[0] in "{[" or not _KEY.match(line.text):
            return self._lone(line, above, path)
        return self._mapping(line.indent, above, path)

    def _lone(self, line: _Line, above: int, path: Path) -> Node:
        """A line without a colon: a value, a text of several lines, or the beginning of something."""
        if line.text[0] in "{[":
            return self._bracketed(line.text, above, path)
        if CURSOR in line.text and not (self._is_followed(line) or path == ()):
            self._note("block", line.text, path, is_listed=line.is_dashed)
            self._at += 1
            return scalar(line.text)
        if self._is_followed(line) or path == ():
            return self._mapping(line.indent, above, path)
        self._at += 1
        self._pass_deeper(above)
        return scalar(line.text)

    def _is_followed(self, line: _Line) -> bool:
        """Whether keys stand below, on the same level: then a word without a colon becomes one too."""
        for one in self._lines[self._at + 1 :]:
            if one.text:
                return one.indent == line.indent and bool(_KEY.match(one.text))
        return False

    def _mapping(self, indent: int, above: int, path: Path) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        while (line := self._peek()) is not None and line.indent > above:
            if _DASH.match(line.text) and line.indent <= indent:
                break
            found = _KEY.match(line.text)
            if found is None:
                if CURSOR in line.text:
                    role: Role = "key" if line.indent <= indent else "none"
                    self._note(role, line.text, path, is_listed=line.is_dashed)
                self._at += 1
                continue
            key = scalar(found[1])
            if CURSOR in found[1]:
                self._note("key", found[1], path, has_colon=True, is_listed=line.is_dashed)
            value = self._value(line.text[found.end() :], line.indent, (*path, key.text))
            if CURSOR not in found[1]:
                entries.append((key, value))
        return Mapping(tuple(entries), NOWHERE)

    def _value(self, rest: str, indent: int, path: Path) -> Node:
        """What stands behind a colon, in the same line or in the lines below."""
        rest = rest.strip()
        if not rest:
            self._at += 1
            below = self._peek()
            if below is not None and below.indent == indent and _DASH.match(below.text):
                return self._sequence(indent, indent - 1, path)
            return self._block(indent, path)
        if rest[0] in "|>":
            return self._text_block(indent, path)
        if rest[0] in "{[":
            return self._bracketed(rest, indent, path)
        if CURSOR in rest:
            self._note("value", rest, path)
        self._at += 1
        self._pass_deeper(indent)
        return scalar(rest)

    def _sequence(self, indent: int, above: int, path: Path) -> Sequence:
        items: list[Node] = []
        while (line := self._peek()) is not None and line.indent > above:
            dash = _DASH.match(line.text)
            if dash is None:
                if line.indent <= indent and above == indent - 1:
                    break  # a list as far left as its key: what has no dash is the next key
                if CURSOR in line.text and line.indent <= indent:
                    self._note("block", line.text, (*path, len(items)), needs_dash=True)
                self._at += 1
                continue
            rest = line.text[1:].lstrip()
            here = line.indent + len(line.text) - len(rest)
            if rest:
                self._lines[self._at] = _Line(here, rest, is_dashed=True)
            else:
                self._at += 1
            items.append(self._block(line.indent, (*path, len(items))))
        return Sequence(tuple(items), NOWHERE)

    def _bracketed(self, first: str, indent: int, path: Path) -> Node:
        """Brackets, over several lines while these are indented further."""
        texts = [first]
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.text and line.indent <= indent:
                break
            texts.append(line.text)
            self._at += 1
        whole = "\n".join(texts)
        return Brackets(whole, path, self._note_in_brackets).node() if CURSOR in whole else _known(whole)

    def _note_in_brackets(self, role: str, written: str, path: Path) -> None:
        word: Role = "key" if role.startswith("key") else "item" if role == "item" else "value"
        self._note(word, written, path, has_colon=role == "key:", in_braces=True)

    def _text_block(self, indent: int, path: Path) -> Scalar:
        """A text of several lines behind `|`."""
        begin = self._at + 1
        self._at = begin
        while self._at < len(self._lines):
            line = self._lines[self._at]
            raw = self._raw[self._at]
            if raw.replace(CURSOR, "").strip() and _indent(raw) <= indent:
                break
            if CURSOR in raw and (line.indent > indent or not line.text.replace(CURSOR, "")):
                self._note("text", raw, path)
            self._at += 1
        return Scalar("\n".join(self._raw[begin : self._at]).replace(CURSOR, ""), quoted=True, span=NOWHERE)

    def _pass_deeper(self, indent: int) -> None:
        """The further lines of a text that began behind its key."""
        while (line := self._peek()) is not None and line.indent > indent:
            if CURSOR in line.text:
                self._note("none", line.text, ())
            self._at += 1

    def _note(self, role: Role, written: str, path: Path, **more: bool) -> None:
        before, _, after = written.strip().partition(CURSOR)
        self._spot = {"role": role, "path": path, "before": before, "after": after, **more}


@lru_cache(maxsize=4096)
def _known(brackets: str) -> Node:
    """Brackets away from the cursor: the same as when the last key was pressed."""
    return Brackets(brackets, (), lambda *_: None).node()


def _indent(raw: str) -> int:
    begin = raw[: len(raw) - len(raw.lstrip(" \t"))]
    return len(begin.replace("\t", _TAB))


def _line(raw: str) -> _Line:
    """A line without its comment; one that is all comment is empty, cursor and all."""
    text = raw.strip(" \t\r\n")
    if text.replace(CURSOR, "").startswith("#") and not text.startswith(f"{CURSOR}#"):
        return _Line(_indent(raw), "")
    return _Line(_indent(raw), _without_comment(text))


def _without_comment(text: str) -> str:
    if "#" not in text:
        return text
    at = 0
    while found := _SIGNS.search(text, at):
        if found[0] not in QUOTES:
            return text[: found.start()].rstrip()
        begins = found.start() == 0 or text[found.start() - 1] in f" [{{,:{CURSOR}"
        closing = text.find(found[0], found.end()) if begins else found.start()
        if closing < 0:
            return text
        at = closing + 1
    return text
