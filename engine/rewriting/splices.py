"""Pieces of a text that give way to others, and an item on its way to another place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.rewriting.edits import Path
from engine.rewriting.parts import Child, Kind, Part, Unfit, has_text_block, keeps_blanks
from engine.rewriting.sheet import Comment, Sheet


@dataclass(frozen=True, slots=True)
class Freight:
    """An item taken from its place: its own comments above, its lines and, from brackets, the comment behind.

    `lines` begin with a dash where it stood in lines of its own; all but the first are indented from there.
    """

    lead: tuple[str, ...]
    lines: tuple[str, ...]
    tail: str = ""
    has_dash: bool = True

    def as_lines(self) -> list[str]:
        """For a list in lines."""
        if self.has_dash:
            return [*self.lead, *self.lines]
        first, *others = self.lines
        lines = [f"- {first}", *(f"  {line}" if line else line for line in others)]
        if self.tail:
            lines[-1] += f"  {self.tail}"
        return [*self.lead, *lines]


@dataclass(slots=True)
class Splices:
    """What is changed on one sheet; no two of them overlap."""

    sheet: Sheet
    made: list[tuple[int, int, str]] = field(default_factory=list)
    gone: list[Comment] = field(default_factory=list)

    def put(self, at: int, text: str) -> None:
        """Insert a text."""
        self.made.append((at, at, text))

    def cut(self, start: int, end: int, text: str = "") -> None:
        """Take a piece away, perhaps for another."""
        if start > end:
            raise Unfit
        self.gone += self.sheet.comments_in(start, end)
        self.made.append((start, end, text))

    def cut_lines(self, first: int, behind: int, text: str = "") -> None:
        """Take lines away. A comment above them does not come to stand upon what follows, nor do blank lines
        below them become part of a text block above.
        """
        sheet = self.sheet
        if not text and first - 1 in sheet.text_ends:
            behind = sheet.behind_blanks(behind, keeps=sheet.text_ends[first - 1])
        above = sheet.comment_lines.get(first - 1)
        below = sheet.line(behind)
        if not text and above is not None and below.strip():
            indent = len(below) - len(below.lstrip(" "))
            text = sheet.eol if sheet.column(above.start) == indent else ""
        self.cut(sheet.start_of_line(first), sheet.start_of_line(behind), text)

    def put_lines(self, number: int, lines: Iterable[str]) -> None:
        """Insert lines above another; a text block goes behind blank lines that it would take for its own."""
        lines = list(lines)
        if has_text_block(lines):
            number = self.sheet.behind_blanks(number, keeps=keeps_blanks(lines))
        text = "".join(f"{line}{self.sheet.eol}" for line in lines)
        if text:
            self.put(self.sheet.start_of_line(number), text)

    def text(self) -> str:
        """The text with everything done."""
        pieces, at = [], 0
        for start, end, new in sorted(self.made, key=lambda one: one[:2]):
            if start < at:
                raise Unfit
            pieces += [self.sheet.text[at:start], new]
            at = end
        return "".join([*pieces, self.sheet.text[at:]])


def trail(root: Part, path: Path) -> list[Child]:
    """The children that a path leads through, from the top."""
    found: list[Child] = []
    part = root
    for one in path:
        if isinstance(one, int):
            is_there = part.kind is Kind.LIST and one < len(part.children)
            child = part.children[one] if is_there else None
        else:
            child = entry_of(part, one)
        if child is None:
            raise Unfit
        found.append(child)
        part = child.value
    return found


def entry_of(part: Part, key: str) -> Child | None:
    """The entry of a key, as the loader spells it; none where there are two."""
    found = [
        one
        for one in part.children
        if one.key is not None and unicodedata.normalize("NFC", one.key.text.strip()) == key
    ]
    return found[0] if len(found) == 1 and part.kind is Kind.MAPPING else None


def dedented(lines: list[str], by: int) -> list[str]:
    """Lines further left by so many blanks, as far as they have them; the first has its indent no more."""
    first, *others = lines
    return [first, *(line[min(by, len(line) - len(line.lstrip(" "))) :] for line in others)]
