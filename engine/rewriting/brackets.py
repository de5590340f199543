"""Changes of lists and mappings in brackets, on one line or several."""

from __future__ import annotations

from dataclasses import dataclass

from engine.rewriting.parts import BREAK, Child, Part, Unfit
from engine.rewriting.sheet import Comment, Sheet
from engine.rewriting.splices import Freight, Splices, dedented


@dataclass(frozen=True, slots=True)
class Brackets:
    """Carries out what is asked, on the splices of a sheet."""

    sheet: Sheet
    splices: Splices

    # --- a child goes -------------------------------------------------------------------------------

    def take(self, held: Part, index: int) -> Freight:
        """Take an item or entry away, with its comma."""
        self._demand_brackets(held)
        child = held.children[index]
        lead, tail = self._lead(child), self._tail(held, index)
        text = self.sheet.text[child.start : child.end]
        lines = dedented(BREAK.split(text), self.sheet.column(child.start))
        freight = Freight(
            tuple(self.sheet.line(number).strip(" ") for number in lead),
            tuple(lines),
            "" if tail is None else tail.text,
            has_dash=False,
        )
        self._cut(held, index, lead, tail)
        return freight

    def _cut(self, held: Part, index: int, lead: range, tail: Comment | None) -> None:
        sheet, children = self.sheet, held.children
        child, is_last = children[index], index == len(children) - 1
        comma = self._comma(child)
        stop = child.end if comma is None else comma + 1
        stop = stop if tail is None else tail.end
        line = sheet.line_of(stop)
        ends = not sheet.text[stop : sheet.end_of_line(line)].strip()
        begins = sheet.begins_line(child.start)
        if len(children) == 1 and not self._comments_beside(held, child, lead, tail):
            self.splices.cut(held.start + 1, held.end - 1)
        elif begins and ends:
            self._drop_comma_before(held, index, comma)
            self.splices.cut_lines(lead.start, line + 1)
        elif is_last:
            self._cut_last(held, index, lead, stop)
        elif begins or sheet.line_of(children[index + 1].start) == line:
            self._cut_lead(lead)
            self.splices.cut(child.start, min(children[index + 1].start, self._behind_blanks(stop)))
        else:
            before = sheet.text[: child.start].rstrip(" ")
            self.splices.cut(len(before), stop)

    def _cut_last(self, held: Part, index: int, lead: range, stop: int) -> None:
        child, comma = held.children[index], self._comma(held.children[index])
        before = held.children[index - 1] if index else None
        if before is not None and not self.sheet.comments_in(before.end, child.start) and not lead:
            self.splices.cut(before.end, child.end)
            if stop > child.end and comma is None:
                self.splices.cut(child.end, stop)
            elif comma is not None and stop > comma + 1:
                self.splices.cut(comma + 1, stop)
        else:
            self._drop_comma_before(held, index, comma)
            self._cut_lead(lead)
            self.splices.cut(child.start, stop)

    def _cut_lead(self, lead: range) -> None:
        if lead:
            self.splices.cut(self.sheet.start_of_line(lead.start), self.sheet.start_of_line(lead.stop))

    def _drop_comma_before(self, held: Part, index: int, comma: int | None) -> None:
        """The one before the last goes with it, unless the last had one too."""
        if comma is None and index and index == len(held.children) - 1:
            before = self._comma(held.children[index - 1])
            if before is not None:
                self.splices.cut(before, before + 1)

    def _behind_blanks(self, at: int) -> int:
        return at + len(self.sheet.text[at:]) - len(self.sheet.text[at:].lstrip(" "))

    # --- a child comes ------------------------------------------------------------------------------

    def put(self, held: Part, index: int, freight: Freight) -> None:
        """Put a child before another, or behind the last."""
        self._demand_brackets(held)
        if not held.children:
            self._put_only(held, freight)
        elif index < len(held.children):
            self._put_before(held.children[index], freight)
        else:
            self._put_last(held, freight)

    def _put_only(self, held: Part, freight: Freight) -> None:
        inside = self.sheet.text[held.start + 1 : held.end - 1]
        if not inside.strip() and not (freight.lead or freight.tail):
            self.splices.cut(
                held.start + 1, held.end - 1, self._text(freight, self.sheet.column(held.start) + 1)
            )
        else:
            column = self.sheet.column(held.start) + 1
            self.splices.put(held.end - 1, self._broken(freight, column, before="", comma=""))

    def _put_before(self, target: Child, freight: Freight) -> None:
        sheet, column = self.sheet, self.sheet.column(target.start)
        if sheet.begins_line(target.start):
            lines = [*freight.lead, *BREAK.split(self._text(freight, 0))]
            lines[-1] += self._comma_and(freight.tail)
            number = sheet.line_of(target.start) - len(self._lead(target))
            self.splices.put_lines(number, [" " * column + line if line else line for line in lines])
        elif freight.lead or freight.tail:
            self.splices.put(target.start, self._broken(freight, column, before="", comma=","))
        else:
            self.splices.put(target.start, f"{self._text(freight, column)}, ")

    def _put_last(self, held: Part, freight: Freight) -> None:
        sheet, last = self.sheet, held.children[-1]
        comma, tail = self._comma(last), self._tail(held, len(held.children) - 1)
        stop = max(last.end, (comma or 0) + 1, 0 if tail is None else tail.end)
        is_closed_below = sheet.line_of(held.end - 1) > sheet.line_of(stop)
        if is_closed_below and (tail is not None or sheet.begins_line(last.start)):
            column = sheet.column(last.start if sheet.begins_line(last.start) else held.children[0].start)
            lines = [*freight.lead, *BREAK.split(self._text(freight, 0))]
            lines[-1] += "" if comma is None else ","
            lines[-1] += f"  {freight.tail}" if freight.tail else ""
            if comma is None:
                self.splices.put(last.end, ",")
            self.splices.put_lines(
                sheet.line_of(stop) + 1, [" " * column + line if line else line for line in lines]
            )
        elif freight.lead or freight.tail:
            column = sheet.column(held.children[0].start)
            self.splices.put(last.end, self._broken(freight, column, before=",", comma=""))
        else:
            self.splices.put(last.end, f", {self._text(freight, sheet.column(held.children[0].start))}")

    def _broken(self, freight: Freight, column: int, *, before: str, comma: str) -> str:
        """With comments, in lines of its own, and what follows on the next."""
        end = self.sheet.eol + " " * column
        text = self._text(freight, column) + comma + (f"  {freight.tail}" if freight.tail else "")
        return before + end + end.join([*freight.lead, text]) + end

    def _text(self, freight: Freight, column: int) -> str:
        first, *others = freight.lines
        return self.sheet.eol.join([first, *(" " * column + line if line else line for line in others)])

    @staticmethod
    def _comma_and(tail: str) -> str:
        return f",  {tail}" if tail else ","

    # --- what belongs to a child --------------------------------------------------------------------

    def _lead(self, child: Child) -> range:
        """The lines of its own comments above it."""
        line = self.sheet.line_of(child.start)
        is_first = self.sheet.begins_line(child.start)
        return range(self.sheet.lead(child) if is_first else line, line)

    def _tail(self, held: Part, index: int) -> Comment | None:
        """The comment at the end of its last line, unless another child ends there too."""
        child = held.children[index]
        comment = self.sheet.end_comment(child.end)
        if comment is None or comment.start >= held.end:
            return None
        behind = held.children[index + 1] if index + 1 < len(held.children) else None
        return comment if behind is None or behind.start > comment.start else None

    def _comma(self, child: Child) -> int | None:
        """Where the comma behind a child stands."""
        at = child.end
        while True:
            at = self._behind_space(at)
            if self.sheet.text[at : at + 1] != "#":
                return at if self.sheet.text[at : at + 1] == "," else None
            at = self.sheet.end_of_line(self.sheet.line_of(at))

    def _behind_space(self, at: int) -> int:
        while self.sheet.text[at : at + 1].isspace():
            at += 1
        return at

    def _comments_beside(self, held: Part, child: Child, lead: range, tail: Comment | None) -> bool:
        """Whether comments that are not the child's own stand in the brackets."""
        inside = self.sheet.comments_in(held.start, held.end)
        own = [one for one in inside if child.start <= one.start < child.end or one is tail]
        own += [one for one in inside if self.sheet.line_of(one.start) in lead]
        return len(inside) > len(own)

    def _demand_brackets(self, held: Part) -> None:
        if self.sheet.text[held.start] not in "[{" or any(child.is_odd for child in held.children):
            raise Unfit
