"""`create_task`: a task for a colleague, about the matched record."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Scalar, Sequence, is_nothing
from engine.model.effects import Create, Part, Skipped, Versioned, Written
from engine.model.entities import Field, FieldType, Module, Tasks
from engine.model.kinds import Drafting, Schema
from engine.model.operands import Constant, Operand, RecordKey
from engine.model.predicates import Empty, Leaf, Predicate
from engine.model.trees import told_to
from engine.model.unknown import may_be_missing
from engine.shapes.people import SOMEBODY, Recipient, read_people
from engine.shapes.reading import Reading
from engine.shapes.recipients import one_colleague
from engine.shapes.schema import TEXT, block, ref
from engine.shapes.shape import note_kind
from engine.shapes.templates import draft_versions, note_unused_personal, read_text_from
from engine.shapes.texts import read_text
from engine.shapes.values import read_literal

NOBODY_THERE = "W613"


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Give somebody a task."""

    name: ClassVar[str] = "create_task"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = block(
        {
            "subject": TEXT,
            "to": ref("people"),
            "type": TEXT,
            "due": ref("moment"),
            "priority": TEXT,
            "text": TEXT,
            "text_from": TEXT,
            "personal": TEXT,
            "done_when": ref("condition"),
        },
        "subject",
        "to",
    )
    example: ClassVar[str] = 'create_task: {subject: "唤醒回访：{{ 客户名称 }}", to: owner, due: in 3 days}'

    module: Module
    to: Recipient
    assignee: str
    values: Words[str, Operand | Written | Versioned]
    done_when: Predicate | None = None

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:
        """The parts of the task, each for the field that the model names for it."""
        details = node.get(cls.name)
        tasks = reading.model.tasks
        assert isinstance(details, Mapping)
        if tasks is None:
            reading.problems.error(node.key(cls.name).span, "W268", file=reading.model.file)
            return None
        parts = _Parts(details, tasks, path, reading)
        values = parts.read()
        written = details.get("done_when")
        done = reading.in_branches().read_condition(written, f"{path}/done_when") if written else None
        if parts.to is None or not parts.complete or (written is not None and done is None):
            return None
        return cls(parts.module, parts.to, parts.assignee, values, done)

    def draft(self, path: str, drafting: Drafting) -> None:
        """One new record in the module of tasks."""
        gate, number = drafting.gate, drafting.number()
        to = one_colleague(self.to, path, drafting)
        if may_be_missing(to):
            place = f"{path}/to"
            nobody = drafting.branch(place, Leaf(place, (Empty(to, wanted=True),)))
            drafting.add(Skipped(path, gate.and_branch(nobody, answer=True), NOBODY_THERE))
            gate = gate.and_branch(nobody, answer=False)
        values = {key: self._drafted(value, to, path, drafting) for key, value in self.values.items()}
        if self.assignee:
            values[self.assignee] = drafting.value(to)
        drafting.add(Create(path, gate, self.module, number, values))

    def _drafted(
        self, value: Operand | Written | Versioned, to: Operand, path: str, drafting: Drafting
    ) -> Part:
        if isinstance(value, Versioned):
            return draft_versions(value, path, drafting, lambda text: told_to(text, SOMEBODY, to))
        if isinstance(value, Written):
            return drafting.text(told_to(value, SOMEBODY, to))
        return drafting.value(value)


class _Parts:
    """Reads the parts of one task into values of the module of tasks."""

    def __init__(self, details: Mapping, tasks: Tasks, path: str, reading: Reading) -> None:
        self.details = details
        self.path = path
        self.tasks = tasks
        self.reading = reading
        self.module = reading.model.modules[tasks.module]
        self.complete = True
        self.to: Recipient | None = None
        self.assignee = ""
        self.values: dict[str, Operand | Written | Versioned] = {}

    def read(self) -> dict[str, Operand | Written | Versioned]:
        for key, text in self.tasks.defaults.items():
            self._literal(self.module.fields[key], Scalar(text, quoted=True, span=self.details.span))
        self._record()
        self.to = self._recipient()
        for part, node in self.details.entries:
            if part.text not in {"done_when", "personal"}:
                self._part(part, node, self.to)
        if "personal" in self.details and "text_from" not in self.details:
            note_unused_personal(self.details.get("personal"), (), self.reading)
            self.complete = False
        return self.values

    def _record(self) -> None:
        """The link back to the matched record, where the model has one to its module."""
        field = self._field("record")
        if field is not None and field.to == self.reading.module.key:
            self.values[field.key] = RecordKey(self.reading.module)

    def _recipient(self) -> Recipient | None:
        node = self.details.get("to")
        found = read_people(node, self.reading) if node is not None else ()
        several = isinstance(node, Sequence) and len(node.items) > 1
        if len(found) != 1 or several or not found[0].is_colleague:
            self.complete = False
            if node is not None and (several or found):
                self.reading.problems.error(node.span, "W245")
            return None
        return found[0]

    def _part(self, part: Scalar, node: Node, recipient: Recipient | None) -> None:
        if part.text == "to":
            field = self._field("to")
            if field is not None:
                self.assignee = field.key
                return
        if part.text == "text_from" and "text" in self.details:
            self.reading.problems.error(part.span, "W217", one="text", other="text_from")
            self.complete = False
            return
        field = self._field("text" if part.text == "text_from" else part.text)
        if field is None:
            self.reading.problems.error(part.span, "W269", key=part.text, file=self.reading.model.file)
            self.complete = False
        elif isinstance(node, Scalar) and not is_nothing(node):
            self._text_or_literal(part.text, field, node, recipient)
        else:
            note_kind(node, part.text, "string", self.reading.problems)
            self.complete = False

    def _text_or_literal(self, part: str, field: Field, node: Scalar, recipient: Recipient | None) -> None:
        if part in {"subject", "text"}:
            self._keep(field, read_text(node, self.reading, recipient))
        elif part == "text_from":
            self._keep(field, read_text_from(self.details, self.path, self.reading, recipient))
        else:
            self._literal(field, node)

    def _literal(self, field: Field, node: Scalar) -> None:
        if "{{" in node.text:
            self.reading.problems.error(
                node.span, "W294", kind="task", value=node.text, field=field.labels.told
            )
            self.complete = False
        elif field.type is FieldType.TEXT:
            self.values[field.key] = Constant(node.text, field.type)
        else:
            self._keep(field, read_literal(node, field, self.reading.about(self.module)))

    def _keep(self, field: Field, value: Operand | Written | Versioned | None) -> None:
        if value is None:
            self.complete = False
        else:
            self.values[field.key] = value

    def _field(self, part: str) -> Field | None:
        key = self.tasks.fields.get(part, "")
        return self.module.fields.get(key)
