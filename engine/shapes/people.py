"""PEOPLE as written in a file: owner, supervisor, customer, or one named person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence, Span, is_nothing
from engine.model.entities import FieldType
from engine.model.predicates import Constant, FieldValue, First, Operand
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block
from engine.shapes.shape import fits, note_kind, note_unknown_key


class Who(StrEnum):
    """Whom a step is for."""

    OWNER = "owner"
    SUPERVISOR = "supervisor"
    CUSTOMER = "customer"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of PEOPLE; `key` gives the colleague's record key, None for the customer."""

    who: Who
    key: Operand | None


_WORDS = ("owner", "supervisor", "customer")
_LATER = ("role", "field", "table", "records")
_PERSON = block({"person": TEXT}, "person")


def read_people(node: Node, reading: Reading) -> tuple[Recipient, ...]:
    """One person or a list of them; what cannot be read is noted and left out."""
    nodes = node.items if isinstance(node, Sequence) else (node,)
    if not nodes or is_nothing(node):
        note_kind(node, "to", "string", reading.problems)
        return ()
    found = (_read_person(one, reading) for one in nodes)
    return tuple(one for one in found if one is not None)


def _read_person(node: Node, reading: Reading) -> Recipient | None:
    if isinstance(node, Mapping):
        person = node.get("person")
        if person is not None:
            if not fits(node, _PERSON, reading.problems) or not isinstance(person, Scalar):
                return None
            return Recipient(Who.PERSON, Constant(person.text, FieldType.LINK))
        word = next((key for key in node.keys() if key in _LATER), "")
        if word:
            reading.problems.error(node.key(word).span, "W290", word=word)
        elif node.entries:
            note_unknown_key(node.entries[0][0], ["person"], reading.problems)
        else:
            reading.problems.error(node.span, "W210", key="to")
        return None
    if not isinstance(node, Scalar) or node.text not in _WORDS:
        text = node.text if isinstance(node, Scalar) else "…"
        near = nearest(text, _WORDS)
        reading.problems.error(node.span, "W219", value=text, nearest=near, known="、".join(_WORDS))
        return None
    who = Who(node.text)
    if who is Who.CUSTOMER:
        return Recipient(who, None)
    owner = owner_of(reading, node.span)
    if owner is None:
        return None
    return Recipient(
        who, _or_fallback(owner, reading) if who is Who.OWNER else supervisor_of(reading, node.span)
    )


def owner_of(reading: Reading, at: Span) -> FieldValue | None:
    """The link to the owner of a record of the present module; noted when the model names none."""
    field = reading.module.fields.get(reading.module.owner)
    if field is None:
        reading.problems.error(
            at, "W264", module=reading.module.labels.told, place=reading.place(reading.module.at)
        )
        return None
    return FieldValue(field, reading.module)


def supervisor_of(reading: Reading, at: Span) -> Operand | None:
    """The owner's supervisor; like every person, the fallback of the workspace when none (Meaning 18)."""
    owner = reading.module.fields[reading.module.owner]
    people = reading.model.people
    if people is None or not people.supervisor:
        reading.problems.error(at, "W265")
        return None
    staff = reading.model.modules[people.module]
    return _or_fallback(FieldValue(staff.fields[people.supervisor], staff, (owner,)), reading)


def _or_fallback(person: FieldValue, reading: Reading) -> Operand:
    fallback = reading.settings.fallback_person
    return First((person, Constant(fallback, FieldType.LINK)), FieldType.LINK) if fallback else person


def people_in_text(reading: Reading) -> dict[str, tuple[FieldValue, ...]]:
    """The links that `owner.` and `supervisor.` stand for in texts."""
    field = reading.module.fields.get(reading.module.owner)
    people = reading.model.people
    if field is None or people is None:
        return {}
    owner = FieldValue(field, reading.module)
    staff = reading.model.modules[people.module]
    found: dict[str, tuple[FieldValue, ...]] = {"owner": (owner,)}
    if people.supervisor:
        found["supervisor"] = (owner, FieldValue(staff.fields[people.supervisor], staff, (field,)))
    return found
