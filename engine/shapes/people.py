"""PEOPLE as written in a file: owner, supervisor, customer, somebody by name, field or table, a role.

Who has left is told nothing: the next one up the line stands in, then the fallback person (Meaning 18).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from engine.model.colleagues import Drawn, Present
from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence, Span, is_nothing
from engine.model.entities import Field, FieldType, People, Relation
from engine.model.named import Named, RecordName
from engine.model.operands import Cases, Cell, Constant, FieldValue, First, Operand
from engine.model.predicates import Compare, Comparison, Leaf, Predicate
from engine.shapes.cells import read_cell
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.relations import find_relation
from engine.shapes.schema import PEOPLE_FORMS
from engine.shapes.shape import fits, note_kind, note_unknown_key
from engine.shapes.values import named_record


class Who(StrEnum):
    """Whom a step is for."""

    OWNER = "owner"
    SUPERVISOR = "supervisor"
    CUSTOMER = "customer"
    PERSON = "person"
    FIELD = "field"
    TABLE = "table"
    ROLE = "role"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Role:
    """A role of workspace.yaml: which colleagues have it, and for which records it is asked (None: all)."""

    name: str
    members: Predicate
    where: Predicate | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """The records related to this one that fit a condition, such as the contacts of a customer."""

    relation: Relation
    where: Predicate | None


SOMEBODY = Drawn(0, (), by_load=True)
"""Stands for a member of a role until it is known who they are."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of PEOPLE; `key` gives the colleague's record key, None for the customer and related records.

    `alone` is the key without a stand-in. Of `roles` the first that is asked for a record counts, and else
    the `fallback`; `key` is SOMEBODY then.
    """

    who: Who
    key: Operand | None
    alone: Operand | None = None
    roles: tuple[Role, ...] = ()
    fallback: Operand | None = None
    related: Related | None = None

    @property
    def is_colleague(self) -> bool:
        """Whether it is somebody of the house."""
        return self.key is not None


WORDS = ("owner", "supervisor", "customer")


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
        return _read_form(node, reading)
    if not isinstance(node, Scalar) or node.text not in WORDS:
        text = node.text if isinstance(node, Scalar) else "…"
        known = "、".join(WORDS)
        reading.problems.error(node.span, "W219", value=text, nearest=nearest(text, WORDS), known=known)
        return None
    who = Who(node.text)
    if who is Who.CUSTOMER:
        return Recipient(who, None)
    owner = owner_of(reading, node.span)
    if owner is None:
        return None
    if who is Who.OWNER:
        return _colleague(who, owner, reading)
    people = reading.model.people
    if people is None or not people.supervisor:
        reading.problems.error(node.span, "W265")
        return None
    return _colleague(who, owner, reading, up=1)


def _read_form(node: Mapping, reading: Reading) -> Recipient | None:
    word = next((key for key in PEOPLE_FORMS if key in node), "")
    if not word:
        if node.entries:
            note_unknown_key(node.entries[0][0], [*PEOPLE_FORMS], reading.problems)
        else:
            reading.problems.error(node.span, "W210", key="to")
        return None
    written = node.get(word)
    if not fits(node, PEOPLE_FORMS[word], reading.problems):
        return None
    if not isinstance(written, Scalar):
        note_kind(written or node, word, "string", reading.problems)
        return None
    if word == "records":
        return _read_related(node, written, reading)
    if word == "person":
        return _person(written, reading)
    if reading.model.people is None:
        reading.problems.error(written.span, "W549", word=word, file=reading.model.file)
        return None
    if word == "role":
        role = read_role(written.text, written.span, reading)
        return None if role is None else _of_roles((role,), reading)
    return _read_table(node, written, reading) if word == "table" else _read_link(written, reading)


def _read_link(written: Scalar, reading: Reading) -> Recipient | None:
    """A field that points to a colleague."""
    operand = read_field(written, reading)
    if operand is None:
        return None
    if not isinstance(operand, FieldValue) or not _points_to_people(operand.field, reading):
        reading.problems.error(written.span, "W539", value=written.text)
        return None
    return _colleague(Who.FIELD, operand, reading)


def _read_table(node: Mapping, written: Scalar, reading: Reading) -> Recipient | None:
    """A column of persons, or of roles."""
    cell = read_cell(node, None, reading)
    if cell is None:
        return None
    table, _, column = written.text.rpartition(".")
    kind, people = reading.tables[table].people.get(column, ""), reading.model.people
    if kind == "person" and people is not None:
        return _of_cell(cell, written.span, people, reading)
    if kind != "role":
        reading.problems.error(written.span, "W538", value=written.text, type=cell.type)
        return None
    names = dict.fromkeys(str(one) for one in _cells(cell) if one is not None)
    roles = [_role_of_cell(name, cell, written, reading) for name in names]
    found = tuple(one for one in roles if one is not None)
    return _of_roles(found, reading) if len(found) == len(roles) else None


def _cells(cell: Cell) -> list[object]:
    return [*(one for _, one in cell.rows), cell.otherwise]


def _role_of_cell(name: str, cell: Cell, written: Scalar, reading: Reading) -> Role | None:
    """The role, for the records whose cell names it; where no row fits nobody is asked for."""
    role = read_role(name, written.span, reading)
    if role is None:
        return None
    named = Compare(cell, Comparison.IS, Constant(name, cell.type))
    return replace(role, where=Leaf("to", (named,), if_missing=False))


def read_role(name: str, at: Span, reading: Reading) -> Role | None:
    """The role of that name; like `conditions`, its condition leaves out whom it cannot decide on."""
    node, people = reading.settings.roles.get(name), reading.model.people
    if people is None:
        reading.problems.error(at, "W549", word="role", file=reading.model.file)
        return None
    if node is None:
        known = list(reading.settings.roles)
        reading.problems.error(
            at, "W537", value=name, nearest=nearest(name, known), known="、".join(known) or "—"
        )
        return None
    staff = replace(reading.about(reading.model.modules[people.module]), elsewhere=False, before_start=True)
    predicate = staff.read_condition(node, f"roles/{name}")
    reading.uses.add(("role", name))
    return None if predicate is None else Role(name, predicate)


def check_roles(reading: Reading) -> None:
    """Note the mistakes in the roles of workspace.yaml, whether a step asks for them or not."""
    for name, node in reading.settings.roles.items():
        read_role(name, node.span, reading)


def _of_roles(roles: tuple[Role, ...], reading: Reading) -> Recipient:
    return Recipient(Who.ROLE, SOMEBODY, roles=roles, fallback=fallback_of(reading))


def _read_related(node: Mapping, written: Scalar, reading: Reading) -> Recipient | None:
    relation = find_relation(written.text, written.span, reading)
    if relation is None:
        return None
    asked = node.get("where")
    where = reading.about(relation.module).read_condition(asked, "where") if asked is not None else None
    if asked is not None and where is None:
        return None
    return Recipient(Who.RECORDS, None, related=Related(relation, where))


def _person(written: Scalar, reading: Reading) -> Recipient:
    people, name = reading.model.people, Constant(written.text, FieldType.TEXT)
    if people is None:
        return Recipient(Who.PERSON, name, name)
    return _named(Who.PERSON, named_record(name, people.module, written.span, reading), people, reading)


def _of_cell(cell: Cell, at: Span, people: People, reading: Reading) -> Recipient:
    reading.named.update(RecordName(people.module, str(one), at) for one in _cells(cell) if one is not None)
    return _named(Who.TABLE, Named(cell, people.module), people, reading)


def _named(who: Who, named: Named, people: People, reading: Reading) -> Recipient:
    return replace(_with_fallback(who, Present(named, people), reading), alone=_if_present(named, people))


def _colleague(who: Who, link: FieldValue, reading: Reading, up: int = 0) -> Recipient:
    people = reading.model.people
    if people is None or not _points_to_people(link.field, reading):
        return _with_fallback(who, link, reading)
    found = _with_fallback(who, Present(link, people, up), reading)
    return found if up else replace(found, alone=_if_present(link, people))


def _if_present(person: Operand, people: People) -> Operand:
    """The colleague, without anybody above who would stand in."""
    same = Leaf("to", (Compare(Present(person, people), Comparison.IS, person),), if_missing=False)
    return Cases(((same, person),), Constant(None, FieldType.LINK), FieldType.LINK)


def _with_fallback(who: Who, person: Operand, reading: Reading) -> Recipient:
    fallback = fallback_of(reading)
    key = person if fallback is None else First((person, fallback), FieldType.LINK)
    return Recipient(who, key, person)


def fallback_of(reading: Reading) -> Constant | None:
    """The colleague who is told when nobody else can be."""
    fallback, people = reading.settings.fallback_person, reading.model.people
    if fallback is None:
        return None
    if people is not None:
        reading.named.add(RecordName(people.module, fallback.text, fallback.span, is_key=True))
    return Constant(fallback.text, FieldType.LINK)


def _points_to_people(field: Field, reading: Reading) -> bool:
    people = reading.model.people
    return people is not None and field.type is FieldType.LINK and field.to == people.module


def owner_of(reading: Reading, at: Span) -> FieldValue | None:
    """The link to the owner of a record of the present module; noted when the model names none."""
    field = reading.module.fields.get(reading.module.owner)
    if field is None:
        reading.problems.error(
            at, "W264", module=reading.module.labels.told, place=reading.place(reading.module.at)
        )
        return None
    return FieldValue(field, reading.module)


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
