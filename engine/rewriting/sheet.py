"""A file's text with its lines and comments, and what belongs to what.

Comment lines directly above an item, at its column and with no blank line between, are its own; so is a
comment at the end of its lines, and one below them that stands deeper than the item begins. All others, such
as one between two blank lines or below the last item of a list, are nobody's and stay where they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from engine.rewriting.parts import BREAK, Child, Part, parts_of


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its `#`; `is_alone`: nothing but blanks stands before it on its line."""

    start: int
    end: int
    text: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines, the first and the one behind the last."""

    first: int
    behind: int


class Sheet:
    """A text that ends with a line end, its parts and its comments."""

    def __init__(self, text: str) -> None:
        self.text = text
        breaks = list(BREAK.finditer(text))
        self.starts = [0, *(found.end() for found in breaks)]
        self._ends = [*(found.start() for found in breaks), len(text)]
        self.root: Part | None = parts_of(text)
        crlf = sum(found[0] == "\r\n" for found in breaks)
        self.eol = "\r\n" if crlf * 2 > len(breaks) else "\n"

    # --- lines --------------------------------------------------------------------------------------

    def line_of(self, at: int) -> int:
        """The number of the line a place is in, from 0."""
        return bisect_right(self.starts, at) - 1

    def line(self, number: int) -> str:
        """A line without its end; empty behind the last."""
        return self.text[self.starts[number] : self._ends[number]] if number < len(self.starts) else ""

    def end_of_line(self, number: int) -> int:
        """Where a line's letters end."""
        return self._ends[number]

    def start_of_line(self, number: int) -> int:
        """Where a line begins; the end of the text behind the last."""
        return self.starts[number] if number < len(self.starts) else len(self.text)

    def column(self, at: int) -> int:
        """How far a place is from the begin of its line."""
        return at - self.starts[self.line_of(at)]

    def is_blank(self, number: int) -> bool:
        """Whether a line of the text holds nothing, and is not part of a text either."""
        is_line = 0 <= number < len(self.starts) - 1 and number not in self._inner_lines
        return is_line and not self.line(number).strip()

    @cached_property
    def _inner_lines(self) -> frozenset[int]:
        """All lines of scalars but their first."""
        leaves = [] if self.root is None else self.root.leaves()
        spans = ((self.line_of(one.start), self.line_of(one.end)) for one in leaves)
        return frozenset(number for first, last in spans for number in range(first + 1, last + 1))

    def begins_line(self, at: int) -> bool:
        """Whether only blanks stand before a place on its line."""
        return not self.text[self.starts[self.line_of(at)] : at].strip()

    # --- comments -----------------------------------------------------------------------------------

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All comments, in file order."""
        return tuple(self._found_comments())

    def _found_comments(self) -> Iterator[Comment]:
        at = 0
        for leaf in [] if self.root is None else self.root.leaves():
            yield from self._comments_between(at, leaf.start)
            at = leaf.end
            if leaf.is_text_block:
                header = self.end_of_line(self.line_of(leaf.start))
                yield from self._comments_between(leaf.start, header)
        yield from self._comments_between(at, len(self.text))

    def _comments_between(self, start: int, end: int) -> Iterator[Comment]:
        """Where no value stands, every `#` begins one."""
        while (at := self.text.find("#", start, end)) >= 0:
            start = self.end_of_line(self.line_of(at))
            yield Comment(at, start, self.text[at:start].rstrip(), is_alone=self.begins_line(at))

    @cached_property
    def comment_lines(self) -> dict[int, Comment]:
        """The comments that stand alone, by their line."""
        return {self.line_of(one.start): one for one in self.comments if one.is_alone}

    @cached_property
    def text_ends(self) -> dict[int, bool]:
        """The last lines of text blocks, and whether they keep the blank lines below them."""
        leaves = [] if self.root is None else self.root.leaves()
        blocks = (one for one in leaves if one.is_text_block)
        return {self.line_of(one.end): one.keeps_blanks(self.text) for one in blocks}

    def behind_blanks(self, number: int, *, keeps: bool) -> int:
        """Behind the blank lines from here on that a text block above would take for its own.

        It keeps all (`|+`), or those up to the last that holds blanks, which may be further in than the text.
        """
        last = number
        while self.is_blank(number):
            number += 1
            if keeps or self.line(number - 1):
                last = number
        return last

    def comments_in(self, start: int, end: int) -> list[Comment]:
        """The comments between two places."""
        return [one for one in self.comments if start <= one.start < end]

    # --- what belongs to what -----------------------------------------------------------------------

    def lead(self, child: Child) -> int:
        """The first line of an item that begins its line: that of its own comments above it."""
        number, column = self.line_of(child.start), self.column(child.start)
        while (above := self.comment_lines.get(number - 1)) and self.column(above.start) == column:
            number -= 1
        return number

    def last_line(self, child: Child) -> int:
        """The last line of an item in lines, with the comments below that stand deeper than it begins."""
        column = self.column(child.start)
        last = number = self.line_of(child.end)
        while number + 1 < len(self.starts):
            number += 1
            comment = self.comment_lines.get(number)
            if comment is not None and self.column(comment.start) > column:
                last = number
            elif not self.is_blank(number):
                break
        return last

    def lines_of(self, child: Child) -> Lines:
        """The lines of an item that begins its line, with all that is its own."""
        return Lines(self.lead(child), self.last_line(child) + 1)

    def end_comment(self, at: int) -> Comment | None:
        """The comment at the end of the line of a place, behind it."""
        end = self.end_of_line(self.line_of(at))
        return next((one for one in self.comments if at <= one.start <= end and not one.is_alone), None)


@lru_cache(maxsize=8)
def sheet_of(text: str) -> Sheet:
    """The sheet of a text; nobody changes one, and an edit looks at its texts several times. Raises Unfit."""
    return Sheet(text)
