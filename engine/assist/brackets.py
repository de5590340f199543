"""Brackets of a half-written file: `{field: 客户层级, is: [A, ` as nodes, whatever is still missing."""

from __future__ import annotations

from collections.abc import Callable

from engine.model.document import Mapping, Node, Scalar, Sequence, Span

CURSOR = "\ue000"
"""Stands where the cursor is while a text is read; no keyboard writes it."""
NOWHERE = Span("", 0, 0, 0, 0)
"""Half-written nodes have no places: who asks for them knows where the cursor is."""
QUOTES = "\"'"
_ENDS = ",[]{}"

OnWord = Callable[[str, str, tuple[str | int, ...]], None]
"""Told of the word with the cursor: its role (`key`, `value`, `item`), the word as written, and the path."""


def scalar(written: str) -> Scalar:
    """A word as it was written, without the cursor and its quotes."""
    text = written.replace(CURSOR, "").strip()
    if text[:1] in QUOTES and text:
        inner = text[1:-1] if len(text) > 1 and text[-1] == text[0] else text[1:]
        return Scalar(inner, quoted=True, span=NOWHERE)
    return Scalar(text, quoted=False, span=NOWHERE)


class Brackets:
    """Reads one text that begins with a bracket; `end` is the index behind what belongs to it."""

    def __init__(self, text: str, path: tuple[str | int, ...], on_word: OnWord) -> None:
        self.text = text
        self.end = 0
        self._path = path
        self._on_word = on_word

    def node(self, path: tuple[str | int, ...] | None = None, role: str = "value") -> Node:
        """What begins here: a group, a list or a word."""
        path = self._path if path is None else path
        self._pass_blanks()
        sign = self.text[self.end : self.end + 1]
        if sign == "{":
            return self._mapping(path)
        if sign == "[":
            return self._sequence(path)
        written = self._word(is_key=False)
        if CURSOR in written:
            self._on_word(role, written, path)
        return scalar(written)

    def _mapping(self, path: tuple[str | int, ...]) -> Mapping:
        self.end += 1
        entries: list[tuple[Scalar, Node]] = []
        while self._is_inside("}"):
            if self.text[self.end] in "{[":
                self.node((*path, ""))
                continue
            written = self._word(is_key=True)
            key = scalar(written)
            has_colon = self.text[self.end : self.end + 1] in {":", "："} and self.end < len(self.text)
            if CURSOR in written:
                self._on_word("key:" if has_colon else "key", written, path)
            value: Node = Scalar("", quoted=False, span=NOWHERE)
            if has_colon:
                self.end += 1
                value = self.node((*path, key.text))
            if CURSOR not in written:
                entries.append((key, value))
        return Mapping(tuple(entries), NOWHERE)

    def _sequence(self, path: tuple[str | int, ...]) -> Sequence:
        self.end += 1
        items: list[Node] = []
        while self._is_inside("]"):
            items.append(self.node((*path, len(items)), "item"))
        return Sequence(tuple(items), NOWHERE)

    def _is_inside(self, closing: str) -> bool:
        """Whether there is more in this bracket; commas are passed, another bracket's end ends it too."""
        while True:
            self._pass_blanks()
            sign = self.text[self.end : self.end + 1]
            if sign == ",":
                self.end += 1
            elif sign == closing:
                self.end += 1
                return False
            else:
                return sign not in {"", "]", "}"}

    def _pass_blanks(self) -> None:
        """Blanks, line ends and comments; a comment that holds the cursor hides it."""
        while self.end < len(self.text):
            if self.text[self.end].isspace():
                self.end += 1
            elif self.text[self.end] == "#" and (self.end == 0 or self.text[self.end - 1].isspace()):
                found = self.text.find("\n", self.end)
                self.end = len(self.text) if found < 0 else found
            else:
                return

    def _word(self, *, is_key: bool) -> str:
        begin = self.end
        first = self.text[begin : begin + 1].replace(CURSOR, "") or self.text[begin + 1 : begin + 2]
        if first and first in QUOTES:
            self._pass_quoted(first)
        else:
            self._pass_plain(is_key=is_key)
        if self.end == begin and self.text[begin : begin + 1] not in _ENDS:
            self.end += 1  # a colon without a key
        return self.text[begin : self.end]

    def _pass_quoted(self, quote: str) -> None:
        """To the closing quote, or where none is, to the end of the line."""
        begin = self.text.index(quote, self.end)
        line_end = self.text.find("\n", begin)
        line_end = len(self.text) if line_end < 0 else line_end
        at = begin + 1
        while at < line_end and self.text[at] != quote:
            at += 2 if quote == '"' and self.text[at] == "\\" else 1
        self.end = min(at + 1, line_end)
        if self.text[self.end : self.end + 1] == CURSOR:
            self.end += 1

    def _pass_plain(self, *, is_key: bool) -> None:
        while self.end < len(self.text):
            sign = self.text[self.end]
            after = self.text[self.end + 1 : self.end + 2]
            if sign in _ENDS or sign == "\n":
                return
            if sign == ":" and (not after or after.isspace() or after in _ENDS + CURSOR):
                return
            if is_key and sign == "：":
                return
            if sign == "#" and self.text[self.end - 1 : self.end].isspace():
                return
            self.end += 1
