"""Examples: the `tests:` of a workflow file, each tried on one made-up record in a database of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any
from zlib import crc32

from engine.compile import compile_workflow
from engine.dryrun import DryRun, dry_run
from engine.expectations import Difference, Expectation, Happened
from engine.model.diagnostics import Problems
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, is_nothing
from engine.model.document import Sequence as List
from engine.model.effects import Effect, EffectKind, Undone
from engine.model.entities import Field, FieldType, Module
from engine.model.moments import Clock
from engine.model.named import Named, RecordName
from engine.model.operands import Constant, FieldValue, MomentValue, Operand
from engine.model.predicates import Empty, Leaf
from engine.model.scores import Points, Score
from engine.model.values import Value
from engine.model.workflow import Bar, Example, Workflow, all_steps
from engine.records.session import Session
from engine.records.store import Store
from engine.records.tracing import trace
from engine.rows import RowError
from engine.shapes.fields import find_field
from engine.shapes.values import read_value
from engine.verdicts import Verdict
from engine.workspace import Workspace

RECORD = "example"
_PEOPLE = ("owner", "supervisor")
_UNMET = {Verdict.NO_MATCH, Verdict.UNDECIDED}


@dataclass(frozen=True)
class Outcome:
    """One example: what happened to its record, and how that differs from what was expected.

    `verdict` is None where the example itself could not be read. `unmet` are the paths of the conditions
    that its record does not meet, `bar` is what keeps it out, `undone` tells why steps were not done,
    `error` why the record cannot be processed.
    """

    workflow: Workflow
    example: Example
    verdict: Verdict | None = None
    happened: tuple[Happened, ...] = ()
    differences: tuple[Difference, ...] = ()
    unmet: tuple[str, ...] = ()
    bar: Bar | None = None
    undone: tuple[Undone, ...] = ()
    error: RowError | None = None

    @property
    def passed(self) -> bool:
        """Whether what happened is what was expected."""
        return self.verdict is not None and self.error is None and not self.differences


def try_examples(workspace: Workspace, workflow: Workflow, problems: Problems) -> Iterator[Outcome]:
    """Every example of a workflow in order; what is written wrong in one is noted and it fails."""
    for example in workflow.examples:
        yield _Trial(workspace, workflow, example, problems).outcome()


class _Trial:
    """One example being tried."""

    def __init__(
        self, workspace: Workspace, workflow: Workflow, example: Example, problems: Problems
    ) -> None:
        self.workspace = workspace
        self.workflow = workflow
        self.example = example
        self.problems = problems
        moment = datetime.combine(example.today, time(12), tzinfo=workspace.settings.zone)
        self.clock = Clock(moment.astimezone(UTC), workspace.settings.zone, workspace.settings.calendar)
        self.reading = workspace.reading(workflow.module, problems)

    def outcome(self) -> Outcome:
        """Whether what happens is what is expected."""
        before = len(self.problems.found)
        fixed, stored, related = self._given()
        workspace = self.workspace.with_fixed(self.reading, fixed) if fixed else self.workspace
        workflow = self._with(workspace) if fixed else replace(self.workflow, control=None)
        if len(self.problems.found) > before or workflow is None:
            return Outcome(self.workflow, self.example)
        store = Store("sqlite://", workspace.model, str(workspace.settings.zone))
        with store.write(self.clock) as session:
            with session.transaction():
                self._write_people(session)
                self._write_named(session, self._owner_by_name(stored))
                self._write(session, self.workflow.module, [(RECORD, stored)])
                for module, rows in related:
                    self._write(session, module, rows)
            dry = dry_run(session, workspace, workflow)
            return self._compared(dry)

    # --- given -------------------------------------------------------------------------------

    def _given(self) -> tuple[dict[tuple[str, str], Operand], dict[Field, Value], list[tuple[Module, Any]]]:
        """Computed fields that are fixed, stored fields of the record, and related records."""
        module = self.workflow.module
        fixed: dict[tuple[str, str], Operand] = {}
        stored = {one: self._default(one) for one in module.fields.values() if one.computed is None}
        related: list[tuple[Module, Any]] = []
        owner = module.fields.get(module.owner)
        if owner is not None:
            stored[owner] = "owner"
        entries = self.example.given.entries if self.example.given is not None else ()
        for key, node in entries:
            if isinstance(node, List):
                related += self._colleagues(node) if self._is_staff(key) else self._related(key, node)
                continue
            field = find_field(key.text, module, key.span, self.reading)
            if field is None:
                continue
            value = self._value(field, node)
            if field.computed is None:
                stored[field] = value
            else:
                fixed[module.key, field.key] = self._fixed(module, field, value)
        return fixed, {one: value for one, value in stored.items() if value is not None}, related

    def _fixed(self, module: Module, field: Field, value: Value) -> Operand:
        """A value in place of a computed one; of a score, so that its bands still hold."""
        score = self.workspace.computed.get((module.key, field.key))
        if isinstance(score, Score) and isinstance(value, Decimal):
            always = Leaf("", (Empty(Constant(value, field.type), wanted=False),))
            return replace(score, dimensions=(), points=(Points(always, value),))
        return Constant(value, field.type)

    def _is_staff(self, key: Scalar) -> bool:
        people, module = self.workspace.model.people, self.workspace.model.module(key.text)
        return people is not None and module is not None and module.key == people.module

    def _colleagues(self, node: List) -> list[tuple[Module, Any]]:
        """More colleagues than the owner and the supervisor, known by their names."""
        people = self.workspace.model.people
        assert people is not None
        staff = self.workspace.model.modules[people.module]
        inner, rows = self.reading.about(staff), []
        for number, item in enumerate(node.items):
            values: dict[Field, Value] = {staff.fields[people.active]: True} if people.active else {}
            for name, value in item.entries if isinstance(item, Block) else ():
                field = find_field(name.text, staff, name.span, inner)
                if field is not None:
                    values[field] = self._value(field, value)
            title = values.get(staff.title_field or staff.record_key)
            rows.append((str(title or f"colleague-{number}"), values))
        return [(staff, rows)]

    def _related(self, key: Scalar, node: List) -> list[tuple[Module, Any]]:
        relation = self.workspace.model.relation(self.workflow.module, key.text)
        if relation is None:
            find_field(key.text, self.workflow.module, key.span, self.reading)
            return []
        rows = []
        for number, item in enumerate(node.items):
            values: dict[Field, Value] = {relation.link: RECORD}
            inner = self.reading.about(relation.module)
            for name, value in item.entries if isinstance(item, Block) else ():
                field = find_field(name.text, relation.module, name.span, inner)
                if field is not None:
                    values[field] = self._value(field, value)
            rows.append((f"{key.text}-{number}", values))
        return [(relation.module, rows)]

    def _default(self, field: Field) -> Value:
        """The default; a required field without one holds its own label, or the first thing it may hold."""
        if field.default is not None:
            return self.reading.values.read(field, field.default)
        if not field.required:
            return None
        if field.type is FieldType.CHOICE:
            return field.options[0]
        stand_ins: dict[FieldType, Value] = {
            FieldType.DATE: self.example.today,
            FieldType.DATETIME: self.clock.now,
            FieldType.YES_NO: True,
            FieldType.EMAIL: "example@example.com",
        }
        if field.type.is_numeric:
            return Decimal(0)
        return stand_ins.get(field.type, field.labels.zh)

    def _value(self, field: Field, node: Node) -> Value:
        if is_nothing(node):
            return None
        operand = read_value(node, field, self.reading)
        if isinstance(operand, MomentValue):
            moment = operand.moment
            return moment.day(self.clock) if field.type is FieldType.DATE else moment.instant(self.clock)
        if isinstance(operand, Named):
            operand = operand.operand
        return operand.value if isinstance(operand, Constant) else None

    def _with(self, workspace: Workspace) -> Workflow | None:
        """The workflow again, with the fixed values in place of computed fields."""
        document = workspace.documents[self.workflow.file]
        reading = workspace.reading(self.workflow.module, Problems())
        found = compile_workflow(document, reading, lambda _: self.workflow.version)
        return None if found is None else replace(found, control=None)

    # --- the little world --------------------------------------------------------------------

    def _write_people(self, session: Any) -> None:
        people = self.workspace.model.people
        if people is None:
            return
        staff = self.workspace.model.modules[people.module]
        title = staff.title_field
        boss, active = (staff.fields.get(key) for key in (people.supervisor, people.active))
        rows = []
        for name in _PEOPLE:
            values: dict[Field, Value] = {}
            if title is not None:
                values[title] = name
            if boss is not None and name == "owner":
                values[boss] = "supervisor"
            if active is not None:
                values[active] = True
            rows.append((name, values))
        self._write(session, staff, rows)

    def _owner_by_name(self, stored: Mapping[Field, Value]) -> str:
        """An owner whom the example only names, and who has the supervisor; none beside given colleagues."""
        given = self.example.given.entries if self.example.given is not None else ()
        if any(isinstance(node, List) and self._is_staff(key) for key, node in given):
            return ""
        owner = self.workflow.module.fields.get(self.workflow.module.owner)
        return "" if owner is None else str(stored.get(owner) or "")

    def _write_named(self, session: Any, owner: str) -> None:
        """Whoever the files name is there, and has not left; the `owner` has the supervisor."""
        people = self.workspace.model.people
        for one in sorted({*self.workflow.named, *self.reading.named}, key=_by_name):
            module = self.workspace.model.modules[one.module]
            title = module.title_field
            values: dict[Field, Value] = {}
            if title is not None and not one.is_key:
                values[title] = one.name
            if people is not None and people.module == one.module and people.active:
                values[module.fields[people.active]] = True
            if people is not None and people.module == one.module and people.supervisor and one.name == owner:
                values[module.fields[people.supervisor]] = "supervisor"
            if one.name not in {RECORD, *_PEOPLE}:
                self._write(session, module, [(one.name, values)])

    def _write(self, session: Any, module: Module, rows: Sequence[tuple[str, Mapping[Field, Value]]]) -> None:
        for key, values in rows:
            fields = list(values)
            session.upsert(module, fields, [[_key(module, key), *values.values()]])

    # --- expected ----------------------------------------------------------------------------

    def _compared(self, dry: DryRun) -> Outcome:
        key = _key(self.workflow.module, RECORD)
        plan = dry.record(key)
        assert plan is not None
        effects = [one for one in plan.effects if not isinstance(one, Undone)]
        happened = tuple(self._happened(effects, dry.session, key))
        asked = trace(dry.session, dry.workflow, key) if plan.verdict in _UNMET else []
        called = partial(self._called, dry.session)
        expectation = Expectation(self.workspace.model, self.reading, self.clock, self._value, called)
        return Outcome(
            self.workflow,
            self.example,
            plan.verdict,
            happened,
            () if plan.error else expectation.differences(self.example.expect, plan.verdict, happened),
            tuple(one.leaf.path for one in asked if one.answer is not True),
            plan.bar,
            tuple(one for one in plan.effects if isinstance(one, Undone)),
            plan.error,
        )

    def _happened(self, effects: Iterable[Effect], session: Session, key: str | int) -> Iterator[Happened]:
        """Each effect with who the owner and the superior are at its step: an earlier one may change them."""
        module = self.workflow.module
        owner = self._held(session, module, key, module.owner)
        for one in effects:
            yield Happened(self._word(one.path), one, self._people_around(session, owner))
            if one.kind is EffectKind.UPDATE:  # of the record itself: no step changes another
                owner = one.details["changes"].get(module.owner, (None, owner))[1]

    def _people_around(self, session: Session, owner: str | None) -> dict[str, str | None]:
        people = self.workspace.model.people
        if people is None:
            return {}
        staff = self.workspace.model.modules[people.module]
        return {"owner": owner, "supervisor": self._held(session, staff, owner, people.supervisor)}

    def _held(self, session: Session, module: Module, key: str | int | None, field: str) -> str | None:
        """What a record holds in a field; None where there is no such record or field."""
        kept = None if key is None or field not in module.fields else session.record_key(module, str(key))
        if kept is None:
            return None
        held = FieldValue(module.fields[field], module)
        value = session.fields_of(module, kept, {"held": held})["held"]
        return None if value is None else str(value)

    def _called(self, session: Session, key: str) -> str:
        """The name of the colleague of a key; the key where nobody has it."""
        people = self.workspace.model.people
        if people is None:
            return key
        staff = self.workspace.model.modules[people.module]
        return self._held(session, staff, key, staff.title) or key

    def _word(self, path: str) -> str:
        """The word of the step that an effect belongs to: `actions/0/to/1` is one of `actions/0`."""
        words = {step.path: step.action.name for step in all_steps(self.workflow.steps)}
        while path not in words and "/" in path:
            path = path.rpartition("/")[0]
        return words.get(path, "")


def _by_name(one: RecordName) -> tuple[str, str]:
    return one.module, one.name


def _key(module: Module, name: str) -> str | int:
    return crc32(name.encode()) if module.record_key.type is FieldType.NUMBER else name
