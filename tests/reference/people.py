"""Colleagues: who is present, who bears a name; and a field of a record found by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.colleagues import LookedUp, Present
from engine.model.named import Named
from tests.reference.comparing import KEY, TITLES

if TYPE_CHECKING:
    from tests.reference.evaluator import Reference, Row

LOOKED_AT = 5
"""So many colleagues of a line are looked at, those who are skipped among them."""


def present(reference: Reference, operand: Present, record: Row) -> str | None:
    """The first up the line who is not absent; who is silent about it is present."""
    people = operand.people
    row = start = reference.row(people.module, reference.value(operand.start, record))
    for place in range(LOOKED_AT):
        if row is None:
            return None
        is_passed_over = place < operand.skip or (operand.skip and row is start)
        if not is_passed_over and (not people.active or row[people.active] is not False):
            return str(row[KEY])
        row = _above(reference, operand, row)
    return None


def _above(reference: Reference, operand: Present, row: Row | None) -> Row | None:
    return None if row is None else reference.row(operand.people.module, row[operand.people.supervisor])


def named(reference: Reference, operand: Named, record: Row) -> str | None:
    """By key, else by the name; of namesakes nobody."""
    text = reference.value(operand.operand, record)
    if text is None:
        return None
    rows = reference.world[operand.module]
    keys = [row[KEY] for row in rows if row[KEY] == text]
    title = TITLES.get(operand.module, "")
    bearers = keys or [row[KEY] for row in rows if title and row[title] == text]
    return bearers[0] if len(bearers) == 1 else None


def bears(reference: Reference, key: str, name: Named, record: Row) -> bool:
    """Whether the record of that key is called so, by its key, else by its name; namesakes all are."""
    text = reference.value(name.operand, record)
    if text is None or key == text or reference.row(name.module, text) is not None:
        return text is not None and key == text
    row, title = reference.row(name.module, key), TITLES.get(name.module, "")
    return bool(row is not None and title and row[title] == text)


def looked_up(reference: Reference, operand: LookedUp, record: Row) -> Any:
    row = reference.row(operand.module.key, reference.value(operand.key, record))
    return None if row is None else reference.value(operand.field, row)
