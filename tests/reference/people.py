"""Colleagues: who is present, who bears a name; and a field of a record found by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.colleagues import LookedUp, Named, Present
from tests.reference.comparing import KEY, TITLES

if TYPE_CHECKING:
    from tests.reference.evaluator import Reference, Row

LOOKED_AT = 5
"""So many colleagues of a line are looked at, those who are skipped among them."""


def present(reference: Reference, operand: Present, record: Row) -> str | None:
    """The first up the line who is not absent; who is silent about it is present."""
    people = operand.people
    row = reference.row(people.module, reference.value(operand.start, record))
    for place in range(LOOKED_AT):
        if row is None:
            return None
        if place >= operand.skip and (not people.active or row[people.active] is not False):
            return str(row[KEY])
        row = _above(reference, operand, row)
    return None


def _above(reference: Reference, operand: Present, row: Row | None) -> Row | None:
    return None if row is None else reference.row(operand.people.module, row[operand.people.supervisor])


def named(reference: Reference, operand: Named, record: Row) -> str | None:
    """By key, else by the name; of namesakes the smallest key."""
    text = reference.value(operand.operand, record)
    if text is None:
        return None
    rows = reference.world[operand.people.module]
    keys = [row[KEY] for row in rows if row[KEY] == text]
    title = TITLES.get(operand.people.module, "")
    return min(keys or (row[KEY] for row in rows if title and row[title] == text), default=None)


def looked_up(reference: Reference, operand: LookedUp, record: Row) -> Any:
    row = reference.row(operand.module.key, reference.value(operand.key, record))
    return None if row is None else reference.value(operand.field, row)
