"""Colleagues as the model names them: who is meant, and who stands below whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from engine.model.entities import Module
from engine.model.operands import FieldValue, Operand, RecordKey
from engine.records.session import Session


def staff_of(session: Session) -> Module | None:
    """The module of colleagues."""
    people = session.tables.model.people
    return None if people is None else session.tables.model.modules[people.module]


def colleagues(session: Session) -> Iterator[tuple[str, str]]:
    """Key and name of every colleague, by key."""
    staff = staff_of(session)
    if staff is None:
        return
    key = RecordKey(staff)
    shown: Operand = key if staff.title_field is None else FieldValue(staff.title_field, staff)
    for own, name in session.read_all(staff, [key, shown]):
        yield str(own), str(own if name is None else name)


def colleague_meant(session: Session, written: str) -> str | None:
    """The key of the colleague of that key or name; None where there is none, or several bear the name."""
    staff = staff_of(session)
    if staff is None:
        return None
    key = session.record_key(staff, written)
    if key is not None or staff.title_field is None:
        return None if key is None else str(key)
    found = [own for own, name in colleagues(session) if name == written]
    return found[0] if len(found) == 1 else None


def people_below(session: Session, person: str) -> frozenset[str]:
    """A colleague and everybody below, down the line of superiors; a ring of these leads round once."""
    people, staff = session.tables.model.people, staff_of(session)
    below = defaultdict[str, list[str]](list)
    if people is not None and staff is not None and people.supervisor:
        boss = FieldValue(staff.fields[people.supervisor], staff)
        for own, above in session.read_all(staff, [RecordKey(staff), boss]):
            below[str(above)].append(str(own))
    found, next_ones = {person}, [person]
    while next_ones:
        next_ones = [one for above in next_ones for one in below[above] if one not in found]
        found.update(next_ones)
    return frozenset(found)
