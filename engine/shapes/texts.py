"""A text with places for values becomes a Written: every path in it checked against the model."""

from __future__ import annotations

from engine.model.diagnostics import Problems
from engine.model.document import Scalar, Span
from engine.model.effects import Item, Written
from engine.model.entities import Field, Module
from engine.model.operands import Listed, Operand
from engine.shapes.paths import listed_relation, resolve_path
from engine.shapes.people import Recipient
from engine.shapes.reading import ChannelText, Reading
from engine.text import ParsedText, Reference, TextMistake, is_in_row, is_list

Path = tuple[str, ...]


def read_text(node: Scalar, reading: Reading, to: Recipient | None = None) -> Written | None:
    """The text of a step; `to` is whom `{{ to.… }}` means."""
    return _read_source(node.text, inner_span(node), reading, to)


def read_body(form: ChannelText, reading: Reading, to: Recipient | None) -> Written | None:
    """What a form of a template says."""
    return _read_source(form.body, form.body_at, reading, to, html=form.html)


def read_subject(form: ChannelText, reading: Reading, to: Recipient | None) -> Written | None:
    """The subject of a form; an empty text where it has none."""
    return _read_source(form.subject, form.subject_at, reading, to)


def _read_source(
    source: str, at: Span, reading: Reading, to: Recipient | None = None, *, html: bool = False
) -> Written | None:
    """A text that begins at a place; None with its mistakes noted."""
    parsed = note_mistakes(source, at, reading)
    if parsed is None:
        return None
    for name in parsed.partials:
        reading.uses.add(("partial", name))
    return _Paths(parsed, at, reading, to).written(html=html)


def note_mistakes(source: str, at: Span, reading: Reading) -> ParsedText | None:
    """A text whose names have not been looked up; None with its mistake noted."""
    try:
        return reading.parsed(source)
    except TextMistake as mistake:
        start = reading.partials[mistake.partial].text_at if mistake.partial else at
        _note_mistake(mistake, start, reading.problems)
        return None


class _Paths:
    """Finds what the paths of a text mean."""

    def __init__(self, parsed: ParsedText, at: Span, reading: Reading, to: Recipient | None) -> None:
        self.parsed = parsed
        self.at = at
        self.reading = reading
        self.to = to

    def written(self, *, html: bool) -> Written | None:
        operands: dict[Path, Operand] = {}
        items: dict[Path, Item] = {}
        for reference in self.parsed.references:
            if is_list(reference.path):
                listed = self._listed(reference, items)
                if listed is not None:
                    operands[reference.path] = listed
            elif not is_in_row(reference.path):
                operand = resolve_path(reference, self._place(reference), self.reading, self.to)
                if operand is not None:
                    operands[reference.path] = operand
        if len(operands) + len(items) < len(self.parsed.references):
            return None
        return Written(self.parsed.source, operands, html, items, self.parsed.partials)

    def _listed(self, reference: Reference, items: dict[Path, Item]) -> Listed | None:
        """The rows that a `for` goes over, each with the values that are used of it."""
        place = self._place(reference)
        relation = listed_relation(reference.path[0], place, self.reading)
        if relation is None:
            return None
        inner = self.reading.about(relation.module)
        used = [
            one for one in self.parsed.references if is_in_row(one.path) and one.path[:2] == reference.path
        ]
        fields: list[Operand] = []
        for one in used:
            operand = resolve_path(one, self._place(one), inner, None)
            if operand is not None:
                items[one.path] = Item(len(fields), operand.type)
                fields.append(operand)
        return Listed(relation, tuple(fields), reference.at_most) if len(fields) == len(used) else None

    def _place(self, reference: Reference) -> Span:
        start = self.reading.partials[reference.partial].text_at if reference.partial else self.at
        return _at(start, reference.line, reference.column, len(reference.written))


def inner_span(node: Scalar) -> Span:
    """Where the text itself begins: after the quote."""
    at = node.span
    shift = 1 if node.quoted and at.line == at.end_line else 0
    return Span(at.file, at.line, at.column + shift, at.end_line, at.end_column)


def _at(start: Span, line: int, column: int, length: int = 1) -> Span:
    """A place within a text; in a block of several lines the block's own indent is not known."""
    if line == 1 and start.line == start.end_line:
        column += start.column - 1
        return Span(start.file, start.line, column, start.line, column + length)
    row = start.line + line if start.line != start.end_line else start.line
    return Span(start.file, row, 1, row, 2)


_CODES = {
    "syntax": "W280",
    "unknown_filter": "W281",
    "forbidden": "W282",
    "unknown_tag": "W287",
    "bad_argument": "W288",
    "too_much": "W289",
    "unknown_partial": "W565",
}


def _note_mistake(mistake: TextMistake, at: Span, problems: Problems) -> None:
    facts = {"nearest": "", "known": "", **mistake.facts}
    facts["value"] = facts.pop("found", "") or facts.pop("name", "")
    kind = facts.pop("construct", "") or facts.pop("what", "") or _syntax_kind(facts)
    facts["known"] = facts["known"].replace(", ", "、")
    length = max(1, len(facts["value"]))
    problems.error(
        _at(at, mistake.line, mistake.column, length), _CODES.get(mistake.kind, "W280"), kind=kind, **facts
    )


def _syntax_kind(facts: dict[str, str]) -> str:
    """What people did, where Jinja2 only says what it expected."""
    detail, value = facts.pop("detail", ""), facts["value"]
    open_block = "endfor" if "closed is 'for'" in detail else "endif"
    if "Unexpected end of template" in detail:
        return open_block
    if "unknown tag" in detail:
        if "needs to be closed" in detail and value not in {"else", "elif"}:
            return open_block
        return "no_for" if value == "endfor" else "no_if"
    if "expected token 'in'" in detail:
        return "for_in"
    if facts["nearest"]:
        return "wide_sign"
    if "Expected an expression" in detail:
        return "empty"
    if "end of comment" in detail:
        return "comment"
    return "equal" if value == "=" else "unclosed" if value in {"", "}"} else ""


def title_of(module: Module) -> Field:
    """The field that names a record to people; the key where there is none."""
    return module.title_field or module.record_key
