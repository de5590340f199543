"""A text with places for values becomes a Written: every path in it checked against the model."""

from __future__ import annotations

from dataclasses import replace

from engine.model.diagnostics import Problems
from engine.model.document import Scalar, Span
from engine.model.effects import Written
from engine.model.entities import Field, FieldType, Module
from engine.model.moments import Anchor, Moment
from engine.model.predicates import FieldValue, MomentValue, Operand, RecordKey
from engine.shapes.fields import resolve_field
from engine.shapes.people import Recipient, Who, people_in_text
from engine.shapes.reading import Reading
from engine.text import ParsedText, Reference, TextMistake


def read_text(node: Scalar, reading: Reading, to: Recipient | None = None) -> Written | None:
    """The text of a step; `to` is whom `{{ to.… }}` means."""
    return read_source(node.text, inner_span(node), reading, to)


def read_source(
    source: str, at: Span, reading: Reading, to: Recipient | None = None, *, html: bool = False
) -> Written | None:
    """A text that begins at a place; None with its mistakes noted."""
    try:
        parsed = reading.parsed(source)
    except TextMistake as mistake:
        _note_mistake(mistake, at, reading.problems)
        return None
    operands: dict[tuple[str, ...], Operand] = {}
    for reference in parsed.references:
        name = ".".join(reference.path)
        operand = _resolve(reference, _at(at, reference.line, reference.column, len(name)), reading, to)
        if operand is not None:
            operands[reference.path] = operand
    return Written(source, operands, html) if _all_found(parsed, operands) else None


def _all_found(parsed: ParsedText, operands: dict[tuple[str, ...], Operand]) -> bool:
    return all(reference.path in operands for reference in parsed.references)


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
    if "Unexpected end of template" in detail:
        return "endif"
    if "unknown tag" in detail:
        return "no_if"
    if facts["nearest"]:
        return "wide_sign"
    if "Expected an expression" in detail:
        return "empty"
    if "end of comment" in detail:
        return "comment"
    return "equal" if value == "=" else "unclosed" if value in {"", "}"} else ""


def _resolve(reference: Reference, at: Span, reading: Reading, to: Recipient | None) -> Operand | None:
    root, *rest = reference.path
    if root in {"today", "今天"} and not rest:
        return MomentValue(Moment(Anchor.TODAY, text="today"), FieldType.DATE)
    links = people_in_text(reading).get(_person(root, to))
    if links and rest:
        if root == "to" and not reference.guarded and _may_fall_back(links, reading):
            reading.problems.error(at, "W291", kind=_person(root, to), value=".".join(reference.path))
            return None
        return _person_field(links, ".".join(rest), at, reading)
    if root == "to" and to is not None and to.who is Who.PERSON:
        reading.problems.error(at, "W290", word="{{ to.… }} + person")
        return None
    if root == "to" and rest:
        return _shown(".".join(rest), at, reading)
    return _shown(".".join(reference.path), at, reading)


def _person(root: str, to: Recipient | None) -> str:
    return str(to.who) if root == "to" and to is not None and to.who is not Who.CUSTOMER else root


def _person_field(links: tuple[FieldValue, ...], name: str, at: Span, reading: Reading) -> Operand | None:
    people = reading.model.people
    assert people is not None
    staff = reading.model.modules[people.module]
    field = staff.field(name)
    if field is not None and field.computed is not None:
        reading.problems.error(at, "W208", field=field.labels.told)
        return None
    operand = _shown(name, at, reading.about(staff))
    if isinstance(operand, FieldValue | RecordKey):
        return replace(operand, links=(*(one.field for one in links), *operand.links))
    return operand


def _may_fall_back(links: tuple[FieldValue, ...], reading: Reading) -> bool:
    """Whether the fallback person may stand in: `to.` still means the person who is missing then."""
    return bool(reading.settings.fallback_person) and (len(links) > 1 or links[0].field.may_be_missing)


def _shown(name: str, at: Span, reading: Reading) -> Operand | None:
    """The operand of a field; a link shows the title of the record it points to."""
    operand = resolve_field(name, at, reading)
    if isinstance(operand, FieldValue) and operand.type is FieldType.LINK:
        linked = reading.model.linked(operand.field)
        if linked.title:
            return FieldValue(linked.fields[linked.title], linked, (*operand.links, operand.field))
    return operand


def title_of(module: Module) -> Field:
    """The field that names a record to people; the key where there is none."""
    return module.fields.get(module.title, module.record_key)
