"""Parts of a text and tags, as the database sees them."""

from __future__ import annotations

import sqlalchemy as sa

from engine.model.operands import Tagged
from engine.model.predicates import Carrying, HasTags, Part, TextPart
from engine.records.tables import Sql

_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def folded(text: str) -> str:
    """SQLite's lower() and this one fold A to Z only, so both databases agree."""
    return text.translate(_LOWER)


def text_part_test(operand: Sql, test: TextPart) -> Sql:
    """Whether a text holds, begins or ends with another, capitals aside."""
    text, small = folded(test.text), sa.func.lower(operand)
    if test.part is Part.CONTAINS:
        return sa.func.instr(small, text) > 0
    if test.part is Part.STARTS_WITH:
        return sa.func.substr(small, 1, len(text)) == text
    start = sa.func.length(operand) - len(text) + 1
    return sa.and_(start > 0, sa.func.substr(small, start) == text)


def tags_test(operand: Sql, test: HasTags) -> Sql:
    """Missing tags are an empty set."""
    carried = [sa.func.instr(sa.func.coalesce(operand, ""), f"|{tag}|") > 0 for tag in test.tags]
    if test.carrying is Carrying.HAS_ALL:
        return sa.and_(*carried)
    return sa.or_(*carried) if test.carrying is Carrying.HAS else sa.not_(sa.or_(*carried))


def tagged(tags: Sql, change: Tagged) -> Sql:
    """The tags with one more or one less, in the order of the model; what is no option stays, behind."""
    present = sa.func.coalesce(tags, "|")
    parts: Sql = sa.literal("|")
    rest: Sql = sa.func.replace(present, "|", "||")
    for option in (*change.field.options, *change.field.retired):
        kept, mark = sa.literal(f"{option}|"), f"|{option}|"
        if option == change.tag:
            carried: Sql = kept if change.carried else sa.literal("")
        else:
            carried = sa.case((sa.func.instr(present, mark) > 0, kept), else_="")
        parts, rest = parts + carried, sa.func.replace(rest, mark, "")
    whole = parts + sa.func.substr(sa.func.replace(rest, "||", "|"), 2)
    return whole if change.carried else sa.func.nullif(whole, "|")
