"""Examples: the `tests:` of a workflow file, each tried on one made-up record in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from zlib import crc32

from engine.actions.remove_tag import RemoveTag
from engine.compile import compile_workflow
from engine.dryrun import DryRun, dry_run
from engine.model.diagnostics import Problems
from engine.model.document import Mapping as Block
from engine.model.document import Node, Scalar, is_nothing
from engine.model.document import Sequence as List
from engine.model.effects import Effect, EffectKind, Undone
from engine.model.entities import Field, FieldType, Module
from engine.model.lengths import parse_length
from engine.model.moments import Clock
from engine.model.operands import Constant, MomentValue, Operand
from engine.model.predicates import Empty, Leaf
from engine.model.scores import Points, Score
from engine.model.values import Value, plain
from engine.model.workflow import Example, Workflow, all_steps
from engine.records.store import Store
from engine.shapes.fields import find_field
from engine.shapes.reading import Reading
from engine.shapes.values import read_value
from engine.shapes.waits import end_of_wait
from engine.verdicts import Verdict
from engine.workspace import Workspace

RECORD = "example"
_PEOPLE = ("owner", "supervisor")


@dataclass(frozen=True)
class Outcome:
    """One example: what was expected and what happened, in the words of the file."""

    workflow: Workflow
    example: Example
    passed: bool
    expected: str
    got: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "workflow": self.workflow.id,
            "name": self.example.name,
            "passed": self.passed,
            "expected": self.expected,
            "got": self.got,
            "file": self.example.at.file,
            "line": self.example.at.line,
        }


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
            return Outcome(self.workflow, self.example, passed=False, expected="", got="")
        store = Store("sqlite://", workspace.model, str(workspace.settings.zone))
        with store.write(self.clock) as session:
            with session.transaction():
                self._write_people(session)
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
            title = values.get(staff.fields.get(staff.title, staff.record_key))
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
        title, boss, active = (
            staff.fields.get(key) for key in (staff.title, people.supervisor, people.active)
        )
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

    def _write(self, session: Any, module: Module, rows: Sequence[tuple[str, Mapping[Field, Value]]]) -> None:
        for key, values in rows:
            fields = list(values)
            session.upsert(module, fields, [[_key(module, key), *values.values()]])

    # --- expected ----------------------------------------------------------------------------

    def _compared(self, dry: DryRun) -> Outcome:
        plan = dry.record(_key(self.workflow.module, RECORD))
        assert plan is not None
        happened = [one for one in plan.effects if not isinstance(one, Undone)]
        got = (
            self._told(plan.verdict, happened)
            if plan.error is None
            else f"{plan.error.code} {plan.error.facts}"
        )
        expect = self.example.expect
        if isinstance(expect, Scalar):
            passed = plan.error is None and _fits_word(expect.text, plan.verdict, happened)
            return Outcome(self.workflow, self.example, passed, expect.text, got)
        items = expect.items if isinstance(expect, List) else ()
        told = "、".join(_told_expectation(one) for one in items)
        passed = plan.error is None and len(items) == len(happened)
        passed = passed and all(self._fits(one, effect) for one, effect in zip(items, happened, strict=False))
        return Outcome(self.workflow, self.example, passed, told, got)

    def _fits(self, node: Node, effect: Effect) -> bool:
        word = self._word(effect.path)
        if isinstance(node, Scalar):
            return node.text == word
        if not isinstance(node, Block) or node.keys() != (word,):
            return False
        details = node.get(word)
        if isinstance(details, Scalar):
            return self._fits_scalar(details.text, effect)
        return isinstance(details, Block) and all(
            self._fits_detail(key.text, value, effect) for key, value in details.entries
        )

    def _fits_scalar(self, text: str, effect: Effect) -> bool:
        """`add_tag: 低价值`, `stop: reason`, `wait: 7 days`, `start_workflow: id`."""
        if effect.kind is EffectKind.STOP:
            return bool(effect.details["reason"] == text)
        if effect.kind is EffectKind.START:
            return bool(effect.details["workflow"] == text)
        if effect.kind is EffectKind.WAIT:
            length = parse_length(text)
            return length is not None and effect.details["until"] == plain(end_of_wait(length, self.clock))
        is_taken_off = self._word(effect.path) == RemoveTag.name
        changes: Mapping[str, Any] = effect.details.get("changes", {})
        return any(
            _holds(before, text) is is_taken_off and _holds(after, text) is not is_taken_off
            for before, after in changes.values()
        )

    def _fits_detail(self, name: str, node: Node, effect: Effect) -> bool:
        if effect.kind in {EffectKind.UPDATE, EffectKind.CREATE}:
            return self._fits_field(name, node, effect)
        if name == "until" and isinstance(node, Scalar):
            until = datetime.fromisoformat(effect.details["until"]).astimezone(self.clock.zone)
            return node.text in {f"{until:%Y-%m-%d}", f"{until:%Y-%m-%d %H:%M}"}
        return isinstance(node, Scalar) and str(effect.details.get(name, "")) == node.text

    def _fits_field(self, name: str, node: Node, effect: Effect) -> bool:
        module = self.workspace.model.modules[effect.details["module"]]
        tasks = self.workspace.model.tasks
        if tasks is not None and module.key == tasks.module:
            name = tasks.fields.get(name, name)
        at = node.span
        inner: Reading = self.reading.about(module)
        field = find_field(name, module, at, inner)
        if field is None:
            return False
        wanted = plain(self._value(field, node))
        if effect.kind is EffectKind.UPDATE:
            change = effect.details["changes"].get(field.key)
            return change is not None and change[1] == wanted
        return bool(effect.details["values"].get(field.key) == wanted)

    def _word(self, path: str) -> str:
        """The word of the step that an effect belongs to: `actions/0/to/1` is one of `actions/0`."""
        words = {step.path: step.action.name for step in all_steps(self.workflow.steps)}
        while path not in words and "/" in path:
            path = path.rpartition("/")[0]
        return words.get(path, "")

    def _told(self, verdict: Verdict, effects: Sequence[Effect]) -> str:
        """What happened, in the words of the file."""
        if not effects:
            return {Verdict.UNDECIDED: "undecided", Verdict.DEFERRED: "deferred"}.get(verdict, "nothing")
        return "、".join(f"{self._word(one.path)} {_short(one)}".strip() for one in effects)


def _holds(value: Any, text: str) -> bool:
    """Whether a value is that text, or a list with it."""
    return text in value if isinstance(value, list) else bool(value == text)


def _key(module: Module, name: str) -> str | int:
    return crc32(name.encode()) if module.record_key.type is FieldType.NUMBER else name


def _fits_word(word: str, verdict: Verdict, effects: Sequence[Effect]) -> bool:
    if word == "undecided":
        return verdict is Verdict.UNDECIDED
    if word == "started":
        return verdict is Verdict.MATCH
    if word == "stopped":
        return str(verdict) == word or any(one.kind is EffectKind.STOP for one in effects)
    return verdict is not Verdict.UNDECIDED and not effects


def _told_expectation(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    if not isinstance(node, Block):
        return "…"
    word, details = node.entries[0]
    if isinstance(details, Scalar):
        return f"{word.text} {details.text}"
    entries = details.entries if isinstance(details, Block) else ()
    return f"{word.text} " + " ".join(f"{key.text}={_told_value(value)}" for key, value in entries)


def _told_value(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else "…"


def _short(effect: Effect) -> str:
    if effect.kind is EffectKind.UPDATE:
        return " ".join(f"{name}={after}" for name, (_, after) in effect.details["changes"].items())
    if effect.kind is EffectKind.CREATE:
        return " ".join(
            f"{name}={value}" for name, value in effect.details["values"].items() if "\n" not in str(value)
        )
    shown = {
        name: value
        for name, value in effect.details.items()
        if name in {"template", "to", "reason", "channel", "until", "workflow"}
    }
    return " ".join(f"{name}={value}" for name, value in shown.items())
