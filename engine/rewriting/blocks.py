"""Changes of lists and mappings that stand in lines of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.rewriting.drafts import Written
from engine.rewriting.parts import BREAK, Child, Kind, Part, Unfit, keeps_blanks
from engine.rewriting.sheet import Sheet
from engine.rewriting.splices import Freight, Splices, dedented

_HEADER = re.compile("[|>][-+0-9]*")


@dataclass(frozen=True, slots=True)
class Blocks:
    """Carries out what is asked, on the splices of a sheet."""

    sheet: Sheet
    splices: Splices

    # --- a child goes -------------------------------------------------------------------------------

    def take(self, held: Part, index: int, owner: Child | None) -> Freight:
        """Take an item or entry away; of the last one `[]` or `{}` stays, as the data would have it."""
        child = held.children[index]
        if child.is_odd:
            raise Unfit
        freight = self._freight(child)
        if len(held.children) == 1:
            self._empty(held, child, owner)
        elif self.sheet.begins_line(child.start):
            self._take_lines(held, index)
        else:
            self._take_first(held.children)
        return freight

    def _freight(self, child: Child) -> Freight:
        sheet = self.sheet
        lead: list[str] = []
        if sheet.begins_line(child.start):
            above = range(sheet.lead(child), sheet.line_of(child.start))
            lead = [sheet.line(number).strip(" ") for number in above]
        body = sheet.text[child.start : sheet.end_of_line(sheet.last_line(child))]
        lines = dedented(BREAK.split(body), sheet.column(child.start))
        return Freight(tuple(lead), tuple(lines))

    def _empty(self, held: Part, child: Child, owner: Child | None) -> None:
        sheet = self.sheet
        sign = "[]" if held.kind is Kind.LIST else "{}"
        if not sheet.begins_line(child.start):
            self.splices.cut(child.start, sheet.end_of_line(sheet.last_line(child)), sign)
        elif owner is None:
            lines = sheet.lines_of(child)
            self.splices.cut_lines(lines.first, lines.behind, sign + sheet.eol)
        else:
            lines = sheet.lines_of(child)
            self.splices.put(owner.colon, f" {sign}")
            self.splices.cut_lines(lines.first, lines.behind)

    def _take_lines(self, held: Part, index: int) -> None:
        """An item that begins its line; where blank lines part all items, those beside it go too."""
        sheet = self.sheet
        lines = sheet.lines_of(held.children[index])
        first, behind = lines.first, lines.behind
        if self.is_spaced(held):
            if index:
                while sheet.is_blank(first - 1):
                    first -= 1
            else:
                while sheet.is_blank(behind):
                    behind += 1
        while not first and sheet.is_blank(behind):
            behind += 1
        self.splices.cut_lines(first, behind)

    def _take_first(self, children: list[Child]) -> None:
        """The first, on the line of the dash before: the next takes its place, or keeps its lines."""
        sheet, (first, second, *_) = self.sheet, children
        last = sheet.last_line(first)
        if sheet.line_of(second.start) == last + 1:
            self.splices.cut(first.start, second.start)
        else:
            before = sheet.text[: first.start].rstrip(" ")
            self.splices.cut(len(before), sheet.end_of_line(last))

    # --- a child comes ------------------------------------------------------------------------------

    def put(self, held: Part, index: int, lines: list[str]) -> None:
        """Put lines before a child, or behind the last; they come without the indent of the children."""
        sheet, children = self.sheet, held.children
        if any(child.is_odd for child in children):
            raise Unfit
        column = sheet.column(children[0].start)
        blank = [""] if self.is_spaced(held) else []
        lines = [" " * column + line if line else line for line in lines]
        if index:
            last = sheet.last_line(children[index - 1])
            blank = [] if sheet.text_ends.get(last) else blank  # it would become part of the text
            self.splices.put_lines(last + 1, [*blank, *lines])
        elif sheet.begins_line(children[0].start):
            blank = [] if keeps_blanks(lines) else blank
            self.splices.put_lines(sheet.lead(children[0]), [*lines, *blank])
        else:
            self._put_first(children[0].start, column, lines)

    def _put_first(self, at: int, column: int, lines: list[str]) -> None:
        """Before the first, on the line of the dash before."""
        indent, eol = " " * column, self.sheet.eol
        text = eol.join(lines)
        if lines[0].lstrip(" ").startswith("#"):
            before = self.sheet.text[:at].rstrip(" ")
            self.splices.cut(len(before), at, f"{eol}{text}{eol}{indent}")
        else:
            self.splices.put(at, f"{text[column:]}{eol}{indent}")

    def is_spaced(self, held: Part) -> bool:
        """Whether blank lines part all children."""
        rest = held.children[1:]
        return bool(rest) and all(self.sheet.is_blank(self.sheet.lead(child) - 1) for child in rest)

    # --- a value gives way to another ---------------------------------------------------------------

    def replace(self, child: Child, new: Written) -> None:
        """Another value behind a key or dash; a comment at the end of the line stays."""
        if child.is_odd:
            raise Unfit
        old = child.value
        column = " " * self.sheet.column(child.start)
        below = [column + line if line else line for line in new.below]
        if old.is_block:
            self._replace_block(child, new.head, below)
        elif old.is_text_block:
            self._replace_text_block(child, new.head, below)
        else:
            self._replace_inline(child, new.head, below)

    def _replace_inline(self, child: Child, head: str, below: list[str]) -> None:
        old, sheet = child.value, self.sheet
        if old.is_empty:
            self.splices.put(child.colon, f" {head}" if head else "")
        elif head:
            self.splices.cut(old.start, old.end, head)
        elif sheet.line_of(child.colon) == sheet.line_of(old.start):
            self.splices.cut(child.colon, old.end)
        elif sheet.end_comment(old.end) is None:
            self.splices.cut_lines(sheet.line_of(old.start), sheet.line_of(old.end) + 1)
        else:
            raise Unfit
        self.splices.put_lines(sheet.line_of(old.end) + 1, below)

    def _replace_text_block(self, child: Child, head: str, below: list[str]) -> None:
        old, sheet = child.value, self.sheet
        header = _HEADER.match(sheet.text, old.start)
        assert header is not None
        self.splices.cut(old.start if head else child.colon, header.end(), head)
        text = "".join(f"{line}{sheet.eol}" for line in below)
        first, behind = sheet.line_of(old.start) + 1, sheet.line_of(old.end) + 1
        self.splices.cut(sheet.start_of_line(first), sheet.start_of_line(behind), text)

    def _replace_block(self, child: Child, head: str, below: list[str]) -> None:
        sheet, old = self.sheet, child.value
        text = "".join(f"{line}{sheet.eol}" for line in below)
        behind = sheet.last_line(child) + 1
        if sheet.begins_line(old.start):
            self.splices.put(child.colon, f" {head}" if head else "")
            first = sheet.line_of(child.colon) + 1
            self.splices.cut_lines(first, behind, text)
        else:
            self.splices.cut(old.start, sheet.start_of_line(behind), f"{head}{sheet.eol}{text}")
