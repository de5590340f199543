"""Validate: what no single word can see: files that contradict each other, workflows that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime

from engine.cron import cron_warnings
from engine.model.diagnostics import Problems
from engine.model.document import Document, Scalar, Span
from engine.model.effects import EffectBatch, Fixed, Text, Written
from engine.model.entities import Field, FieldType, Model, Module
from engine.model.predicates import Aggregate, FieldValue, Gate, Operand, Predicate, RecordKey
from engine.model.workflow import Step, Workflow
from engine.shapes.reading import Reading

_LOOKED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Oddities of a schedule do not depend on the day a file is checked, so neither do their warnings."""


def validate_workflow(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Note what a workflow that reads well can still get wrong."""
    _warn_without_tests(workflow, document, reading)
    _warn_of_schedules(workflow, document, reading)
    _Walk(workflow.module, reading).within(Gate(), workflow.steps)


def validate_workspace(
    workflows: tuple[Workflow, ...], documents: Mapping[str, Document], problems: Problems
) -> None:
    """Note what files say against each other: two workflows of one id."""
    seen: dict[str, Workflow] = {}
    for workflow in workflows:
        if workflow.id in seen:
            at = _key_span(documents[workflow.file], "id")
            problems.error(at, "W259", id=workflow.id, file=seen[workflow.id].file)
        seen.setdefault(workflow.id, workflow)


def _key_span(document: Document, key: str) -> Span:
    assert document.root is not None
    node = document.root.get(key)
    return node.span if isinstance(node, Scalar) else document.root.span.start()


def _warn_without_tests(workflow: Workflow, document: Document, reading: Reading) -> None:
    if workflow.active and not workflow.examples:
        reading.problems.warning(_key_span(document, "id"), "W257", id=workflow.id)


def _warn_of_schedules(workflow: Workflow, document: Document, reading: Reading) -> None:
    assert document.root is not None
    trigger = document.root.get("trigger")
    for one in workflow.triggers:
        expression = one.cron()
        if expression is None or trigger is None:
            continue
        zone = one.zone or str(reading.settings.zone)
        for odd in cron_warnings(expression, zone, _LOOKED_AT):
            facts = dict(odd.facts)
            facts["next"] = facts.get("next", "")[: len("2026-03-31")]
            kind = f"{odd.kind}_{facts.get('means', '')}".rstrip("_")
            reading.problems.warning(trigger.span, "W258", **{**facts, "kind": kind})


_NOTHING = Fixed(None, FieldType.TEXT)


@dataclass
class _Walk:
    """A Drafting that only looks: a link is followed to where it led before the run.

    What stands behind a link is fetched with the record. A step that reads there after an earlier step has
    changed the link would tell the old owner's name beside the new owner.
    """

    module: Module
    reading: Reading
    gate: Gate = field(default_factory=Gate)
    _steps: list[Step] = field(default_factory=list)
    _written: list[tuple[Field, Gate]] = field(default_factory=list)
    _branches: int = 0

    @property
    def model(self) -> Model:
        """The whole data model."""
        return self.reading.model

    def value(self, operand: Operand) -> Fixed:
        """Look at an operand."""
        self._look(operand)
        return _NOTHING

    def text(self, written: Written) -> Text | Fixed:
        """Look at what a text shows."""
        for operand in written.operands.values():
            self._look(operand)
        return _NOTHING

    def set(self, path: str, values: Sequence[tuple[Field, Operand]]) -> None:  # noqa: ARG002 - as in a plan
        """Look at the new values, which are those before this step; then the fields are written."""
        for _, operand in values:
            self._look(operand)
        self._written += [(one, self.gate) for one, _ in values]

    def branch(self, path: str, predicate: Predicate) -> int:  # noqa: ARG002 - as in a plan
        """Look at a question; its number."""
        self._look(predicate)
        self._branches += 1
        return self._branches - 1

    def within(self, gate: Gate, steps: Sequence[Step]) -> None:
        """Look at steps, one after the other."""
        before = self.gate
        for step in steps:
            self.gate = gate
            self._steps.append(step)
            step.action.draft(step.path, self)
            self._steps.pop()
        self.gate = before

    def add(self, batch: EffectBatch) -> None:
        """What is done was looked at already."""

    def stop(self) -> None:
        """What was written behind this gate is seen by no later step."""
        self._written = [(one, gate) for one, gate in self._written if not _is_within(gate, self.gate)]

    def number(self) -> int:
        """Any number: nothing is kept."""
        return 0

    def _look(self, noun: object) -> None:
        followed = set(_followed(noun))
        for one, gate in self._written:
            if one in followed and not _exclude(gate, self.gate):
                self.reading.problems.error(self._steps[-1].at, "W292", field=one.labels.told)
                return


def _followed(noun: object) -> Iterator[Field]:
    """The links of the record itself that a noun follows; related records follow their own."""
    if isinstance(noun, FieldValue | RecordKey):
        yield from noun.links[:1]
    elif isinstance(noun, tuple):
        for one in noun:
            yield from _followed(one)
    elif isinstance(noun, Aggregate):
        yield from _followed(noun.window)
    elif is_dataclass(noun) and not isinstance(noun, Field | Module | type):
        for part in fields(noun):
            yield from _followed(getattr(noun, part.name))


def _exclude(one: Gate, other: Gate) -> bool:
    """Whether no record passes both gates."""
    return any((number, not answer) in other.taken for number, answer in one.taken)


def _is_within(inner: Gate, outer: Gate) -> bool:
    """Whether every record that passes the inner gate passes the outer one."""
    return set(outer.taken) <= set(inner.taken)
