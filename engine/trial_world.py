"""The little world of an example: one made-up record, what belongs to it, a few colleagues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from zlib import crc32

from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, Span, is_nothing
from engine.model.document import Sequence as List
from engine.model.entities import Field, FieldType, Module
from engine.model.moments import Clock
from engine.model.named import Named, RecordName
from engine.model.operands import Constant, FieldValue, MomentValue, Operand, RecordKey
from engine.model.predicates import Empty, Leaf
from engine.model.scores import Points, Score
from engine.model.values import Value, to_stored
from engine.model.workflow import Workflow
from engine.records.session import Session
from engine.shapes.fields import find_field
from engine.shapes.reading import Reading
from engine.shapes.values import read_value
from engine.workspace import Workspace

RECORD = "example"
_PEOPLE = ("owner", "supervisor")
_MADE = re.compile(r"W(\d+)-(\d+)")
"""The key of a record that a step has created: its enrollment, its number."""

Values = dict[Field, Value]


@dataclass
class Given:
    """What a `given` says: computed fields that are fixed, fields of the record, other records by key.

    `fates` are rows that say what became of a task of the workflow: which one, and what has changed.
    """

    fixed: dict[tuple[str, str], Operand] = field(default_factory=dict)
    stored: Values = field(default_factory=dict)
    records: list[tuple[Module, str, Values]] = field(default_factory=list)
    fates: list[tuple[Span, Values, Values]] = field(default_factory=list)


class World:
    """Reads what an example gives, and writes it into a store of its own."""

    def __init__(self, workspace: Workspace, workflow: Workflow, reading: Reading) -> None:
        self._workspace = workspace
        self._workflow = workflow
        self._reading = reading
        self._known = {RECORD, *_PEOPLE}

    @property
    def key(self) -> str | int:
        """The key of the record that the example is about."""
        return _key(self._workflow.module, RECORD)

    # --- given -------------------------------------------------------------------------------

    def first(self, given: Block | None, clock: Clock) -> Given:
        """The record as the example begins: what it says, else defaults."""
        module = self._workflow.module
        found = Given()
        for one in module.fields.values():
            if one.computed is None:
                found.stored[one] = self._default(one, clock)
        if module.owner in module.fields:
            found.stored[module.fields[module.owner]] = "owner"
        self._take(given, clock, found, number=0)
        found.stored = {one: value for one, value in found.stored.items() if value is not None}
        return found

    def later(self, given: Block | None, clock: Clock, number: int) -> Given:
        """What is different on a later day; `number` is that of the entry, from 1."""
        found = Given()
        self._take(given, clock, found, number=number)
        return found

    def _take(self, given: Block | None, clock: Clock, found: Given, *, number: int) -> None:
        module = self._workflow.module
        for key, node in given.entries if given is not None else ():
            if isinstance(node, List):
                self._take_list(key, node, clock, found, number=number)
                continue
            one = find_field(key.text, module, key.span, self._reading)
            if one is None:
                continue
            value = self.value(one, node, clock)
            if one.computed is None:
                found.stored[one] = value
            else:
                found.fixed[module.key, one.key] = self._fixed(module, one, value)

    def _take_list(self, key: Scalar, node: List, clock: Clock, found: Given, *, number: int) -> None:
        """Colleagues by name; related records. Later a row may say what became of a task."""
        if self._is_staff(key):
            found.records += self._colleagues(node, clock)
            return
        relation = self._workspace.model.relation(self._workflow.module, key.text)
        if relation is None:
            find_field(key.text, self._workflow.module, key.span, self._reading)
            return
        tasks = self._workspace.model.tasks
        done = tasks.done if tasks is not None and tasks.module == relation.module.key and number else {}
        for place, item in enumerate(node.items):
            values = self._row(item, relation.module, clock)
            fate = {one: value for one, value in values.items() if one.key in done}
            if fate:
                which = {one: value for one, value in values.items() if one not in fate}
                found.fates.append((item.span, {relation.link: self.key, **which}, fate))
            else:
                name = f"{key.text}-{number}-{place}" if number else f"{key.text}-{place}"
                found.records.append((relation.module, name, {relation.link: self.key, **values}))

    def _row(self, item: Node, module: Module, clock: Clock) -> Values:
        """The fields of a related record that a row gives."""
        found: Values = {}
        inner = self._reading.about(module)
        for name, value in item.entries if isinstance(item, Block) else ():
            one = find_field(name.text, module, name.span, inner)
            if one is not None:
                found[one] = self.value(one, value, clock)
        return found

    def _fixed(self, module: Module, one: Field, value: Value) -> Operand:
        """A value in place of a computed one; of a score, so that its bands still hold."""
        score = self._workspace.computed.get((module.key, one.key))
        if isinstance(score, Score) and isinstance(value, Decimal):
            always = Leaf("", (Empty(Constant(value, one.type), wanted=False),))
            return replace(score, dimensions=(), points=(Points(always, value),))
        return Constant(value, one.type)

    def _is_staff(self, key: Scalar) -> bool:
        people, module = self._workspace.model.people, self._workspace.model.module(key.text)
        return people is not None and module is not None and module.key == people.module

    def _colleagues(self, node: List, clock: Clock) -> Iterator[tuple[Module, str, Values]]:
        """More colleagues than the owner and the supervisor, known by their names."""
        people = self._workspace.model.people
        assert people is not None
        staff = self._workspace.model.modules[people.module]
        for number, item in enumerate(node.items):
            values: Values = {staff.fields[people.active]: True} if people.active else {}
            values |= self._row(item, staff, clock)
            title = values.get(staff.title_field or staff.record_key)
            yield staff, str(title or f"colleague-{number}"), values

    def _default(self, one: Field, clock: Clock) -> Value:
        """The default; a required field without one holds its own label, or the first thing it may hold."""
        if one.default is not None:
            return self._reading.values.read(one, one.default)
        if not one.required:
            return None
        if one.type is FieldType.CHOICE:
            return one.options[0]
        stand_ins: dict[FieldType, Value] = {
            FieldType.DATE: clock.today,
            FieldType.DATETIME: clock.now,
            FieldType.YES_NO: True,
            FieldType.EMAIL: "example@example.com",
        }
        if one.type.is_numeric:
            return Decimal(0)
        return stand_ins.get(one.type, one.labels.zh)

    def value(self, one: Field, node: Node, clock: Clock) -> Value:
        """A value as the example writes it, for a field, on a day."""
        if is_nothing(node):
            return None
        operand = read_value(node, one, self._reading)
        if isinstance(operand, MomentValue):
            moment = operand.moment
            return moment.day(clock) if one.type is FieldType.DATE else moment.instant(clock)
        if isinstance(operand, Named):
            operand = operand.operand
        return operand.value if isinstance(operand, Constant) else None

    # --- the store ---------------------------------------------------------------------------

    def begin(self, session: Session, given: Given) -> None:
        """Write the owner, the supervisor, whoever is named, the record and what belongs to it."""
        self._write_people(session)
        self._write_named(session, given)
        self._write(session, self._workflow.module, RECORD, given.stored)
        for module, key, values in given.records:
            self._write(session, module, key, values)

    def change(self, session: Session, given: Given) -> list[Span]:
        """Write what is different on a later day; gives the rows that fit no open task."""
        self._write_named(session, given)
        if given.stored:
            self._write(session, self._workflow.module, RECORD, given.stored)
        for module, key, values in given.records:
            self._write(session, module, key, values)
        return [at for at, which, fate in given.fates if not self._settle(session, which, fate)]

    def _settle(self, session: Session, which: Values, fate: Values) -> bool:
        """Change the newest task that is not done yet and fits; whether there is one."""
        tasks = self._workspace.model.tasks
        assert tasks is not None
        module = self._workspace.model.modules[tasks.module]
        done = [module.fields[key] for key in tasks.done]
        operands: list[Operand] = [RecordKey(module), *(FieldValue(one, module) for one in (*which, *done))]
        fitting = []
        for key, *held in session.read_all(module, operands):
            asked, states = held[: len(which)], held[len(which) :]
            ends = zip(done, states, strict=True)
            is_done = all(to_stored(state) in tasks.done[one.key] for one, state in ends)
            if not is_done and asked == list(which.values()):
                fitting.append(key)
        if not fitting:
            return False
        newest = max(fitting, key=_age)
        session.upsert(module, list(fate), [[newest, *fate.values()]])
        return True

    def _write_people(self, session: Session) -> None:
        people = self._workspace.model.people
        if people is None:
            return
        staff = self._workspace.model.modules[people.module]
        title = staff.title_field
        boss, active = (staff.fields.get(key) for key in (people.supervisor, people.active))
        for name in _PEOPLE:
            values: Values = {}
            if title is not None:
                values[title] = name
            if boss is not None and name == "owner":
                values[boss] = "supervisor"
            if active is not None:
                values[active] = True
            self._write(session, staff, name, values)

    def _write_named(self, session: Session, given: Given) -> None:
        """Whoever the files name is there, and has not left; the `owner` has the supervisor."""
        people, owner = self._workspace.model.people, self._owner_by_name(given)
        for one in sorted({*self._workflow.named, *self._reading.named}, key=_by_name):
            module = self._workspace.model.modules[one.module]
            title = module.title_field
            values: Values = {}
            if title is not None and not one.is_key:
                values[title] = one.name
            if people is not None and people.module == one.module and people.active:
                values[module.fields[people.active]] = True
            if people is not None and people.module == one.module and people.supervisor and one.name == owner:
                values[module.fields[people.supervisor]] = "supervisor"
            if one.name not in self._known:
                self._known.add(one.name)
                self._write(session, module, one.name, values)

    def _owner_by_name(self, given: Given) -> str:
        """An owner whom the example only names, and who has the supervisor; none beside given colleagues."""
        people, module = self._workspace.model.people, self._workflow.module
        if people is not None and any(one.key == people.module for one, _, _ in given.records):
            return ""
        owner = module.fields.get(module.owner)
        return "" if owner is None else str(given.stored.get(owner) or "")

    def _write(self, session: Session, module: Module, key: str, values: Mapping[Field, Value]) -> None:
        session.upsert(module, list(values), [[_key(module, key), *values.values()]])


class People:
    """Who is who in the world of an example at a moment."""

    def __init__(self, workspace: Workspace, module: Module, session: Session) -> None:
        self._workspace = workspace
        self._module = module
        self._session = session

    def owner(self, key: str | int) -> str | None:
        """The key of whoever has a record of the workflow's module."""
        return self._held(self._module, key, self._module.owner)

    def around(self, owner: str | None) -> dict[str, str | None]:
        """The owner and the superior, by their keys; None for nobody."""
        people = self._workspace.model.people
        if people is None:
            return {}
        staff = self._workspace.model.modules[people.module]
        return {"owner": owner, "supervisor": self._held(staff, owner, people.supervisor)}

    def called(self, key: str) -> str:
        """The name of the colleague of a key; the key where nobody has it."""
        people = self._workspace.model.people
        if people is None:
            return key
        staff = self._workspace.model.modules[people.module]
        return self._held(staff, key, staff.title) or key

    def _held(self, module: Module, key: str | int | None, field_key: str) -> str | None:
        """What a record holds in a field; None where there is no such record or field."""
        kept = None
        if key is not None and field_key in module.fields:
            kept = self._session.record_key(module, str(key))
        if kept is None:
            return None
        held = FieldValue(module.fields[field_key], module)
        value = self._session.fields_of(module, kept, {"held": held})["held"]
        return None if value is None else str(value)


def _by_name(one: RecordName) -> tuple[str, str]:
    return one.module, one.name


def _age(key: object) -> tuple[int, int]:
    """How new a record is: those of the workflow come after those of the example, a later step after it."""
    made = _MADE.fullmatch(str(key))
    if made is None:
        return (0, key) if isinstance(key, int) else (0, 0)
    return int(made[1]), int(made[2])


def _key(module: Module, name: str) -> str | int:
    return crc32(name.encode()) if module.record_key.type is FieldType.NUMBER else name
