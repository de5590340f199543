"""Validate: what no single word can see: files that contradict each other, workflows that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime

from engine.checks import BASE_CHECKS, WORKFLOW_CHECKS, WORKSPACE_CHECKS
from engine.cron import cron_warnings
from engine.model.colleagues import Drawn
from engine.model.diagnostics import Problems
from engine.model.document import Document, Scalar, Span
from engine.model.effects import Ask, EffectBatch, Fanned, Fixed, Start, Text, Wait, Written
from engine.model.entities import Field, FieldType, Model, Module, Relation
from engine.model.operands import Aggregate, FieldValue, Gate, Operand, RecordKey
from engine.model.predicates import Predicate
from engine.model.workflow import Step, Workflow
from engine.shapes.paths import is_of_recipient
from engine.shapes.reading import Reading
from engine.steps import note_starts, note_steps
from engine.summary import Summary

_LOOKED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Oddities of a schedule do not depend on the day a file is checked, so neither do their warnings."""


def validate_workflow(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Note what a workflow that reads well can still get wrong."""
    _warn_without_tests(workflow, document, reading)
    _warn_of_schedules(workflow, document, reading)
    walk = _Walk(workflow.module, reading, workflow.id)
    walk.within(Gate(), workflow.steps)
    _warn_without_end(workflow, walk.waiting, document, reading)
    if workflow.goal is not None:
        after = _Walk(workflow.module, reading, workflow.id)
        after.within(Gate(), workflow.goal.then)
        for step in after.waiting:
            reading.problems.error(step.at, "W544")
    note_steps(workflow, document, reading.problems)
    for check in WORKFLOW_CHECKS:
        check(workflow, document, reading)


def validate_workspace(summaries: Iterable[Summary], problems: Problems, *, whole: bool = False) -> None:
    """Note what files say against each other: two workflows of one id, starts in a ring or of none.

    `whole` when these are all the files there are, so that what is not among them is nowhere.
    """
    files = tuple(summaries)
    seen: dict[str, Summary] = {}
    for one in files:
        if one.is_sound and one.id in seen:
            problems.error(one.at, "W259", id=one.id, file=seen[one.id].file)
        elif one.is_sound:
            seen[one.id] = one
    starts = {name: dict(one.starts) for name, one in seen.items()}
    note_starts(starts, {one.id for one in files if one.id} if whole else None, problems)
    facts = [one.facts for one in seen.values() if one.facts is not None]
    for check in WORKSPACE_CHECKS if whole else ():
        check(facts, problems)


def validate_base(documents: Mapping[str, Document], reading: Reading) -> None:
    """Note what the files that every workflow stands on can still get wrong."""
    for check in BASE_CHECKS:
        check(documents, reading)


def _warn_without_end(
    workflow: Workflow, waiting: Sequence[Step], document: Document, reading: Reading
) -> None:
    """Who waits for weeks may meanwhile have bought, or be gone: something must end it."""
    if waiting and workflow.goal is None and not workflow.stops:
        reading.problems.warning(_key_span(document, "id"), "W543", line=waiting[0].at.line)


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
    workflow: str
    gate: Gate = field(default_factory=Gate)
    waiting: list[Step] = field(default_factory=list)
    _steps: list[Step] = field(default_factory=list)
    _written: list[tuple[Field, Gate]] = field(default_factory=list)
    _branches: int = 0

    @property
    def model(self) -> Model:
        """The whole data model."""
        return self.reading.model

    def members(self, role: Predicate) -> tuple[str, ...]:  # noqa: ARG002 - as in a plan
        """Nobody: there are no records here."""
        return ()

    def drawn(
        self,
        pool: tuple[str, ...],
        gate: Gate,
        *,
        by_load: bool,
        first: Operand | None,
    ) -> Drawn:
        """A draw among them."""
        return Drawn(0, pool, by_load, first, gate)

    def later(self, length: Operand) -> Fixed:
        """Look at a length."""
        return self.value(length)

    def value(self, operand: Operand) -> Fixed:
        """Look at an operand."""
        self._look(operand)
        return _NOTHING

    def text(self, written: Written) -> Text | Fixed:
        """Look at what a text shows."""
        for operand in written.operands.values():
            self._look(operand)
        return _NOTHING

    def fan(self, relation: Relation, where: object, letter: Operand) -> _Beside:  # noqa: ARG002 - as in a plan
        """Look at what is said to related records, but not at them: they follow links of their own."""
        return _Beside(self)

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

    def add(self, batch: EffectBatch) -> Gate:
        """What is done was looked at already; what takes more than a night is remembered."""
        if isinstance(batch, Wait | Ask | Start) and self._steps[-1] not in self.waiting:
            self.waiting.append(self._steps[-1])
        return batch.gate

    def wait(self, batch: Wait | Ask) -> None:
        """Afterwards everything is fetched anew."""
        self.add(batch)
        self._forget(batch.gate)

    def stop(self) -> None:
        """What was written behind this gate is seen by no later step."""
        self._forget(self.gate)

    def _forget(self, behind: Gate) -> None:
        self._written = [(one, gate) for one, gate in self._written if not _is_within(gate, behind)]

    def number(self) -> int:
        """Any number: nothing is kept."""
        return 0

    def _look(self, noun: object) -> None:
        followed = set(_followed(noun))
        for one, gate in self._written:
            if one in followed and not _exclude(gate, self.gate):
                self.reading.problems.error(self._steps[-1].at, "W292", field=one.labels.told)
                return


@dataclass
class _Beside:
    """A Fanning that only looks at what is said of the matched record."""

    walk: _Walk

    def who_get(self, letter: str) -> Fanned:
        """Nobody: there are no records here."""
        return Fanned(0, letter)

    def value(self, operand: Operand) -> Fixed:  # noqa: ARG002 - of a related record
        """Nothing to look at."""
        return _NOTHING

    def text(self, written: Written) -> Fixed:
        """Look at what a text shows of the matched record."""
        for path, operand in written.operands.items():
            if not is_of_recipient(path):
                self.walk.value(operand)
        return _NOTHING


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
