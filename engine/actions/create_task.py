"""`create_task`: a task for a colleague, about the matched record."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Scalar, Sequence, is_nothing
from engine.model.effects import Create, Part, Written
from engine.model.entities import Field, FieldType, Module, Tasks
from engine.model.kinds import Drafting, Schema
from engine.model.predicates import Constant, Operand, RecordKey
from engine.shapes.people import Recipient, Who, read_people
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, ref
from engine.shapes.shape import note_kind
from engine.shapes.templates import find_template
from engine.shapes.texts import read_source, read_text
from engine.shapes.values import read_literal


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
        },
        "subject",
        "to",
    )
    example: ClassVar[str] = 'create_task: {subject: "唤醒回访：{{ 客户名称 }}", to: owner, due: in 3 days}'

    module: Module
    values: Words[str, Operand | Written]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The parts of the task, each for the field that the model names for it."""
        details = node.get(cls.name)
        tasks = reading.model.tasks
        assert isinstance(details, Mapping)
        if tasks is None:
            reading.problems.error(node.key(cls.name).span, "W268", file=reading.model.file)
            return None
        parts = _Parts(details, tasks, reading)
        values = parts.read()
        return cls(parts.module, values) if parts.complete else None

    def draft(self, path: str, drafting: Drafting) -> None:
        """One new record in the module of tasks."""
        values: dict[str, Part] = {
            key: drafting.text(value) if isinstance(value, Written) else drafting.value(value)
            for key, value in self.values.items()
        }
        drafting.add(Create(path, drafting.gate, self.module, drafting.number(), values))


class _Parts:
    """Reads the parts of one task into values of the module of tasks."""

    def __init__(self, details: Mapping, tasks: Tasks, reading: Reading) -> None:
        self.details = details
        self.tasks = tasks
        self.reading = reading
        self.module = reading.model.modules[tasks.module]
        self.complete = True
        self.values: dict[str, Operand | Written] = {}

    def read(self) -> dict[str, Operand | Written]:
        for key, text in self.tasks.defaults.items():
            self._literal(self.module.fields[key], Scalar(text, quoted=True, span=self.details.span))
        self._record()
        recipient = self._recipient()
        for part, node in self.details.entries:
            self._part(part, node, recipient)
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
        if len(found) != 1 or several or found[0].who is Who.CUSTOMER:
            self.complete = False
            if node is not None and (several or found):
                self.reading.problems.error(node.span, "W245")
            return None
        return found[0]

    def _part(self, part: Scalar, node: Node, recipient: Recipient | None) -> None:
        if part.text == "to":
            field = self._field("to")
            if recipient is not None and recipient.key is not None and field is not None:
                self.values[field.key] = recipient.key
            if field is not None:
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
            template = find_template(node, "task", self.reading)
            if template is None:
                self.complete = False
            else:
                self._keep(field, read_source(template.body, template.body_at, self.reading, recipient))
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

    def _keep(self, field: Field, value: Operand | Written | None) -> None:
        if value is None:
            self.complete = False
        else:
            self.values[field.key] = value

    def _field(self, part: str) -> Field | None:
        key = self.tasks.fields.get(part, "")
        return self.module.fields.get(key)
